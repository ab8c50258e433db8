"""A boundary as somebody hands it in: GeoJSON with its coordinate system named, bounded before it costs memory."""

import json
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
import shapely
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from shapely.geometry.base import BaseGeometry

from grids.geometry import proven, read_boundary, read_shape
from grids.map import share_inside
from grids.models import Grid
from gridsup.coordinates import Degrees, to_gcj02, to_wgs84
from gridsup.errors import BadInput

MEGABYTE = 1_000_000
# The outline of a whole city in full detail takes half of it; read, it takes forty times as much memory.
LARGEST = 5 * MEGABYTE
# A boundary with a corner every ten metres is 200 km long by then: more is no boundary but a trace.
MOST_CORNERS = 20_000
# Half the length of the equator in the projection of web maps, in metres.
HALF_EQUATOR = 20_037_508.342789244
# A piece that lies in its grid nearly whole, and by so much better than as said, was meant to lie there.
SHARE_INSIDE, SHARE_APART = 0.95, 0.2


class System(TextChoices):
    """Coordinate systems in which a boundary may come."""

    WGS84 = "wgs84", "WGS 84"
    GCJ02 = "gcj02", gettext_lazy("GCJ-02 (shifted, of Chinese web maps)")
    CGCS2000 = "cgcs2000", gettext_lazy("CGCS2000 (within a metre of WGS 84)")
    MERCATOR = "epsg3857", gettext_lazy("EPSG:3857 (metres, of web maps)")


# What a file that names its system itself calls it, as part of the name.
NAMES = {
    System.WGS84: ("CRS84", "4326"),
    System.CGCS2000: ("4490",),
    System.MERCATOR: ("3857", "900913"),
    System.GCJ02: ("GCJ",),
}


def read_area(text: str | bytes, *, crs: str, field: str = "boundary") -> BaseGeometry:
    """The polygon of a GeoJSON text as WGS 84; raises BadInput for whatever cannot be a boundary."""
    if len(text) > LARGEST:
        raise BadInput(
            _("The boundary is larger than %(most)d MB. A boundary needs no more: simplify it.")
            % {"most": LARGEST // MEGABYTE},
            field=field,
        )
    found = _parsed(text, field)
    system = _system(found, crs, field)
    shape = read_shape(found, field=field)
    if shapely.get_num_coordinates(shape) > MOST_CORNERS:
        raise BadInput(
            _("The boundary has %(count)d corners, more than %(most)d: simplify it.")
            % {"count": shapely.get_num_coordinates(shape), "most": MOST_CORNERS},
            field=field,
        )
    return proven(_in_degrees(shape, system, field), field=field)


def refuse_other_system(
    area: BaseGeometry, crs: str, lon: npt.NDArray[np.float64], lat: npt.NDArray[np.float64]
) -> None:
    """Raises BadInput when most of the points lie outside the area but would lie inside, were it in the other system.

    `area` is in WGS 84 by what `crs` said; `lon` and `lat` are the premises that should lie in it.
    """
    if crs not in {System.WGS84, System.CGCS2000, System.GCJ02} or not len(lon):
        return
    inside = share_inside(area, lon, lat)
    if inside < 1 / 2 < share_inside(_other(area, crs), lon, lat):
        right = System.WGS84 if crs == System.GCJ02 else System.GCJ02
        raise BadInput(
            _("Read as %(said)s, %(share)d %% of the premises lie outside this boundary; read as %(right)s most lie "
              "inside. Choose %(right)s.")
            % {"said": NAMED[System(crs)], "share": round((1 - inside) * 100), "right": NAMED[right]},
            field="crs",
        )  # fmt: skip


def refuse_other_place(piece: BaseGeometry | None, crs: str, grid: Grid) -> None:
    """Raises BadInput when a piece that is cut out of a grid lies in it by far better, were it in the other system."""
    if piece is None or not grid.boundary or crs not in NAMED:
        return
    ground = read_boundary(grid.boundary)
    inside, other = (one.intersection(ground).area / one.area for one in (piece, _other(piece, crs)))
    if other >= SHARE_INSIDE and other - inside >= SHARE_APART:
        right = System.WGS84 if crs == System.GCJ02 else System.GCJ02
        raise BadInput(
            _("Read as %(said)s, %(share)d %% of this piece lie outside the grid; read as %(right)s it lies inside. "
              "Choose %(right)s.")
            % {"said": NAMED[System(crs)], "share": round((1 - inside) * 100), "right": NAMED[right]},
            field="crs",
        )  # fmt: skip


def _other(area: BaseGeometry, crs: str) -> BaseGeometry:
    """The area, had its corners been in the other of the two systems that are taken for each other."""
    return _turned(area, to_gcj02 if crs == System.GCJ02 else to_wgs84)


NAMED = {System.WGS84: "WGS 84", System.CGCS2000: "CGCS2000", System.GCJ02: "GCJ-02"}


def _parsed(text: str | bytes, field: str) -> Any:
    try:
        found = json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise BadInput(_("The file is nested too deep to be a boundary."), field=field) from error
    except (UnicodeDecodeError, ValueError) as error:
        raise BadInput(_("This is no JSON in UTF-8: %(why)s") % {"why": error}, field=field) from error
    several = found.get("features") if isinstance(found, dict) else None
    if isinstance(several, list) and len(several) != 1:
        raise BadInput(
            _("There are %(count)d features in this; a boundary is one.") % {"count": len(several)}, field=field
        )
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(_("%(name)s is no number.") % {"name": name})


def _system(found: Any, crs: str, field: str) -> System:
    """The system that was chosen; raises BadInput for none, and when the file itself names another."""
    if crs not in System.values:
        raise BadInput(_("Say in which coordinate system the boundary is."), field="crs")
    named = str(found.get("crs") or "") if isinstance(found, dict) else ""
    said = [system for system, names in NAMES.items() if any(name in named.upper() for name in names)]
    if said and System(crs) not in said:
        raise BadInput(
            _("The file says of itself that it is in %(named)s, you chose %(chosen)s.")
            % {"named": said[0].label, "chosen": System(crs).label},
            field="crs",
        )
    return System(crs)


def _in_degrees(shape: BaseGeometry, system: System, field: str) -> BaseGeometry:
    if system == System.GCJ02:
        return _turned(shape, to_wgs84)
    if system == System.MERCATOR:
        if np.abs(shapely.get_coordinates(shape)).max(initial=0) > HALF_EQUATOR:
            raise BadInput(_("Coordinates of EPSG:3857 are metres: this leaves the globe."), field=field)
        return _turned(shape, _from_mercator)
    return shape


def _turned(shape: BaseGeometry, turn: Any) -> BaseGeometry:
    turned: BaseGeometry = shapely.transform(shape, lambda corners: np.column_stack(turn(*corners.T)))
    return turned


def _from_mercator(x: Degrees, y: Degrees) -> tuple[Degrees, Degrees]:
    """Spherical Mercator in metres → degrees of WGS 84."""
    return x / HALF_EQUATOR * 180.0, np.degrees(2.0 * np.arctan(np.exp(y / HALF_EQUATOR * np.pi)) - np.pi / 2.0)
