"""How large an area is, as people say it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from shapely.errors import ShapelyError
from shapely.geometry import shape

from gridsup.equalarea import Plane

SQUARE_METRES_OF_A_KM2 = Decimal(1_000_000)
HUNDREDTHS = Decimal("0.01")


def square_km(boundary: object) -> Decimal | None:
    """The area of a GeoJSON geometry in km² with two decimals; None without a boundary, or of one that is none."""
    return square_kms([boundary])[0]


def square_kms(boundaries: Sequence[object]) -> list[Decimal | None]:
    """The same of many at once."""
    shapes = [_shape(boundary) for boundary in boundaries]
    drawn = [area for area in shapes if area is not None]
    measured = iter(Plane.around(*drawn).square_metres(drawn).tolist() if drawn else ())
    return [
        None if area is None else (Decimal(next(measured)) / SQUARE_METRES_OF_A_KM2).quantize(HUNDREDTHS)
        for area in shapes
    ]


def _shape(boundary: object) -> Any:
    """The shapely geometry; None of what is none."""
    if boundary is None:
        return None
    try:
        return shape(boundary)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, ShapelyError):
        return None
