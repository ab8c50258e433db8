"""What a check looks at: the grids in force of a bureau as polygons, and the outlines they ought to fill."""

import hashlib
from dataclasses import dataclass, field

import numpy as np
import shapely
from django.db.models import TextField
from django.db.models.functions import Cast
from shapely.geometry.base import BaseGeometry

from grids.models import Bureau, Grid, Station
from grids.shapes import POLYGONS, mended, read_shape
from gridsup.equalarea import Plane, Shapes


@dataclass(frozen=True)
class Broken:
    """A boundary that is no valid polygon: why, as GEOS says it, and where."""

    reason: str
    point: tuple[float, float] | None


@dataclass(frozen=True)
class Ground:
    """Areas of a bureau in degrees; `polygons` stand in the order of `codes`, mended where they were invalid.

    `digest` tells whether anything drawn has changed since.
    """

    bureau: str
    codes: list[str]
    polygons: Shapes
    outline: BaseGeometry | None
    stations: dict[str, BaseGeometry]
    plane: Plane
    digest: str = ""
    undrawn: list[str] = field(default_factory=list)
    broken: dict[str, Broken] = field(default_factory=dict)


def digest_of(bureau: str) -> str:
    """The digest of what is drawn now."""
    return _digest(_texts(bureau))


def read_ground(bureau: str) -> Ground:
    """The areas of a bureau as they are drawn now; three queries, whatever their number."""
    texts = _texts(bureau)
    outlines = {code: read_shape(text) for code, text in texts.items() if len(code) < len("050101") and text}
    usable = {code: shape for code, shape in outlines.items() if shape is not None}
    ground = sort_out(bureau, {code: text for code, text in texts.items() if len(code) == len("050101")})
    outline = usable.pop(bureau, None)
    return Ground(
        bureau=bureau,
        codes=ground.codes,
        polygons=ground.polygons,
        outline=outline,
        stations=usable,
        plane=Plane.around(*([outline] if outline is not None else ground.polygons)),
        digest=_digest(texts),
        undrawn=ground.undrawn,
        broken=ground.broken,
    )


def sort_out(bureau: str, texts: dict[str, str]) -> Ground:
    """Grids (code → GeoJSON text, empty for none) parted into usable, broken and undrawn."""
    drawn = {code: text for code, text in texts.items() if text and text != "null"}
    shapes = shapely.from_geojson(np.array(list(drawn.values()), dtype=object), on_invalid="ignore")
    codes: list[str] = []
    polygons: list[BaseGeometry] = []
    broken: dict[str, Broken] = {}
    for code, shape, is_valid in zip(drawn, shapes, shapely.is_valid(shapes), strict=True):
        if not is_valid or shapely.get_type_id(shape) not in POLYGONS or shape.is_empty:
            broken[code] = _fault_of(shape)
        area = mended(shape) if code in broken else shape
        if area is not None:
            codes.append(code)
            polygons.append(area)
    return Ground(
        bureau=bureau,
        codes=codes,
        polygons=np.array(polygons, dtype=object),
        outline=None,
        stations={},
        plane=Plane.around(*polygons),
        undrawn=[code for code in texts if code not in drawn],
        broken=broken,
    )


def _fault_of(shape: BaseGeometry | None) -> Broken:
    """Why GEOS refuses a shape: "Self-intersection[109.05 34.2]" is a reason and a place."""
    if shape is None:
        return Broken("Unreadable", None)
    if shapely.get_type_id(shape) not in POLYGONS or shape.is_empty:
        return Broken("No polygon", None)
    reason, _bracket, place = str(shapely.is_valid_reason(shape)).partition("[")
    numbers = place.rstrip("]").split()[:2]
    try:
        lon, lat = (float(number) for number in numbers)
    except ValueError:
        return Broken(reason, None)
    return Broken(reason, (lon, lat) if np.isfinite([lon, lat]).all() else None)


def _texts(bureau: str) -> dict[str, str]:
    """Code → GeoJSON as the database keeps it, of the bureau, its stations and its grids in force; empty for none."""
    found: dict[str, str] = {}
    for rows, column in (
        (Bureau.objects.filter(code=bureau), "outline"),
        (Station.objects.in_area(bureau), "outline"),
        (Grid.objects.in_force().in_area(bureau), "boundary"),
    ):
        named = rows.order_by("code").annotate(drawn=Cast(column, TextField()))
        found |= {code: text or "" for code, text in named.values_list("code", "drawn")}
    return found


def _digest(texts: dict[str, str]) -> str:
    """One hash over everything that is drawn."""
    whole = hashlib.blake2b(digest_size=16)
    for code, text in texts.items():
        whole.update(f"{code}\n{text}\n".encode())
    return whole.hexdigest()
