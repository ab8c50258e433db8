"""A job for tests: whatever a test puts into STEPS."""

from datetime import datetime

from django.utils import timezone

from grids.models import Bureau
from gridsup.jobs import Step, claim
from gridsup.models import Job
from tests.factories import BureauFactory

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.get_default_timezone())
WORK = {"name": "sample", "period": "2026-11-22", "area_code": "05"}
STEPS: list[Step] = []


def plan(job: Job, now: datetime) -> list[Step]:
    """The steps of the job named "sample"."""
    return list(STEPS)


def clock() -> datetime:
    return NOON


def step(code: str, **counts: int) -> Step:
    """A step that makes one bureau, once."""
    return Step(code, lambda: {"made": int(Bureau.objects.get_or_create(code=code, name=code)[1]), **counts})


def failing(label: str, error: Exception, times: int = 1_000) -> Step:
    """A step that writes and then falls over, the first `times` times."""
    left = iter(range(times))

    def act() -> dict[str, int]:
        BureauFactory(code="99")
        if next(left, None) is not None:
            raise error
        return {"made": 1}

    return Step(label, act)


def queued(**fields: object) -> Job:
    return Job.objects.create(**{**WORK, "queued_at": NOON, **fields})


def claimed() -> Job:
    job = claim(queued().pk, now=NOON)
    assert job is not None
    return job


def made() -> list[str]:
    return list(Bureau.objects.order_by("code").values_list("code", flat=True))
