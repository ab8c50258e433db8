"""Boundaries as GeoJSON geometries in WGS 84: what may be stored and what may not."""

from typing import Any

import numpy as np
import shapely
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from shapely.errors import ShapelyError
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from gridsup.errors import BadInput

# One step is some 10 cm on the ground: finer than any boundary is known, and equal corners stay equal.
STEP = 1e-6
# What GEOS says of a polygon, as a person who draws has to understand it.
REASONS: dict[str, Promise] = {
    "Self-intersection": gettext_lazy("The line crosses itself."),
    "Ring Self-intersection": gettext_lazy("The line touches itself."),
    "Hole lies outside shell": gettext_lazy("A hole lies outside the area."),
    "Holes are nested": gettext_lazy("A hole lies inside another."),
    "Interior is disconnected": gettext_lazy("Holes cut the area into pieces."),
    "Nested shells": gettext_lazy("A part lies inside another."),
    "Duplicate Rings": gettext_lazy("The same line stands there twice."),
    "Too few points in geometry component": gettext_lazy("There are too few corners for an area."),
    "Invalid Coordinate": gettext_lazy("A corner is no pair of numbers."),
    "Ring is not closed": gettext_lazy("The line does not come back to its beginning."),
    "No polygon": gettext_lazy("This is no area but a line, a point or nothing."),
    "Unreadable": gettext_lazy("This cannot be read as a shape."),
}


def read_boundary(geometry: object, *, field: str = "boundary") -> BaseGeometry:
    """The polygon of a GeoJSON geometry, feature or collection of one; raises BadInput for anything else.

    Coordinates are degrees, longitude first.
    """
    return proven(read_shape(geometry, field=field), field=field)


def read_shape(geometry: object, *, field: str = "boundary") -> BaseGeometry:
    """The shape of a GeoJSON geometry, feature or collection of one, in whatever coordinates; raises BadInput."""
    try:
        area = shape(_bare(geometry))
    except OverflowError as error:  # whole numbers of JSON have as many digits as somebody types
        raise BadInput(_("Some number in this is far too long to be a coordinate."), field=field) from error
    except (AttributeError, KeyError, IndexError, TypeError, ValueError, RecursionError, ShapelyError) as error:
        raise BadInput(_("This is no GeoJSON geometry."), field=field) from error
    if not np.isfinite(shapely.get_coordinates(area)).all():
        raise BadInput(_("A corner of the boundary is no number."), field=field)
    return area


def proven(area: BaseGeometry, *, field: str = "boundary") -> BaseGeometry:
    """The shape, if it is a polygon in degrees that may be stored; raises BadInput that says what is wrong."""
    if area.is_empty:
        raise BadInput(_("The boundary has no corners."), field=field)
    if area.geom_type not in {"Polygon", "MultiPolygon"}:
        raise BadInput(_("A boundary is a polygon; this is a %(type)s.") % {"type": area.geom_type}, field=field)
    if not area.is_valid:
        raise BadInput(_why_invalid(area), field=field)
    west, south, east, north = area.bounds
    if west < -180 or south < -90 or east > 180 or north > 90:
        raise BadInput(_("Coordinates are degrees, longitude first: this leaves the globe."), field=field)
    return area


def reason_words(detail: str) -> str:
    """A reason of GEOS in words; one that is not known as it is."""
    return str(REASONS.get(detail, detail))


def _why_invalid(area: BaseGeometry) -> str:
    """What is wrong with a polygon, and where: GEOS says "Self-intersection[109.05 34.2]"."""
    reason, _bracket, place = str(shapely.is_valid_reason(area)).partition("[")
    told = {"why": reason_words(reason), "place": place.rstrip("]").replace(" ", ", ")}
    if not place:
        return _("The boundary is not a valid polygon: %(why)s") % told
    return _("The boundary is not a valid polygon: %(why)s Look at %(place)s.") % told


def as_geojson(area: BaseGeometry) -> dict[str, Any]:
    """The geometry as GeoJSON, corners at six decimals."""
    return {"type": area.geom_type, "coordinates": _six_decimals(mapping(area)["coordinates"])}


def _bare(geometry: Any) -> Any:
    """The geometry inside a feature or a collection of exactly one feature."""
    if geometry["type"] == "FeatureCollection":
        (geometry,) = geometry["features"]
    return geometry["geometry"] if geometry["type"] == "Feature" else geometry


def _six_decimals(part: Any) -> Any:
    return round(part, 6) if isinstance(part, int | float) else [_six_decimals(inner) for inner in part]
