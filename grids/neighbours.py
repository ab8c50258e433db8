"""Which grids of a station lie beside each other: their boundaries touch."""

from collections import defaultdict

import shapely

from grids.geometry import read_boundary
from grids.models import Grid

# Degrees, some 10 m: boundaries drawn by different hands leave slivers between grids that touch on the ground.
REACH = 1e-4


def neighbours_of(station: str) -> dict[str, set[str]]:
    """Grid in force → the grids of its station that touch it; one without a boundary has none. One query."""
    rows = Grid.objects.in_force().in_area(station).filter(boundary__isnull=False).order_by("code")
    grids = [(code, read_boundary(boundary)) for code, boundary in rows.values_list("code", "boundary")]
    areas = [area for _code, area in grids]
    found: dict[str, set[str]] = defaultdict(set)
    if areas:
        for one, other in shapely.STRtree(areas).query(areas, predicate="dwithin", distance=REACH).T:
            if one != other:
                found[grids[one][0]].add(grids[other][0])
    return dict(found)
