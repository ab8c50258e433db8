"""Background work as rows: queue, claim, run step by step, sweep (design §3, "Jobs"; docs/jobs.md)."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event

from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError as BrokerAway

from gridsup.codes import is_area_code
from gridsup.composition import JOBS_AHEAD
from gridsup.database import MOST_TRIES, room_to_work, wait_alone
from gridsup.errors import BadInput, DomainError, Overtaken
from gridsup.models import Job
from gridsup.periods import Period

log = logging.getLogger(__name__)

# A job that was taken up this often without coming to its end is broken, not unlucky.
MOST_ATTEMPTS = 5
# The sweeper sends what waits every minute; this bounds what piles up in the broker while all workers are busy.
MESSAGE_SECONDS = 600
COUNTED = ("read", "made", "changed", "refused")

# Set when this process is about to end: a running job is given back after the step under way.
closing = Event()

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Step:
    """One idempotent, set-based piece of a job; `run` returns counts under the names of COUNTED or others.

    `label` is stable between runs: a step whose label stands in the job row is not run again. A step has to end within
    JOB_LEASE_SECONDS: cut the work by station. `prepare` comes before each `run`, outside of the transaction: reading
    much, or writing a file, must not hold SQLite's one writer.
    """

    label: str
    run: Callable[[], Mapping[str, int]]
    prepare: Callable[[], None] | None = None


JobPlan = Callable[[Job, datetime], Iterable[Step]]


class LeaseLost(Exception):
    """Another worker may hold the job now; the step under way is rolled back."""


def plan_of(name: str) -> JobPlan:
    """The function that lists a job's steps; raises BadInput for a name that composition does not list."""
    from gridsup.composition import JOBS

    if name not in JOBS:
        raise BadInput(
            _("There is no job “%(name)s”. Known: %(known)s.") % {"name": name, "known": ", ".join(JOBS)}, field="name"
        )
    plan: JobPlan = import_string(JOBS[name])
    return plan


def enqueue(
    *,
    name: str,
    period: str,
    area_code: str,
    now: datetime,
    by: str = "",
    arguments: dict[str, object] | None = None,
    scheduled: bool = False,
) -> Job:
    """The one active row for this work, made if there is none, and sent to a worker after commit.

    With `scheduled`, also a row that the schedule made earlier stands for it, ended or not. Raises BadInput for an
    unknown name, period or area code and for a period to come, Overtaken when the same work is under way with other
    arguments.
    """
    job, is_new = _row(name, period, area_code, now, by=by, arguments=arguments or {}, scheduled=scheduled)
    if is_new:
        # robust: what goes wrong on the way to the broker must not look as if the row had not been kept
        transaction.on_commit(lambda: send(job.pk), robust=True)
    return job


def send(pk: int) -> bool:
    """Tells a worker; False when the broker is away, which loses nothing, since the sweeper sends again."""
    from gridsup.tasks import run_job

    try:
        run_job.apply_async((pk,), expires=MESSAGE_SECONDS)
    except (OSError, BrokerAway) as error:
        log.warning("job %s not sent, the sweeper will: %s", pk, error)
        return False
    return True


def claim(pk: int, *, now: datetime) -> Job | None:
    """Takes a queued job for this worker; None when another took it or it has ended."""
    taken = Job.objects.filter(pk=pk, state=Job.State.QUEUED).update(
        state=Job.State.RUNNING,
        attempts=F("attempts") + 1,
        lease_until=_lease(now),
        started_at=Coalesce("started_at", now),
        error="",
    )
    return Job.objects.get(pk=pk) if taken else None


@room_to_work()
def run(job: Job, *, clock: Clock = timezone.now) -> Job:
    """Runs a claimed job to its end; each step and its entry in the row are one transaction.

    A DomainError ends the job as failed with its sentence; anything else gives it back to the queue until it was taken
    up MOST_ATTEMPTS times. A job that lost its lease is left to its new holder.
    """
    try:
        for step in _missing(job, clock()):
            if closing.is_set():
                _leave(job, Job.State.QUEUED, clock())
                break
            _take(job, step, clock)
        else:
            _leave(job, Job.State.DONE, clock())
    except LeaseLost:
        log.warning("job %s went to another worker", job.pk)
    except DomainError as error:
        _leave(job, Job.State.FAILED, clock(), str(error))
    except Exception as error:
        log.exception("job %s fell over", job.pk)
        again = job.attempts < MOST_ATTEMPTS
        _leave(job, Job.State.QUEUED if again else Job.State.FAILED, clock(), f"{type(error).__name__}: {error}")
    except BaseException:
        # Ctrl-C or the end of the worker: the next one need not wait until the lease has run out.
        _leave(job, Job.State.QUEUED, clock())
        raise
    job.refresh_from_db()
    return job


