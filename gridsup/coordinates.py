"""GCJ-02 and BD-09, the shifted coordinates of Chinese maps, to and from WGS 84; whole arrays at once, in degrees.

The shift is some 500 m in Xi'an, and as much again for BD-09, which Baidu makes of GCJ-02; a coordinate without its
system is useless. The forward formulas are the published approximations that map services use; the way back is found
by iteration.
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
from django.utils.translation import gettext as _

from gridsup.errors import BadInput

Degrees = npt.NDArray[np.float64]

# The rectangle outside which the shift is not defined.
WEST, EAST = 72.004, 137.8347
SOUTH, NORTH = 0.8293, 55.8271

# Krasovsky's ellipsoid as the formula has it: half axis in metres, squared eccentricity.
AXIS: Final = 6_378_245.0
ECCENTRICITY: Final = 0.00669342162296594323

# BD-09 moves GCJ-02 so many degrees east and north, beside waves of two metres at most.
BD_EAST, BD_NORTH = 0.0065, 0.006
BD_WAVES: Final = np.pi * 3000.0 / 180.0

# Each turn of the inverse shrinks the error fiftyfold or better; six come well under a millimetre.
TURNS: Final = 6


def fault_of(lon: float, lat: float) -> str:
    """Why a point cannot be used, as a sentence; empty when it lies in China."""
    if not (np.isfinite(lon) and np.isfinite(lat)):
        return _("This is no number of degrees.")
    if WEST <= lon <= EAST and SOUTH <= lat <= NORTH:
        return ""
    if WEST <= lat <= EAST and SOUTH <= lon <= NORTH:
        return _("Longitude and latitude seem to be exchanged: %(lon)s, %(lat)s.") % {"lon": lon, "lat": lat}
    return _("The point %(lon)s, %(lat)s lies outside China.") % {"lon": lon, "lat": lat}


def to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Degrees, Degrees]:
    """WGS 84 → GCJ-02; raises BadInput naming the first point that is not in China."""
    x, y = _checked(lon, lat)
    east, north = _shift(x, y)
    return x + east, y + north


def to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Degrees, Degrees]:
    """GCJ-02 → WGS 84 to well under a millimetre; raises BadInput naming the first point that is not in China."""
    return _unshifted(*_checked(lon, lat), _shift)


def to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Degrees, Degrees]:
    """WGS 84 → BD-09; raises BadInput naming the first point that is not in China."""
    x, y = to_gcj02(lon, lat)
    east, north = _shift_bd09(x, y)
    return x + east, y + north


def from_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Degrees, Degrees]:
    """BD-09 → WGS 84; raises BadInput naming the first point that is not in China."""
    return _unshifted(*_unshifted(*_checked(lon, lat), _shift_bd09), _shift)


def _unshifted(
    shifted_x: Degrees, shifted_y: Degrees, shift: Callable[[Degrees, Degrees], tuple[Degrees, Degrees]]
) -> tuple[Degrees, Degrees]:
    """Where a point was before it was shifted."""
    x, y = shifted_x, shifted_y
    for _turn in range(TURNS):
        east, north = shift(x, y)
        x, y = shifted_x - east, shifted_y - north
    return x, y


def _checked(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Degrees, Degrees]:
    x, y = np.atleast_1d(np.asarray(lon, dtype=np.float64)), np.atleast_1d(np.asarray(lat, dtype=np.float64))
    if x.shape != y.shape:
        raise BadInput(_("There are %(lon)d longitudes and %(lat)d latitudes.") % {"lon": x.size, "lat": y.size})
    usable = (x >= WEST) & (x <= EAST) & (y >= SOUTH) & (y <= NORTH)
    if not usable.all():
        first = int(np.argmin(usable))
        raise BadInput(fault_of(float(x.flat[first]), float(y.flat[first])))
    return x, y


def _shift(x: Degrees, y: Degrees) -> tuple[Degrees, Degrees]:
    """How far GCJ-02 lies east and north of WGS 84, in degrees; the numbers are those of the published formula."""
    u, v = x - 105.0, y - 35.0
    root, product, waves = np.sqrt(np.abs(u)), u * v, _waves(u, 6.0, 2.0) * 20.0
    east = 300.0 + u + 2.0 * v + 0.1 * u * u + 0.1 * product + 0.1 * root
    east += (
        (waves + _waves(u, 1.0, 1.0 / 3.0, 20.0, 40.0) + _waves(u, 1.0 / 12.0, 1.0 / 30.0, 150.0, 300.0)) * 2.0 / 3.0
    )
    north = -100.0 + 2.0 * u + 3.0 * v + 0.2 * v * v + 0.1 * product + 0.2 * root
    north += (
        (waves + _waves(v, 1.0, 1.0 / 3.0, 20.0, 40.0) + _waves(v, 1.0 / 12.0, 1.0 / 30.0, 160.0, 320.0)) * 2.0 / 3.0
    )
    latitude = np.radians(y)
    bulge = 1.0 - ECCENTRICITY * np.sin(latitude) ** 2
    along_parallel = AXIS / np.sqrt(bulge) * np.cos(latitude)
    along_meridian = AXIS * (1.0 - ECCENTRICITY) / (bulge * np.sqrt(bulge))
    return np.degrees(east / along_parallel), np.degrees(north / along_meridian)


def _shift_bd09(x: Degrees, y: Degrees) -> tuple[Degrees, Degrees]:
    """How far BD-09 lies east and north of GCJ-02, in degrees: waves along and across the way to the origin."""
    far = np.hypot(x, y) + 0.00002 * np.sin(y * BD_WAVES)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * BD_WAVES)
    return far * np.cos(angle) + BD_EAST - x, far * np.sin(angle) + BD_NORTH - y


def _waves(z: Degrees, first: float, second: float, height: float = 1.0, other: float = 1.0) -> Degrees:
    """Two sine waves over degrees, in half turns."""
    return height * np.sin(z * first * np.pi) + other * np.sin(z * second * np.pi)
