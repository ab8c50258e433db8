"""A visit and the nightly jobs want the same rows: none of them falls over, whoever comes first.

Each test lays out rows so that a job, which meets them in the order in which they lie, and a visit, which takes them by
their keys, would each hold what the other waits for. Somebody third keeps both waiting until they have begun.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import OperationalError, connection, models, transaction

from gridsup.parts import Part
from inspections.actions import escalate_findings, follow_part, merge_near, open_planned, submit_visit, submit_visits
from inspections.models import Finding, InspectionTask, Visit
from subjects.models import Premises
from tests.factories import TODAY, FindingFactory, TaskFactory
from tests.together import uncommitted, wait_for, waiting_for_a_lock
from tests.visits import NOON, load_policy, record, shop

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("two_connections")]

BUREAU = Part.area("05")
# The job does not look for so long whether it is part of a circle: PostgreSQL refuses the visit, which looks after 1 s.
PATIENCE = "SET LOCAL deadlock_timeout = '60s'"
LATER = TODAY + timedelta(days=100)


@pytest.fixture(autouse=True)
def policy(two_connections, district):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: nobody waits for another there while holding something.")
    load_policy()


def lies_last(row: models.Model) -> None:
    """Writes the row and its index entries anew, so that whoever reads them as they lie meets it last."""
    for code in ("05", row.area_code):
        type(row)._default_manager.filter(pk=row.pk).update(area_code=code)


def held(row: models.Model):
    """Somebody holds the row and lets it go unchanged."""
    return uncommitted(lambda: type(row)._default_manager.select_for_update(no_key=True).get(pk=row.pk))


def meet(visit: Callable[[], object], job: Callable[[], object], at: models.Model) -> list[object]:
    """What visit and job come to: the visit waits for the row, the job behind it, then both go on."""

    def run(act: Callable[[], object]) -> object:
        try:
            return act()
        except OperationalError as error:
            return error
        finally:
            connection.close()

    def step() -> object:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(PATIENCE)
            return job()

    with ThreadPoolExecutor(2) as pool:
        with held(at):
            first = pool.submit(run, visit)
            wait_for(lambda: waiting_for_a_lock() == 1, "the visit waiting")
            second = pool.submit(run, step)
            wait_for(lambda: waiting_for_a_lock() == 2, "the job waiting behind it")
        return [first.result(), second.result()]


def handed_in(district, premises, **facts):
    return partial(submit_visit, record=record(district, premises=premises, **facts), by=district.lead, now=NOON)


def two_tasks(premises, **facts):
    """Two open tasks of a premises, of which the first lies behind the second."""
    tasks = [TaskFactory(premises=premises, **facts), TaskFactory(premises=premises, reason="campaign", **facts)]
    lies_last(tasks[0])
    return tasks


JOBS = {
    "follow": ({}, partial(follow_part, part=BUREAU, now=NOON)),
    "open": ({"state": "planned"}, partial(open_planned, part=BUREAU, on=TODAY, now=NOON)),
    "merge": ({}, partial(merge_near, part=BUREAU, span=14, now=NOON)),
}


@pytest.mark.parametrize("name", JOBS)
def test_a_visit_and_a_job_over_the_same_tasks_both_come_to_their_end(district, name):
    facts, job = JOBS[name]
    premises = shop()
    first, _second = two_tasks(premises, **facts)
    if name == "follow":
        InspectionTask.objects.update(area_code="0501")

    visit, counts = meet(handed_in(district, premises), job, at=first)

    assert isinstance(visit, Visit), visit
    assert isinstance(counts, dict), counts
    assert set(InspectionTask.objects.values_list("state", "visit")) == {("done", visit.pk)}


def test_a_visit_that_sees_orders_put_right_and_their_escalation_both_come_to_their_end(district):
    premises = shop()
    orders = FindingFactory.create_batch(2, visit__premises=premises)
    lies_last(orders[0])
    seen = handed_in(district, premises, corrected=[row.pk for row in orders])

    visit, counts = meet(seen, partial(escalate_findings, part=BUREAU, on=LATER, now=NOON), at=orders[0])

    assert isinstance(visit, Visit), visit
    assert counts == {"changed": 0}
    assert set(Finding.objects.values_list("state", "rectified_by")) == {("rectified", visit.pk)}


def test_many_records_are_handed_in_again_when_a_statement_over_the_ledger_takes_its_rows_in_another_order(district):
    places = [shop(), shop()]
    records = [(record(district, premises=premises), NOON) for premises in places]
    backwards = Premises.objects.select_for_update(no_key=True).order_by("-pk").values_list("pk", flat=True)

    made, taken = meet(partial(submit_visits, records=records), partial(list, backwards), at=places[0])

    assert (made, Visit.objects.count()) == (2, 2), made
    assert taken == [places[1].pk, places[0].pk]
