"""A district on squared paper: one square is 0.01° wide and high, west to east and south to north of 109°, 34°."""

import shapely

from grids.geometry import as_geojson
from grids.models import Bureau, Grid, Station
from gridsup.equalarea import square_metres
from tests.factories import GridFactory

WEST, SOUTH, SQUARE = 109.0, 34.0, 0.01
# Of one square, by the radii of the ellipsoid at 34.005°: 923.6 m × 1,109.3 m.
SQUARE_M2 = 1_024_600


def box(west, south, east, north):
    """A rectangle in squares."""
    return shapely.box(WEST + west * SQUARE, SOUTH + south * SQUARE, WEST + east * SQUARE, SOUTH + north * SQUARE)


def degrees(x, y):
    """A point in squares as longitude and latitude."""
    return WEST + x * SQUARE, SOUTH + y * SQUARE


def draw(**shapes):
    """Draws grids (g050101=…), stations (s0501=…) and bureaus (b05=…); what is None is left without a boundary."""
    for name, shape in shapes.items():
        boundary = as_geojson(shape) if shape is not None else None
        code = name[1:]
        if name.startswith("b"):
            Bureau.objects.filter(code=code).update(outline=boundary)
        elif name.startswith("s"):
            Station.objects.filter(code=code).update(outline=boundary)
        else:
            GridFactory(code=code)
            Grid.objects.filter(code=code).update(boundary=boundary)


def draw_whole():
    """Three grids that fill their bureau, side by side."""
    draw(b05=box(0, 0, 3, 1), g050101=box(0, 0, 1, 1), g050102=box(1, 0, 2, 1), g050201=box(2, 0, 3, 1))


def size(shape):
    """Square metres."""
    return square_metres(shape)
