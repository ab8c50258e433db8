from datetime import date, datetime, time
from itertools import pairwise

import pytest

from assessment.reporting import workbook
from complaints.models import Complainant
from tests.assessment import worked
from tests.assessment.reported import book, built, inside, listed, pages, rates
from tests.assessment.worked import AUGUST
from tests.factories import (
    ClockFactory,
    ComplaintFactory,
    DuePremisesFactory,
    FindingFactory,
    SubjectFactory,
    TaskFactory,
    VisitFactory,
)


def day(on: date) -> datetime:
    """As openpyxl reads a day."""
    return datetime.combine(on, time.min)


WORKED = {
    "05": [(10, 14), (11, 12), (3, 4), (5, 8), (3, 5)],
    "0501": [(7, 10), (7, 8), (2, 3), (5, 7), (2, 3)],
    "0502": [(3, 4), (4, 4), (1, 1), (0, 0), (1, 2)],
}


@pytest.mark.parametrize("area", WORKED)
def test_summary_and_rows_are_what_was_worked_by_hand_whatever_stands_beside_it(placed, area):
    worked.what_does_not_count()

    report = built(area)

    assert listed(report) == rates(report) == WORKED[area]
    codes = {row[0] for name, rows in pages(report).items() if name not in {"summary", "areas"} for row in rows[1:]}
    assert all(code.startswith(area) for code in codes)


def test_the_table_by_area_adds_up_to_the_summary(placed):
    report = built()
    head, *areas, total = [row for row in pages(report)["areas"] if row[0]]
    shares = [position for position, label in enumerate(head) if label == head[7]]

    assert [row[0] for row in areas] == ["05", "0501", "0502"]
    assert [(total[met], total[met + 1]) for met in shares] == rates(report)
    for position in (*shares, *(met + 1 for met in shares)):
        assert sum(row[position] for row in areas) == total[position]


def test_a_station_is_split_by_grid_with_what_stands_in_none(placed):
    rows = pages(built("0501"))["areas"]

    assert [row[0] for row in rows[1:4]] == ["0501", "050101", "050102"]
    assert [row[7:9] for row in rows[1:4]] == [(0, 1), (4, 5), (3, 4)]


def test_a_share_and_its_change_are_numbers_and_days_are_days(placed):
    worked.task("050101", due=date(2026, 5, 10), late=0)
    worked.task("050101", due=date(2026, 5, 11), late=3)

    report = built()

    summary = pages(report)["summary"]
    assert summary[2][2:4] == (day(worked.Q3.first), day(worked.Q3.last))
    assert summary[8][3:8] == (pytest.approx(0.7143, abs=1e-4), 1, 2, 0.5, pytest.approx(21.43))
    cell = book(report).worksheets[2].cell(2, 6)
    assert (cell.is_date, cell.number_format) == (True, "yyyy-mm-dd")


def test_headings_stay_in_sight_and_columns_are_wide_enough(placed):
    for page in book(built()).worksheets[1:]:
        assert page.freeze_panes == "C2"
        assert all(page.column_dimensions[letter].width >= 9 for letter in "ABCD")


def test_there_are_charts_that_excel_can_edit(placed):
    parts = inside(built().sheet.path)

    charts = [parts[name].decode() for name in sorted(parts) if name.startswith("xl/charts/chart")]
    assert len(charts) == 2
    assert "$D$9:$D$13" in charts[0]
    assert charts[1].count("<c:ser>") == 3


def test_a_name_that_looks_like_a_formula_is_text(placed):
    names = {"=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", '=HYPERLINK("http://x")', "{=1}", "mailto:x", "007"}
    for name in names:
        premises = DuePremisesFactory(area_code="050101", subject=SubjectFactory(name=name), address=name)
        TaskFactory(premises=premises, due_on=AUGUST, opens_on=date(2026, 1, 1))

    report = built("0501")

    cells = [cell for page in book(report).worksheets for row in page.iter_rows() for cell in row]
    named = [cell for cell in cells if cell.value in names]
    assert len(named) == 2 * len(names)
    assert {(cell.data_type, cell.number_format) for cell in named} == {("s", "@")}
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    sheets = [part for name, part in inside(report.sheet.path).items() if "worksheets" in name]
    assert not any(b"<f>" in part or b"hyperlink" in part for part in sheets)


def test_who_complained_and_what_they_wrote_is_nowhere(placed):
    complaint = ComplaintFactory(
        area_code="050101", received_on=AUGUST, text="My number is 13800001111", about="Wang", address="Home 7",
        category="food",
    )  # fmt: skip
    Complainant.objects.create(complaint=complaint, name="Zhao Yi", phone="13900002222", address="Lane 9")
    ClockFactory(complaint=complaint, due_on=AUGUST)

    report = built("0501")

    assert [row[2] for row in pages(report)["complaints"][1:]] == [complaint.number]
    text = b"".join([*inside(report.sheet.path).values(), *inside(report.text.path).values()]).decode(errors="replace")
    for secret in ("13800001111", "Zhao", "13900002222", "Lane 9", "Home 7", "Wang"):
        assert secret not in text


def test_problems_are_listed_and_counted_by_disposition(placed):
    visit = VisitFactory(premises=DuePremisesFactory(area_code="050101"), visited_on=AUGUST, outcome="problem")
    for disposition, state in [("admonish", "settled"), ("admonish", "settled"), ("case", "handed_over")]:
        FindingFactory(visit=visit, disposition=disposition, state=state, rectify_by=None)
    FindingFactory(visit=visit, disposition="admonish", state="withdrawn", rectify_by=None)

    sheets = pages(built("0501"))

    assert len(sheets["findings"]) == 4
    counts = [row[1] for row in sheets["summary"] if str(row[0]).startswith("  ")]
    assert {2, 1} <= set(counts)


def test_rows_beyond_what_a_sheet_holds_go_on_to_the_next(placed, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 5)

    workbooks = book(built())

    tasks = [page for page in workbooks.worksheets if page.title.startswith(workbooks.worksheets[2].title)]
    assert [page.max_row - 1 for page in tasks] == [5, 5, 4]
    assert all(first.title != second.title for first, second in pairwise(tasks))


def test_what_ends_with_the_last_row_of_a_sheet_opens_no_empty_one(placed, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 14)

    assert len(book(built()).worksheets) == 9
