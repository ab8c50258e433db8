"""How large an area is, as people say it."""

from decimal import Decimal

from shapely.errors import ShapelyError
from shapely.geometry import shape

from gridsup.equalarea import square_metres

SQUARE_METRES_OF_A_KM2 = Decimal(1_000_000)
HUNDREDTHS = Decimal("0.01")


def square_km(boundary: object) -> Decimal | None:
    """The area of a GeoJSON geometry in km² with two decimals; None without a boundary, or of one that is none."""
    if boundary is None:
        return None
    try:
        metres = square_metres(shape(boundary))
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, ShapelyError):
        return None
    return (Decimal(metres) / SQUARE_METRES_OF_A_KM2).quantize(HUNDREDTHS)
