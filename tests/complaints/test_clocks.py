from datetime import date, timedelta

import pytest

from complaints.actions import recompute_provisional
from complaints.models import Clock
from gridsup.errors import BadInput
from gridsup.models import CalendarDay
from subjects.models import TimeLimit
from tests.complaints.courses import clock, course
from tests.factories import TODAY, ComplaintFactory, noon

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("kind", "received", "ends"),
    [  # the worked examples of handbook §9
        ("complaint", date(2026, 9, 18), date(2026, 9, 29)),
        ("report", date(2026, 9, 18), date(2026, 10, 15)),
        ("clue", date(2026, 9, 18), date(2026, 10, 15)),
        ("complaint", date(2026, 9, 28), date(2026, 10, 13)),
        ("complaint", date(2026, 4, 29), date(2026, 5, 12)),
    ],
)
def test_the_limit_from_receipt_ends_on_the_day_that_the_law_says(take_in, law, kind, received, ends):
    complaint = take_in(kind, on=received)

    limit = complaint.clocks.get()
    key = "accept" if kind == "complaint" else "verify"
    assert (limit.kind, limit.rule, limit.started_on) == (key, law["05", key], received)
    assert (limit.due_on, limit.latest_on, limit.is_provisional) == (ends, ends, False)


def test_mediation_ends_on_a_sunday_and_both_readings_are_kept(take_in, at):
    complaint = course(take_in(on=date(2026, 4, 28)), at, ("accepted", date(2026, 4, 29)))

    mediation = clock(complaint, "mediation")
    assert (complaint.accepted_on, mediation.started_on) == (date(2026, 4, 29), date(2026, 4, 29))
    assert (mediation.due_on, mediation.latest_on) == (date(2026, 6, 28), date(2026, 6, 29))
    assert clock(complaint, "accept").met_on == date(2026, 4, 29)


def test_a_limit_into_a_year_without_a_table_is_provisional(take_in):
    limit = take_in("report", on=date(2026, 12, 21)).clocks.get()

    assert (limit.latest_on, limit.is_provisional) == (date(2027, 1, 11), True)


def test_the_notice_runs_from_the_decision_to_the_telling(take_in, at):
    day = date(2026, 9, 18)
    complaint = course(
        take_in(on=day), at, ("accepted", day), ("dispatched", day), ("in_hand", day), ("settled", day + 10 * DAY)
    )

    notice = clock(complaint, "notice")
    assert clock(complaint, "mediation").met_on == day + 10 * DAY
    assert (notice.started_on, notice.latest_on, notice.area_code) == (day + 10 * DAY, date(2026, 10, 13), "050101")
    course(complaint, at, ("reviewed", day + 11 * DAY), ("told", day + 12 * DAY))
    assert clock(complaint, "notice").met_on == day + 12 * DAY


def test_a_wrong_grid_starts_the_dispute_and_the_next_dispatch_ends_it(take_in, at):
    day = date(2026, 9, 18)
    complaint = course(take_in("report", on=day), at, ("dispatched", day), ("received", day))

    assert clock(complaint, "dispute").latest_on == date(2026, 9, 29)
    at(complaint, "dispatched", day + 3 * DAY)
    assert clock(complaint, "dispute").met_on == day + 3 * DAY
    assert clock(complaint, "verify").is_running


def test_after_a_wrong_grid_the_first_acceptance_stands(take_in, at):
    day = date(2026, 9, 18)
    complaint = course(take_in(on=day), at, ("accepted", day), ("dispatched", day), ("received", day + DAY))

    at(complaint, "accepted", day + 5 * DAY)

    assert complaint.accepted_on == day
    assert complaint.clocks.filter(kind="mediation").count() == 1
    assert complaint.clocks.filter(kind="accept").count() == 1


def test_what_is_refused_after_all_is_not_owed_a_mediation(take_in, at):
    day = date(2026, 9, 18)
    steps = ("accepted", day), ("dispatched", day), ("received", day), ("refused", day + DAY)
    complaint = course(take_in(on=day), at, *steps)

    assert clock(complaint, "mediation").stopped_on == day + DAY
    assert clock(complaint, "dispute").met_on == day + DAY
    assert not complaint.clocks.running().exists()


def test_what_comes_back_completed_is_under_a_limit_of_its_own(take_in, at):
    day = date(2026, 9, 18)
    complaint = course(take_in(on=day), at, ("returned", day + DAY), ("received", day + 10 * DAY))

    first, second = complaint.clocks.filter(kind="accept").order_by("pk")
    assert (first.met_on, second.started_on, second.is_running) == (day + DAY, day + 10 * DAY, True)


def test_sent_back_by_the_review_the_same_limit_runs_on(take_in, at):
    day = date(2026, 9, 18)
    steps = ("dispatched", day), ("verifying", day), ("handled", day + DAY), ("verifying", day + 2 * DAY)
    complaint = course(take_in("report", on=day), at, *steps)

    verify = complaint.clocks.get(kind="verify")
    assert (verify.met_on, verify.latest_on) == (None, date(2026, 10, 15))
    assert clock(complaint, "notice").stopped_on == day + 2 * DAY


