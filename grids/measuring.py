"""How large an area on the ground is.

Longitude and authalic latitude are projected to an equal-area cylinder of WGS 84: a polygon keeps its true area there,
but for its sides, which are straight lines of the projection instead of geodesics; of a side of 10 km that is metres.
"""

from decimal import Decimal
from math import atanh, pi, sqrt
from typing import Any

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import shape

# The ellipsoid of WGS 84: half axis in metres, flattening.
AXIS, FLATTENING = 6_378_137.0, 1 / 298.257_223_563
ECCENTRICITY = sqrt(FLATTENING * (2 - FLATTENING))
SQUARE_METRES_OF_A_KM2 = Decimal(1_000_000)
HUNDREDTHS = Decimal("0.01")


def square_metres(area: Any) -> float:
    """The area of a shapely geometry in degrees of WGS 84."""
    return float(shapely.area(shapely.transform(area, _on_the_cylinder)))


def square_km(boundary: object) -> Decimal | None:
    """The area of a GeoJSON geometry in km² with two decimals; None without a boundary, or of one that is none."""
    if boundary is None:
        return None
    try:
        metres = square_metres(shape(boundary))
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, ShapelyError):
        return None
    return (Decimal(metres) / SQUARE_METRES_OF_A_KM2).quantize(HUNDREDTHS)


def _on_the_cylinder(corners: Any) -> Any:
    """Degrees → metres east and north on the cylinder (Snyder, Map Projections, 3-12 and 10-3)."""
    east = np.radians(corners[:, 0]) * AXIS
    sine = np.sin(np.radians(corners[:, 1]))
    bent = ECCENTRICITY * sine
    height = (1 - ECCENTRICITY**2) * (sine / (1 - bent**2) + np.arctanh(bent) / ECCENTRICITY)
    return np.column_stack([east, AXIS / 2 * height])


# The whole ellipsoid, against which a test holds the projection.
WHOLE_EARTH = 2 * pi * AXIS**2 * (1 + (1 - ECCENTRICITY**2) / ECCENTRICITY * atanh(ECCENTRICITY))
