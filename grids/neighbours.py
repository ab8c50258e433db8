"""Which grids of a station lie beside each other: their boundaries touch."""

from collections import defaultdict

import shapely

from grids.models import Grid
from grids.shapes import drawn

# Degrees, some 10 m: boundaries drawn by different hands leave slivers between grids that touch on the ground.
REACH = 1e-4


def neighbours_of(station: str) -> dict[str, set[str]]:
    """Grid in force → the grids of its station that touch it; one without a boundary has none. One query."""
    rows = Grid.objects.in_force().in_area(station).filter(boundary__isnull=False).order_by("code")
    grids = drawn(rows.values_list("code", "boundary"))
    codes, areas = list(grids), list(grids.values())
    found: dict[str, set[str]] = defaultdict(set)
    if areas:
        for one, other in shapely.STRtree(areas).query(areas, predicate="dwithin", distance=REACH).T:
            if one != other:
                found[codes[one]].add(codes[other])
    return dict(found)
