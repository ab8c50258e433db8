"""Faults of polygons against each other and against outlines; whole arrays at once.

Shapes are laid over each other in degrees, where what was drawn alike is alike; what comes out is measured in metres.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from grids.geometry import as_geojson
from grids.shapes import mended
from gridsup.equalarea import Plane, Shapes
from subjects.geometry.ground import Ground
from subjects.models.geometry import GeometryFault

# Narrower than a metre is the width of a pencil: corners are kept to 0.1 m, and nobody clicks on a map more exactly.
# Two people who drew one street's middle differ by a hairline many kilometres long, which is no hole.
LEAST_WIDTH_M = 1.0
# Smaller than this nobody trades and nothing has to be answered for: half a market stall.
LEAST_M2 = 5.0
# Neighbours of a hole are the grids no farther from it than corners are exact, in degrees.
BESIDE = 1e-5

Kind = GeometryFault.Kind


@dataclass(frozen=True)
class Found:
    """A fault as one check sees it; `shape` in degrees."""

    kind: str
    area_code: str
    other_code: str = ""
    square_metres: float | None = None
    count: int | None = None
    shape: BaseGeometry | None = None
    detail: str = ""

    @property
    def geometry(self) -> dict[str, Any] | None:
        """The shape as it is stored."""
        return as_geojson(self.shape) if self.shape is not None else None


@dataclass(frozen=True)
class Places:
    """Pieces of ground wide and large enough to count: their polygons in degrees, m², and whence each came."""

    shapes: Shapes
    square_metres: npt.NDArray[np.float64]
    source: npt.NDArray[np.intp]
    size: int = field(default=0)

    def whole(self) -> "list[tuple[int, BaseGeometry, float]]":
        """The pieces of one source taken together: source, shape, m²."""
        found = []
        for source in np.unique(self.source):
            mine = self.source == source
            shape = shapely.multipolygons(self.shapes[mine]) if mine.sum() > 1 else self.shapes[mine][0]
            found.append((int(source), shape, float(self.square_metres[mine].sum())))
        return found


def places(shapes: npt.ArrayLike, plane: Plane) -> Places:
    """What is left of shapes without hairlines and crumbs: each opened by LEAST_WIDTH_M, at least LEAST_M2 large.

    Rooms that hang together by a hairline alone come out as several.
    """
    parts, source = shapely.get_parts(np.atleast_1d(np.asarray(shapes, dtype=object)), return_index=True)
    flat = _valid(plane.project(parts))
    large = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & (shapely.area(flat) >= LEAST_M2)
    flat, source = flat[large], source[large]
    cores, owner = shapely.get_parts(shapely.buffer(flat, -LEAST_WIDTH_M / 2, join_style="mitre"), return_index=True)
    grown = shapely.buffer(cores, LEAST_WIDTH_M / 2, join_style="mitre")
    pieces, piece_of = shapely.get_parts(shapely.intersection(grown, flat[owner]), return_index=True)
    source = source[owner][piece_of]
    wide = shapely.area(pieces) >= LEAST_M2
    found = _valid(plane.back(pieces[wide]))
    return Places(found, plane.square_metres(found), source[wide], len(found))


def _valid(shapes: Shapes) -> Shapes:
    """The shapes, mended where another plane bent a hairline across itself: a corner of one grid that lies a hair
    beside a straight edge of its neighbour comes to lie on the other side of it."""
    wrong = ~shapely.is_valid(shapes)
    shapes[wrong] = [mended(shape) or shapely.Polygon() for shape in shapes[wrong]]
    return shapes


def faults_of(ground: Ground) -> list[Found]:
    """Everything that is wrong with the polygons of a bureau."""
    if not len(ground.polygons):
        covered: BaseGeometry = shapely.Polygon()
    elif is_whole := shapely.coverage_is_valid(ground.polygons):
        covered = shapely.coverage_union_all(ground.polygons)
    else:
        covered = shapely.union_all(ground.polygons)
    clean = bool(len(ground.polygons)) and bool(is_whole)
    return [
        *(Found(Kind.UNDRAWN, code) for code in ground.undrawn),
        *_invalid(ground),
        *([] if clean else overlaps(ground)),
        *gaps(ground, covered),
        *beyond(ground),
    ]


def _invalid(ground: Ground) -> list[Found]:
    return [
        Found(Kind.INVALID, code, detail=fault.reason, shape=shapely.Point(fault.point) if fault.point else None)
        for code, fault in ground.broken.items()
    ]


def overlaps(ground: Ground) -> list[Found]:
    """Ground that two grids claim, pair by pair."""
    wrong = ~shapely.is_empty(shapely.coverage_invalid_edges(ground.polygons))
    first, second = shapely.STRtree(ground.polygons).query(ground.polygons, predicate="intersects")
    # of a grid that lies inside another only the inner one has wrong edges
    once = (first < second) & (wrong[first] | wrong[second])
    first, second = first[once], second[once]
    shared = places(shapely.intersection(ground.polygons[first], ground.polygons[second]), ground.plane)
    # codes are in order, so that the first of a pair is the lower
    return [
        Found(Kind.OVERLAP, ground.codes[first[pair]], ground.codes[second[pair]], square_metres=size, shape=shape)
        for pair, shape, size in shared.whole()
    ]


def gaps(ground: Ground, covered: BaseGeometry) -> list[Found]:
    """Holes: ground inside the outlines that lies in no grid, each with its own polygon.

    A hole belongs to the station whose outline it lies in; outside of all, to the station of the grids around it, or to
    the bureau. Without any outline the holes inside the grids' own union remain.
    """
    names, outlines = list(ground.stations), np.array(list(ground.stations.values()), dtype=object)
    inner = places(shapely.difference(outlines, covered), ground.plane)
    found = [
        Found(Kind.GAP, names[source], square_metres=float(size), shape=shape)
        for shape, size, source in zip(inner.shapes, inner.square_metres, inner.source, strict=True)
    ]
    rest = shapely.difference(ground.outline or filled(covered), shapely.union_all([covered, *outlines]))
    outer = places([rest], ground.plane)
    around = stations_around(ground, outer.shapes)
    return found + [
        Found(Kind.GAP, area, square_metres=float(size), shape=shape)
        for shape, size, area in zip(outer.shapes, outer.square_metres, around, strict=True)
    ]


def stations_around(ground: Ground, holes: Shapes) -> list[str]:
    """For each hole the one station whose grids lie around it, or the bureau."""
    beside: list[set[str]] = [set() for _hole in holes]
    if len(holes) and len(ground.polygons):
        hole, grid = shapely.STRtree(ground.polygons).query(holes, predicate="dwithin", distance=BESIDE)
        for number, place in zip(hole.tolist(), grid.tolist(), strict=True):
            beside[number].add(ground.codes[place][: len("0501")])
    return [stations.pop() if len(stations) == 1 else ground.bureau for stations in beside]


def filled(covered: BaseGeometry) -> BaseGeometry:
    """A union without its holes."""
    rings = shapely.get_exterior_ring(shapely.get_parts(covered))
    whole: BaseGeometry = shapely.union_all(shapely.polygons(rings)) if len(rings) else shapely.Polygon()
    return whole


def beyond(ground: Ground) -> list[Found]:
    """Grids that reach over the outline of their bureau, or, inside of it, over that of their station."""
    found: list[Found] = []
    if ground.outline is not None:
        found += _outside(ground, np.arange(len(ground.codes)), ground.outline, Kind.OUTSIDE_BUREAU)
    for station, outline in ground.stations.items():
        mine = np.array([place for place, code in enumerate(ground.codes) if code.startswith(station)], dtype=np.intp)
        found += _outside(ground, mine, outline, Kind.OUTSIDE_STATION)
    return found


def _outside(ground: Ground, which: npt.NDArray[np.intp], outline: BaseGeometry, kind: str) -> list[Found]:
    shapely.prepare(outline)
    which = which[~shapely.covers(outline, ground.polygons[which])]
    over = shapely.difference(ground.polygons[which], outline)
    if kind == Kind.OUTSIDE_STATION and ground.outline is not None:
        over = shapely.intersection(over, ground.outline)
    return [
        Found(kind, ground.codes[which[number]], square_metres=size, shape=shape)
        for number, shape, size in places(over, ground.plane).whole()
    ]
