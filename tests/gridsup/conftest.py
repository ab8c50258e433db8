from collections.abc import Iterator

import pytest

from gridsup import composition, jobs, tasks
from tests.gridsup import sample


@pytest.fixture
def sample_job(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The program knows a job named "sample", without steps so far."""
    monkeypatch.setitem(composition.JOBS, "sample", "tests.gridsup.sample.plan")
    sample.STEPS.clear()
    yield
    jobs.closing.clear()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Keys that went to the broker."""
    keys: list[int] = []
    monkeypatch.setattr(tasks.run_job, "apply_async", lambda args, **options: keys.append(args[0]))
    return keys
