"""What the broker carries: the key of a job row, or nothing but the call to look at the clock."""

from celery import shared_task
from django.utils import timezone
from django.utils.module_loading import import_string

from gridsup import jobs, schedule
from gridsup.composition import FORGETTERS


@shared_task
def run_job(pk: int) -> None:
    """Runs the job if it still waits; a message that comes twice or too late does nothing."""
    job = jobs.claim(pk, now=timezone.now())
    if job is not None:
        jobs.run(job)


@shared_task
def enqueue_scheduled(name: str) -> None:
    """Queues a scheduled job for every bureau at its hour."""
    schedule.enqueue_due(now=timezone.now(), name=name)


@shared_task
def sweep() -> None:
    """Queues what the schedule missed today and sends every job that waits, until the broker is away."""
    now = timezone.now()
    schedule.enqueue_due(now=now)
    all(jobs.send(pk) for pk in jobs.sweep(now=now))


@shared_task
def forget_attempts() -> None:
    """Drops what is of no use any more: attempts that no limit counts, sessions that ran out."""
    for path in FORGETTERS:
        import_string(path)(now=timezone.now())
