"""Areas: a district loaded, a grid proposed, approved or returned."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.districts import District
from grids.geometry import as_geojson, read_boundary
from grids.models import GRID_MOVES, AreaPart, Bureau, Grid, GridEvent, Locality, Officer, Station
from grids.periods import date_facts
from grids.permissions import Permission
from gridsup.codes import is_grid_code
from gridsup.errors import BadInput, WrongState
from gridsup.states import advance, check

M = TypeVar("M", bound=models.Model)

# Two digits after the station's four.
GRIDS_OF_A_STATION = 99


@transaction.atomic
def propose_grid(
    *,
    station: Station,
    name: str,
    now: datetime,
    by: Officer | None = None,
    code: str = "",
    extent: str = "",
    boundary: object = None,
    synthetic: bool = False,
) -> Grid:
    """A station's proposal; a returned grid's code proposes that grid again, no code takes the next free one.

    `boundary` is a GeoJSON polygon in WGS 84, or None while only the extent in words is known. A code once used is
    never given to another grid (handbook §1). Raises BadInput, NotAllowed, or WrongState for a code in use.
    """
    check(by, Permission.PROPOSE_GRIDS, station.code)
    if not name.strip():
        raise BadInput(_("A grid needs a name."), field="name")
    shape = None if boundary is None else as_geojson(read_boundary(boundary))
    facts: dict[str, Any] = {"name": name.strip(), "extent": extent, "boundary": shape, "synthetic": synthetic}
    code = code or next_grid_code(station)
    before = Grid.objects.filter(code=code).first()
    if before is not None:
        advance(before, Grid.State.PROPOSED, moves=GRID_MOVES, event=GridEvent, owner="grid", now=now, by=by, **facts)
        return before
    if not is_grid_code(code, station.code):
        raise BadInput(
            _("A grid of this station has a code of six digits, %(code)s01 to %(code)s99.") % {"code": station.code},
            field="code",
        )
    grid = Grid.objects.create(code=code, station=station, **facts)
    GridEvent.objects.create(grid=grid, what="state", new=grid.state, by=by, at=now)
    return grid


def next_grid_code(station: Station) -> str:
    """The lowest code that no grid of the station ever had; raises BadInput when all are used."""
    used = set(Grid.objects.filter(station=station).values_list("code", flat=True))
    for number in range(1, GRIDS_OF_A_STATION + 1):
        if (code := f"{station.code}{number:02}") not in used:
            return code
    raise BadInput(_("Every code of this station has been used."), field="code")


@transaction.atomic
def approve_grid(*, grid: Grid, now: datetime, by: Officer | None = None) -> Grid:
    """The grid takes effect on the day; raises as `advance` does, and WrongState for one that a change is to make."""
    _refuse_part(grid)
    advance(grid, Grid.State.APPROVED, moves=GRID_MOVES, event=GridEvent, owner="grid", now=now, by=by)
    date_facts(grids=[grid], on=timezone.localdate(now))
    return grid


def return_grid(*, grid: Grid, why: str, now: datetime, by: Officer | None = None) -> Grid:
    """The proposal goes back to the station with a reason; raises as `approve_grid` does."""
    _refuse_part(grid)
    advance(grid, Grid.State.RETURNED, moves=GRID_MOVES, event=GridEvent, owner="grid", now=now, by=by, why=why)
    return grid


def _refuse_part(grid: Grid) -> None:
    if part := AreaPart.objects.of_open_changes().filter(code=grid.code).first():
        raise WrongState(
            _("Grid %(code)s is part of change no. %(number)d: decide on that.")
            % {"code": grid.code, "number": part.change_id}
        )


@transaction.atomic
def give_localities(*, grid: Grid, codes: Collection[str], now: datetime, by: Officer | None = None) -> int:
    """Puts streets, villages or communities of the grid's station into the grid; returns how many moved.

    Raises BadInput for a locality of another station or an unknown one, NotAllowed for who may not draw grids there.
    """
    check(by, Permission.PROPOSE_GRIDS, grid.code)
    places = Locality.objects.in_area(grid.station_id).filter(code__in=codes)
    if missing := set(codes) - set(places.values_list("code", flat=True)):
        raise BadInput(
            _("Not a locality of station %(station)s: %(codes)s.")
            % {"station": grid.station_id, "codes": ", ".join(sorted(missing))},
            field="localities",
        )
    moving = places.filter(Q(grid__isnull=True) | ~Q(grid=grid))
    losing = set(moving.filter(grid__isnull=False).values_list("grid", flat=True))
    moved = moving.update(grid=grid, area_code=grid.code)
    if moved:
        date_facts(grids=[grid, *Grid.objects.filter(code__in=losing)], on=timezone.localdate(now))
    return moved


@transaction.atomic
def set_outline(
    *, station: Station, outline: object, now: datetime, synthetic: bool = False, by: Officer | None = None
) -> Station:
    """The area that the grids of a station are to cover: a GeoJSON polygon in WGS 84. Raises BadInput, NotAllowed."""
    check(by, Permission.APPROVE_GRIDS, station.code)
    station.outline = as_geojson(read_boundary(outline, field="outline"))
    station.outline_synthetic = synthetic
    station.save(update_fields=["outline", "outline_synthetic"])
    return station


@transaction.atomic
def load_district(*, district: District, synthetic: bool = False) -> dict[str, int]:
    """Makes or updates a bureau, its stations and localities from what a folder said; returns counts.

    A locality keeps its grid while its street stays with the grid's station. Nothing is ever deleted.
    """
    counts = {"read": 1 + len(district.stations) + len(district.places), "made": 0, "changed": 0}
    bureau = {
        "name": district.name,
        "district_code": district.district_code,
        "level_names": district.level_names,
        "outline": district.outline,
        "synthetic": synthetic,
    }
    _bring(counts, Bureau, {district.code: bureau})
    _bring(counts, Station, _station_facts(district))
    grids = dict(Locality.objects.filter(grid__isnull=False).values_list("code", "area_code"))
    places = {}
    for place in district.places:
        grid = grids.get(place.code)
        kept = grid if grid and grid.startswith(place.station) else None
        facts = {"name": place.name, "kind": place.kind, "street_id": place.street or None, "grid_id": kept}
        places[place.code] = {**facts, "area_code": kept or place.station}
    _bring(counts, Locality, places)
    return counts


def _station_facts(district: District) -> dict[str, dict[str, Any]]:
    """What is wanted of each station, by code; an outline of which the folder says nothing stays as it is."""
    stored = Station.objects.in_bulk(list(district.stations), field_name="code")
    facts: dict[str, dict[str, Any]] = {}
    for code, name in district.stations.items():
        outline, synthetic = district.station_outlines.get(code), False
        if outline is None and code in stored:
            outline, synthetic = stored[code].outline, stored[code].outline_synthetic
        facts[code] = {"bureau_id": code[:2], "name": name, "outline": outline, "outline_synthetic": synthetic}
    return facts


def _bring(counts: dict[str, int], model: type[M], wanted: dict[str, dict[str, Any]]) -> None:
    """Makes the missing rows and writes those that differ, by code; adds to the counts."""
    manager = model._default_manager
    rows = manager.in_bulk(list(wanted), field_name="code")
    missing = [model(code=code, **facts) for code, facts in wanted.items() if code not in rows]
    differing = []
    for code, row in rows.items():
        if any(getattr(row, name) != value for name, value in wanted[code].items()):
            for name, value in wanted[code].items():
                setattr(row, name, value)
            differing.append(row)
    manager.bulk_create(missing)
    if differing:
        manager.bulk_update(differing, [name.removesuffix("_id") for name in next(iter(wanted.values()))])
    counts["made"] += len(missing)
    counts["changed"] += len(differing)


def find_area(code: str) -> Bureau | Station | Grid | None:
    """The bureau, station or grid of this code of 2, 4 or 6 digits."""
    kinds: dict[int, type[Bureau] | type[Station] | type[Grid]] = {2: Bureau, 4: Station, 6: Grid}
    return kinds[len(code)]._default_manager.filter(code=code).first()
