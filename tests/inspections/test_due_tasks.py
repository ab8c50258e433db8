from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from grids.models import Officer
from gridsup.errors import BadInput, NotAllowed, Overtaken, WrongState
from gridsup.jobs import run_inline
from gridsup.models import Job
from inspections.actions import (
    ask_visits,
    assign_task,
    cancel_task,
    close_plan,
    follow_ledger,
    publish_plan,
)
from inspections.models import InspectionPlan, InspectionTask
from subjects.actions import load_preset
from subjects.models import Premises
from tests.factories import (
    BureauFactory,
    DuePremisesFactory,
    PlanFactory,
    PremisesFactory,
    SubjectFactory,
    TaskFactory,
)

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def bureau(db):
    bureau = BureauFactory()
    load_preset(bureau="05", name="FR", on=date(2026, 1, 1), now=NOON)
    return bureau


def generated(day=TODAY) -> dict[str, int]:
    noon = NOON + (day - TODAY)
    job = run_inline(name="generate_due_tasks", period=day.isoformat(), area_code="05", now=noon, clock=lambda: noon)
    assert job.state == Job.State.DONE, job.error
    return job.counts


def test_a_run_made_good_later_keeps_the_due_day_and_tells_when_the_task_was_made(bureau):
    PlanFactory(bureau=bureau)
    premises = DuePremisesFactory(next_due_on=TODAY - timedelta(days=2))
    earlier = str(TODAY - timedelta(days=9))
    run_inline(name="generate_due_tasks", period=earlier, area_code="05", now=NOON, clock=lambda: NOON)

    task = InspectionTask.objects.get()
    assert (task.due_on, task.made_on) == (premises.next_due_on, TODAY)


def test_a_premises_that_falls_due_within_the_lead_gets_one_task(bureau):
    plan = PlanFactory(bureau=bureau)
    premises = DuePremisesFactory(next_due_on=TODAY + timedelta(days=30))
    DuePremisesFactory(next_due_on=TODAY + timedelta(days=31))

    assert generated() == {"read": 1, "made": 1, "changed": 0}

    task = InspectionTask.objects.get()
    assert (task.premises, task.reason, task.plan, task.state) == (premises, "routine", plan, "due")
    assert (task.area_code, task.due_on, task.opens_on) == ("050101", premises.next_due_on, TODAY)
    assert task.made_on == TODAY
    assert task.assignee is None


def test_running_again_or_on_later_days_piles_nothing_up(bureau):
    PlanFactory(bureau=bureau)
    PlanFactory(bureau=bureau, year=2027)
    DuePremisesFactory()

    made = [generated(TODAY + timedelta(days=days))["made"] for days in (0, 0, 1, 40, 80)]

    assert made == [1, 0, 0, 0, 0]
    assert InspectionTask.objects.count() == 1


@pytest.mark.parametrize("state", ["draft", "approved", "closed"])
def test_nothing_is_made_outside_a_published_plan(bureau, state):
    PlanFactory(bureau=bureau, state=state, published_on=None)
    DuePremisesFactory()

    assert generated() == {"read": 1, "made": 0, "changed": 0, "unplanned": 1}


@pytest.mark.parametrize(
    "facts", [{"status": "closed"}, {"status": "suspended"}, {"mode": "exempt", "next_due_on": None}]
)
def test_closed_and_exempt_premises_get_no_task(bureau, facts):
    PlanFactory(bureau=bureau)
    DuePremisesFactory(**facts)

    assert generated().get("made") == 0


def test_a_due_day_of_next_year_needs_next_years_plan(bureau):
    PlanFactory(bureau=bureau)
    DuePremisesFactory(next_due_on=date(2027, 1, 5))
    DuePremisesFactory(next_due_on=date(2026, 12, 31))

    assert generated(date(2026, 12, 20)) == {"read": 2, "made": 1, "changed": 0, "unplanned": 1}
    following = PlanFactory(bureau=bureau, year=2027)
    assert generated(date(2026, 12, 20))["made"] == 1
    assert InspectionTask.objects.filter(plan=following, due_on=date(2027, 1, 5)).count() == 1


def test_what_is_still_owed_from_last_year_belongs_to_this_years_plan(bureau):
    PlanFactory(bureau=bureau, year=2027)
    DuePremisesFactory(next_due_on=date(2026, 12, 1))

    assert generated(date(2027, 1, 5))["made"] == 1
    assert InspectionTask.objects.get().plan.year == 2027


