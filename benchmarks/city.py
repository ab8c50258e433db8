"""A whole city as in source C: 2,428 grids with crooked common lines, 168,339 premises, a few of each fault."""

from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

GRIDS, PREMISES, COLUMNS, A_STATION = 2_428, 168_339, 50, 60
# A grid is some 550 m wide and high; each of its four sides has so many corners of its own.
SIDE, CORNERS = 0.006, 14
WEST, SOUTH = 108.9, 34.1
# How far corners stray from the straight line, as a share of a side.
CROOKED = 0.03
# Of a thousand premises so many stand outside their grid, in no grid, or without coordinates; every so many-th grid is
# drawn over its neighbour, every so many-th has a hole, every so many-th is not drawn.
STRAY, UNPLACED, POINTLESS = 10, 20, 10
OVER, HOLED, MISSING = 97, 211, 607
BATCH = 5_000

Points = npt.NDArray[np.float64]


def codes(count: int) -> list[str]:
    """Codes of so many grids, sixty to a station."""
    return [f"05{number // A_STATION + 1:02}{number % A_STATION + 1:02}" for number in range(count)]


def polygons(count: int, *, crooked: float = CROOKED) -> list[Any]:
    """So many polygons row by row; two that lie beside each other have the same corners on their common line."""
    rows = -(-count // COLUMNS)
    generator = np.random.default_rng(5)
    spread = crooked * SIDE
    steps = np.linspace(0, 1, CORNERS + 2)[:-1, None]
    nodes = np.stack(np.meshgrid(np.arange(COLUMNS + 1), np.arange(rows + 1)), axis=-1) * SIDE + (WEST, SOUTH)
    nodes = nodes + generator.normal(0, spread, nodes.shape)

    def lines(starts: Points, ends: Points) -> Points:
        """Every start joined to its end by a crooked line, without the end itself."""
        straight = starts[:, :, None] + (ends - starts)[:, :, None] * steps
        straight[:, :, 1:] += generator.normal(0, spread / 6, straight[:, :, 1:].shape)
        return np.round(straight, 6)

    across, up = lines(nodes[:, :-1], nodes[:, 1:]), lines(nodes[:-1], nodes[1:])
    corner = np.round(nodes, 6)

    def ring(row: int, column: int) -> Points:
        back = [
            np.vstack([line[1:], end])[::-1]
            for line, end in (
                (across[row + 1, column], corner[row + 1, column + 1]),
                (up[row, column], corner[row + 1, column]),
            )
        ]
        return np.vstack([across[row, column], up[row, column + 1], *back])  # fmt: skip

    return [shapely.Polygon(ring(*divmod(number, COLUMNS))) for number in range(count)]


def drawn(shapes: list[Any]) -> list[Any]:
    """The same with faults; None for a grid that is not drawn."""
    found: list[Any] = list(shapes)
    for number, shape in enumerate(shapes):
        if number % OVER == 1:
            found[number] = shapely.union(shape, shapely.box(*_inside(shape, 0.7, 1.2)))
        if number % HOLED == 2:
            found[number] = shapely.difference(shape, shapely.box(*_inside(shape, 0.4, 0.5)))
        if number % MISSING == 3:
            found[number] = None
    return found


def _inside(shape: Any, low: float, high: float) -> tuple[float, float, float, float]:
    """A box inside the bounds of a shape, or beyond its eastern side where `high` exceeds 1."""
    west, south, east, north = shape.bounds
    width, height = east - west, north - south
    return west + low * width, south + height / 2, west + high * width, south + 0.6 * height


def fill(grids: int = GRIDS, premises: int = PREMISES) -> dict[str, int]:
    """An empty database becomes the city, with an outline for the bureau and each station; returns counts."""
    from grids.geometry import as_geojson
    from grids.models import Bureau, Grid, Locality, Station

    shapes, names = polygons(grids), codes(grids)
    outline = shapely.coverage_union_all(shapes)
    bureau = Bureau.objects.create(code="05", name="Benchmark", outline=as_geojson(outline))
    stations = sorted({code[:4] for code in names})
    parts = [[shape for code, shape in zip(names, shapes, strict=True) if code.startswith(one)] for one in stations]
    Station.objects.bulk_create(
        Station(code=code, bureau=bureau, name=f"Station {code}", outline=as_geojson(shapely.coverage_union_all(mine)))
        for code, mine in zip(stations, parts, strict=True)
    )
    Grid.objects.bulk_create(
        Grid(
            code=code, station_id=code[:4], name=f"Grid {code}", state="approved",
            extent=f"From the river to street {number}", boundary=None if shape is None else as_geojson(shape),
        )
        for number, (code, shape) in enumerate(zip(names, drawn(shapes), strict=True))
    )  # fmt: skip
    street = Locality.objects.create(code="610111001000", name="纺织城街道", kind="street", area_code="05")
    Locality.objects.bulk_create(
        Locality(code=f"6101110{number + 1_001:05}", name=f"第{number}社区居委会", kind="community", street=street,
                 area_code=code, grid_id=code)
        for number, code in enumerate(names)
    )  # fmt: skip
    _people(names)
    _premises(names, shapes, premises)
    return {"grids": len(names), "stations": len(stations), "premises": premises, "corners": _corners(shapes)}


def _corners(shapes: list[Any]) -> int:
    return int(shapely.get_num_coordinates(shapes).sum())


def _people(names: list[str]) -> None:
    """A lead and a manager for each grid, a chief for each station."""
    from grids.models import Officer, Posting

    posts = [("station_chief", code) for code in sorted({code[:4] for code in names})]
    posts += [(duty, code) for code in names for duty in ("grid_lead", "manager")]
    officers = Officer.objects.bulk_create(Officer(username=f"{duty}{code}", name=f"{code} 岗") for duty, code in posts)
    Posting.objects.bulk_create(
        Posting(officer=officer, duty=duty, area_code=code, from_day=date(2026, 1, 1))
        for officer, (duty, code) in zip(officers, posts, strict=True)
    )


def _premises(names: list[str], shapes: list[Any], count: int) -> None:
    """Premises one after the other in the grids, near the middle of each, but for those that are a fault."""
    from subjects.models import MarketSubject, Premises

    middles = np.array([shapely.point_on_surface(shape).coords[0] for shape in shapes])
    scattered = middles[np.arange(count) % len(names)]
    scattered = scattered + np.random.default_rng(7).uniform(-SIDE / 5, SIDE / 5, scattered.shape)
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        subjects = MarketSubject.objects.bulk_create(
            MarketSubject(bureau_id="05", uscc=f"92610111MA{n:08}", name=f"Shop {n}", kind="individual", credit="A")
            for n in numbers
        )
        rows = []
        for n, subject in zip(numbers, subjects, strict=True):
            kind, code = n * 7_919 % 1_000, names[n % len(names)]
            is_placed = not STRAY <= kind < STRAY + UNPLACED
            has_point = not STRAY + UNPLACED <= kind < STRAY + UNPLACED + POINTLESS
            lon, lat = scattered[n] + (2 * SIDE if kind < STRAY else 0, 0)
            rows.append(Premises(
                subject=subject, area_code=code if is_placed else code[:4], grid_id=code if is_placed else None,
                address=f"Street {n}", entered_on=date(2026, 9, 1), lon=lon if has_point else None,
                lat=lat if has_point else None,
            ))  # fmt: skip
        Premises.objects.bulk_create(rows)
