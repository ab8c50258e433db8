"""What runs by itself, and when: the one place (docs/jobs.md). Times are of Asia/Shanghai."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from celery.schedules import crontab

from gridsup.periods import Period

if TYPE_CHECKING:
    from gridsup.models import Job


# January, April, July and October
QUARTERS_BEGIN = "1-12/3"


@dataclass(frozen=True)
class Daily:
    """A job that runs once a day for the period of that day; `at` is hours and minutes.

    `levels`: for each area whose code has one of these lengths, 2 bureau and 4 station.
    """

    job: str
    at: str
    levels: tuple[int, ...] = (2,)

    def moment(self, on: date) -> datetime:
        """When it is due on the day."""
        from django.utils import timezone

        return timezone.make_aware(datetime.combine(on, time.fromisoformat(self.at)))

    def period(self, on: date) -> str:
        """The period that a run on the day is for."""
        return on.isoformat()

    def crontab(self) -> crontab:
        """The same as Celery's beat wants it."""
        at = time.fromisoformat(self.at)
        return crontab(minute=str(at.minute), hour=str(at.hour))


class Monthly(Daily):
    """A job that runs once a month, on the morning after the month that it is for; caught up until the next is due."""

    def moment(self, on: date) -> datetime:
        """When the run of the month that the day lies in is due."""
        return super().moment(Period.month(on).first)

    def period(self, on: date) -> str:
        """The month that was over when this one began."""
        return str(Period.month(on).before)

    def crontab(self) -> crontab:
        """The same as Celery's beat wants it."""
        at = time.fromisoformat(self.at)
        return crontab(minute=str(at.minute), hour=str(at.hour), day_of_month="1")


class Quarterly(Daily):
    """A job that runs once a quarter, on the morning after the quarter that it is for.

    A run that was missed is caught up on any later day until the next one is due.
    """

    def moment(self, on: date) -> datetime:
        """When the run of the quarter that the day lies in is due."""
        return super().moment(Period.quarter(on).first)

    def period(self, on: date) -> str:
        """The quarter that was over when this one began."""
        return str(Period.quarter(on).before)

    def crontab(self) -> crontab:
        """The same as Celery's beat wants it."""
        at = time.fromisoformat(self.at)
        return crontab(minute=str(at.minute), hour=str(at.hour), day_of_month="1", month_of_year=QUARTERS_BEGIN)


SCHEDULE = (
    Daily("apply_area_changes", at="00:10"),
    Daily("hand_over_swaps", at="00:20"),
    Monthly("check_audit", at="03:00"),
    Daily("check_audit", at="03:20"),
    Daily("prune_audit", at="03:40"),
    Daily("apply_policy", at="04:00"),
    Daily("generate_due_tasks", at="04:30"),
    Daily("escalate_overdue", at="05:00"),
    Daily("check_geometry", at="05:15"),
    Quarterly("score_period", at="05:30"),
    Monthly("build_report", at="06:00", levels=(2, 4)),
)

# How long a job may wait that no message announces; each look costs two small queries.
SWEEP_SECONDS = 60
# Attempts from outside are of no use, and nobody's business, once their windows are over; hashes of addresses go soon.
FORGET_SECONDS = 3_600


def beat_schedule() -> dict[str, dict[str, Any]]:
    """SCHEDULE, the sweeper and the forgetting of attempts in the form of Celery's beat.

    A message that nobody took before the next one is due is worth nothing: it expires.
    """
    entries: dict[str, dict[str, Any]] = {
        f"{entry.job} at {entry.at}": {
            "task": "gridsup.tasks.enqueue_scheduled",
            "args": (entry.job,),
            "schedule": entry.crontab(),
        }
        for entry in SCHEDULE
    }
    entries["sweep"] = {
        "task": "gridsup.tasks.sweep",
        "schedule": SWEEP_SECONDS,
        "options": {"expires": SWEEP_SECONDS},
    }
    entries["forget attempts"] = {
        "task": "gridsup.tasks.forget_attempts",
        "schedule": FORGET_SECONDS,
        "options": {"expires": FORGET_SECONDS},
    }
    return entries


def enqueue_due(*, now: datetime, name: str = "", schedule: Iterable[Daily] = SCHEDULE) -> list["Job"]:
    """Queues today's entries whose time has passed, for each bureau that has no row for them yet; returns the new rows.

    A run that was missed (the machine was off) is so caught up until midnight; a row in any state, one started by hand
    included, stands for the run. `name` restricts it to one job.
    """
    from django.utils import timezone

    today = timezone.localtime(now).date()
    passed = [entry for entry in schedule if entry.moment(today) <= now and name in {"", entry.job}]
    return [job for entry in passed for job in _enqueue(entry, today, now)]


def _enqueue(entry: Daily, today: date, now: datetime) -> list["Job"]:
    from gridsup.jobs import enqueue
    from gridsup.models import Job

    period = entry.period(today)
    having = set(Job.objects.filter(name=entry.job, period=period).values_list("area_code", flat=True))
    return [
        enqueue(name=entry.job, period=period, area_code=code, now=now, scheduled=True)
        for length in entry.levels
        for code in area_codes(length)
        if code not in having
    ]


def area_codes(length: int) -> list[str]:
    """Codes of all areas of that length (2 bureau, 4 station, 6 grid), as the apps know them."""
    from django.utils.module_loading import import_string

    from gridsup.composition import AREA_CODES

    codes: Callable[[int], list[str]] = import_string(AREA_CODES)
    return codes(length)
