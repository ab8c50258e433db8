"""What the broker carries: the key of a job row, or nothing but the call to look at the clock."""

from celery import shared_task
from django.utils import timezone

from gridsup import flood, jobs, schedule


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
    """Drops what no limit on attempts counts any more."""
    flood.forget(now=timezone.now())
