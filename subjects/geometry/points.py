"""Premises against the drawing: which stand outside their grid's boundary, which have no grid or no coordinates."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from subjects.geometry.ground import Ground
from subjects.geometry.overlay import Found
from subjects.models import Premises
from subjects.models.geometry import GeometryFault

# A point is set at the door or on the middle of the house, a boundary along the middle of a street, and either is off
# by some metres; only beyond the width of a street do the two contradict each other.
NEAR_M = 10.0
# Points drawn for one grid: enough to see where they lie.
POINTS_DRAWN = 200
# Rows fetched at once: bounds the memory of the driver, not of the arrays.
CHUNK = 20_000

Kind = GeometryFault.Kind


@dataclass(frozen=True)
class Ledger:
    """The premises in business of a bureau, column by column; without coordinates lon and lat are not a number."""

    keys: npt.NDArray[np.int64]
    areas: npt.NDArray[np.str_]
    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]


def read_ledger(bureau: str) -> Ledger:
    """One query over the bureau's premises in business."""
    rows = Premises.objects.in_area(bureau).active().order_by("pk").values_list("pk", "area_code", "lon", "lat")
    kept = np.fromiter(
        ((key, area, np.nan if lon is None else lon, np.nan if lat is None else lat)
         for key, area, lon, lat in rows.iterator(CHUNK)),
        dtype=[("key", np.int64), ("area", "U6"), ("lon", np.float64), ("lat", np.float64)],
    )  # fmt: skip
    return Ledger(kept["key"], kept["area"], kept["lon"], kept["lat"])


def strays(ground: Ground, ledger: Ledger) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Rows of the ledger whose point lies more than NEAR_M outside their own grid, and by how many metres."""
    codes, place = np.array(ground.codes, dtype="U6"), np.arange(len(ground.codes))
    position = np.searchsorted(codes, ledger.areas)
    position = np.where(position < len(codes), position, 0)
    known = (codes[position] == ledger.areas) if len(codes) else np.zeros(len(ledger.areas), dtype=bool)
    asked = np.flatnonzero(known & np.isfinite(ledger.lon))
    if not len(asked):
        return asked, np.zeros(0)
    shapely.prepare(ground.polygons)
    mine = place[position[asked]]
    inside = shapely.intersects_xy(ground.polygons[mine], ledger.lon[asked], ledger.lat[asked])
    asked, mine = asked[~inside], mine[~inside]
    points = ground.plane.project(shapely.points(ledger.lon[asked], ledger.lat[asked]))
    grids = ground.plane.project(ground.polygons)
    metres = np.asarray(shapely.distance(grids[mine], points), dtype=np.float64)
    far = metres > NEAR_M
    return asked[far], metres[far]


def faults_of_points(ground: Ground, ledger: Ledger, astray: npt.NDArray[np.intp]) -> list[Found]:
    """One fault for each area and kind, with its count; `astray`: rows of the ledger, the farthest first."""
    lengths = np.char.str_len(ledger.areas)
    found = [
        Found(Kind.UNPLACED, area, count=number)
        for area, number in Counter(ledger.areas[lengths < len("050101")].tolist()).items()
    ]
    found += [
        Found(Kind.POINTLESS, area, count=number)
        for area, number in Counter(ledger.areas[~np.isfinite(ledger.lon)].tolist()).items()
    ]
    outside = ledger.areas[astray]
    for area in np.unique(outside).tolist():
        mine = astray[outside == area]
        drawn = np.column_stack([ledger.lon[mine], ledger.lat[mine]])[:POINTS_DRAWN]
        found.append(Found(Kind.ASTRAY, area, count=len(mine), shape=shapely.multipoints(drawn)))
    return found
