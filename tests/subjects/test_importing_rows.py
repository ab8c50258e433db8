"""Every way a row can be bad: a sentence with row and column, and the good rows beside it go in."""

import csv
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from grids.models import Grid
from gridsup.errors import BadInput
from subjects.models import MarketSubject, Permit, Premises
from tests.factories import GridFactory
from tests.ledgers import ON, Formula, as_csv, as_xlsx, code, shop

WRONG = code(2)[:-1] + ("0" if code(2)[-1] != "0" else "1")
BAD = [
    ({"uscc": WRONG}, "uscc", f"The check digit of “{WRONG}” is wrong."),
    ({"uscc": "91610111"}, "uscc", "has 8 characters; a unified social credit code has 18"),
    ({"uscc": "9"}, "uscc", "“9” has 1 character; a unified"),
    ({"uscc": "92 61x"}, "uscc", "“92 61x” has 5 characters"),
    ({"name": "-"}, "name", "The name is missing: the cell has only “-”."),
    ({"name": "TRUE"}, "name", "The name is missing: the cell has only “TRUE”."),
    ({"name": "#N/A"}, "name", "The cell holds the error #N/A instead of a value."),
    ({"address": "#ref!"}, "address", "The cell holds the error #REF! instead of a value."),
    ({"kind": "Ltd Co"}, "kind", "“Ltd Co” is unknown here."),
    ({"uscc": "9261011IMA0000002X"}, "uscc", "is no unified social credit code"),
    ({"uscc": ""}, "uscc", "A code or a registration number is missing"),
    ({"legacy_no": "12345"}, "legacy_no", "is no registration number of 15 digits"),
    ({"name": ""}, "name", "The name is missing."),
    ({"name": "店" * 20_000}, "name", "This has 20000 characters; at most 200 fit."),
    ({"address": "路" * 301}, "address", "at most 300 fit"),
    ({"name": "小\x07吃"}, "name", "There is a control character (U+0007) at place 2."),
    ({"address": "路\u202e号"}, "address", "control character (U+202E)"),
    ({"kind": "公司"}, "kind", "“公司” is unknown here. Known: 企业、个体工商户"),
    ({"kind": ""}, "kind", "The kind is missing"),
    ({"kind": "无照"}, "kind", "An unlicensed trader has no unified social credit code."),
    ({"trade": "9999"}, "trade", "“9999” is no trade of GB/T 4754-2017."),
    ({"trade": "餐饮"}, "trade", "“餐饮” is no trade"),
    ({"grid_code": "060101"}, "grid_code", "lies outside the district: codes here start with 05."),
    ({"grid_code": "050199"}, "grid_code", "There is no grid 050199."),
    ({"grid_code": "0599"}, "grid_code", "There is no station 0599."),
    ({"grid_code": "050103"}, "grid_code", "Grid 050103 is not approved yet."),
    ({"grid_code": "050104"}, "grid_code", "Grid 050104 is retired"),
    ({"grid_code": "一网格"}, "grid_code", "is no grid code of six digits"),
    ({"registered_on": "2026-11-23"}, "registered_on", "2026-11-23 lies after 2026-11-22, the day of this import."),
    ({"registered_on": "2024-02-30"}, "registered_on", "There is no day 2024-02-30."),
    ({"registered_on": "去年"}, "registered_on", "“去年” is no date. Write it as 2024-05-01."),
    ({"registered_on": "1024-05-01"}, "registered_on", "is no likely day"),
    ({"tier": "丁"}, "tier", "“丁” is unknown here. Known: 甲、1、high"),
    ({"credit": "E"}, "credit", "“E” is unknown here. Known: A、B、C、D."),
    ({"status": "在"}, "status", "“在” is unknown here. Known: 存续"),
    ({"lon": "abc", "lat": "34.2"}, "lon", "is no number of degrees"),
    ({"lon": "nan", "lat": "34.2"}, "lon", "This is no number of degrees."),
    ({"lon": "34.2", "lat": "109.0"}, "lon", "seem to be exchanged"),
    ({"lon": "0", "lat": "0"}, "lon", "outside China"),
    ({"lon": "109.07", "lat": ""}, "lat", "given together"),
    ({"permit_valid_to": "2027-01-01", "permit_no": ""}, "permit_no", "last day is given, but not its number"),
    ({"permit_no": "JY1", "permit_valid_to": "2027-13-01"}, "permit_valid_to", "There is no day 2027-13-01."),
]


def test_a_grid_code_in_full_width_digits_is_the_grid(take):
    take([shop(1, grid_code="０５０１０２")])

    assert Premises.objects.get().area_code == "050102"


@pytest.fixture
def areas(ledger):
    GridFactory(code="050103", state=Grid.State.PROPOSED)
    GridFactory(code="050104", state=Grid.State.RETIRED)


