"""The scores of a quarter by real workers: at once, and killed in the middle of storing."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction

from assessment.models import Scorecard, ScoreLine
from gridsup import jobs
from gridsup.jobs import run_inline
from gridsup.models import Job
from tests.assessment import worked
from tests.assessment.test_score_job import Q3, rows
from tests.assessment.worked import NOW
from tests.factories import GridFactory
from tests.together import uncommitted, wait_for, waiting_for_a_lock
from tests.worker.conftest import Workers, ended

pytestmark = pytest.mark.worker
OF_CARD = [column.attname for column in Scorecard._meta.concrete_fields if not column.primary_key]


def placed() -> tuple[object, dict[str, object]]:
    """The worked district; the rows after one run that nothing disturbed, and its card of station 0502, both undone."""
    for code in ("050101", "050102", "050201"):
        GridFactory(code=code)
    worked.load()
    worked.place()
    with transaction.atomic():
        assert run_inline(**Q3, now=NOW).state == "done"
        said = rows(), Scorecard.objects.values(*OF_CARD).get(area_code="0502")
        transaction.set_rollback(True)
    return said


def test_a_quarter_is_scored_by_a_worker_as_by_hand_and_a_second_time_nothing_changes(workers: Workers):
    expected, _card = placed()
    workers.start()
    workers.start()

    for _time in range(2):
        job = jobs.enqueue(**Q3, now=NOW)
        wait_for(partial(ended, job), "the quarter scored")
        job.refresh_from_db()
        assert (job.state, job.error, job.attempts) == ("done", "", 1)
        assert rows() == expected


def test_a_worker_killed_while_it_stores_the_cards_leaves_none_and_the_next_one_all(workers: Workers):
    expected, card = placed()
    first = workers.start()

    with uncommitted(partial(Scorecard.objects.create, **card)):
        job = jobs.enqueue(**Q3, now=NOW)
        wait_for(lambda: waiting_for_a_lock() == 1, "a worker in the middle of storing")
        workers.kill(first)
    wait_for(lambda: waiting_for_a_lock() == 0, "the dead one's statement ended")
    assert (Scorecard.objects.count(), ScoreLine.objects.count()) == (0, 0)
    workers.start()
    lease = Job.objects.get(pk=job.pk).lease_until
    assert jobs.sweep(now=lease + timedelta(seconds=1)) == [job.pk]
    assert jobs.send(job.pk)
    wait_for(partial(ended, job), "the quarter scored")

    job.refresh_from_db()
    assert (job.state, job.error, job.attempts) == ("done", "", 2)
    assert rows() == expected
