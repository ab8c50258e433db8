"""Which approved grid a point lies in, for whole arrays of points (degrees, WGS 84)."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from grids.models import Bureau, Grid
from grids.shapes import drawn, ground_of


@dataclass(frozen=True)
class GridMap:
    """The approved grids of a bureau that have a boundary, ready to be asked for many points at once."""

    codes: tuple[str, ...]
    tree: shapely.STRtree

    def codes_at(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> list[str]:
        """For each point the grid it lies in, "" for none; on a shared edge the lowest code, whatever the order."""
        points = shapely.points(np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
        nowhere = len(self.codes)
        found = np.full(points.shape, nowhere, dtype=np.int64)
        if nowhere:
            which, grid = self.tree.query(points, predicate="intersects")
            np.minimum.at(found, which, grid)
        names = (*self.codes, "")
        return [names[position] for position in found]


def grid_map(bureau: str) -> GridMap:
    """The map of a bureau's approved grids; those without a boundary are left out."""
    rows = Grid.objects.in_force().in_area(bureau).filter(boundary__isnull=False).order_by("code")
    grids = drawn(rows.values_list("code", "boundary"))
    return GridMap(tuple(grids), shapely.STRtree(list(grids.values())))


def outline_of(bureau: Bureau) -> BaseGeometry | None:
    """The bureau's outline; None when it has none."""
    return ground_of(bureau.outline)


def share_inside(area: BaseGeometry, lon: npt.ArrayLike, lat: npt.ArrayLike) -> float:
    """The share of the points, 0 to 1, that lie in the area or on its edge."""
    inside = shapely.intersects_xy(area, np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64))
    return float(np.mean(inside))