def test_the_cap_stops_the_visits_of_a_premises(bureau):
    plan = PlanFactory(bureau=bureau, yearly_cap=2)
    premises = DuePremisesFactory()
    for month in (2, 5):
        TaskFactory(premises=premises, plan=plan, state="done", due_on=date(2026, month, 1), opens_on=date(2026, 1, 1))

    assert generated()["made"] == 0
    gone = InspectionTask.objects.filter(due_on=date(2026, 2, 1))
    gone.update(state="cancelled", done_on=None, visit=None)
    assert generated()["made"] == 1


def test_a_cap_by_subject_counts_its_premises_together(bureau):
    PlanFactory(bureau=bureau, yearly_cap=2, cap_basis="subject")
    subject = SubjectFactory(bureau=bureau)
    for days in (3, 1, 2):
        DuePremisesFactory(subject=subject, next_due_on=TODAY + timedelta(days=days))

    assert generated()["made"] == 2
    assert generated()["made"] == 0
    assert [task.due_on.day for task in InspectionTask.objects.all()] == [23, 24]


def test_two_obligations_near_each_other_become_one_visits_list(bureau):
    PlanFactory(bureau=bureau)
    premises = DuePremisesFactory(next_due_on=TODAY + timedelta(days=14))
    recheck = TaskFactory(premises=premises, reason="recheck", plan=None, due_on=TODAY)

    assert generated() == {"read": 1, "made": 1, "changed": 1}

    merged = InspectionTask.objects.get(reason="routine")
    assert (merged.state, merged.merged_into) == ("merged", recheck)
    assert [(event.old, event.new) for event in merged.events.all()] == [("due", "merged")]
    assert generated() == {"read": 1, "made": 0, "changed": 0}


def test_obligations_further_apart_and_of_other_premises_stay_two(bureau):
    PlanFactory(bureau=bureau)
    premises = DuePremisesFactory(next_due_on=TODAY + timedelta(days=15))
    TaskFactory(premises=premises, reason="recheck", plan=None, due_on=TODAY)
    TaskFactory(reason="recheck", plan=None, due_on=TODAY, premises=PremisesFactory())

    generated()

    assert not InspectionTask.objects.filter(state="merged").exists()


def test_a_chain_of_near_tasks_does_not_carry_a_visit_away(bureau):
    PlanFactory(bureau=bureau)
    premises = PremisesFactory()
    first, second, third = (
        TaskFactory(premises=premises, reason=reason, plan=None, due_on=TODAY + timedelta(days=days))
        for reason, days in (("recheck", 0), ("complaint", 10), ("case_return", 20))
    )

    generated()

    for task in (first, second, third):
        task.refresh_from_db()
    assert (first.state, second.merged_into, third.state) == ("due", first, "due")


def test_a_planned_task_becomes_due_when_its_window_opens(bureau):
    PlanFactory(bureau=bureau)
    task = TaskFactory(state="planned", opens_on=TODAY, due_on=TODAY + timedelta(days=20))
    TaskFactory(state="planned", opens_on=TODAY + timedelta(days=1), due_on=TODAY + timedelta(days=20))

    generated()

    task.refresh_from_db()
    assert task.state == "due"
    assert task.events.get().new == "due"
    assert InspectionTask.objects.filter(state="planned").count() == 1


def test_open_tasks_follow_the_ledger(bureau):
    moved = TaskFactory()
    gone = TaskFactory()
    done = TaskFactory(state="done")
    Premises.objects.filter(pk__in=[moved.premises_id, done.premises_id]).update(area_code="0502", grid=None)
    Premises.objects.filter(pk=gone.premises_id).update(status="closed")

    assert follow_ledger(bureau="05", now=NOON) == {"changed": 2}
    assert follow_ledger(bureau="05", now=NOON) == {"changed": 0}

    for task in (moved, gone, done):
        task.refresh_from_db()
    assert (moved.area_code, gone.state, done.area_code) == ("0502", "cancelled", "050101")
    assert gone.events.get().by is None


def test_a_bureau_without_a_policy_fails_the_job_with_a_sentence(db, english):
    BureauFactory()
    job = run_inline(name="generate_due_tasks", period="2026-11-22", area_code="05", now=NOON)

    assert job.state == Job.State.FAILED
    assert "Load a preset first" in job.error


def test_work_belongs_to_whoever_holds_the_grid_unless_given_by_name(district):
    task = TaskFactory()
    TaskFactory(premises=DuePremisesFactory(area_code="050102"))

    mine = InspectionTask.objects.mine(district.lead)
    assert list(mine) == [task]

    assign_task(task=task, to=district.manager, by=district.chief, now=NOON)
    assert not InspectionTask.objects.mine(district.lead).exists()
    assert list(InspectionTask.objects.mine(district.manager)) == [task]
    assert task.events.get().new == district.manager.name


