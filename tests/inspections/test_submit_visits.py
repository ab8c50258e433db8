from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from gridsup.errors import BadInput
from inspections.actions import return_visit, submit_visit, submit_visits, visits
from inspections.models import Finding, FindingEvent, InspectionTask, TaskEvent, Visit, VisitEvent
from inspections.records import Problem
from subjects.models import Premises
from tests.factories import TODAY, TaskFactory, noon
from tests.visits import NOON, ORDER, load_policy, record, shop, submitted

WEEK = timedelta(days=7)
TABLES = (Visit, VisitEvent, Finding, FindingEvent, InspectionTask, TaskEvent, Premises)


@pytest.fixture(autouse=True)
def policy(district):
    load_policy()


# A row's own key, and a checksum that speaks of the keys of what was put right: no run gives the same ones again.
OF_KEYS = {"id", "content_sha256"}


def written() -> dict[str, list[str]]:
    """Everything that visits write; what refers to another row names it by what it says, never by its key."""
    visits = dict(Visit.objects.values_list("pk", "client_id"))
    tasks = {task.pk: (task.premises_id, task.reason, task.due_on) for task in InspectionTask.objects.all()}
    findings = {finding.pk: (visits[finding.visit_id], finding.text) for finding in Finding.objects.all()}
    named = {"visit_id": visits, "corrects_id": visits, "rectified_by_id": visits, "finding_id": findings}
    named |= {"task_id": tasks, "recheck_id": tasks}
    return {
        model.__name__: sorted(
            str(
                [
                    (name, named[name].get(value) if name in named else value)
                    for name, value in row.items()
                    if name not in OF_KEYS
                ]
            )
            for row in model._default_manager.values()
        )
        for model in TABLES
    }


def history(district, places):
    """Four weeks: routine visits, orders, one put right, one that ran over, an entry refused, some late entries."""
    order = replace(ORDER, rectify_by=TODAY - 2 * WEEK)
    grave = Problem(text="Gas bottles", disposition="report")
    given = []
    for number, premises in enumerate(places):
        start = noon(TODAY - 4 * WEEK + timedelta(days=number % 3))
        facts = {"premises": premises, "visited_at": start, "client_id": UUID(int=number + 1)}
        if number % 4 == 0:
            facts |= {"outcome": "problem", "problems": [order, replace(order, text="and more"), grave]}
        if number % 4 == 1:
            facts |= {"outcome": "refused"}
        given.append((record(district, **facts), start + timedelta(days=number % 5)))
    return sorted(given, key=lambda pair: pair[1])


def later(district, places):
    """The second round, when the findings of the first are known."""
    given = []
    for number, finding in enumerate(Finding.objects.filter(state="ordered", text="and more").order_by("pk")):
        facts = {"premises": finding.premises, "corrected": [finding.pk] if number % 2 else []}
        day = noon(TODAY - 3 * WEEK)
        given.append((record(district, **facts, visited_at=day, client_id=UUID(int=1000 + number)), day))
    for number, premises in enumerate(places):
        facts = {"premises": premises, "visited_at": NOON, "client_id": UUID(int=2000 + number)}
        given.append((record(district, **facts), NOON))
    return given


def one_by_one(given) -> None:
    for one, at in given:
        submit_visit(record=one, by=one.lead, now=at)


def at_once(given) -> None:
    submit_visits(records=given)


def test_many_at_once_leave_the_same_rows_as_one_by_one(district, monkeypatch):
    monkeypatch.setattr(visits, "BATCH", 5)
    tasks = [TaskFactory(premises=shop(), due_on=TODAY - 3 * WEEK, opens_on=TODAY - 6 * WEEK) for _ in range(12)]
    outcomes = []
    for enter in (one_by_one, at_once):
        with transaction.atomic():
            enter(history(district, [task.premises for task in tasks]))
            enter(later(district, [task.premises for task in tasks]))
            outcomes.append(written())
            transaction.set_rollback(True)

    single, bulk = outcomes
    assert single == bulk
    assert len(single["Visit"]) == 27
    assert len(set(single["Finding"])) == 9


def test_corrections_at_once_leave_the_same_rows_too(district):
    old = [submitted(district, outcome="problem", problems=[ORDER]) for _ in range(3)]
    for visit in old:
        return_visit(visit=visit, why="?", by=district.chief, now=NOON)
    given = [
        (record(district, premises=visit.premises, corrects=visit, client_id=UUID(int=visit.pk)), NOON) for visit in old
    ]
    outcomes = []
    for enter in (one_by_one, at_once):
        with transaction.atomic():
            enter(given)
            outcomes.append(written())
            transaction.set_rollback(True)

    assert outcomes[0] == outcomes[1]
    assert sum("withdrawn" in row for row in outcomes[0]["Finding"]) == 3


def test_several_visits_of_one_premises_follow_each_other(district):
    premises = shop()
    days = [noon(TODAY - WEEK), noon(TODAY - timedelta(days=1)), NOON]

    made = submit_visits(records=[(record(district, premises=premises, visited_at=day), day) for day in days])

    premises.refresh_from_db()
    assert (made, premises.last_visited_on, premises.visits.count()) == (3, TODAY, 3)


def test_the_statements_do_not_grow_with_the_records(district):
    def statements(count: int) -> int:
        order = [replace(ORDER, rectify_by=TODAY)]
        given = [(record(district, outcome="problem", problems=order), NOON) for _ in range(count)]
        for one, _at in given:
            TaskFactory(premises=one.premises)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            submit_visits(records=given)
        return len(captured)

    assert statements(3) == statements(30) < 40


def test_a_form_that_comes_twice_is_one_visit(district):
    given = record(district)

    assert submit_visits(records=[(given, NOON), (given, NOON)]) == 1
    assert submit_visits(records=[(given, NOON)]) == 0
    assert Visit.objects.count() == 1


def test_one_refusal_stores_nothing_of_all(district):
    good, bad = record(district), record(district, partner=None)

    with pytest.raises(BadInput):
        submit_visits(records=[(good, NOON), (bad, NOON)])
    assert not Visit.objects.exists()


def test_a_form_number_of_two_premises_is_refused(district):
    first = record(district)

    with pytest.raises(BadInput):
        submit_visits(records=[(first, NOON), (replace(first, premises=shop()), NOON)])


def test_nothing_handed_in_is_nothing(district):
    assert submit_visits(records=[]) == 0
