from datetime import date, datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction

from gridsup.dates import add_months
from gridsup.errors import BadInput, NotAllowed, Overtaken, WrongState
from gridsup.states import advance
from inspections.actions import approve_plan, propose_plan, publish_plan
from inspections.models import InspectionPlan, InspectionTask, PlanEvent, PlanLine, TaskEvent
from inspections.models.plan import PLAN_MOVES
from inspections.models.task import TASK_MOVES
from inspections.querysets import foreseen
from subjects.actions import load_preset
from subjects.models import Premises
from tests.factories import BureauFactory, DuePremisesFactory, PlanFactory, SubjectFactory, TaskFactory, VisitFactory

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def bureau(db):
    bureau = BureauFactory()
    load_preset(bureau="05", name="F", on=date(2026, 1, 1), now=NOON)
    return bureau


def test_a_plan_goes_from_the_grid_office_to_the_head_and_back_to_be_published(bureau, district):
    plan = propose_plan(bureau="05", year=2027, on=TODAY, now=NOON, by=district.district_office)
    approve_plan(plan=plan, by=district.head, now=NOON)
    publish_plan(plan=plan, on=TODAY, by=district.district_office, now=NOON)

    assert (plan.state, plan.version, plan.yearly_cap, plan.published_on) == ("published", 1, 6, TODAY)
    assert [event.new for event in plan.events.all()] == ["draft", "approved", "published"]


def test_who_proposes_does_not_approve(bureau, district):
    plan = propose_plan(bureau="05", year=2027, on=TODAY, now=NOON, by=district.district_office)

    with pytest.raises(NotAllowed):
        approve_plan(plan=plan, by=district.district_office, now=NOON)
    with pytest.raises(NotAllowed):
        propose_plan(bureau="05", year=2027, on=TODAY, now=NOON, by=district.chief)


def test_a_plan_proposed_again_is_a_new_version(bureau):
    propose_plan(bureau="05", year=2027, on=TODAY, now=NOON)

    assert propose_plan(bureau="05", year=2027, on=TODAY, now=NOON).version == 2


@pytest.mark.parametrize("facts", [{"year": 2025}, {"year": 2027, "cap": 7}, {"year": 2027, "cap": 0}])
def test_a_past_year_or_a_higher_cap_without_a_reason_is_refused(bureau, facts):
    with pytest.raises(BadInput):
        propose_plan(bureau="05", on=TODAY, now=NOON, **facts)
    assert not InspectionPlan.objects.exists()


def test_a_higher_cap_with_a_reason_is_kept_with_it(bureau):
    plan = propose_plan(bureau="05", year=2027, on=TODAY, now=NOON, cap=12, cap_reason="monthly rhythm")

    assert (plan.yearly_cap, plan.cap_reason) == (12, "monthly rhythm")


def by_hand(due, interval, year):
    """Counts the due days of the year one by one."""
    days = [add_months(date(due.year, due.month, 1), interval * step) for step in range(200)]
    return sum(day.year == year for day in days)


def test_the_foreseen_visits_are_those_counted_one_by_one(bureau):
    dues = [date(2026, 12, 31), date(2027, 1, 31), date(2027, 5, 3), date(2025, 7, 1), date(2027, 12, 1)]
    expected = {}
    for due, interval in product(dues, (1, 2, 3, 5, 6, 12, 24)):
        premises = DuePremisesFactory(next_due_on=due, interval_months=interval)
        expected[premises.pk] = by_hand(due, interval, 2027)

    rows = foreseen(Premises.objects.all(), 2027, 6)

    assert dict(rows.values_list("pk", "wanted")) == expected
    assert dict(rows.values_list("pk", "capped")) == {pk: min(visits, 6) for pk, visits in expected.items()}


def test_a_plan_says_for_each_station_what_the_cap_leaves_of_the_rhythm(bureau):
    for code in ("050101", "050102", "050201"):
        DuePremisesFactory(area_code=code, next_due_on=date(2027, 1, 5), interval_months=1)
    DuePremisesFactory(next_due_on=date(2028, 1, 5))

    plan = propose_plan(bureau="05", year=2027, on=TODAY, now=NOON)

    lines = plan.lines.values_list("area_code", "tier", "mode", "premises", "wanted", "planned")
    assert list(lines) == [("0501", "high", "key", 2, 24, 12), ("0502", "high", "key", 1, 12, 6)]


