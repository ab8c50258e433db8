"""The demonstration's areas: the real district with drawn grids, and a second, tiny, invented bureau."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from django.db import transaction
from shapely import coverage_union_all
from shapely.geometry import box, shape

from assessment.demo.drawing import Sketch, draw
from assessment.demo.ground import Ground, Spot, bare
from grids.actions import approve_grid, give_localities, load_district, propose_grid, set_outline
from grids.districts import District, Place, read_district
from grids.geometry import as_geojson, read_boundary
from grids.models import Grid, Locality, Station

# Middles are guesses by name, not surveyed; ten grids for 纺织城 as in handbook §1, some forty in all.
SKETCHES = (
    Sketch("610111001", (109.065, 34.268), 6),
    Sketch("610111002", (109.020, 34.288), 4),
    Sketch("610111004", (109.085, 34.235), 6),
    Sketch("610111005", (109.160, 34.295), 6),
    Sketch("610111003", (109.105, 34.275), 5),
    Sketch("610111007", (109.060, 34.318), 4),
    Sketch("610111008", (109.055, 34.365), 3),
    Sketch("610111009", (109.075, 34.420), 2),
    Sketch("610111006", (109.135, 34.200), 4),
)

INVENTED = District(
    code="06",
    name="演示区市场监督管理局",
    district_code="610199",
    level_names=["管理片区", "管理单元", "管理网格"],
    outline=as_geojson(box(109.30, 34.20, 109.32, 34.22)),
    stations={"0601": "演示市场监督管理所"},
    places=[
        Place("610199001000", "演示街道", Locality.Kind.STREET, "", "0601"),
        Place("610199001001", "东演社区居委会", Locality.Kind.COMMUNITY, "610199001000", "0601"),
        Place("610199001002", "西演社区居委会", Locality.Kind.COMMUNITY, "610199001000", "0601"),
    ],
)

EXTENT = "演示划分（模拟数据，非实际管理边界）：{street}{places}；边界在全区轮廓内自动绘制。"


def load_areas() -> dict[str, int]:
    """Both bureaus with stations and localities; what is there already stays."""
    real = load_district(district=read_district("baqiao"))
    invented = load_district(district=INVENTED, synthetic=True)
    return {name: count + invented[name] for name, count in real.items()}


@transaction.atomic
def draw_grids(*, now: datetime) -> int:
    """Proposes and approves the grids of every station, places divided among them; returns how many were made."""
    if Grid.objects.exists():
        return 0
    drawn = draw(read_boundary(read_district("baqiao").outline), SKETCHES)
    drawn["610199001"] = [box(109.30, 34.20, 109.32, 34.22)]
    for street, shapes in drawn.items():
        places = Locality.objects.filter(street__code=f"{street}000").order_by("kind", "code")
        for number, share in enumerate(np.array_split(np.array(places, dtype=object), len(shapes))):
            _found(Locality.objects.get(code=f"{street}000"), number, list(share), as_geojson(shapes[number]), now)
    for station in Station.objects.all():
        boundaries = Grid.objects.in_area(station.code).values_list("boundary", flat=True)
        whole = coverage_union_all([read_boundary(boundary) for boundary in boundaries])
        set_outline(station=station, outline=as_geojson(whole), synthetic=True, now=now)
    return Grid.objects.count()


def _found(street: Locality, number: int, places: Sequence[Locality], boundary: object, now: datetime) -> None:
    """One grid, from the station's proposal to the approval."""
    grid = propose_grid(
        station=Station.objects.get(code=street.area_code[:4]),
        name=f"{street.name.removesuffix('街道')}{number + 1}号网格（演示）",
        extent=EXTENT.format(street=street.name, places="、".join(bare(place.name) for place in places)),
        boundary=boundary,
        synthetic=True,
        now=now,
    )
    approve_grid(grid=grid, now=now)
    give_localities(grid=grid, codes=[place.code for place in places], now=now)


def ground(bureau: str) -> Ground:
    """Places and polygons of a bureau's grids as they stand in the database."""
    grids = Grid.objects.in_area(bureau).in_force()
    spots: dict[str, list[Spot]] = {grid.code: [] for grid in grids}
    for place in Locality.objects.filter(grid__in=grids).select_related("street").order_by("code"):
        spots[place.area_code].append(Spot(place.area_code, str(place.street), bare(place.name)))
    return Ground(
        district="西安市灞桥区" if bureau == "05" else "西安市演示区",
        town="西安",
        district_code=Station.objects.in_area(bureau)[0].bureau.district_code,
        spots=spots,
        polygons={grid.code: shape(grid.boundary) for grid in grids},
    )
