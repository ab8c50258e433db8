"""Grids for maps: thinned for the wire, and made once for whatever is drawn, however often it is asked for."""

import gzip
import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from django.core.cache import cache
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from grids.models import Grid
from gridsup.codes import is_area_code
from gridsup.errors import BadInput

# Grids that one map draws: the largest city known has 2,428 (handbook §1); more would choke a phone.
MOST_SHAPES = 3_000
# Corners that move a line by less are left out, in degrees: some 5 m, the width of the line that is drawn where one
# grid fills the screen. Neighbours keep their common line.
DETAIL = 5e-5
# Of wider maps what is half a pixel where they fill a screen of so many pixels.
PIXELS = 1_000
# Five decimals are a metre.
STEP = 1e-5
# So long nobody looks whether something was drawn anew: a crowd of readers costs the database nothing.
FRESH_SECONDS = 10
# Thinned shapes are kept for a day under the digest of what they were made from; what is drawn anew has another.
KEPT_SECONDS = 86_400
# The highest level takes five times as long for one part in a hundred.
COMPRESSION = 6
BUREAU, STATION = 2, 4  # digits
POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True)
class Wire:
    """The grids of an area as they go over the wire; `digest` changes with anything that is drawn or named."""

    rows: list[tuple[str, str, str]]  # code, name, GeoJSON as the database keeps it

    @cached_property
    def digest(self) -> str:
        whole = hashlib.blake2b(digest_size=16)
        for row in self.rows:
            whole.update("\n".join(row).encode())
        return whole.hexdigest()

    def packed(self) -> bytes:
        """The feature collection, compressed; each feature has the grid's code and name."""
        key = _key(self.digest)
        found: bytes | None = cache.get(key)
        if found is None:
            found = gzip.compress(self._collection().encode(), COMPRESSION, mtime=0)
            cache.set(key, found, KEPT_SECONDS)
        return found

    def _collection(self) -> str:
        texts = thinned([text for _code, _name, text in self.rows])
        features = ",".join(
            f'{{"type":"Feature","geometry":{text},"properties":{json.dumps({"code": code, "name": name})}}}'
            for (code, name, _drawn), text in zip(self.rows, texts, strict=True)
            if text
        )
        return f'{{"type":"FeatureCollection","features":[{features}]}}'


def packed_grids(area: str) -> tuple[str, bytes]:
    """Digest and compressed feature collection of the grids in force of a bureau or station (2 or 4 digits).

    No more kinds of answers than there are bureaus and stations: what strangers ask for is made once and kept. Raises
    BadInput for any other area, and for more grids than a map draws.
    """
    if not (is_area_code(area) and len(area) in {BUREAU, STATION}):
        raise BadInput(_("Give the code of a bureau or a station: 2 or 4 digits."), field="area")
    now = f"grids.shapes.now:{area}"
    digest: str | None = cache.get(now)
    packed: bytes | None = cache.get(_key(digest)) if digest else None
    if digest is None or packed is None:
        wire = wire_of(area)
        digest, packed = wire.digest, wire.packed()
        cache.set(now, digest, FRESH_SECONDS)
    return digest, packed


def stations_or_wider(areas: Collection[str]) -> list[str]:
    """For which areas `packed_grids` is asked to draw some areas: of a grid it is the station."""
    return sorted({area[:STATION] for area in areas})


def _key(digest: str) -> str:
    return f"grids.shapes:{digest}"


def wire_of(area: str) -> Wire:
    """The grids in force of an area; one query. Raises BadInput for more than a map draws."""
    grids = Grid.objects.in_force().in_area(area).filter(boundary__isnull=False).order_by("code")
    rows = grids.annotate(drawn=Cast("boundary", TextField())).values_list("code", "name", "drawn")[: MOST_SHAPES + 1]
    found = list(rows)
    if len(found) > MOST_SHAPES:
        raise BadInput(_("More than %(count)d grids: choose a station.") % {"count": MOST_SHAPES}, field="area")
    return Wire(found)


def thinned(texts: Collection[str]) -> list[str]:
    """GeoJSON texts with fewer corners, in their order; empty for what is no polygon."""
    shapes = [mended(shape) for shape in shapely.from_geojson(np.array(list(texts), dtype=object), on_invalid="ignore")]
    drawn = np.array([shape for shape in shapes if shape is not None], dtype=object)
    if not len(drawn):
        return [""] * len(shapes)
    west, _south, east, _north = shapely.total_bounds(drawn)
    simple = shapely.coverage_simplify(drawn, max(DETAIL, (east - west) / PIXELS / 2))
    ready = iter(shapely.to_geojson(shapely.set_precision(simple, STEP, mode="pointwise")))
    return ["" if shape is None else next(ready) for shape in shapes]


def read_shape(text: str) -> BaseGeometry | None:
    """The polygon of a GeoJSON text, mended if need be; None where there is none in it."""
    return mended(shapely.from_geojson(text, on_invalid="ignore"))


def ground_of(boundary: object) -> BaseGeometry | None:
    """The area of a boundary or outline as it is stored, mended if need be; None where there is none in it.

    What an import of old or somebody at the database left broken is a fault of that one grid, told on the page of
    faults; it must stop nothing else.
    """
    return read_shape(json.dumps(boundary)) if boundary else None


def drawn(rows: Iterable[tuple[str, object]]) -> dict[str, BaseGeometry]:
    """Code → area of those, of codes with their stored boundaries, in which there is one."""
    return {code: area for code, boundary in rows if (area := ground_of(boundary)) is not None}


def mended(shape: BaseGeometry | None) -> BaseGeometry | None:
    """A polygon as it is; of an invalid one the area that it most likely means; None where there is no area at all."""
    if shape is None or not np.isfinite(shapely.bounds(shape)).all():
        return None
    if shape.is_valid and shapely.get_type_id(shape) in POLYGONS:
        return shape
    whole = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    parts = [part for part in shapely.get_parts(whole) if shapely.get_type_id(part) in POLYGONS]
    union: BaseGeometry = shapely.union_all(parts)
    return None if union.is_empty else union
