"""A small history of station 0501, told by hand, and what its ledgers say on several days, reckoned by hand."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from grids.models import GridPeriod, Officer, Posting
from subjects.models import Placement, Premises, PremisesEvent, TierPeriod
from tests.factories import GridFactory, LocalityFactory, OfficerFactory, PremisesFactory, SubjectFactory, TradeFactory


def day(text: str) -> date:
    """`0301` of 2025, or a whole day."""
    return date.fromisoformat(text) if "-" in text else date(2025, int(text[:2]), int(text[2:]))


def at(text: str) -> datetime:
    """Ten in the morning of a day."""
    return timezone.make_aware(datetime.combine(day(text), datetime.min.time().replace(hour=10)))


@dataclass
class Cast:
    """Those whom the story names."""

    noodles: Premises
    grocer: Premises
    printer: Premises
    far: Premises


def tell() -> Cast:
    """Writes the story.

    Noodles stands in 050101 from 10 January; on 1 May its tier is raised, on 1 July it moves to 050102.
    The grocer, entered on 10 January in 050101, is called otherwise from 15 March and struck off on 20 August.
    The printer comes on 1 June, not placed, and is placed in 050102 on 1 October; it changes its trade on 5 October.
    Far stands in 050201 until it moves to 050101 on 1 September.
    """
    trade = TradeFactory(code="6210", name="正餐服务")
    noodles = _enter("张记面馆", "050102", "0110", trade=trade, tier="high")
    _stand(noodles, ("050101", "0110", "0630"), ("050102", "0701", ""))
    _tier(noodles, ("low", "0110", "0430"), ("high", "0501", ""))
    grocer = _enter("新名副食店", "050101", "0110", status="closed")
    _stand(grocer, ("050101", "0110", ""))
    _told(grocer, ("name", "旧名副食店", "0315"), ("status", "active", "0820"), ("address", "老街1号", "0315"))
    printer = _enter("红印社", "050102", "0601", trade=trade)
    _stand(printer, ("0501", "0601", "0930"), ("050102", "1001", ""))
    _told(printer, ("trade", "5219", "1005"), ("status", "active", "1005"), ("status", "suspended", "1020"))
    far = _enter("远来商店", "050101", "0110")
    _stand(far, ("050201", "0110", "0831"), ("050101", "0901", ""))
    return Cast(noodles, grocer, printer, far)


def post() -> None:
    """Lead 甲 holds 050101 until 15 June and 050102 from the day after, when 乙 follows in 050101; 丙 stands in
    for 甲 in the first half of August.
    """
    first, second = OfficerFactory(name="甲岗"), OfficerFactory(name="乙岗")
    _post(first, "050101", "2024-03-01", "0615")
    _post(second, "050101", "0616", "")
    held = _post(first, "050102", "0616", "")
    stand_in = OfficerFactory(name="丙岗")
    Posting.objects.create(
        officer=stand_in, duty="grid_lead", area_code="050102", from_day=day("0801"), to_day=day("0814"),
        stands_in_for=held,
    )  # fmt: skip


def draw() -> None:
    """050101 is called otherwise from 1 July; 050109 was in force until 31 March; 050102 is split on 1 September, when
    its eastern half and the community in it become 050103.
    """
    LocalityFactory(code="610111001001", name="西社区", area_code="050102")
    LocalityFactory(code="610111001002", name="东社区", area_code="050103")
    west, whole, east = _box(109.00, 109.01), _box(109.00, 109.02), _box(109.01, 109.02)
    both = ["610111001001", "610111001002"]
    _lie("050101", ("东网格", "", None, [], "0101", "0630"), ("纺东网格", "", None, [], "0701", ""))
    _lie("050109", ("旧网格", "路南", None, [], "0101", "0331"))
    _lie(
        "050102",
        ("西网格", "路西", whole, both, "0101", "0831"),
        ("西网格", "路西一半", west, both[:1], "0901", ""),
    )
    _lie("050103", ("中网格", "路东一半", east, both[1:], "0901", ""))


def _box(west: float, east: float) -> object:
    ring = [[west, 34.2], [east, 34.2], [east, 34.21], [west, 34.21], [west, 34.2]]
    return {"type": "Polygon", "coordinates": [ring]}


def _lie(code: str, *periods: tuple[str, str, object, list[str], str, str]) -> None:
    grid = GridFactory(code=code)
    grid.periods.all().delete()
    for name, extent, boundary, places, since, until in periods:
        GridPeriod.objects.create(
            grid=grid, name=name, extent=extent, boundary=boundary, localities=places, from_day=day(since),
            to_day=day(until) if until else None,
        )  # fmt: skip


def _enter(name: str, area: str, since: str, **facts: object) -> Premises:
    facts.setdefault("trade", TradeFactory())
    address = f"{name}的地址"
    return PremisesFactory(
        subject=SubjectFactory(name=name), area_code=area, address=address, entered_on=day(since), **facts
    )


def _stand(premises: Premises, *stays: tuple[str, str, str]) -> None:
    for area, since, until in stays:
        last = day(until) if until else None
        Placement.objects.create(premises=premises, area_code=area, from_day=day(since), to_day=last)


def _tier(premises: Premises, *periods: tuple[str, str, str]) -> None:
    for tier, since, until in periods:
        last = day(until) if until else None
        TierPeriod.objects.create(premises=premises, tier=tier, reason="rule", from_day=day(since), to_day=last)


def _told(premises: Premises, *events: tuple[str, str, str]) -> None:
    for what, old, when in events:
        PremisesEvent.objects.create(premises=premises, what=what, old=old, new="…", at=at(when))


def _post(officer: Officer, area: str, since: str, until: str) -> Posting:
    last = day(until) if until else None
    return Posting.objects.create(officer=officer, duty="grid_lead", area_code=area, from_day=day(since), to_day=last)


# Day → area, name, address, trade, tier, status, in this area since.
SUBJECTS = {
    "0109": [],
    "0110": [
        ("050101", "张记面馆", "张记面馆的地址", "正餐服务", "low", "in business", "0110"),
        ("050101", "旧名副食店", "老街1号", "其他综合零售", "", "in business", "0110"),
    ],
    "0315": [
        ("050101", "张记面馆", "张记面馆的地址", "正餐服务", "low", "in business", "0110"),
        ("050101", "新名副食店", "新名副食店的地址", "其他综合零售", "", "in business", "0110"),
    ],
    "0601": [
        ("0501", "红印社", "红印社的地址", "其他综合零售", "", "in business", "0601"),
        ("050101", "张记面馆", "张记面馆的地址", "正餐服务", "high", "in business", "0110"),
        ("050101", "新名副食店", "新名副食店的地址", "其他综合零售", "", "in business", "0110"),
    ],
    "0901": [
        ("0501", "红印社", "红印社的地址", "其他综合零售", "", "in business", "0601"),
        ("050101", "新名副食店", "新名副食店的地址", "其他综合零售", "", "struck off", "0110"),
        ("050101", "远来商店", "远来商店的地址", "其他综合零售", "", "in business", "0901"),
        ("050102", "张记面馆", "张记面馆的地址", "正餐服务", "high", "in business", "0701"),
    ],
    "1010": [
        ("050101", "新名副食店", "新名副食店的地址", "其他综合零售", "", "struck off", "0110"),
        ("050101", "远来商店", "远来商店的地址", "其他综合零售", "", "in business", "0901"),
        ("050102", "张记面馆", "张记面馆的地址", "正餐服务", "high", "in business", "0701"),
        ("050102", "红印社", "红印社的地址", "正餐服务", "", "suspended", "1001"),
    ],
}

# Day → area, duty, name, stands in for, from.
AFTER = [("050101", "Grid lead", "乙岗", "", "0616"), ("050102", "Grid lead", "甲岗", "", "0616")]
PEOPLE = {
    "2024-02-29": [],
    "0615": [("050101", "Grid lead", "甲岗", "", "2024-03-01")],
    "0616": AFTER,
    "0801": [*AFTER, ("050102", "Grid lead", "丙岗", "甲岗", "0801")],
    "0815": AFTER,
}

# Day → code, name, level, area above, state, in force since, last day in force.
STATION = ("0501", "Station 0501", "管理单元", "05", "in force", None, None)
CODES = {
    "2024-12-31": [STATION],
    "0331": [
        STATION,
        ("050101", "东网格", "管理网格", "0501", "in force", "0101", None),
        ("050102", "西网格", "管理网格", "0501", "in force", "0101", None),
        ("050109", "旧网格", "管理网格", "0501", "in force", "0101", None),
    ],
    "0901": [
        STATION,
        ("050101", "纺东网格", "管理网格", "0501", "in force", "0101", None),
        ("050102", "西网格", "管理网格", "0501", "in force", "0101", None),
        ("050103", "中网格", "管理网格", "0501", "in force", "0901", None),
        ("050109", "旧网格", "管理网格", "0501", "retired", "0101", "0331"),
    ],
}

# Day → code, name, extent, localities, km² by spherical trigonometry, so since.
AREAS = {
    "2024-12-31": [],
    "0331": [
        ("050101", "东网格", "", "", None, "0101"),
        ("050102", "西网格", "路西", "西社区、东社区", 2.04, "0101"),
        ("050109", "旧网格", "路南", "", None, "0101"),
    ],
    "0831": [
        ("050101", "纺东网格", "", "", None, "0701"),
        ("050102", "西网格", "路西", "西社区、东社区", 2.04, "0101"),
    ],
    "0901": [
        ("050101", "纺东网格", "", "", None, "0701"),
        ("050102", "西网格", "路西一半", "西社区", 1.02, "0901"),
        ("050103", "中网格", "路东一半", "东社区", 1.02, "0901"),
    ],
}
