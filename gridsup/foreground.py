"""Work that a person starts and waits for, one at a time for an area: its job row is the lock and then the record."""

import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from gridsup.errors import Overtaken
from gridsup.models import Job

# In place of a period: two runs exclude each other whatever their day.
PERIOD = "any"
# Longer than any such work takes; of a process that died on this machine it is known before.
LEASE = timedelta(hours=1)


@dataclass
class Held:
    """The lock while it is held."""

    job: Job

    def finish(self, counts: Mapping[str, int]) -> None:
        """Ends the job in the transaction of its effect; raises Overtaken when the lock went to another meanwhile."""
        mine = Job.objects.filter(pk=self.job.pk, state=Job.State.RUNNING)
        if not mine.update(
            state=Job.State.DONE, lease_until=None, finished_at=timezone.now(), counts=dict(counts), steps_total=1
        ):
            raise Overtaken(_("Another process took this over; nothing of this one was kept."))


@contextmanager
def held(*, name: str, area_code: str, by: str = "", arguments: Mapping[str, object] | None = None) -> Iterator[Held]:
    """Holds the work of an area while the block runs; raises Overtaken while another process holds it."""
    job = _take(name, area_code, by, dict(arguments or {}))
    try:
        yield Held(job)
    except BaseException as error:
        Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(
            state=Job.State.FAILED, lease_until=None, finished_at=timezone.now(), error=str(error)
        )
        raise


def refuse_while_held(*, name: str, area_code: str) -> None:
    """Raises Overtaken while a process holds the work of an area."""
    _end_dead(name, area_code)
    if running := Job.objects.active().filter(name=name, area_code=area_code).first():
        raise _is_running(running)


def _take(name: str, area_code: str, by: str, arguments: dict[str, object]) -> Job:
    now = timezone.now()
    _end_dead(name, area_code)
    process: dict[str, object] = {"host": socket.gethostname(), "process": os.getpid()}
    try:
        with transaction.atomic():
            return Job.objects.create(
                name=name, period=PERIOD, area_code=area_code, by=by, arguments=arguments | process,
                state=Job.State.RUNNING, attempts=1, queued_at=now, started_at=now, lease_until=now + LEASE,
            )  # fmt: skip
    except IntegrityError as error:
        running = Job.objects.active().filter(name=name, area_code=area_code).first()
        if running is None:
            raise
        raise _is_running(running) from error


def _is_running(job: Job) -> Overtaken:
    since = timezone.localtime(job.queued_at)
    return Overtaken(
        _("“%(name)s” of area %(area)s is running since %(since)s. Wait until it has ended.")
        % {"name": job.name, "area": job.area_code, "since": f"{since:%Y-%m-%d %H:%M}"}
    )


def _end_dead(name: str, area_code: str) -> None:
    """Ends rows whose process is gone, with its lease or from this machine; what it did was rolled back."""
    now = timezone.now()
    active = Job.objects.active().filter(name=name, area_code=area_code)
    dead = [
        job.pk
        for job in active.filter(state=Job.State.RUNNING)
        if job.arguments.get("host") == socket.gethostname() and not is_alive(int(job.arguments["process"]))
    ]
    active.filter(Q(pk__in=dead) | Q(state=Job.State.QUEUED) | Q(lease_until__lt=now)).update(
        state=Job.State.FAILED, lease_until=None, finished_at=now, error=_("It was interrupted; nothing was kept.")
    )


def is_alive(process: int) -> bool:
    """A process of this machine still exists."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