@pytest.mark.parametrize(("kind", "limit", "work"), [("report", "verify", "verifying"), ("complaint", "mediation", "")])
def test_reopening_starts_what_must_run_again(take_in, at, kind, limit, work):
    day = date(2026, 9, 18)
    before = [("accepted", day)] if kind == "complaint" else []
    done = [("in_hand", day), ("settled", day)] if kind == "complaint" else [("verifying", day), ("handled", day)]
    complaint = course(take_in(kind, on=day), at, *before, ("dispatched", day), *done)

    course(complaint, at, ("reviewed", day), ("told", day), ("closed", day), ("reopened", day + 20 * DAY))

    again = clock(complaint, limit)
    assert (again.started_on, again.is_running, complaint.closed_on) == (day + 20 * DAY, True, None)
    assert complaint.clocks.filter(kind=limit).count() == 2


def test_the_outside_limit_runs_until_the_person_was_told(take_in, at):
    day = date(2026, 9, 18)
    complaint = take_in("report", on=day, outside_due_on=day + 5 * DAY)

    course(complaint, at, ("dispatched", day), ("verifying", day), ("handled", day), ("reviewed", day))
    assert clock(complaint, "outside").is_running
    at(complaint, "told", day + 2 * DAY)
    assert clock(complaint, "outside").met_on == day + 2 * DAY


class TestProvisional:
    def test_a_loaded_year_counts_anew_what_ran_into_it(self, take_in):
        limit = take_in("report", on=date(2026, 12, 21)).clocks.get()
        certain = take_in("report", on=date(2026, 9, 18)).clocks.get()
        CalendarDay.objects.create(day=date(2027, 1, 4), name="元旦", is_off=True, source="x")

        assert recompute_provisional(now=noon(TODAY)) == {"read": 1, "changed": 1}

        limit.refresh_from_db()
        assert (limit.latest_on, limit.is_provisional) == (date(2027, 1, 12), False)
        event = limit.complaint.events.get(what="recount")
        assert (event.old, event.new, event.why) == ("2027-01-11", "2027-01-12", "verify")
        assert certain.latest_on == Clock.objects.get(pk=certain.pk).latest_on

    def test_a_second_time_nothing_is_left(self, take_in):
        take_in("report", on=date(2026, 12, 21))
        CalendarDay.objects.create(day=date(2027, 1, 4), name="元旦", is_off=True, source="x")
        recompute_provisional(now=noon(TODAY))

        assert recompute_provisional(now=noon(TODAY)) == {"read": 0, "changed": 0}

    def test_what_stays_without_a_table_stays_provisional(self, take_in):
        limit = take_in("report", on=date(2026, 12, 21)).clocks.get()

        assert recompute_provisional(now=noon(TODAY)) == {"read": 1, "changed": 0}
        assert Clock.objects.get(pk=limit.pk).is_provisional

    @pytest.mark.parametrize("count", [1, 20])
    def test_it_takes_as_many_queries_for_many(self, take_in, count, django_assert_num_queries):
        for _one in range(count):
            take_in("report", on=date(2026, 12, 21))
        CalendarDay.objects.create(day=date(2027, 1, 4), name="元旦", is_off=True, source="x")

        with django_assert_num_queries(7):
            recompute_provisional(now=noon(TODAY))


def test_a_changed_rule_holds_for_new_ones_alone(take_in, law):
    before = take_in(on=date(2026, 9, 18)).clocks.get()
    TimeLimit.objects.filter(pk=law["05", "accept"].pk).update(to_day=date(2026, 9, 20))
    law["05", "accept"].pk = None
    law["05", "accept"].days, law["05", "accept"].from_day = 5, date(2026, 9, 21)
    law["05", "accept"].save(force_insert=True)

    after = take_in(on=date(2026, 9, 21)).clocks.get()

    before.refresh_from_db()
    assert (before.latest_on, before.rule.days) == (date(2026, 9, 29), 7)
    assert (after.latest_on, after.rule.days) == (date(2026, 9, 29), 5)


def test_the_visit_that_goes_with_a_dispatch_is_due_by_its_limit(take_in, at, district):
    from tests.factories import PremisesFactory

    premises = PremisesFactory()
    one, other = (take_in("report", on=date(2026, 9, 18), premises=premises) for _ in range(2))

    for complaint in (one, other):
        at(complaint, "dispatched", date(2026, 9, 21), visit=True)

    assert one.task == other.task
    facts = (one.task.reason, one.task.due_on, one.task.opens_on, one.task.state, one.task.plan)
    assert facts == ("complaint", date(2026, 10, 15), date(2026, 9, 21), "due", None)


def test_nobody_is_sent_where_no_premises_is_known(take_in, at):
    complaint = take_in("report")

    with pytest.raises(BadInput) as refused:
        at(complaint, "dispatched", TODAY, visit=True)

    assert (refused.value.field, complaint.state) == ("premises", "received")


def test_without_the_wish_nobody_is_sent(take_in, at):
    assert at(take_in("report"), "dispatched", TODAY).task is None


def test_a_refusal_leaves_the_row_in_hand_as_it_is_stored(law, at):
    complaint = ComplaintFactory(kind="report", area_code="05")
    TimeLimit.objects.filter(key="notice").delete()
    complaint.state = "verifying"
    type(complaint).objects.filter(pk=complaint.pk).update(state="verifying", area_code="050101")
    complaint.refresh_from_db()

    with pytest.raises(BadInput):
        at(complaint, "handled", TODAY)

    assert complaint.state == "verifying"
