"""Several people at the same moment; each with a connection of its own."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from gridsup.errors import BadInput, Overtaken
from gridsup.parts import Part
from inspections.actions import (
    archive_visit,
    archive_visits,
    ask_recheck,
    cancel_task,
    escalate_findings,
    hand_over,
    return_visit,
    save_draft,
    submit_visit,
)
from inspections.models import Finding, FindingEvent, InspectionTask, TaskEvent, Visit, VisitEvent
from tests.factories import TODAY, FindingFactory, TaskFactory, VisitFactory, noon
from tests.together import at_once
from tests.visits import NOON, ORDER, load_policy, record, shop, submitted

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("two_connections")]

WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def policy(two_connections, district):
    load_policy()


def handed_in(district, given):
    return partial(submit_visit, record=given, by=district.lead, now=NOON)


def led(district):
    """Two visits of two people, five minutes apart: each leads one and says that it was another."""
    second = {"lead": district.manager, "partner": district.lead, "visited_at": NOON - timedelta(minutes=5)}
    return [{"another_visit": True} | who for who in ({}, second)]


def test_one_visit_that_both_its_officers_enter_is_one_visit_and_one_refusal(district):
    place = shop()
    swapped = {"lead": district.manager, "partner": district.lead}

    made = at_once(*[handed_in(district, record(district, premises=place, **who)) for who in ({}, swapped)])

    assert sorted(type(result).__name__ for result in made) == ["AlreadyStored", "Visit"]
    assert Visit.objects.count() == 1


def test_one_visit_under_two_form_numbers_is_one_visit_and_one_refusal(district):
    place = shop()

    made = at_once(*[handed_in(district, record(district, premises=place)) for _ in range(3)])

    assert sorted(type(result).__name__ for result in made) == ["AlreadyStored", "AlreadyStored", "Visit"]
    assert Visit.objects.count() == 1


def test_one_form_sent_four_times_at_once_is_one_visit(district):
    task = TaskFactory(premises=shop())
    given = record(district, premises=task.premises, outcome="problem", problems=[ORDER])

    made = at_once(*[handed_in(district, given)] * 4)

    assert len({visit.pk for visit in made}) == 1
    assert (Visit.objects.count(), VisitEvent.objects.count(), Finding.objects.count()) == (1, 1, 1)
    assert TaskEvent.objects.filter(task=task, new="done").count() == 1


def test_one_form_number_for_two_premises_is_one_visit_and_one_refusal(district):
    given = record(district)

    made = at_once(handed_in(district, given), handed_in(district, replace(given, premises=shop())))

    assert sorted(type(result).__name__ for result in made) == ["BadInput", "Visit"]
    assert Visit.objects.count() == 1


def test_a_draft_handed_in_twice_at_once_is_one_visit(district):
    given = record(district)
    save_draft(client_id=given.client_id, premises=given.premises, held={}, by=district.lead, now=NOON)

    made = at_once(*[handed_in(district, given)] * 3)

    assert len({visit.pk for visit in made}) == 1
    assert [event.new for event in VisitEvent.objects.order_by("pk")] == ["draft", "submitted"]


def test_of_two_visits_at_once_one_discharges_the_task(district):
    task = TaskFactory(premises=shop())

    made = at_once(*[handed_in(district, record(district, premises=task.premises, **who)) for who in led(district)])

    task.refresh_from_db()
    assert {visit.state for visit in made} == {"submitted"}
    assert task.visit in made
    assert task.events.count() == 1


def test_two_orders_of_one_day_at_once_share_their_re_check(district):
    order = replace(ORDER, rectify_by=TODAY + WEEK)
    facts = {"premises": shop(), "outcome": "problem", "another_visit": True}
    orders = [[replace(order, text=text)] for text in ("Old milk", "No prices", "False scales")]

    at_once(*[handed_in(district, record(district, **facts, problems=problems)) for problems in orders])

    assert Finding.objects.count() == 3
    assert InspectionTask.objects.get(reason="recheck").findings.count() == 3


def test_of_two_who_saw_it_put_right_the_second_is_told(district):
    finding = submitted(district, outcome="problem", problems=[ORDER]).findings.get()
    facts = {"premises": finding.premises, "corrected": [finding.pk]}

    made = at_once(*[handed_in(district, record(district, **facts, **who)) for who in led(district)])

    assert sorted(type(result).__name__ for result in made) == ["BadInput", "Visit"]
    assert finding.events.filter(new="rectified").count() == 1


def test_of_two_corrections_of_one_record_the_second_is_told(district):
    visit = return_visit(visit=submitted(district), why="?", by=district.chief, now=NOON)

    made = at_once(*[handed_in(district, record(district, premises=visit.premises, corrects=visit)) for _ in range(2)])

    assert sorted(type(result).__name__ for result in made) == ["Overtaken", "Visit"]
    assert Visit.objects.filter(version=2).count() == 1


def test_a_task_is_cancelled_or_done_and_never_both(district):
    task = TaskFactory(premises=shop())

    at_once(
        handed_in(district, record(district, premises=task.premises)),
        partial(cancel_task, task=task, why="floods", by=district.chief, now=NOON),
    )

    task = InspectionTask.objects.get(pk=task.pk)
    assert [event.new for event in task.events.all()] == [task.state]
    assert (task.visit is not None) == (task.state == "done")


def test_of_two_reviewers_the_second_is_told(district):
    visit = submitted(district)
    one, other = (Visit.objects.get(pk=visit.pk) for _ in range(2))

    results = at_once(
        partial(archive_visit, visit=one, by=district.chief, now=NOON),
        partial(return_visit, visit=other, why="?", by=district.chief, now=NOON),
    )

    assert sum(isinstance(result, Overtaken) for result in results) == 1
    assert visit.events.exclude(new="submitted").count() == 1


def test_many_archived_at_once_by_two_are_archived_once_each(district):
    VisitFactory.create_batch(20)
    archive = partial(archive_visits, visits=Visit.objects.all(), by=district.chief, now=NOON)

    results = at_once(archive, archive)

    assert sum(results) == Visit.objects.filter(state="archived").count() == 20
    assert VisitEvent.objects.filter(new="archived").count() == 20


def test_what_is_returned_while_many_are_archived_has_one_decision(district):
    visits = VisitFactory.create_batch(20)

    at_once(
        partial(archive_visits, visits=Visit.objects.all(), by=district.chief, now=NOON),
        *(partial(return_visit, visit=visit, why="?", by=district.chief, now=NOON) for visit in visits[:3]),
    )

    decided = dict(VisitEvent.objects.values_list("visit", "new"))
    assert VisitEvent.objects.count() == 20
    assert decided == dict(Visit.objects.values_list("pk", "state"))


def test_what_is_put_right_while_it_is_escalated_has_a_true_history(district):
    findings = FindingFactory.create_batch(4, visit__premises=shop())
    seen = record(district, premises=findings[0].premises, corrected=[row.pk for row in findings[:2]])

    at_once(handed_in(district, seen), partial(escalate_findings, part=Part.area("05"), on=TODAY + 10 * WEEK, now=NOON))

    for finding in Finding.objects.all():
        events = [event.new for event in FindingEvent.objects.filter(finding=finding)]
        assert events[-1] == finding.state
        assert events in (["rectified"], ["escalated"], ["escalated", "rectified"])


def test_of_two_who_hand_a_finding_over_the_second_is_told(district):
    finding = submitted(district, outcome="problem", problems=[ORDER]).findings.get()
    act = partial(hand_over, why="will not", by=district.lead, now=NOON)

    results = at_once(*[partial(act, finding=Finding.objects.get(pk=finding.pk)) for _ in range(2)])

    assert sum(isinstance(result, Overtaken) for result in results) == 1
    assert InspectionTask.objects.get().state == "cancelled"


def test_of_two_who_ask_for_another_look_one_gets_the_task(district):
    finding = FindingFactory(state="escalated", visit__visited_on=TODAY - 4 * WEEK)
    ask = partial(ask_recheck, finding=finding, by=district.chief, now=noon(TODAY))

    results = at_once(partial(ask, due_on=TODAY + WEEK), partial(ask, due_on=TODAY + 2 * WEEK))

    assert InspectionTask.objects.filter(reason="recheck").count() == 1
    assert not any(isinstance(result, BadInput) for result in results)
