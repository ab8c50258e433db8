import os
import signal
from contextlib import ExitStack
from datetime import timedelta
from functools import partial

import pytest
from django.utils import timezone

from gridsup import jobs
from gridsup.celery import app
from gridsup.models import Job
from inspections.models import InspectionPlan, InspectionTask
from subjects.models import Premises
from tests.factories import TaskFactory
from tests.together import uncommitted, wait_for, waiting_for_a_lock
from tests.worker.conftest import Workers, ended
from tests.worker.ledger import DAY, STATIONS, TODAY, rows, small_bureau, undisturbed

pytestmark = pytest.mark.worker


def enqueue(area_code: str) -> Job:
    return jobs.enqueue(**DAY, area_code=area_code, now=timezone.now())


def the_same_task(area_code: str):
    """What makes a worker wait when it comes to the area: a task that it wants to make, made and not committed."""
    wanted = Premises.objects.in_area(area_code).filter(status="active", tasks__isnull=True, next_due_on=TODAY)
    premises = wanted.latest("pk")
    return uncommitted(partial(TaskFactory, premises=premises, due_on=premises.next_due_on, opens_on="2026-01-01"))


def sweep_after_the_lease(job: Job) -> None:
    """What the sweeper does once the lease of the dead has run out, without waiting for it."""
    job.refresh_from_db()
    assert jobs.sweep(now=job.lease_until) == []
    assert jobs.sweep(now=job.lease_until + timedelta(seconds=1)) == [job.pk]
    assert jobs.send(job.pk)


def half_way(job: Job) -> bool:
    """Some steps are committed, and the next one has begun."""
    job.refresh_from_db()
    return job.state == "running" and len(job.steps_done) > 0 and waiting_for_a_lock() > 0


@pytest.mark.parametrize("options", [(), ("-I", "tests.worker.not_alone")], ids=["", "constraints alone"])
def test_two_workers_that_generate_the_same_day_at_once_leave_the_rows_of_one_run(workers: Workers, options):
    small_bureau()
    expected = undisturbed()
    workers.start(*options)
    workers.start(*options)

    with the_same_task("0501"):
        whole, *parts = [enqueue(code) for code in ("05", *STATIONS)]
        wait_for(lambda: waiting_for_a_lock() == 2, "both workers in the middle of a step")
    wait_for(lambda: ended(whole, *parts), "all jobs ended")

    assert rows() == expected
    assert set(Job.objects.values_list("state", "attempts")) == {("done", 1)}


def test_two_workers_at_once_keep_a_cap_that_is_counted_over_several_stations(workers: Workers):
    small_bureau()
    InspectionPlan.objects.update(cap_basis="subject", yearly_cap=1)
    here, there = (Premises.objects.filter(area_code=f"{code}01", next_due_on=TODAY)[0] for code in STATIONS[:2])
    Premises.objects.filter(pk=there.pk).update(subject=here.subject)
    workers.start()
    workers.start()

    with the_same_task("0501"):
        first = enqueue("0501")
        wait_for(lambda: half_way(first), "the first station half-way")
        second = enqueue("0502")
        wait_for(lambda: waiting_for_a_lock() == 2 or ended(second), "the second station")
    wait_for(lambda: ended(first, second), "both jobs ended")

    assert InspectionTask.objects.filter(premises__subject=here.subject, reason="routine").count() == 1


@pytest.mark.parametrize("victim", ["the worker", "its child"])
def test_a_worker_killed_half_way_and_swept_leaves_the_rows_of_one_run(workers: Workers, victim):
    small_bureau()
    expected = undisturbed()
    first = workers.start("-I", "tests.worker.by_station")

    with the_same_task("0503"):
        job = enqueue("05")
        wait_for(lambda: half_way(job), "a job half-way")
        if victim == "the worker":
            workers.kill(first)
        else:
            os.kill(workers.child(first), signal.SIGKILL)
    done_before = list(job.steps_done)
    workers.start("-I", "tests.worker.by_station")
    sweep_after_the_lease(job)
    wait_for(lambda: ended(job), "the job ended")

    job.refresh_from_db()
    assert rows() == expected
    assert (job.state, job.attempts, job.error) == ("done", 2, "")
    assert job.steps_done[: len(done_before)] == done_before
    assert len(job.steps_done) == len(set(job.steps_done)) == job.steps_total


def test_a_worker_that_was_asleep_while_another_took_its_job_changes_nothing_when_it_wakes(workers: Workers):
    small_bureau()
    expected = undisturbed()
    first = workers.start("-I", "tests.worker.by_station")

    with the_same_task("0503"):
        job = enqueue("05")
        wait_for(lambda: half_way(job), "a job half-way")
        workers.signal(first, signal.SIGSTOP)
    workers.start("-I", "tests.worker.by_station")
    sweep_after_the_lease(job)
    wait_for(lambda: Job.objects.get(pk=job.pk).attempts == 2, "the second worker at it")
    workers.signal(first, signal.SIGCONT)
    wait_for(lambda: ended(job), "the job ended")

    wait_for(lambda: "went to another worker" in workers.said(), "the first worker noticing")
    assert rows() == expected
    assert Job.objects.get(pk=job.pk).attempts == 2


def test_a_waiting_job_goes_to_a_free_worker_and_a_running_one_stays_unacknowledged(workers: Workers, broker):
    small_bureau()
    workers.start("-I", "tests.worker.not_alone")

    with the_same_task("0501"):
        stuck = enqueue("0501")
        wait_for(waiting_for_a_lock, "a worker in the middle of a step")
        behind = enqueue("0502")
        workers.start("-I", "tests.worker.not_alone")
        wait_for(lambda: ended(behind), "the job behind it")
        stuck.refresh_from_db()
        assert stuck.state == "running"
        wait_for(lambda: broker.hlen(f"{workers.prefix}unacked") == 1, "the ended one's message acknowledged")
    wait_for(lambda: ended(stuck), "the stuck job")
    wait_for(lambda: broker.hlen(f"{workers.prefix}unacked") == 0, "its message acknowledged")


def test_a_job_queued_while_the_broker_was_away_is_sent_by_the_sweep(workers: Workers, broker, monkeypatch):
    small_bureau()
    with monkeypatch.context() as away, ExitStack() as back:
        back.callback(app._after_fork)
        away.setitem(app.conf.changes, "broker_write_url", "redis://127.0.0.1:1/0")
        app._after_fork()
        job = enqueue("05")
    assert not broker.exists(f"{workers.prefix}gridsup")
    assert jobs.sweep(now=timezone.now()) == [job.pk]
    assert jobs.send(job.pk)
    assert broker.exists(f"{workers.prefix}gridsup")
    workers.start()

    wait_for(lambda: ended(job), "the job ended")