def run_inline(
    *,
    name: str,
    period: str,
    area_code: str,
    now: datetime,
    arguments: dict[str, object] | None = None,
    clock: Clock = timezone.now,
) -> Job:
    """Queues and runs a job in this process, taking over one that waits; raises Overtaken while a worker is at it."""
    requeue_abandoned(now=now)
    job, _is_new = _row(name, period, area_code, now, arguments=arguments or {})
    claimed = claim(job.pk, now=now)
    if claimed is None:
        raise Overtaken(
            _("A worker is running “%(job)s” now. Wait for it, or for its lease to end.") % {"job": job}, field="name"
        )
    return run(claimed, clock=clock)


def sweep(*, now: datetime) -> list[int]:
    """Gives abandoned jobs back to the queue; returns the keys of all that wait, oldest first, to be sent."""
    requeue_abandoned(now=now)
    return list(Job.objects.filter(state=Job.State.QUEUED).order_by("queued_at", "pk").values_list("pk", flat=True))


def requeue_abandoned(*, now: datetime) -> None:
    """Queues jobs whose lease ran out, or ends as failed those that were taken up MOST_ATTEMPTS times."""
    Job.objects.abandoned(now).filter(attempts__gte=MOST_ATTEMPTS).update(
        state=Job.State.FAILED,
        lease_until=None,
        finished_at=now,
        error=_("Taken up %(times)s times and never ended: the worker died, or a step takes longer than its lease.")
        % {"times": MOST_ATTEMPTS},
    )
    Job.objects.abandoned(now).update(state=Job.State.QUEUED, lease_until=None)


def _row(
    name: str,
    period: str,
    area_code: str,
    now: datetime,
    *,
    arguments: dict[str, object],
    by: str = "",
    scheduled: bool = False,
) -> tuple[Job, bool]:
    """The row that stands for this work, and whether it is new."""
    plan_of(name)
    asked = Period.parse(period)
    if name not in JOBS_AHEAD:
        asked.begun(timezone.localdate(now))
    key = {"name": name, "period": str(asked), "area_code": area_code}
    if not is_area_code(area_code):
        raise BadInput(_("“%(code)s” is no area code.") % {"code": area_code[:40]}, field="area_code")
    standing = Q(state__in=Job.ACTIVE) | Q(scheduled=True) if scheduled else Q(state__in=Job.ACTIVE)
    for _again in range(MOST_TRIES):
        try:
            with transaction.atomic():
                job = Job.objects.create(**key, by=by, arguments=arguments, scheduled=scheduled, queued_at=now)
        except IntegrityError:
            found = Job.objects.filter(standing, **key).order_by("-pk").first()
            # none: it ended between the two statements
            if found is not None:
                return _same(found, arguments), False
        else:
            return job, True
    raise Overtaken(_("This job is being started and ended elsewhere right now. Try again."))


def _same(job: Job, arguments: dict[str, object]) -> Job:
    """The job, if it does what is asked for; raises Overtaken when it does something else under the same name."""
    if job.arguments != arguments:
        raise Overtaken(_("“%(job)s” is under way with other arguments. Wait until it has ended.") % {"job": job})
    return job


def keep_hold(job: Job) -> None:
    """Holds the row until the end of the transaction, for an effect that no rollback undoes, such as a moved file.

    Raises LeaseLost when another worker may have the job.
    """
    mine = Job.objects.select_for_update().filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)
    if not list(mine.values_list("pk")):
        raise LeaseLost


def _missing(job: Job, now: datetime) -> list[Step]:
    """The steps that no earlier attempt did."""
    steps = list(plan_of(job.name)(job, now))
    labels = [step.label for step in steps]
    if len(set(labels)) < len(labels):
        raise ValueError(f"{job.name} lists two steps of one label: the second would never run.")
    job.steps_total = len(steps)
    return [step for step in steps if step.label not in job.steps_done]


def _take(job: Job, step: Step, clock: Clock) -> None:
    """Does one step; a deadlock or a lost connection rolled it back whole, so that it may be tried again."""
    for tries_left in reversed(range(MOST_TRIES)):
        try:
            return _commit(job, step, clock)
        except OperationalError as error:
            if not tries_left:
                raise
            log.warning("job %s, step %s is tried again: %s", job.pk, step.label, error)
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
            # a connection lost on the way back from COMMIT leaves open whether the step is done: the row knows
            job.refresh_from_db(fields=["steps_done", "counts"])
            if step.label in job.steps_done:
                return None
    return None


def _commit(job: Job, step: Step, clock: Clock) -> None:
    """One step, alone in its bureau, with its fencing: the row must still be ours when the effect commits."""
    if step.prepare is not None:
        step.prepare()
    with transaction.atomic():
        wait_alone(job.name, job.area_code[:2])
        counts = step.run()
        total = {name: job.counts.get(name, 0) + counts.get(name, 0) for name in {*job.counts, *counts}}
        done = [*job.steps_done, step.label]
        _hold(job, lease_until=_lease(clock()), steps_done=done, steps_total=job.steps_total, counts=total)
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


def _lease(now: datetime) -> datetime:
    """Until when a worker may be silent."""
    return now + timedelta(seconds=settings.JOB_LEASE_SECONDS)