def test_a_cap_by_subject_is_shared_by_its_premises(bureau):
    subject = SubjectFactory(bureau=bureau)
    for code in ("050101", "050201"):
        DuePremisesFactory(subject=subject, area_code=code, next_due_on=date(2027, 1, 5), interval_months=3)

    plan = propose_plan(bureau="05", year=2027, on=TODAY, now=NOON, cap_basis="subject")

    assert [line.planned for line in plan.lines.all()] == [4, 2]


def pairs(states, moves, allowed):
    return [pair for pair in product(states, repeat=2) if (pair in moves) == allowed]


@pytest.mark.parametrize(("old", "new"), pairs(InspectionPlan.State.values, PLAN_MOVES, False))
def test_a_plan_makes_no_other_move(bureau, old, new):
    plan = PlanFactory(bureau=bureau, state=old, published_on=TODAY if old in {"published", "closed"} else None)

    with pytest.raises(WrongState):
        advance(plan, new, moves=PLAN_MOVES, event=PlanEvent, owner="plan", now=NOON, why="x", published_on=TODAY)

    assert not plan.events.exists()


@pytest.mark.parametrize(("old", "new"), pairs(InspectionPlan.State.values, PLAN_MOVES, True))
def test_a_plan_makes_every_move_of_its_table_with_one_event(bureau, old, new):
    plan = PlanFactory(bureau=bureau, state=old, published_on=TODAY if old == "published" else None)
    fields = {"published_on": TODAY} if new == "published" else {}

    advance(plan, new, moves=PLAN_MOVES, event=PlanEvent, owner="plan", now=NOON, why="x", **fields)

    assert plan.state == new
    assert [(event.old, event.new) for event in plan.events.all()] == [(old, new)]


def task_in(state):
    into = {"merged_into": TaskFactory()} if state == "merged" else {}
    return TaskFactory(state=state, **into)


@pytest.mark.parametrize(("old", "new"), pairs(InspectionTask.State.values, TASK_MOVES, False))
def test_a_task_makes_no_other_move(bureau, old, new):
    task = task_in(old)

    with pytest.raises(WrongState):
        advance(task, new, moves=TASK_MOVES, event=TaskEvent, owner="task", now=NOON, why="x")

    task.refresh_from_db()
    assert task.state == old


@pytest.mark.parametrize(("old", "new"), pairs(InspectionTask.State.values, TASK_MOVES, True))
def test_a_task_makes_every_move_of_its_table(bureau, old, new):
    task = task_in(old)
    fields = {"merged_into": TaskFactory()} if new == "merged" else {}
    fields |= {"done_on": TODAY, "visit": VisitFactory()} if new == "done" else {}

    advance(task, new, moves=TASK_MOVES, event=TaskEvent, owner="task", now=NOON, why="x", **fields)

    assert task.state == new
    assert task.events.count() == 1


def test_a_move_of_the_system_is_made_by_no_person(district):
    task = TaskFactory(state="planned")

    with pytest.raises(NotAllowed):
        advance(task, "due", moves=TASK_MOVES, event=TaskEvent, owner="task", now=NOON, by=district.district_office)


def test_of_two_who_approve_the_second_is_told(bureau, district):
    plan = PlanFactory(bureau=bureau, state="draft", published_on=None)
    stale = InspectionPlan.objects.get(pk=plan.pk)
    approve_plan(plan=plan, by=district.head, now=NOON)

    with pytest.raises(Overtaken):
        approve_plan(plan=stale, by=district.head, now=NOON)


@pytest.mark.parametrize(
    "facts",
    [
        {"state": "published", "published_on": None},
        {"state": "draft", "published_on": TODAY},
        {"cap_basis": "grid"},
        {"state": "dreamt"},
    ],
)
def test_the_database_refuses_a_nonsensical_plan(bureau, facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanFactory(bureau=bureau, **facts)


def test_the_database_refuses_two_published_plans_of_a_year(bureau):
    PlanFactory(bureau=bureau)
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanFactory(bureau=bureau, version=2)


@pytest.mark.parametrize(
    "facts",
    [
        {"plan": None},
        {"state": "merged"},
        {"opens_on": date(2027, 1, 1)},
        {"area_code": "050"},
    ],
)
def test_the_database_refuses_a_nonsensical_task(bureau, facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        TaskFactory(**facts)


def test_the_database_refuses_a_second_open_routine_task_and_more_planned_than_wanted(bureau):
    task = TaskFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        TaskFactory(premises=task.premises, due_on=date(2026, 12, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanLine.objects.create(plan=task.plan, area_code="0501", mode="key", premises=1, wanted=1, planned=2)
