"""Time on a grid goes on through changes of areas: what happened to the grid is nobody's rotation."""

from datetime import date, timedelta

import pytest

from assessment.staffing.rotation import OVER, turns_of
from subjects.actions import load_preset
from subjects.areas.effect import undo_change
from tests.factories import TODAY, GridFactory, PostingFactory, noon
from tests.splitting import NOON, draw_station, in_effect, merge_draft, split_draft
from tests.style.walking import client_of

DAY = timedelta(days=1)
LONG_AGO = date(2021, 5, 1)


@pytest.fixture(autouse=True)
def ruled(district, time_machine):
    """A policy, drawn grids, and leads who have been there for over five years."""
    time_machine.move_to(noon(TODAY), tick=False)
    load_preset(bureau="05", name="F", on=date(2026, 1, 1), now=NOON)
    draw_station()
    for officer in (district.lead, district.neighbour_lead):
        officer.postings.update(from_day=LONG_AGO)
    return district


def turn_of(officer, code, on=TODAY):
    (turn,) = [turn for turn in turns_of([code], on) if turn.tenure.officer == officer.pk]
    return turn


def led(officer, code, first=TODAY):
    return PostingFactory(officer=officer, duty="grid_lead", area_code=code, from_day=first)


def test_the_lead_of_a_grid_that_was_taken_in_keeps_the_time(district):
    in_effect(district, merge_draft(district))
    district.lead.postings.filter(to_day=None).update(to_day=TODAY - DAY)
    led(district.neighbour_lead, "050101")

    turn = turn_of(district.neighbour_lead, "050101")
    assert (turn.tenure.since, turn.standing, turn.years) == (LONG_AGO, OVER, 5)


def test_the_lead_of_a_grid_that_was_split_keeps_the_time_on_the_new_one_and_the_page_says_so(district):
    in_effect(district, split_draft(district))
    district.lead.postings.update(to_day=TODAY - DAY)
    led(district.lead, "050103")
    page = client_of(district.chief).get("/staffing/rotation/")

    assert turn_of(district.lead, "050103").tenure.since == LONG_AGO
    (turn,) = [turn for turn in page.context["turns"] if turn.tenure.area_code == "050103"]
    assert (turn.standing, str(turn.tenure.since.year) in page.text) == (OVER, True)


def test_who_comes_to_the_new_grid_from_elsewhere_begins_anew(district):
    in_effect(district, split_draft(district))
    district.neighbour_lead.postings.update(to_day=TODAY - DAY)
    led(district.neighbour_lead, "050103")

    assert turn_of(district.neighbour_lead, "050103").tenure.since == TODAY


def test_who_stays_on_the_grid_that_took_another_in_gains_nothing_by_a_former_post_there(district):
    """Two years on the one grid, then on the other: places were changed before the grids became one."""
    moved = TODAY - 300 * DAY
    district.neighbour_lead.postings.update(to_day=moved - DAY)
    district.lead.postings.update(to_day=moved - DAY)
    led(district.neighbour_lead, "050101", moved)
    in_effect(district, merge_draft(district))

    assert turn_of(district.neighbour_lead, "050101").tenure.since == moved


def test_a_change_that_was_undone_breaks_nothing_either(district):
    change = in_effect(district, split_draft(district))
    district.lead.postings.update(to_day=TODAY - DAY)
    led(district.lead, "050103")
    undone_on = TODAY + 10 * DAY
    undo_change(change=change, why="错了", by=district.district_office, now=noon(undone_on))
    led(district.lead, "050101", undone_on)

    assert turn_of(district.lead, "050101", undone_on).tenure.since == LONG_AGO


def test_it_takes_as_many_queries_after_changes_as_before(district, django_assert_num_queries):
    in_effect(district, split_draft(district))
    GridFactory(code="050104")

    with django_assert_num_queries(4):
        turns_of(["050101", "050102", "050103", "050104"], TODAY)