@pytest.mark.parametrize("form", [as_csv, as_xlsx])
@pytest.mark.parametrize(
    ("bad", "column", "said"), BAD, ids=[f"{column}-{n}" for n, (_b, column, _s) in enumerate(BAD)]
)
def test_a_bad_row_is_refused_and_its_neighbours_go_in(take, areas, form, bad, column, said):
    outcome = take([shop(1), shop(2, **bad), shop(3)], form=form)

    assert [(fault.row, fault.column) for fault in outcome.faults] == [(3, column)]
    assert said in outcome.faults[0].reason
    assert outcome.counts() == {
        "read": 3, "made": 2, "changed": 0, "unchanged": 0, "refused": 1, "placed": 2, "not_placed": 0,
        "warned": 0,
    }  # fmt: skip


def test_a_hundred_thousand_characters_are_refused_with_the_limit(take):
    outcome = take([shop(1), shop(2, name="店" * 100_000)])

    assert (outcome.made, outcome.faults[0].row) == (1, 3)
    assert outcome.faults[0].reason == "This has 100000 characters; at most 200 fit."


def test_a_duplicate_names_the_row_it_repeats(take):
    outcome = take([shop(1), shop(2), shop(1, credit="B", address=" 纺织城街道纺一路１号")])

    assert [fault.row for fault in outcome.faults] == [4]
    assert "The same subject with the same address stands in row 2." in outcome.faults[0].reason


@pytest.mark.parametrize(
    ("second", "column", "said"),
    [
        ({"name": "别家"}, "name", "Row 2 says “第1小吃店” of the same subject."),
        ({"credit": "B"}, "credit", "Row 2 says “A”"),
        ({"address": ""}, "address", "without an address"),
        ({"uscc": code(9), "legacy_no": "610111600012345"}, "uscc", "Row 2 joins another code"),
    ],
)
def test_a_row_that_contradicts_an_earlier_one_is_refused(take, second, column, said):
    rows = [shop(1, legacy_no="610111600012345"), shop(1, **{"address": "半坡路2号", **second})]

    outcome = take(rows)

    assert [(fault.row, fault.column) for fault in outcome.faults] == [(3, column)]
    assert said in outcome.faults[0].reason


def test_a_formula_is_refused_in_a_workbook_and_in_a_csv(take):
    sheet = take([shop(1), shop(2, name=Formula("=A1")), shop(3, trade=Formula("=6210"))], form=as_xlsx)
    text = take([shop(1), shop(2, name="=A1"), shop(3, trade="=6210+0")])

    for outcome in (sheet, text):
        assert [(fault.row, fault.column) for fault in outcome.faults] == [(3, "name"), (4, "trade")]
        assert "A formula stands here" in outcome.faults[0].reason


def test_a_header_that_comes_again_is_refused_as_a_row(take):
    again = {"uscc": "统一社会信用代码", "name": "名称", "kind": "类型", "trade": "行业代码", "address": "地址",
             "registered_on": "成立日期", "grid_code": "网格编码", "credit": "信用等级", "status": "状态"}  # fmt: skip

    outcome = take([shop(1), again, shop(2)])

    assert [(fault.row, fault.reason) for fault in outcome.faults] == [(3, "This row repeats the header.")]


def test_codes_that_the_sheet_holds_as_numbers(take):
    outcome = take(
        [
            shop(1, trade=211.0, grid_code=50101.0),
            shop(2, legacy_no=610111600012345.0, uscc=""),
            shop(3, trade=111.0),
            shop(4, uscc=926101110000000000.0),
        ],
        form=as_xlsx,
    )

    assert Premises.objects.get(subject__uscc=code(1)).trade_id == "0211"
    assert Premises.objects.get(subject__uscc=code(1)).grid_id == "050101"
    assert MarketSubject.objects.filter(legacy_no="610111600012345").exists()
    assert [(fault.row, fault.column) for fault in outcome.faults] == [(4, "trade"), (5, "uscc")]
    assert "it may mean 111、0111" in outcome.faults[0].reason
    assert "has lost its last digits" in outcome.faults[1].reason


def test_a_csv_may_mark_a_code_as_text(take):
    take([shop(1, trade='="111"'), shop(2, trade="'0111"), shop(3, trade="A0111")])

    assert list(Premises.objects.order_by("pk").values_list("trade_id", flat=True)) == ["111", "0111", "0111"]
    assert take([shop(4, trade="111")]).refused == 1


@pytest.mark.parametrize(
    "said",
    [
        "2024-05-01",
        "2024/5/1",
        "2024.5.1",
        "20240501",
        "2024年5月1日",
        "２０２４－０５－０１",
        "2024-05-01 00:00:00",
        " 2024-5-1 ",
    ],
)
def test_dates_may_be_written_in_many_ways(take, said):
    take([shop(1, registered_on=said)])

    assert MarketSubject.objects.get().registered_on == date(2024, 5, 1)


