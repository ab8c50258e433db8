"""Where the demonstration's premises stand: real places as addresses, points inside the drawn grids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Points = npt.NDArray[np.float64]

# Endings of a village's or community's committee, which an address leaves out; districts of development likewise.
COMMITTEES = ("居民委员会", "村民委员会", "居委会", "村委会")
ZONES = ("西安浐灞生态区", "浐灞生态区")
# Country grids hold fewer businesses than town grids; a grid of the middle size holds the mean.
THINNING = 0.15
LEAST_SHARE = 0.7
# How far a community's businesses scatter around its middle, as a share of the grid's width.
SCATTER = 0.14
# Draws that fall outside a grid are drawn again, this often; what is still outside stands at the middle.
REDRAWS = 25


@dataclass(frozen=True)
class Spot:
    """A village or community inside a grid, as it stands in addresses."""

    grid: str
    street: str
    place: str

    @property
    def short(self) -> str:
        """The place as it stands in a shop's name."""
        name = self.place
        for zone in ZONES:
            name = name.removeprefix(zone)
        return name.removesuffix("社区") if name != "社区" else name


def bare(name: str) -> str:
    """A community's name without its committee: 向阳坊社区居委会 → 向阳坊社区, 枣园苏村委会 → 枣园苏村."""
    for ending in COMMITTEES:
        if name.endswith(ending):
            trunk = name.removesuffix(ending)
            return trunk + "村" if ending.startswith("村") else trunk
    return name


@dataclass(frozen=True)
class Ground:
    """The places and grids (polygons in WGS 84) of a bureau."""

    district: str  # as addresses begin: 西安市灞桥区
    town: str  # as firms' names begin: 西安
    district_code: str
    spots: Mapping[str, Sequence[Spot]]  # grid → its places
    polygons: Mapping[str, BaseGeometry]

    def spots_for(self, count: int, dice: Random) -> list[Spot]:
        """A place for each of so many premises: grids about equally, larger ones (the country) somewhat less."""
        middle = float(np.median([area.area for area in self.polygons.values()]))
        weights = {
            grid: max(LEAST_SHARE, 1 - THINNING * (area.area / middle - 1)) * dice.uniform(0.85, 1.15)
            for grid, area in self.polygons.items()
        }
        ends = [round(count * end / sum(weights.values())) for end in accumulate(weights.values())]
        counts = np.diff([0, *ends])
        chosen = [
            dice.choice(self.spots[grid]) for grid, many in zip(weights, counts, strict=True) for _each in range(many)
        ]
        dice.shuffle(chosen)
        return chosen

    def points(self, spots: Sequence[Spot], *, seed: int) -> list[tuple[float, float]]:
        """A point inside its spot's grid for each, scattered around the place's middle; degrees at six decimals."""
        found = np.empty((len(spots), 2))
        for grid, polygon in self.polygons.items():
            generator = np.random.default_rng([seed, int(grid)])
            here = [number for number, spot in enumerate(spots) if spot.grid == grid]
            middles = dict(zip(self.spots[grid], _uniform(polygon, len(self.spots[grid]), generator), strict=True))
            if here:
                found[here] = _scattered(np.array([middles[spots[number]] for number in here]), polygon, generator)
        return [(float(lon), float(lat)) for lon, lat in found]


def _uniform(polygon: BaseGeometry, count: int, generator: np.random.Generator) -> Points:
    """So many points anywhere in the polygon."""
    west, south, east, north = polygon.bounds
    points = np.empty((0, 2))
    while len(points) < count:
        drawn = np.round(generator.uniform((west, south), (east, north), (4 * count, 2)), 6)
        points = np.concatenate([points, drawn[shapely.contains_xy(polygon, drawn[:, 0], drawn[:, 1])]])
    chosen: Points = points[:count]
    return chosen


def _scattered(middles: Points, polygon: BaseGeometry, generator: np.random.Generator) -> Points:
    """A point near each middle, inside the polygon."""
    points = middles.copy()
    spread = SCATTER * np.sqrt(polygon.area)
    missing = np.arange(len(points))
    for _draw in range(REDRAWS):
        drawn = np.round(middles[missing] + generator.normal(0, spread, (len(missing), 2)), 6)
        inside = shapely.contains_xy(polygon, drawn[:, 0], drawn[:, 1])
        points[missing[inside]] = drawn[inside]
        missing = missing[~inside]
    return points
