"""Background work as rows: queue, claim, run step by step, sweep (design §3, "Jobs")."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError as BrokerAway

from gridsup.errors import BadInput, DomainError, Overtaken
from gridsup.models import Job

log = logging.getLogger(__name__)

# A job that fell over this often is broken, not unlucky.
MOST_ATTEMPTS = 5
COUNTED = ("read", "made", "changed", "refused")


@dataclass(frozen=True)
class Step:
    """One idempotent, set-based piece of a job; `run` returns counts under the names of COUNTED or others.

    `label` is stable between runs: a step whose label stands in the job row is not run again.
    """

    label: str
    run: Callable[[], Mapping[str, int]]


JobPlan = Callable[[Job, datetime], Iterable[Step]]


class LeaseLost(Exception):
    """Another worker holds the job now; the step under way is rolled back."""


def plan_of(name: str) -> JobPlan:
    """The function that lists a job's steps; raises BadInput for a name that composition does not list."""
    from gridsup.composition import JOBS

    if name not in JOBS:
        raise BadInput(_("There is no job “%(name)s”. Known: %(known)s.") % {"name": name, "known": ", ".join(JOBS)})
    plan: JobPlan = import_string(JOBS[name])
    return plan


def enqueue(
    *, name: str, period: str, area_code: str, now: datetime, by: str = "", arguments: dict[str, object] | None = None
) -> Job:
    """The one active row for this work, made if there is none, and sent to a worker after commit."""
    plan_of(name)
    key = {"name": name, "period": period, "area_code": area_code}
    try:
        with transaction.atomic():
            job = Job.objects.create(**key, by=by, arguments=arguments or {}, queued_at=now)
    except IntegrityError:
        return Job.objects.active().get(**key)
    transaction.on_commit(partial(send, job.pk))
    return job


def send(pk: int) -> None:
    """Tells a worker; a broker that is away loses nothing, the sweeper sends again."""
    from gridsup.tasks import run_job

    try:
        run_job.delay(pk)
    except (OSError, BrokerAway) as error:
        log.warning("job %s not sent, the sweeper will: %s", pk, error)


def claim(pk: int, *, now: datetime) -> Job | None:
    """Takes a queued job for this worker; None when another took it or it has ended."""
    from django.db.models import F

    lease = now + timedelta(seconds=settings.JOB_LEASE_SECONDS)
    taken = Job.objects.filter(pk=pk, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING, attempts=F("attempts") + 1, lease_until=lease, error=""
    )
    return Job.objects.get(pk=pk) if taken else None


def run(job: Job, *, clock: Callable[[], datetime] = timezone.now) -> Job:
    """Runs a claimed job to its end; each step and its entry in the row are one transaction.

    A DomainError ends the job as failed with its sentence; anything else gives it back to the queue until it fell over
    MOST_ATTEMPTS times. A job that lost its lease is left to its new holder.
    """
    try:
        steps = list(plan_of(job.name)(job, clock()))
        job.steps_total = len(steps)
        for step in steps:
            if step.label not in job.steps_done:
                _take(job, step, clock)
        _leave(job, Job.State.DONE, clock())
    except LeaseLost:
        log.warning("job %s went to another worker", job.pk)
    except DomainError as error:
        _leave(job, Job.State.FAILED, clock(), str(error))
    except Exception as error:
        log.exception("job %s fell over", job.pk)
        again = job.attempts < MOST_ATTEMPTS or (
            isinstance(error, OperationalError) and job.attempts < 2 * MOST_ATTEMPTS
        )
        _leave(job, Job.State.QUEUED if again else Job.State.FAILED, clock(), f"{type(error).__name__}: {error}")
    job.refresh_from_db()
    return job


def run_inline(
    *, name: str, period: str, area_code: str, now: datetime, arguments: dict[str, object] | None = None
) -> Job:
    """Queues and runs a job in this process; raises Overtaken while a worker is at it."""
    plan_of(name)
    key = {"name": name, "period": period, "area_code": area_code}
    job = Job.objects.active().filter(**key).first()
    if job is None:
        job = Job.objects.create(**key, arguments=arguments or {}, queued_at=now)
    claimed = claim(job.pk, now=timezone.now())
    if claimed is None:
        raise Overtaken(_("A worker is running this job now. Wait for it, or for its lease to end."))
    return run(claimed)


def sweep(*, now: datetime) -> list[int]:
    """Queues abandoned jobs again, or ends those that fell over too often; returns the keys to be sent."""
    abandoned = Job.objects.abandoned(now)
    abandoned.filter(attempts__gte=MOST_ATTEMPTS).update(
        state=Job.State.FAILED, lease_until=None, finished_at=now, error=_("The worker died every time.")
    )
    abandoned.update(state=Job.State.QUEUED, lease_until=None)
    return list(Job.objects.filter(state=Job.State.QUEUED).order_by("queued_at").values_list("pk", flat=True))


def _take(job: Job, step: Step, clock: Callable[[], datetime]) -> None:
    """One step with its fencing: the row must still be ours when the effect commits."""
    with transaction.atomic():
        counts = dict(step.run())
        total = {name: job.counts.get(name, 0) + counts.get(name, 0) for name in {*job.counts, *counts}}
        done = [*job.steps_done, step.label]
        _hold(
            job,
            lease_until=clock() + timedelta(seconds=settings.JOB_LEASE_SECONDS),
            steps_done=done,
            steps_total=job.steps_total,
            counts=total,
        )
    job.steps_done, job.counts = done, total


def _leave(job: Job, state: str, now: datetime, error: str = "") -> None:
    """Ends this worker's hold of the job."""
    ended = now if state in {Job.State.DONE, Job.State.FAILED} else None
    try:
        _hold(job, state=state, lease_until=None, finished_at=ended, error=error, steps_total=job.steps_total)
    except LeaseLost:
        log.warning("job %s went to another worker", job.pk)


def _hold(job: Job, **fields: object) -> None:
    """Writes to the row while this attempt still holds it; raises LeaseLost otherwise."""
    mine = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)
    if not mine.update(**fields):
        raise LeaseLost
