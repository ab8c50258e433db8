"""The worked district: each number stands in a comment as it was reckoned on paper."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from assessment.actions import publish_scores
from assessment.models import Scorecard, ScoreLine
from inspections.models import TaskEvent
from tests.assessment import worked
from tests.assessment.worked import CUT_OFF, NOW, Q3, card, compute
from tests.factories import GridFactory, noon

POINTS = {
    # 30 × 4/5 = 24 · 15 × 4/5 = 12 · 20 × 2/3 ÷ 95/100 = 800/57 · 25 × 3/4 = 18.75 · 10 × 2/3 ÷ 9/10 = 200/27
    "050101": ["24.0000", "12.0000", "14.0351", "18.7500", "7.4074"],
    # nothing to rectify, no rating: 70 points count, each grows by 10/7; 300/7 × 3/4 · 150/7 · - · 250/7 × 1/2 · -
    "050102": ["32.1429", "21.4286", None, "17.8571", None],
    # 30 × 7/10 = 21 · 15 × 7/8 = 13.125 · 800/57 · 25 × 5/7 = 125/7 · 200/27
    "0501": ["21.0000", "13.1250", "14.0351", "17.8571", "7.4074"],
    # no time limit ended: 75 points count, each grows by 4/3; 40 × 3/4 · 20 · 80/3 · - · 40/3 × 1/2 ÷ 9/10 = 200/27
    "0502": ["30.0000", "20.0000", "26.6667", None, "7.4074"],
    # 30 × 10/14 = 150/7 · 15 × 11/12 = 13.75 · 20 × 3/4 ÷ 95/100 = 300/19 · 25 × 5/8 · 10 × 3/5 ÷ 9/10 = 20/3
    "05": ["21.4286", "13.7500", "15.7895", "15.6250", "6.6667"],
}
TOTALS = {
    "050101": "76.19",  # 24 + 12 + 14.035087… + 18.75 + 7.407407… = 76.192495…
    "050102": "71.43",  # 225/7 + 150/7 + 125/7 = 500/7 = 71.428571…
    "0501": "73.42",  # 21 + 13.125 + 14.035087… + 17.857142… + 7.407407… = 73.424637…
    "0502": "84.07",  # 30 + 20 + 26.666666… + 7.407407… = 84.074074…
    "05": "73.26",  # 21.428571… + 13.75 + 15.789473… + 15.625 + 6.666666… = 73.259711…
}
TOTALS["050201"] = TOTALS["0502"]  # its station has nothing of its own
POINTS["050201"] = POINTS["0502"]


@pytest.fixture
def scored(district):
    worked.load()
    worked.place()
    worked.what_does_not_count()
    return compute()


def lines(area):
    return list(card(area).lines.values_list("numerator", "denominator"))


def test_the_counts_are_those_of_the_table(scored):
    assert lines("050101") == [(4, 5), (4, 5), (2, 3), (3, 4), (2, 3)]
    assert lines("050102") == [(3, 4), (3, 3), (0, 0), (1, 2), (0, 0)]
    assert lines("0501") == [(7, 10), (7, 8), (2, 3), (5, 7), (2, 3)]
    assert lines("050201") == lines("0502") == [(3, 4), (4, 4), (1, 1), (0, 0), (1, 2)]
    assert lines("05") == [(10, 14), (11, 12), (3, 4), (5, 8), (3, 5)]


@pytest.mark.parametrize("area", POINTS)
def test_the_points_are_those_reckoned_on_paper_to_the_last_decimal(scored, area):
    points = list(card(area).lines.values_list("points", flat=True))

    assert points == [None if text is None else Decimal(text) for text in POINTS[area]]
    assert card(area).total == Decimal(TOTALS[area])


def test_the_weight_of_empty_lines_is_spread_over_the_others(scored):
    assert [str(line.effective_weight) for line in card("050102").lines.all()] == [
        "42.8571", "21.4286", "None", "35.7143", "None",
    ]  # fmt: skip


def test_grades_follow_the_bands_and_only_stations_are_ranked(scored):
    said = dict(Scorecard.objects.in_area("05").values_list("area_code", "rank"))

    assert said == {"05": None, "0501": 2, "0502": 1, "050101": None, "050102": None, "050201": None}
    assert set(Scorecard.objects.values_list("grade", flat=True)) == {"qualified"}


def test_a_mean_of_the_grids_would_be_another_number(scored):
    mean = (card("050101").total + card("050102").total) / 2

    assert card("0501").total != mean.quantize(Decimal("0.01"))


def test_what_it_read_and_made_is_told(scored):
    # 14 + 12 + 4 + 8 + 5 rows counted; six areas
    assert scored == {"read": 43, "made": 6, "changed": 0}


def test_another_bureau_is_not_touched(scored):
    assert not Scorecard.objects.in_area("06").exists()


def test_a_second_run_changes_nothing_and_a_later_cut_off_alone_neither(scored):
    before = list(Scorecard.objects.order_by("pk").values())

    assert compute(now=NOW + timedelta(days=1)) == {"read": 43, "made": 0, "changed": 0}
    later = compute(cut_off=CUT_OFF + timedelta(days=1), now=NOW + timedelta(days=2))
    # the record that came in on 11 October is known now: three more cards say something else
    assert later == {"read": 44, "made": 0, "changed": 3}
    assert {row["area_code"] for row in before if row["cut_off"] == CUT_OFF} == {
        "05", "0501", "0502", "050101", "050102", "050201",
    }  # fmt: skip


def test_a_card_computed_again_is_replaced_and_its_history_tells_both_totals(scored):
    worked.task("050201", late=0)

    assert compute() == {"read": 45, "made": 0, "changed": 3}
    again = card("0502")
    # 30 × 4/3 × 4/5 = 32 in place of 30
    assert (again.version, again.total, again.lines.count()) == (1, Decimal("86.07"), 5)
    assert [(event.old, event.new) for event in again.events.all()] == [("", "84.07"), ("84.07", "86.07")]


def test_a_published_card_stays_to_the_last_letter_and_a_new_version_stands_beside_it(scored, district):
    publish_scores(bureau="05", period="2026Q3", by=district.district_office, now=NOW)
    frozen = Scorecard.objects.filter(pk=card("0502").pk).values().get()
    said = list(ScoreLine.objects.filter(card=frozen["id"]).values())
    worked.task("050201", late=0)

    assert compute() == {"read": 45, "made": 3, "changed": 0}
    assert Scorecard.objects.filter(pk=frozen["id"]).values().get() == frozen
    assert list(ScoreLine.objects.filter(card=frozen["id"]).values()) == said
    assert (card("0502", state="computed").version, card("0502", state="computed").total) == (2, Decimal("86.07"))


def test_a_later_version_supersedes_the_published_one_with_a_reason(scored, district, english):
    publish_scores(bureau="05", period="2026Q3", by=district.district_office, now=NOW)
    worked.task("050201", late=0)
    compute()

    assert publish_scores(bureau="05", period="2026Q3", by=district.district_office, now=NOW) == 3
    first, second = Scorecard.objects.filter(area_code="0502").order_by("version")
    assert (first.state, second.state) == ("superseded", "published")
    assert first.events.last().why == "Version 2 takes its place."
    assert card("0501").state == "published"


def test_a_fact_after_the_cut_off_is_not_known_yet(district):
    worked.load()
    worked.task("050101", late=0, entered=(CUT_OFF - worked.AUGUST).days)
    worked.task("050101", late=0, entered=(CUT_OFF - worked.AUGUST).days + 1)
    compute()

    # visited in time, but only one of the two records had come in by the cut-off
    assert lines("050101")[:2] == [(1, 2), (0, 1)]


def test_a_task_made_after_the_cut_off_for_a_day_before_it_is_not_known_yet(district):
    worked.load()
    for days in (0, 1):
        worked.task("050101", made_on=CUT_OFF + timedelta(days=days))
    compute()

    assert lines("050101")[0] == (0, 1)


def test_a_record_corrected_after_the_cut_off_stands_for_the_one_that_had_come_in(district):
    worked.load()
    row = worked.task("050101", late=0)
    first, late = row.visit, CUT_OFF + timedelta(days=1)
    again = worked.visit("050101", entered=(late - worked.AUGUST).days, corrects=first, version=2)
    type(row).objects.filter(pk=row.pk).update(visit=again)
    compute()

    # done by the first version; entered promptly by the first version
    assert lines("050101")[:2] == [(1, 1), (1, 1)]


def test_what_was_ended_on_a_ground_after_the_cut_off_still_stood_at_it(district):
    worked.load()
    day = CUT_OFF + timedelta(days=1)
    worked.ended(worked.task("050101", state="cancelled"), worked.TaskEvent, "task", "due", "cancelled", day)
    late = worked.finding("050101", state="handed_over")
    worked.ended(late, worked.FindingEvent, "finding", "escalated", "handed_over", day)
    worked.clock("050101", stopped_on=day)
    compute()

    assert lines("050101") == [(0, 1), (0, 0), (0, 1), (0, 1), (0, 0)]


def test_a_task_cancelled_by_its_due_day_is_left_out_and_one_cancelled_later_is_missed(district):
    worked.load()
    for days in (-1, 0, 1):
        row = worked.task("050101", state="cancelled")
        worked.ended(row, worked.TaskEvent, "task", "due", "cancelled", worked.AUGUST + timedelta(days=days))
    compute()

    assert lines("050101")[0] == (0, 1)


def test_a_task_cancelled_in_the_last_hour_of_its_due_day_is_left_out(district):
    worked.load()
    for area, hours in (("050101", 11), ("050102", 12)):
        facts = {"what": "state", "old": "due", "new": "cancelled", "at": noon(worked.AUGUST) + timedelta(hours=hours)}
        TaskEvent.objects.create(task=worked.task(area, state="cancelled"), **facts)
    compute()

    assert (lines("050101")[0], lines("050102")[0]) == ((0, 0), (0, 1))


def test_a_finding_that_went_on_from_the_case_team_after_the_cut_off_does_not_come_back(district):
    worked.load()
    row = worked.finding("050101", state="case_returned")
    worked.ended(row, worked.FindingEvent, "finding", "ordered", "handed_over", CUT_OFF)
    later = CUT_OFF + timedelta(days=1)
    worked.ended(row, worked.FindingEvent, "finding", "handed_over", "case_returned", later)
    compute()

    assert lines("050101")[2] == (0, 0)


def test_without_anything_to_count_there_is_a_card_without_total_grade_and_rank(district):
    worked.load()
    compute()

    empty = card("0501")
    assert (empty.total, empty.grade, empty.rank) == (None, "", None)
    assert {(line.denominator, line.points) for line in empty.lines.all()} == {(0, None)}


def test_stations_with_the_same_total_share_a_rank_and_the_next_is_skipped(district):
    worked.load()
    for number in (3, 4):
        GridFactory(code=f"050{number}01")
    for area, late in (("050101", 0), ("050201", 0), ("050301", 9)):
        worked.task(area, late=late)
    compute()

    ranks = {code: card(code).rank for code in ("0501", "0502", "0503", "0504")}
    assert ranks == {"0501": 1, "0502": 1, "0503": 3, "0504": None}


def test_a_grid_that_was_retired_keeps_a_card_for_what_happened_in_it(scored, district):
    type(district.grid).objects.filter(pk=district.neighbour_grid.pk).update(state="retired")
    worked.task("050102", late=0)
    compute()

    assert card("050102").lines.first().denominator == 5
    assert card("0501").lines.first().denominator == 11


@pytest.mark.parametrize("text", ["2026-08", "2026Q3", "2026H2", "2026"])
def test_a_month_a_quarter_a_half_and_a_year_are_scored_alike(district, text):
    worked.load()
    worked.task("050101", late=0)
    compute(cut_off=date(2027, 1, 10), period=worked.Period.parse(text))

    # the visit on time and its entry: 30 + 15 points, spread to 100
    assert Scorecard.objects.get(area_code="050101", period=text).total == 100


@pytest.mark.parametrize("rows", [1, 10])
def test_the_statements_do_not_grow_with_the_rows(district, rows, django_assert_max_num_queries):
    worked.load()
    for _row in range(rows):
        worked.task("050101", late=0)
        worked.clock("050201")
    with django_assert_max_num_queries(18):
        assert compute()["read"] == 3 * rows


def test_q3_is_over_at_the_cut_off():
    assert Q3.last < CUT_OFF
