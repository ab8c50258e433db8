"""Which premises go where in a change of areas: by list, by point in polygon, by locality, else with the successor."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

from grids.map import GridMap
from grids.models import AreaChange, Grid, Locality
from grids.shapes import drawn as areas_of
from subjects.areas.drafts import Draft, Part
from subjects.models import Ground, Premises
from subjects.models.ledger import Status
from subjects.querysets import PremisesQuerySet

Owners = tuple[str, str]  # before and after
Row = tuple[int, str, float | None, float | None, str | None, str]


@dataclass
class Placed:
    """What would become of the premises of the grids concerned, and of those of the station in no grid, by keys.

    `routes`: from where to where, those that stay included; `grounds`: why, of those that move.
    """

    routes: dict[int, Owners] = field(default_factory=dict)
    grounds: dict[int, str] = field(default_factory=dict)
    active: set[int] = field(default_factory=set)  # in business
    without_point: list[int] = field(default_factory=list)  # where it decides: left with their grid or its successor
    outside: list[int] = field(default_factory=list)  # the point lies in none of the grids after the change
    astray: list[int] = field(default_factory=list)  # the point comes to lie in another grid than the premises
    unplaced: list[int] = field(default_factory=list)  # in no grid of the station before and after
    elsewhere: list[int] = field(default_factory=list)  # named by the list, but by now in none of the grids concerned

    @property
    def moving(self) -> int:
        return len(self.grounds)

    @property
    def moves(self) -> dict[tuple[str, str], list[int]]:
        """Area and ground → keys of the premises that come to it on that ground."""
        found: dict[tuple[str, str], list[int]] = {}
        for key, ground in self.grounds.items():
            found.setdefault((self.routes[key][1], ground), []).append(key)
        return found


def concerned(draft: Draft) -> PremisesQuerySet:
    """Premises of the grids that change, and of the station in no grid; a list names some of these."""
    return Premises.objects.filter(area_code__in=[*draft.touched, draft.station.code])


def place(draft: Draft, rows: PremisesQuerySet | None = None) -> Placed:
    """Where each of the premises concerned goes; points are found in polygons all at once.

    By point only what stands on ground that changes hands moves, by community only what belongs to one that does: a
    grid code that a file gave against either stays.
    """
    found = list(
        (concerned(draft) if rows is None else rows)
        .order_by("pk")
        .values_list("pk", "area_code", "lon", "lat", "locality__code", "status")
    )
    listed = {key: code for code, keys in draft.listed.items() for key in keys}
    owners, by_point = _owners(draft, found), draft.placing == AreaChange.Placing.POLYGON
    by_locality = _by_locality(draft.results) if draft.placing != AreaChange.Placing.LIST else {}
    placed, successors, drawn = Placed(), draft.successors, {part.code for part in draft.results if part.boundary}
    for (key, area, lon, _lat, locality, status), (before, after) in zip(found, owners, strict=True):
        to, ground, at_home = listed.get(key, ""), Ground.LISTED, area != draft.station.code
        if not to and by_point and lon is not None:
            to = after if area in successors or (after != before and area in {before, draft.station.code}) else ""
            ground = Ground.POINT
            if not after and at_home:
                placed.outside.append(key)
        elif not to:
            had, has = by_locality.get(locality or "", ("", ""))
            to, ground = area if has else "", Ground.LOCALITY
            if area in successors or not at_home or has != had:
                to = has
            if by_point and not to and at_home:
                placed.without_point.append(key)
        if not to:
            to, ground = successors.get(area, area), Ground.SUCCESSOR
        placed.routes[key] = area, to
        if before == area and to in drawn and after not in {"", to}:
            placed.astray.append(key)
        if to != area:
            placed.grounds[key] = ground
        elif not at_home:
            placed.unplaced.append(key)
        if status == Status.ACTIVE:
            placed.active.add(key)
    placed.astray += _claimed(draft)
    placed.elsewhere = sorted(listed.keys() - placed.routes.keys())
    return placed


def _claimed(draft: Draft) -> list[int]:
    """Premises of other grids of the station whose point lies in ground that a new grid claims: they stay where they
    are."""
    shapes = [shape for part in draft.results if (shape := part.shape) is not None]
    if draft.kind != AreaChange.Kind.CREATE or not shapes:
        return []
    others = Premises.objects.in_area(draft.station.code).exclude(area_code=draft.station.code)
    west, south, east, north = shapely.total_bounds(shapes)
    near = others.filter(lon__range=(west, east), lat__range=(south, north)).order_by("pk")
    rows = np.array(list(near.values_list("pk", "lon", "lat")), dtype=np.float64).reshape(-1, 3)
    inside = shapely.intersects_xy(shapely.union_all(shapes), rows[:, 1], rows[:, 2])
    return [int(key) for key in rows[inside, 0]]


def points_of(codes: Iterable[str]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Longitudes and latitudes of the premises in the grids that have a point."""
    rows = Premises.objects.filter(area_code__in=list(codes), lon__isnull=False).values_list("lon", "lat")
    points = np.array(list(rows), dtype=np.float64).reshape(-1, 2)
    return points[:, 0], points[:, 1]


def _owners(draft: Draft, found: Sequence[Row]) -> list[Owners]:
    """For each row the grid of the change in whose ground its point lies before and after, "" for none."""
    points = np.array([(row[2], row[3]) for row in found], dtype=np.float64).reshape(-1, 2)
    stored = Grid.objects.filter(code__in=draft.touched, boundary__isnull=False).values_list("code", "boundary")
    drawn = [(part.code, part.boundary) for part in draft.results if part.boundary]
    before, after = (_at(grounds, points) for grounds in (stored, drawn))
    return list(zip(before, after, strict=True))


def _at(grounds: Iterable[tuple[str, object]], points: npt.NDArray[np.float64]) -> list[str]:
    """The code of the ground in which each point lies."""
    areas = areas_of(sorted(grounds, key=lambda ground: ground[0]))
    return GridMap(tuple(areas), shapely.STRtree(list(areas.values()))).codes_at(points[:, 0], points[:, 1])


def _by_locality(parts: list[Part]) -> dict[str, Owners]:
    """Locality → the grid that has it before and after the change."""
    after = {code: part.code for part in parts for code in part.localities}
    before = dict(Locality.objects.filter(code__in=after).values_list("code", "area_code"))
    return {code: (before.get(code, ""), grid) for code, grid in after.items()}
