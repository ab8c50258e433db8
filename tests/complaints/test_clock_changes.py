from datetime import date, timedelta

import pytest

from complaints.actions import explain, extend_clock, pause_clock, resume_clock
from complaints.models import Clock
from gridsup import holidays
from gridsup.errors import BadInput, NotAllowed, Overtaken, WrongState
from tests.complaints.courses import clock, course
from tests.factories import TODAY, ClockFactory, noon

DAY = timedelta(days=1)


class TestPause:
    """Test and appraisal time does not count (Arts. 22, 27)."""

    DAY = date(2026, 9, 18)

    @pytest.fixture
    def verify(self, take_in, at):
        complaint = course(take_in("report", on=self.DAY), at, ("dispatched", self.DAY), ("verifying", self.DAY))
        return clock(complaint, "verify")

    @pytest.fixture
    def mediation(self, take_in, at):
        steps = ("accepted", self.DAY), ("dispatched", self.DAY), ("in_hand", self.DAY)
        return clock(course(take_in(on=self.DAY), at, *steps), "mediation")

    def test_working_days_of_the_pause_are_added(self, district, verify):
        pause_clock(clock=verify, why="laboratory", by=district.lead, now=noon(date(2026, 9, 21)))
        resume_clock(clock=verify, by=district.lead, now=noon(date(2026, 10, 9)))

        # 22–24, 28–30 September, 8, 9 October: the 25th and 1 to 7 October are days off
        assert (verify.paused_days, verify.paused_on) == (self.working(date(2026, 9, 21), date(2026, 10, 9)), None)
        assert verify.latest_on == holidays.calendar().after_working(self.DAY, 15 + verify.paused_days).due

    def working(self, since, until):
        calendar, days = holidays.calendar(), (until - since).days
        return sum(calendar.is_working(since + n * DAY) for n in range(1, days + 1))

    def test_calendar_days_of_the_pause_are_added(self, district, mediation):
        pause_clock(clock=mediation, why="laboratory", by=district.lead, now=noon(self.DAY + 2 * DAY))
        resume_clock(clock=mediation, by=district.lead, now=noon(self.DAY + 12 * DAY))

        assert (mediation.paused_days, mediation.due_on) == (10, self.DAY + 70 * DAY)

    def test_pauses_add_up_and_each_is_in_the_history(self, district, mediation):
        for start in (2, 10):
            pause_clock(clock=mediation, why="laboratory", by=district.lead, now=noon(self.DAY + start * DAY))
            resume_clock(clock=mediation, by=district.lead, now=noon(self.DAY + (start + 3) * DAY))

        events = mediation.complaint.events.filter(what__in=["pause", "resume"])
        assert mediation.paused_days == 6
        assert [event.what for event in events] == ["pause", "resume"] * 2
        assert all(event.why.endswith("laboratory") for event in events if event.what == "pause")

    def test_a_paused_limit_is_not_overdue(self, district, verify):
        pause_clock(clock=verify, why="laboratory", by=district.lead, now=noon(self.DAY))

        assert not verify.is_overdue(date(2027, 1, 1))
        assert not Clock.objects.overdue(date(2027, 1, 1)).filter(pk=verify.pk).exists()

    def test_what_is_done_while_it_stands_still_ends_the_pause(self, district, verify, at):
        pause_clock(clock=verify, why="laboratory", by=district.lead, now=noon(date(2026, 9, 21)))

        at(verify.complaint, "handled", date(2026, 9, 23))

        verify.refresh_from_db()
        assert (verify.met_on, verify.paused_on, verify.paused_days) == (date(2026, 9, 23), None, 2)

    def test_it_needs_a_reason_and_somebody_who_handles(self, district, verify):
        with pytest.raises(BadInput) as refused:
            pause_clock(clock=verify, why=" ", by=district.lead, now=noon(self.DAY))
        assert refused.value.field == "why"
        with pytest.raises(NotAllowed):
            pause_clock(clock=verify, why="x", by=district.neighbour_lead, now=noon(self.DAY))
        with pytest.raises(NotAllowed):
            resume_clock(clock=verify, by=district.by_duty["duty_desk"], now=noon(self.DAY))

    def test_twice_or_not_at_all_is_refused(self, district, verify):
        with pytest.raises(WrongState):
            resume_clock(clock=verify, by=district.lead, now=noon(self.DAY))
        pause_clock(clock=verify, why="x", by=district.lead, now=noon(self.DAY))
        with pytest.raises(WrongState):
            pause_clock(clock=verify, why="x", by=district.lead, now=noon(self.DAY))

    def test_a_limit_that_is_over_is_not_hidden_by_a_pause(self, district, verify):
        with pytest.raises(WrongState):
            pause_clock(clock=verify, why="x", by=district.lead, now=noon(verify.latest_on + DAY))

    def test_other_limits_do_not_pause(self, district, law):
        for kind in ("accept", "notice", "dispute"):
            with pytest.raises(WrongState):
                pause_clock(clock=ClockFactory(kind=kind), why="x", by=district.lead, now=noon(TODAY))

    def test_the_second_of_two_is_told(self, district, verify):
        stale = Clock.objects.get(pk=verify.pk)
        pause_clock(clock=verify, why="x", by=district.lead, now=noon(self.DAY))

        with pytest.raises(Overtaken):
            pause_clock(clock=stale, why="y", by=district.lead, now=noon(self.DAY))
        assert verify.complaint.events.filter(what="pause").count() == 1


