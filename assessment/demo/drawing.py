"""Draws grids inside a district's outline: synthetic, but as real grids must be, without gap or overlap.

Streets become the Voronoi cells of a point each, grids those of points spread inside their street by Lloyd's method,
denser towards the street's middle, so that town grids come out small and country grids large.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import MultiPoint, Point
from shapely.geometry.base import BaseGeometry

from grids.geometry import STEP

Points = npt.NDArray[np.float64]

# A degree of longitude in degrees of latitude at 34.3° north: without it cells would come out too narrow.
SQUEEZE = 0.826
# Sample points across a street's width: enough that two neighbouring grids differ by far less than a tenth.
SAMPLES = 60
ROUNDS = 40
# Degrees within which most business of a street lies around its middle.
TOWN = 0.02


@dataclass(frozen=True)
class Sketch:
    """A street to be drawn: its middle (longitude, latitude; a guess, not a survey) and how many grids it gets."""

    street: str
    middle: tuple[float, float]
    grids: int


def draw(outline: BaseGeometry, sketches: Sequence[Sketch]) -> dict[str, list[BaseGeometry]]:
    """Street → its grids' polygons, from the middle outwards; together they cover the outline exactly.

    Corners lie on the six-decimal lattice and are shared by neighbours, so the coverage stays valid when stored.
    """
    flat = shapely.transform(outline, lambda corners: corners * (SQUEEZE, 1.0))
    middles = np.array([sketch.middle for sketch in sketches]) * (SQUEEZE, 1.0)
    lines, centres = [outline.boundary], []
    for sketch, middle, cell in zip(sketches, middles, _cells(middles, flat), strict=True):
        points = _spread(cell, middle, sketch.grids)
        lines += [_unsqueezed(part).boundary for part in (cell, *_cells(points, cell))]
        centres += [(sketch.street, point) for point in points]
    faces = [face for face in _faces(lines) if outline.contains(face.representative_point())]
    owners = _settled(faces, [_nearest(face, middles, sketches, centres) for face in faces])
    grids: dict[str, list[BaseGeometry]] = {sketch.street: [] for sketch in sketches}
    for number, (street, _point) in enumerate(centres):
        parts = [face for face, owner in zip(faces, owners, strict=True) if owner == number]
        grids[street].append(shapely.coverage_union_all(parts))
    return grids


def _cells(points: Points, within: BaseGeometry) -> list[BaseGeometry]:
    """The Voronoi cell of each point, cut to an area, in the order of the points."""
    if len(points) == 1:
        return [within]
    cells = shapely.voronoi_polygons(MultiPoint(points), extend_to=within).geoms
    return [next(cell for cell in cells if cell.contains(Point(point))).intersection(within) for point in points]


def _spread(area: BaseGeometry, middle: Points, count: int) -> Points:
    """Points that share the weighted area about equally, nearest to the middle first: Lloyd's method on a lattice."""
    west, south, east, north = area.bounds
    x, y = np.meshgrid(np.linspace(west, east, SAMPLES), np.linspace(south, north, SAMPLES))
    samples = np.column_stack([x.ravel(), y.ravel()])
    samples = samples[shapely.contains_xy(area, samples[:, 0], samples[:, 1])]
    weights = np.exp(-np.hypot(*(samples - middle).T) / TOWN) + 0.05
    chosen = [int(np.argmax(weights))]
    while len(chosen) < count:
        chosen.append(int(np.argmax(_distances(samples, samples[chosen]).min(axis=1) * weights)))
    points = samples[chosen]
    for _round in range(ROUNDS):
        nearest = _distances(samples, points).argmin(axis=1)
        points = np.array(
            [np.average(samples[nearest == n], axis=0, weights=weights[nearest == n]) for n in range(count)]
        )
    ordered: Points = points[np.argsort(np.hypot(*(points - middle).T))]
    return ordered


def _distances(samples: Points, points: Points) -> Points:
    found: Points = np.hypot(samples[:, None, 0] - points[None, :, 0], samples[:, None, 1] - points[None, :, 1])
    return found


def _unsqueezed(area: BaseGeometry) -> BaseGeometry:
    return shapely.transform(area, lambda corners: corners / (SQUEEZE, 1.0))


def _faces(lines: Iterable[BaseGeometry]) -> list[BaseGeometry]:
    """The pieces into which the lines cut the plane, corners snapped to the lattice."""
    return list(shapely.polygonize([shapely.union_all(list(lines), grid_size=STEP)]).geoms)


def _nearest(
    face: BaseGeometry, middles: Points, sketches: Sequence[Sketch], centres: Sequence[tuple[str, Points]]
) -> int:
    """The number of the grid in whose cell a piece lies: nearest street first, nearest point of that street then."""
    inside = face.representative_point()
    here = np.array([[inside.x * SQUEEZE, inside.y]])
    street = sketches[int(_distances(here, middles).argmin())].street
    numbers = [number for number, (owner, _point) in enumerate(centres) if owner == street]
    distances = _distances(here, np.array([centres[number][1] for number in numbers]))
    return numbers[int(distances.argmin())]


def _settled(faces: Sequence[BaseGeometry], owners: list[int]) -> list[int]:
    """Owners after each piece cut off from its grid by the outline went to the neighbour it borders on longest."""
    for owner in sorted(set(owners)):
        for stray in _strays([n for n, held in enumerate(owners) if held == owner], faces):
            borders: Mapping[int, float] = _borders(stray, faces, owners)
            for number in stray:
                owners[number] = max(borders, key=lambda neighbour: borders[neighbour], default=owner)
    return owners


def _strays(numbers: list[int], faces: Sequence[BaseGeometry]) -> list[list[int]]:
    """Groups of pieces that hang together, but for the largest group."""
    parts = shapely.get_parts(shapely.coverage_union_all([faces[number] for number in numbers]))
    groups = [[n for n in numbers if part.contains(faces[n].representative_point())] for part in parts]
    return sorted(groups, key=lambda group: sum(faces[n].area for n in group))[:-1]


def _borders(stray: list[int], faces: Sequence[BaseGeometry], owners: Sequence[int]) -> dict[int, float]:
    """Owner → length of the border that a group of pieces has with its other pieces."""
    group = shapely.coverage_union_all([faces[number] for number in stray])
    borders: defaultdict[int, float] = defaultdict(float)
    for number, face in enumerate(faces):
        if number not in stray and face.touches(group):
            borders[owners[number]] += face.intersection(group).length
    return borders