def test_a_task_is_given_only_to_who_inspects_here(district, english):
    task = TaskFactory()

    with pytest.raises(BadInput, match="no post here"):
        assign_task(task=task, to=district.supervisor, by=district.chief, now=NOON)
    with pytest.raises(NotAllowed):
        assign_task(task=task, to=district.lead, by=district.far_chief, now=NOON)
    Officer.objects.filter(pk=district.lead.pk).update(certificate_valid_to=date(2026, 11, 21))
    with pytest.raises(BadInput, match="no valid certificate"):
        assign_task(task=task, to=district.lead, by=district.chief, now=NOON)


def test_the_second_of_two_assignments_is_told(district):
    task = TaskFactory()
    stale = InspectionTask.objects.get(pk=task.pk)
    assign_task(task=task, to=district.manager, by=district.chief, now=NOON)

    with pytest.raises(Overtaken):
        assign_task(task=stale, to=district.lead, by=district.chief, now=NOON)


def test_a_cancelled_routine_visit_is_owed_again_one_interval_later(district):
    load_preset(bureau="05", name="F", on=date(2026, 1, 1), now=NOON)
    task = TaskFactory(premises=DuePremisesFactory(tier_given="high"))

    cancel_task(task=task, why="floods", by=district.chief, now=NOON)

    task.premises.refresh_from_db()
    assert task.state == "cancelled"
    assert task.premises.next_due_on == date(2027, 1, 22)
    assert task.events.get().why == "floods"


@pytest.mark.parametrize("why", ["", "  "])
def test_cancelling_needs_a_ground(district, why):
    with pytest.raises(BadInput):
        cancel_task(task=TaskFactory(), why=why, by=district.chief, now=NOON)
    assert InspectionTask.objects.get().state == "due"


@pytest.mark.parametrize("state", ["done", "cancelled"])
def test_an_ended_task_is_not_cancelled(district, state):
    with pytest.raises(WrongState):
        cancel_task(task=TaskFactory(state=state), why="x", by=district.chief, now=NOON)


def test_a_closed_plan_makes_no_more_tasks(bureau, district):
    plan = PlanFactory(bureau=bureau)
    close_plan(plan=plan, why="order withdrawn", by=district.district_office, now=NOON)
    DuePremisesFactory()

    assert generated()["made"] == 0


def test_a_new_version_takes_the_place_of_the_old(bureau, district):
    former = PlanFactory(bureau=bureau)
    plan = PlanFactory(bureau=bureau, version=2, state="approved", published_on=None)

    publish_plan(plan=plan, on=TODAY, by=district.district_office, now=NOON)

    former.refresh_from_db()
    assert (former.state, plan.state) == ("closed", "published")
    assert InspectionPlan.objects.filter(state="published").count() == 1


class TestAskedFor:
    """Visits that something else than the rhythm asks for, such as a complaint."""

    def ask(self, premises, last=10, first=0):
        days = (TODAY + timedelta(days=first), TODAY + timedelta(days=last))
        return ask_visits(reason="complaint", wanted=[(premises, *days)])[0]

    def test_one_is_made_outside_the_plan_and_serves_all_who_ask_within_its_days(self, bureau):
        premises = PremisesFactory()

        task = self.ask(premises)

        assert (task.reason, task.plan, task.state, task.area_code) == ("complaint", None, "due", "050101")
        assert (task.opens_on, task.due_on) == (TODAY, TODAY + timedelta(days=10))
        assert self.ask(premises, last=12) == task
        assert self.ask(premises, last=9) != task
        assert self.ask(premises, first=11, last=20) != task

    def test_a_day_on_which_one_ended_is_left_to_it(self, bureau):
        premises = PremisesFactory()
        task = self.ask(premises)
        InspectionTask.objects.filter(pk=task.pk).update(state="cancelled")

        assert self.ask(premises).due_on == TODAY + timedelta(days=11)

    def test_nobody_is_sent_to_what_is_not_in_business(self, bureau):
        with pytest.raises(BadInput) as refused:
            self.ask(PremisesFactory(status="closed"))

        assert refused.value.field == "premises"

    def test_many_ask_at_once_in_as_many_statements(self, bureau, django_assert_num_queries):
        places = [PremisesFactory() for _place in range(5)]
        wanted = [(place, TODAY, TODAY) for place in [*places, *places]]

        with django_assert_num_queries(5):
            asked = ask_visits(reason="complaint", wanted=wanted)

        assert asked[:5] == asked[5:]
        assert InspectionTask.objects.count() == 5
