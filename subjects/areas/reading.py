"""A boundary as somebody hands it in: GeoJSON with its coordinate system named, bounded before it costs memory."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import shapely
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from shapely.geometry.base import BaseGeometry

from grids.geometry import STEP, proven, read_shape
from gridsup.coordinates import Degrees, from_bd09, to_bd09, to_gcj02, to_wgs84
from gridsup.equalarea import square_metres
from gridsup.errors import BadInput
from subjects.geometry.overlay import LEAST_M2

MEGABYTE = 1_000_000
# The outline of a whole city in full detail takes half of it; read, it takes forty times as much memory.
LARGEST = 5 * MEGABYTE
# A boundary with a corner every ten metres is 200 km long by then: more is no boundary but a trace.
MOST_CORNERS = 20_000
# Brackets of so many corners, and as many again for rings and what the file says beside its shape.
BRACKETS = 2 * MOST_CORNERS
# Half the length of the equator in the projection of web maps, in metres.
HALF_EQUATOR = 20_037_508.342789244
HALF_TURN = 180.0  # degrees: no longitude goes further


class System(TextChoices):
    """Coordinate systems in which a boundary may come."""

    WGS84 = "wgs84", "WGS 84"
    GCJ02 = "gcj02", gettext_lazy("GCJ-02 (shifted, of Chinese web maps)")
    BD09 = "bd09", gettext_lazy("BD-09 (shifted twice, of Baidu maps)")
    CGCS2000 = "cgcs2000", gettext_lazy("CGCS2000 (within a metre of WGS 84)")
    MERCATOR = "epsg3857", gettext_lazy("EPSG:3857 (metres, of web maps)")


# What a file that names its system itself calls it, as part of the name.
NAMES = {
    System.WGS84: ("CRS84", "4326"),
    System.CGCS2000: ("4490",),
    System.MERCATOR: ("3857", "900913"),
    System.GCJ02: ("GCJ",),
    System.BD09: ("BD09", "BD-09"),
}
# Shifted systems: to WGS 84, and from it.
SHIFTED = {System.GCJ02: (to_wgs84, to_gcj02), System.BD09: (from_bd09, to_bd09)}


@dataclass(frozen=True)
class Handed:
    """Boundaries as somebody handed them in, read as WGS 84 by what `crs` said."""

    shapes: tuple[BaseGeometry, ...] = ()
    crs: str = ""
    of: tuple[str, ...] = ()  # grids whose ground it is to be, or of which it is a piece
    piece: bool = False  # what of it lies in its grid is cut out
    tapped: bool = False  # on our own map, which is WGS 84
    sure: bool = False  # somebody looked and says that the system is right


def read_area(text: str | bytes, *, crs: str, field: str = "boundary") -> BaseGeometry:
    """The polygon of a GeoJSON text as WGS 84; raises BadInput for whatever cannot be a boundary."""
    if len(text) > LARGEST:
        raise BadInput(
            _("The boundary is larger than %(most)d MB. A boundary needs no more: simplify it.")
            % {"most": LARGEST // MEGABYTE},
            field=field,
        )
    opened = text.count(b"[") if isinstance(text, bytes) else text.count("[")
    if opened > BRACKETS:
        # counted before anything is read: every corner opens a bracket
        raise BadInput(
            _("The boundary has more than %(most)d corners: simplify it.") % {"most": MOST_CORNERS}, field=field
        )
    found = _parsed(text, field)
    system = _system(found, crs, field)
    shape = read_shape(found, field=field)
    if not all(isinstance(number, int | float) and not isinstance(number, bool) for number in _numbers(found)):
        raise BadInput(_("Coordinates are numbers without quotation marks."), field=field)
    if shapely.get_num_coordinates(shape) > MOST_CORNERS:
        raise BadInput(
            _("The boundary has %(count)d corners, more than %(most)d: simplify it.")
            % {"count": shapely.get_num_coordinates(shape), "most": MOST_CORNERS},
            field=field,
        )
    area = proven(_in_degrees(shape, system, field), field=field)
    if square_metres(shapely.set_precision(area, STEP)) < LEAST_M2:
        raise BadInput(_("The corners lie on one line or one spot: there is no ground between them."), field=field)
    return area


def _parsed(text: str | bytes, field: str) -> Any:
    try:
        plain = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        found = json.loads(plain, parse_constant=_no_number)
    except RecursionError as error:
        raise BadInput(_("The file is nested too deep to be a boundary."), field=field) from error
    except (UnicodeDecodeError, ValueError) as error:
        raise BadInput(_no_json(error), field=field) from error
    several = found.get("features") if isinstance(found, dict) else None
    if isinstance(several, list) and len(several) != 1:
        raise BadInput(
            _("There are %(count)d features in this; a boundary is one.") % {"count": len(several)}, field=field
        )
    return found


def _numbers(found: Any) -> Iterator[Any]:
    """Every number of the coordinates of a geometry, feature or collection of one that was read as a shape already."""
    if isinstance(found, dict):
        for name in ("features", "geometry", "coordinates", "geometries"):
            yield from _numbers(found.get(name) or [])
    elif isinstance(found, list):
        for inner in found:
            yield from _numbers(inner)
    else:
        yield found


def _no_json(error: ValueError) -> str:
    """Where the text ceases to be JSON."""
    if isinstance(error, json.JSONDecodeError):
        return _("This is no JSON: look at line %(line)d, character %(column)d.") % {
            "line": error.lineno, "column": error.colno,
        }  # fmt: skip
    if isinstance(error, UnicodeDecodeError):
        return _("This is no text in UTF-8: save the file in UTF-8 and try again.")
    if isinstance(error, NoNumber):
        return str(error)
    return _("Some number in this is far too long to be a coordinate.")


class NoNumber(ValueError):
    """What JSON allows as a number in some programs, and no coordinate is: NaN, Infinity; says which."""


def _no_number(name: str) -> NoReturn:
    raise NoNumber(_("%(name)s is no number.") % {"name": name})


def _system(found: Any, crs: str, field: str) -> System:
    """The system that was chosen; raises BadInput for none, and when the file itself names another, known here or
    not: what is in Beijing 54 or Xi'an 80 would lie a hundred metres off."""
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
    if named and not said:
        raise BadInput(
            _("The file says of itself that it is in %(named)s, which is not read here: convert it to WGS 84 first.")
            % {"named": _called(found["crs"])},
            field=field,
        )
    return System(crs)


