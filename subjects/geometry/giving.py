"""Ground in no grid is given to a grid beside it: begun as a redraw of that grid, and decided as any other change."""

import json
from collections.abc import Iterable
from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from grids.geometry import STEP, read_boundary
from grids.models import Grid, Officer
from grids.permissions import Permission
from gridsup.errors import BadInput
from gridsup.scoping import inside
from subjects.areas.drafts import stored
from subjects.geometry.overlay import BESIDE
from subjects.geometry.wording import square
from subjects.models import GeometryFault

# Both were rounded to the step of stored corners: where one has a corner on the other's edge they lie this far apart.
APART = 2 * STEP


def takers_of(faults: Iterable[GeometryFault], officer: Officer) -> dict[int, list[str]]:
    """Key of each open gap → grids that share a border with it and whose redraw the officer may propose.

    A gap inside a station's outline is for the grids of that station: another's would then reach over it. Two queries,
    none where there is no gap or nothing may be proposed.
    """
    holes = [fault for fault in faults if fault.kind == GeometryFault.Kind.GAP and fault.is_open]
    held = officer.area_codes(Permission.PROPOSE_GRIDS)
    if not holes or not held:
        return {}
    there = Grid.objects.in_force().filter(inside({hole.area_code for hole in holes}, "code"), boundary__isnull=False)
    areas = _sound(there.filter(inside(held, "code")).order_by("code"))
    codes, shapes = list(areas), list(areas.values())
    # lists leave the shapes aside
    kept = GeometryFault.objects.in_bulk([hole.pk for hole in holes])
    drawn = [read_boundary(kept[hole.pk].geometry) for hole in holes]
    found: dict[int, list[str]] = {}
    pairs = shapely.STRtree(shapes).query(drawn, predicate="dwithin", distance=BESIDE).T.tolist() if shapes else []
    for number, place in sorted(pairs):
        hole, code = holes[number], codes[place]
        if code.startswith(hole.area_code) and grown(shapes[place], drawn[number]):
            found.setdefault(hole.pk, []).append(code)
    return found


def grown(area: BaseGeometry, hole: BaseGeometry) -> dict[str, Any] | None:
    """The boundary of a grid with the hole in it; None where they meet in a point or not at all."""
    hole = shapely.snap(hole, area, APART)
    area = shapely.snap(area, hole, APART)
    if not (hole.is_valid and area.is_valid):
        return None
    whole = stored(shapely.union(area, hole))
    parts = shapely.get_num_geometries(read_boundary(whole)) if whole else 0
    return whole if 0 < parts <= shapely.get_num_geometries(area) else None


def begun(fault: GeometryFault, grid: Grid) -> dict[str, Any]:
    """What the form of the redraw begins with; empty where the grid cannot take the gap.

    The corners are our own, as certain as those tapped on the map.
    """
    areas = _sound(Grid.objects.in_force().filter(pk=grid.pk, boundary__isnull=False))
    if not grid.code.startswith(fault.area_code) or grid.code not in areas:
        return {}
    whole = grown(areas[grid.code], read_boundary(fault.geometry))
    if whole is None:
        return {}
    reason = _("Takes in ground of %(size)s that lies in no grid.") % {"size": square(fault.square_metres or 0)}
    return {"grid": grid.code, "boundary": json.dumps(whole), "tapped": True, "reason": reason}


def _sound(grids: Any) -> dict[str, BaseGeometry]:
    """Code → boundary of the grids that have a valid one."""
    found = {}
    for code, boundary in grids.values_list("code", "boundary"):
        try:
            found[code] = read_boundary(boundary)
        except BadInput:
            continue
    return found