class TestExtension:
    @pytest.fixture
    def verify(self, take_in, at):
        day = date(2026, 9, 18)
        return clock(course(take_in("report", on=day), at, ("dispatched", day)), "verify")

    def test_the_head_extends_once_by_what_the_rule_permits(self, district, verify):
        extend_clock(clock=verify, why="two laboratories", by=district.head, now=noon(date(2026, 9, 30)))

        assert verify.latest_on == holidays.calendar().after_working(date(2026, 9, 18), 30).due
        assert (verify.extension_days, verify.extended_by) == (15, district.head)
        with pytest.raises(WrongState):
            extend_clock(clock=verify, why="again", by=district.head, now=noon(date(2026, 9, 30)))

    def test_an_extension_and_a_pause_add_up(self, district, verify):
        pause_clock(clock=verify, why="x", by=district.lead, now=noon(date(2026, 9, 21)))
        extend_clock(clock=verify, why="x", by=district.head, now=noon(date(2026, 9, 22)))
        resume_clock(clock=verify, by=district.lead, now=noon(date(2026, 9, 23)))

        assert verify.latest_on == holidays.calendar().after_working(date(2026, 9, 18), 32).due

    def test_it_needs_the_head_and_a_reason(self, district, verify):
        for officer in (district.chief, district.lead, district.outsider, district.district_office):
            with pytest.raises(NotAllowed):
                extend_clock(clock=verify, why="x", by=officer, now=noon(TODAY))
        with pytest.raises(BadInput):
            extend_clock(clock=verify, why="", by=district.head, now=noon(date(2026, 9, 20)))

    def test_not_after_it_is_over_or_met_and_not_where_the_rule_knows_none(self, district, verify, take_in):
        with pytest.raises(WrongState):
            extend_clock(clock=verify, why="x", by=district.head, now=noon(verify.latest_on + DAY))
        with pytest.raises(WrongState):
            extend_clock(clock=clock(take_in(), "accept"), why="x", by=district.head, now=noon(TODAY))
        with pytest.raises(WrongState):
            extend_clock(clock=ClockFactory(kind="verify", met_on=TODAY), why="x", by=district.head, now=noon(TODAY))

    def test_what_was_told_above_is_taken_back_where_the_end_moves(self, district, verify):
        Clock.objects.filter(pk=verify.pk).update(escalated_on=date(2026, 9, 20), escalated_to="0501")
        verify.refresh_from_db()

        extend_clock(clock=verify, why="x", by=district.head, now=noon(date(2026, 9, 21)))

        assert (verify.escalated_on, verify.escalated_to) == (None, "")


class TestExplanation:
    @pytest.fixture
    def missed(self, take_in):
        return take_in(on=date(2026, 9, 18)).clocks.get()

    def test_whoever_answers_for_it_explains_why_it_was_missed(self, desk, missed):
        explain(clock=missed, by=desk, text=" flooded office ", now=noon(TODAY))
        explain(clock=missed, by=desk, text="and no power", now=noon(TODAY))

        assert missed.explanation == "and no power"
        assert [event.why for event in missed.complaint.events.filter(what="explain")] == [
            "flooded office",
            "and no power",
        ]

    def test_also_when_it_was_met_late(self, desk, missed, at):
        at(missed.complaint, "accepted", TODAY)
        missed.refresh_from_db()

        assert explain(clock=missed, by=desk, text="late", now=noon(TODAY)).explanation == "late"

    def test_one_that_was_kept_has_nothing_to_explain(self, desk, take_in, at):
        running = take_in(on=TODAY).clocks.get()
        kept = take_in(on=date(2026, 9, 18))
        at(kept, "accepted", date(2026, 9, 20))

        for limit in (running, clock(kept, "accept")):
            with pytest.raises(WrongState):
                explain(clock=limit, by=desk, text="x", now=noon(TODAY))

    def test_nobody_else_explains_and_nothing_is_no_explanation(self, district, desk, missed):
        for officer in (district.lead, district.chief, district.outsider):
            with pytest.raises(NotAllowed):
                explain(clock=missed, by=officer, text="x", now=noon(TODAY))
        for text in ("  ", "x" * 501):
            with pytest.raises(BadInput) as refused:
                explain(clock=missed, by=desk, text=text, now=noon(TODAY))
            assert refused.value.field == "text"