@pytest.mark.parametrize("cell", [date(2024, 5, 1), 45413, 20240501])
def test_a_sheet_may_hold_a_date_as_date_or_number(take, cell):
    take([shop(1, registered_on=cell)], form=as_xlsx)

    assert MarketSubject.objects.get().registered_on == date(2024, 5, 1)


def test_a_permit_without_end_is_kept_as_the_last_day(take):
    assert take([shop(1, permit_no="JY1", permit_valid_to="长期")]).made == 1
    assert Permit.objects.get().valid_to == date(9999, 12, 31)


def test_width_case_and_spaces_in_codes_and_words_do_not_matter(take):
    narrow = code(1)
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in narrow.lower())

    outcome = take(
        [shop(1, uscc=wide, kind="INDIVIDUAL", tier=" 甲 ", credit="ｂ", status="Active", name="　小吃\n店 ")]
    )

    assert outcome.made == 1
    subject = MarketSubject.objects.get()
    assert (subject.uscc, subject.credit, subject.name) == (narrow, "B", "小吃 店")


@pytest.mark.parametrize("said", ["甲", "1", "high", "High"])
def test_tiers_without_a_policy_are_the_three_of_the_handbook(take, said):
    take([shop(1, tier=said)])

    assert Premises.objects.get().tier_given == "high"


def test_with_a_policy_its_own_tiers_count(take, ledger):
    from subjects.models import Tier

    for rank, (key, name) in enumerate([("supervision", "监管网格"), ("service", "服务网格")], 1):
        Tier.objects.create(
            bureau=ledger.bureau, preset="T", from_day=date(2026, 1, 1), source="T", key=key, name=name, rank=rank,
            colour="red", interval_months=rank,
        )  # fmt: skip

    from subjects.importing.vocabulary import tier_words

    words = tier_words("05", ON)
    assert (words["监管网格"], words["service"], words["1"], words["乙"]) == (
        "supervision", "service", "supervision", "service",
    )  # fmt: skip
    assert "丙" not in words


def test_a_wrong_check_digit_may_be_a_warning(take):
    outcome = take([shop(1), shop(2, uscc=WRONG)], check_digits=False)

    assert outcome.made == 2
    assert [(fault.row, fault.column) for fault in outcome.warnings] == [(3, "uscc")]


def test_the_rejects_file_tells_where_and_why_and_can_be_mended_and_imported(take, tmp_path):
    out = tmp_path / "rejects.csv"
    rows = [shop(1), shop(2, name="=1+1", trade="9999"), shop(3, credit="E", phone="0123", legacy_no="610111600012345")]

    take(rows, rejects=out)

    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    with out.open(encoding="utf-8-sig", newline="") as file:
        header, first, second = csv.reader(file)
    assert header[:3] == ["row", "column", "reason"]
    assert first[:2] == ["3", "C 名称、E 行业代码"]
    assert first[header.index("名称")] == "[=1+1]"
    assert take([], form=lambda _path, _rows: out).counts()["made"] == 0
    assert second[header.index("注册号")] == "'610111600012345"
    assert second[header.index("网格编码")] == "'050101"
    mended = out.read_text(encoding="utf-8-sig").replace("[=1+1]", "好店").replace("9999", "6210").replace(",E,", ",B,")
    out.write_text(mended, encoding="utf-8-sig")
    again = take([], form=lambda _path, _rows: out)
    assert again.counts()["made"] == 2


def test_the_command_prints_one_line_of_json_and_the_reasons(ledger, tmp_path, capsys):
    path = as_csv(tmp_path / "ledger.csv", [shop(1), shop(2, name="")])

    call_command("import_subjects", str(path), "--bureau", "05", "--today", "2026-11-22")

    out, told = capsys.readouterr()
    printed = json.loads(out.splitlines()[-1])
    assert list(printed) == [
        "read", "made", "changed", "unchanged", "refused", "placed", "not_placed", "warned", "seconds",
    ]  # fmt: skip
    assert (printed["made"], printed["refused"]) == (1, 1)
    assert "reading" in told
    assert "writing 1 of 1" in told
    assert "refused: row 3: 名称: The name is missing." in told


def test_the_command_says_what_is_wrong_with_the_file_or_the_bureau(ledger, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.touch()

    with pytest.raises(CommandError, match="The file is empty"):
        call_command("import_subjects", str(empty), "--bureau", "05")
    with pytest.raises(CommandError, match="say which with --bureau"):
        call_command("import_subjects", str(empty))
    with pytest.raises(CommandError, match="There is no bureau 77"):
        call_command("import_subjects", str(empty), "--bureau", "77")


def test_a_rejects_file_that_cannot_be_written_is_told_before_anything_is_done(take, tmp_path):
    with pytest.raises(BadInput, match="there is no such folder"):
        take([shop(1)], rejects=tmp_path / "nowhere" / "out.csv")

    assert not Premises.objects.exists()