def _called(crs: Any) -> str:
    """What a file calls its system, short enough for a sentence."""
    facts = crs.get("properties") if isinstance(crs, dict) else None
    return str(facts.get("name") or crs if isinstance(facts, dict) else crs)[:60]


def _in_degrees(shape: BaseGeometry, system: System, field: str) -> BaseGeometry:
    if system in SHIFTED:
        return turned(shape, SHIFTED[system][0])
    if system == System.MERCATOR:
        furthest = np.abs(shapely.get_coordinates(shape)).max(initial=0)
        if furthest > HALF_EQUATOR:
            raise BadInput(_("Coordinates of EPSG:3857 are metres: this leaves the globe."), field=field)
        if furthest <= HALF_TURN:
            raise BadInput(_("Coordinates of EPSG:3857 are metres, and these look like degrees."), field="crs")
        return turned(shape, _from_mercator)
    return shape


def turned(shape: BaseGeometry, turn: Any) -> BaseGeometry:
    """The shape with its corners in another system; `turn` takes and returns two arrays."""
    there: BaseGeometry = shapely.transform(shape, lambda corners: np.column_stack(turn(*corners.T)))
    return there


def as_said(area: BaseGeometry, crs: str) -> BaseGeometry:
    """An area in WGS 84 in the degrees of the system in which it was handed in."""
    return turned(area, SHIFTED[System(crs)][1]) if crs in SHIFTED else area


def read_as(area: BaseGeometry, crs: str, other: System) -> BaseGeometry:
    """What an area that was read by one system would be, had its corners been in another; both in WGS 84."""
    corners = as_said(area, crs)
    return turned(corners, SHIFTED[other][0]) if other in SHIFTED else corners


def _from_mercator(x: Degrees, y: Degrees) -> tuple[Degrees, Degrees]:
    """Spherical Mercator in metres → degrees of WGS 84."""
    return x / HALF_EQUATOR * 180.0, np.degrees(2.0 * np.arctan(np.exp(y / HALF_EQUATOR * np.pi)) - np.pi / 2.0)
