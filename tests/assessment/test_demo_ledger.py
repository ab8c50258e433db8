from collections import Counter
from datetime import UTC, date, datetime

import openpyxl
import pytest
from shapely.geometry import Point, box
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_10

from assessment.demo.ground import Ground, Spot, bare
from assessment.demo.ledger import HEADERS, invent, organisation_check, write_sheet
from assessment.demo.mix import FULL, HIGH, MARKET_TRADE, MEDIUM, OTHER, TINY, UNLICENSED
from subjects import presets
from subjects.models import TradeTier
from subjects.trades import CLASSIFICATION

ON = date(2026, 10, 11)
GRIDS = {f"0501{number:02}": box(109 + number / 100, 34.2, 109.01 + number / 100, 34.21) for number in range(1, 11)}
GROUND = Ground(
    district="西安市灞桥区",
    town="西安",
    district_code="610111",
    spots={grid: [Spot(grid, "纺织城街道", f"{place}{grid}社区") for place in "甲乙丙"] for grid in GRIDS},
    polygons=GRIDS,
)


@pytest.fixture(scope="module")
def rows():
    return invent(GROUND, FULL, seed=1, on=ON)


def tier_of(trade):
    """What preset FR makes of a trade: the longest prefix wins."""
    prefixes = {row["prefix"]: row["tier_key"] for row in presets.read("FR").rows[TradeTier] if not row.get("kind")}
    return prefixes[max((prefix for prefix in prefixes if trade.startswith(prefix)), key=len)]


def test_the_mix_is_that_of_the_sources():
    assert FULL.registered == 11_661
    assert sum(FULL.enterprises.values()) == 1_689
    assert {tier: sum(grades.values()) for tier, grades in FULL.credit.items()} == {
        "high": 702,
        "medium": 3_323,
        "low": 7_636,
    }
    assert [sum(grades[credit] for grades in FULL.credit.values()) for credit in "ABC"] == [8_799, 2_801, 61]
    assert [grades["B"] + grades["C"] for grades in FULL.credit.values()] == [14, 243, 2_605]
    assert sum(FULL.unlicensed.values()) == 383


def test_every_trade_is_in_the_national_table_and_in_its_class():
    known = {line.split(",")[0] for line in CLASSIFICATION.read_text(encoding="utf-8").splitlines()}
    unlicensed = [line for lines in UNLICENSED.values() for line in lines]

    assert {line.trade for line in (*HIGH, *MEDIUM, *OTHER, *unlicensed)} | {MARKET_TRADE} <= known
    assert {line.trade for line in HIGH if tier_of(line.trade) != "high"} == set()
    assert {line.trade for line in MEDIUM if tier_of(line.trade) != "medium"} == set()
    assert {line.trade for line in OTHER if tier_of(line.trade) != "low"} == set()


def test_the_file_holds_the_mix(rows):
    assert len(rows) == FULL.rows == 12_112
    first = {row.uscc: row for row in rows if row.uscc}
    assert Counter(row.kind for row in first.values()) == {"企业": 1_689, "个体工商户": 9_972}
    assert Counter(row.kind for row in rows if not row.uscc) == {"市场": 8, "无照": 383}
    tiers = Counter("medium" if row.tier else tier_of(row.trade) for row in first.values())
    assert tiers == {"high": 702, "medium": 3_323, "low": 7_636}
    assert Counter(row.credit for row in first.values()) == {"A": 8_799, "B": 2_801, "C": 61}


def test_second_premises_agree_with_the_first(rows):
    by_code = {}
    for row in rows:
        if row.uscc:
            by_code.setdefault(row.uscc, []).append(row)
    twice = [pair for pair in by_code.values() if len(pair) == 2]

    assert len(twice) == 60
    for first, second in twice:
        assert (first.name, first.trade, first.tier, first.credit) == (
            second.name,
            second.trade,
            second.tier,
            second.credit,
        )
        assert first.address != second.address


def test_codes_are_right_and_given_once(rows):
    codes = {row.uscc for row in rows if row.uscc}

    assert all(uscc.is_valid(code) for code in codes)
    assert {(code[:2], code[2:8]) for code in codes} == {("91", "610111"), ("92", "610111")}
    assert all(mod_11_10.is_valid(row.legacy_no) for row in rows if row.legacy_no)
    assert organisation_check("D2143569") == "X"


def test_the_unlicensed_have_names_of_their_own(rows):
    names = [row.name for row in rows if row.kind == "无照"]

    assert len(set(names)) == len(names)


def test_points_lie_in_their_grids_and_some_rows_lack_them(rows):
    assert sum(1 for row in rows if not row.grid_code and row.lon is None) == 25
    assert sum(1 for row in rows if not row.grid_code and row.lon is not None) == 1_200
    assert all(GRIDS[row.grid_code].contains(Point(row.lon, row.lat)) for row in rows if row.grid_code)


def test_grids_are_about_equal_but_not_the_same(rows):
    counts = Counter(row.grid_code for row in rows if row.grid_code).values()

    assert min(counts) > 0.7 * max(counts)
    assert len(set(counts)) > 1


def test_some_permits_end_soon_and_none_belongs_to_a_shop_without_need(rows):
    with_permit = [row for row in rows if row.permit_no]

    assert len({row.permit_no for row in with_permit}) == len(with_permit)
    assert all(row.permit_valid_to for row in with_permit)
    assert any(0 <= (row.permit_valid_to - ON).days <= 60 for row in with_permit)
    assert any(row.permit_valid_to < ON for row in with_permit)
    assert not any(row.permit_no for row in rows if row.trade == "5232")


def test_the_same_seed_gives_the_same_rows_and_another_gives_others(rows):
    assert invent(GROUND, FULL, seed=1, on=ON) == rows
    assert invent(GROUND, FULL, seed=2, on=ON) != rows


def test_the_sheet_can_be_read_with_its_headers_dates_and_codes(tmp_path):
    few = invent(GROUND, TINY, seed=1, on=ON)
    path = write_sheet(few, tmp_path / "var" / "ledger.xlsx", made=datetime(2026, 10, 11, tzinfo=UTC))

    book = openpyxl.load_workbook(path)
    header, *cells = book.active.iter_rows(values_only=True)
    book.close()

    assert header == HEADERS
    assert len(cells) == 12
    assert [line[0] for line in cells] == [row.uscc or None for row in few]
    assert [line[8] and line[8].date() for line in cells] == [row.registered_on for row in few]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("向阳坊社区居委会", "向阳坊社区"),
        ("铂悦社区居民委员会", "铂悦社区"),
        ("枣园苏村委会", "枣园苏村"),
        ("兰家居民委员会", "兰家"),
        ("新市社区", "新市社区"),
    ],
)
def test_addresses_leave_the_committee_out(name, short):
    assert bare(name) == short


def test_shop_names_leave_the_zone_out():
    assert Spot("050101", "十里铺街道", "西安浐灞生态区龙湖香醍社区").short == "龙湖香醍"
