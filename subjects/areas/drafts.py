"""What a person wants of some grids, turned into one part for each grid concerned; nothing is stored."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from grids.geometry import STEP, as_geojson
from grids.models import AreaChange, AreaPart, Grid, Locality, Station
from grids.shapes import ground_of
from gridsup.equalarea import square_metres
from gridsup.errors import BadInput
from subjects.areas.reading import Handed
from subjects.geometry.overlay import LEAST_M2

Role = AreaPart.Role
Kind = AreaChange.Kind
NOTHING = Handed()


@dataclass(frozen=True)
class Part:
    """What one grid is to be; `boundary` as GeoJSON in WGS 84, None where it is not drawn."""

    code: str
    role: str
    name: str = ""
    extent: str = ""
    boundary: dict[str, Any] | None = None
    localities: tuple[str, ...] = ()
    successor: str = ""

    @property
    def shape(self) -> BaseGeometry | None:
        return ground_of(self.boundary)

    @property
    def stays(self) -> bool:
        """The grid is in force after the change."""
        return self.role != Role.RETIRED


@dataclass(frozen=True)
class Draft:
    """A change as it would be proposed; `handed`: its boundaries as they came, of a stored change none."""

    station: Station
    kind: str
    effective_on: date
    reason: str
    parts: tuple[Part, ...]
    placing: str = AreaChange.Placing.POLYGON
    listed: Mapping[str, Sequence[int]] = field(default_factory=dict)
    handed: Handed = NOTHING

    @property
    def touched(self) -> list[str]:
        """Codes of the grids that are there already and are changed or retired."""
        return [part.code for part in self.parts if part.role != Role.NEW]

    @property
    def results(self) -> list[Part]:
        """Parts in force after the change."""
        return [part for part in self.parts if part.stays]

    @property
    def successors(self) -> dict[str, str]:
        """Code of a retired grid → its successor."""
        return {part.code: part.successor for part in self.parts if part.role == Role.RETIRED}


def draft_of(change: AreaChange) -> Draft:
    """The draft that a stored change was made of."""
    parts = tuple(
        Part(row.code, row.role, row.name, row.extent, row.boundary, tuple(row.localities), row.successor)
        for row in change.parts.all()
    )
    listed = {code: tuple(keys) for code, keys in change.listed.items()}
    return Draft(change.station, change.kind, change.effective_on, change.reason, parts, change.placing, listed)


def as_it_is(grid: Grid) -> Part:
    """A grid that keeps everything it has."""
    places = tuple(grid.localities.order_by("code").values_list("code", flat=True))
    return Part(grid.code, Role.CHANGED, grid.name, grid.extent, grid.boundary, places)


def retiring(grid: Grid, successor: str) -> Part:
    """A grid that goes."""
    return replace(as_it_is(grid), role=Role.RETIRED, successor=successor)


def split(grid: Grid, *, into: Part, piece: BaseGeometry | None, extent: str = "") -> tuple[Part, ...]:
    """The grid without the piece, and the new one with it; without a piece only the localities of the new one move.
    `extent`: what is left of the grid in words, "" for as it was.

    Raises BadInput when the piece lies beside the grid or is the whole of it.
    """
    kept = as_it_is(grid)
    places = tuple(code for code in kept.localities if code not in into.localities)
    kept = replace(kept, localities=places, extent=extent or kept.extent)
    if piece is None:
        return kept, into
    whole = ground_of(grid.boundary)
    if whole is None:
        raise BadInput(_("Grid %(code)s has no boundary to be split.") % {"code": grid.code}, field="grid")
    cut, rest = stored(whole.intersection(piece)), stored(whole.difference(piece))
    if cut is None:
        raise BadInput(_("The piece lies beside grid %(code)s.") % {"code": grid.code}, field="boundary")
    if rest is None:
        raise BadInput(_("Nothing would be left of grid %(code)s.") % {"code": grid.code}, field="boundary")
    return replace(kept, boundary=rest), replace(into, boundary=cut)


def redraw(
    grid: Grid, *, name: str, extent: str, area: BaseGeometry | None, heir: Grid | None, neighbours: Collection[Grid]
) -> tuple[Part, ...]:
    """The grid with its new boundary; neighbours give what it takes, the heir takes what it gives up.

    Raises BadInput when ground is given up and nobody takes it, and when nothing would be left of a neighbour.
    """
    own = replace(as_it_is(grid), name=name or grid.name, extent=extent or grid.extent)
    if area is None:
        return (own,)
    parts = {grid.code: replace(own, boundary=stored(area))}
    had = ground_of(grid.boundary)
    given_up = None if had is None else stored(had.difference(area))
    for other in neighbours:
        was = None if other.code == grid.code else ground_of(other.boundary)
        if was is None or stored(was.intersection(area)) is None:
            continue
        left = stored(was.difference(area))
        if left is None:
            raise BadInput(
                _("Nothing would be left of grid %(code)s: merge the two instead.") % {"code": other.code},
                field="boundary",
            )
        parts[other.code] = replace(as_it_is(other), boundary=left)
    if given_up is None:
        return tuple(parts.values())
    if heir is None:
        raise BadInput(
            _("The new boundary gives up %(area)d m²: say which neighbour takes it.")
            % {"area": square_metres(ground_of(given_up))},
            field="heir",
        )
    taking = parts.get(heir.code, as_it_is(heir))
    parts[heir.code] = replace(taking, boundary=together([taking.boundary, given_up]))
    return tuple(parts.values())


def merge(grids: Collection[Grid], *, into: Grid, name: str = "", extent: str = "") -> tuple[Part, ...]:
    """One grid takes the others in, with their ground and their localities; without new words for it, with theirs."""
    going = [retiring(grid, into.code) for grid in grids if grid.code != into.code]
    if not going:
        raise BadInput(_("Choose at least one grid that another takes in."), field="grids")
    kept = as_it_is(into)
    places = sorted({*kept.localities, *(code for part in going for code in part.localities)})
    grown = together([kept.boundary, *(part.boundary for part in going)]) if kept.boundary else None
    words = extent or joined(kept.extent, [part.extent for part in going])
    kept = replace(kept, name=name or kept.name, extent=words, localities=tuple(places), boundary=grown)
    return kept, *going


def joined(own: str, others: Sequence[str]) -> str:
    """The extents in words of grids that become one; a grid that said nothing still says nothing."""
    words = [text.strip().rstrip("。.;；") for text in (own, *others)]
    return "；".join(dict.fromkeys(filter(None, words))) if words[0] and any(words[1:]) else own


def together(boundaries: Sequence[dict[str, Any] | None]) -> dict[str, Any] | None:
    """The ground of several boundaries as one."""
    shapes = [area for boundary in boundaries if (area := ground_of(boundary)) is not None]
    return stored(shapely.union_all(shapes)) if shapes else None


def stored(area: BaseGeometry) -> dict[str, Any] | None:
    """The polygons of a shape as they are stored, at the step of stored corners, without crumbs; None of nothing."""
    whole = shapely.set_precision(area, STEP)
    parts = [part for part in shapely.get_parts(whole) if part.geom_type == "Polygon"]
    large = [part for part in parts if square_metres(part) >= LEAST_M2]
    if not large:
        return None
    return as_geojson(shapely.MultiPolygon(large) if len(large) > 1 else large[0])


def places_of(station: Station, codes: Collection[str]) -> list[Locality]:
    """Localities of the station by their codes; raises BadInput for one that is not of it."""
    found = {place.code: place for place in Locality.objects.in_area(station.code).filter(code__in=codes)}
    if missing := sorted(set(codes) - set(found)):
        raise BadInput(
            _("Not a locality of station %(station)s: %(codes)s.")
            % {"station": station.code, "codes": ", ".join(missing[:5])},
            field="localities",
        )
    return list(found.values())
