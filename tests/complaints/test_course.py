from datetime import date, timedelta

import pytest
from django.utils import timezone

from complaints.actions import move, pause_clock
from complaints.course import STAGES, WORDS, course_of
from complaints.models import Complaint
from tests.factories import TODAY, noon

S = Complaint.State


def moved(complaint, *steps):
    """Moves it day after day: a state, or a state with what goes with it."""
    for number, step in enumerate(steps, start=1):
        to, fields = step if isinstance(step, tuple) else (step, {})
        move(complaint=complaint, to=to, by=None, now=noon(TODAY + timedelta(days=number)), **fields)
    return course_of(complaint)


def words(course):
    return [str(stage.words) for stage in course.stages]


DISPATCHED = ("dispatched", {"area_code": "050101"})
SETTLED = ("settled", {"result": "Paid back."})
TOLD = ("told", {"why": "By Wang, by telephone."})


def test_every_state_has_words_for_the_person():
    assert set(STAGES) == set(S.values)
    assert set(STAGES.values()) == set(WORDS)


@pytest.mark.usefixtures("english")
class TestStages:
    def test_the_way_of_a_complaint_in_plain_words(self, take_in):
        course = moved(take_in(), "accepted", DISPATCHED, "in_hand", SETTLED, "reviewed", TOLD, "closed")

        assert [word.partition(":")[0] for word in words(course)] == [
            "We received it.",
            "It was accepted",
            "It was sent to the officers who answer for the place.",
            "Officers are looking into it.",
            "It was handled. Somebody who did not handle it checks the result.",
            "You were told the result.",
            "It is closed.",
        ]
        assert course.stages[1].day == date(2026, 11, 23)

    def test_moves_between_our_desks_do_not_show(self, take_in):
        back = ("received", {"why": "Wrong grid, ask Wang"})
        up = ("escalated", {"why": "Lead Li cannot"})
        course = moved(take_in(), "accepted", DISPATCHED, back, "accepted", DISPATCHED, "in_hand", up, "in_hand")

        assert len(course.stages) == 4
        assert not any(stage.reason for stage in course.stages)

    def test_a_review_that_sends_it_back_does_not_show(self, take_in):
        again = ("in_hand", {"why": "Ask the trader again"})
        course = moved(take_in(), "accepted", DISPATCHED, "in_hand", SETTLED, again, SETTLED)

        assert len(course.stages) == 5

    def test_what_is_taken_up_again_begins_a_course_of_its_own(self, take_in):
        opened = ("reopened", {"why": "New facts"})
        course = moved(
            take_in(),
            "accepted",
            DISPATCHED,
            "in_hand",
            SETTLED,
            "reviewed",
            TOLD,
            "closed",
            opened,
            DISPATCHED,
            "in_hand",
        )

        assert words(course)[-3:] == [
            "It was taken up again.",
            "It was sent to the officers who answer for the place.",
            "Officers are looking into it.",
        ]
        assert course.result == ""

    def test_a_reason_that_was_written_to_the_person_is_shown(self, take_in):
        refused = moved(take_in(), ("refused", {"refusal": "too_old", "why": "It was in 2019."}))
        returned = moved(take_in(), ("returned", {"why": "Please send the receipt."}))

        assert refused.stages[-1].reason == "more than three years old · It was in 2019."
        assert returned.stages[-1].reason == "Please send the receipt."


class TestResults:
    def test_it_is_shown_when_it_was_told_and_not_before(self, take_in):
        complaint = take_in()

        assert moved(complaint, "accepted", DISPATCHED, "in_hand", SETTLED, "reviewed").result == ""
        assert moved(complaint, TOLD).result == "Paid back."

    def test_how_it_was_told_stays_inside(self, take_in):
        course = moved(take_in(), "accepted", DISPATCHED, "in_hand", SETTLED, "reviewed", TOLD)

        assert "Wang" not in str(course)

    def test_an_answer_is_shown_at_once(self, take_in):
        assert moved(take_in("enquiry"), ("answered", {"result": "At the counter."})).result == "At the counter."


class TestLimits:
    def test_the_limit_that_runs_is_named_with_its_day(self, take_in):
        complaint = take_in(on=date(2026, 9, 18))

        limit = course_of(complaint).limits[0]

        assert (limit.by, limit.is_paused, limit.is_provisional) == (date(2026, 9, 29), False, False)

    def test_one_that_stands_still_says_so(self, take_in, district):
        complaint = take_in("report", on=timezone.localdate())
        move(complaint=complaint, to="dispatched", by=None, now=timezone.now(), area_code="050101")
        pause_clock(clock=complaint.clocks.get(), why="Test", by=district.lead, now=timezone.now())

        assert course_of(complaint).limits[0].is_paused

    def test_limits_between_offices_are_not_the_persons(self, take_in):
        complaint = take_in("report", channel="12345", outside_number="A", outside_due_on=date(2026, 12, 1))
        course = moved(complaint, DISPATCHED, ("received", {"why": "-"}))

        assert complaint.clocks.running().filter(kind__in=["outside", "dispute"]).count() == 2
        assert len(course.limits) == 1
