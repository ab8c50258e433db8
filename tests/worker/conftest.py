"""Real Celery workers as processes of their own, on PostgreSQL and Redis, at the database of the tests."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
import redis
from django.conf import settings
from django.db import connection

from gridsup.celery import app
from gridsup.models import Job
from tests.together import wait_for

ROOT = Path(__file__).resolve().parents[2]
CELERY = [sys.executable, "-W", "ignore", "-m", "celery", "-A", "gridsup"]


def ended(*jobs: Job) -> bool:
    return Job.objects.filter(pk__in=[job.pk for job in jobs], state__in=["done", "failed"]).count() == len(jobs)


@dataclass
class Workers:
    """Worker processes of one test, each with one child process that does the work."""

    logs: Path
    prefix: str
    started: list[subprocess.Popen] = field(default_factory=list)

    def start(self, *options: str) -> subprocess.Popen:
        """A worker that is ready to receive; its process group is its own."""
        log = self.logs / f"worker-{len(self.started)}.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*CELERY, "worker", "-c", "1", "--without-mingle", "-n", f"{uuid4().hex}@test", *options],
                cwd=ROOT, env=self._environment(), stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self.started.append(process)
        wait_for(lambda: "ready." in log.read_text() or process.poll() is not None, "a worker that is ready")
        assert process.poll() is None, log.read_text()
        return process

    def signal(self, process: subprocess.Popen, number: signal.Signals) -> None:
        """To the worker and its child alike."""
        os.killpg(process.pid, number)

    def kill(self, process: subprocess.Popen) -> None:
        self.signal(process, signal.SIGKILL)
        process.wait()

    def child(self, process: subprocess.Popen) -> int:
        """The process that does the work."""
        return int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])

    def said(self) -> str:
        return "".join(log.read_text() for log in self.logs.glob("worker-*.log"))

    def _environment(self) -> dict[str, str]:
        place = connection.settings_dict
        login = f"{place['USER']}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}"
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": f"postgres://{login}/{place['NAME']}",
            "CELERY_KEY_PREFIX": self.prefix,
            "LOG_LEVEL": "INFO",
        }


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[redis.Redis]:
    """Redis, in which this test has keys of its own."""
    if not settings.CELERY_BROKER_URL.startswith("redis:") or connection.vendor != "postgresql":
        pytest.skip("Real workers need CELERY_BROKER_URL=redis://… and DATABASE_URL=postgres://…")
    prefix = f"gridsup-test-{uuid4().hex}-"
    monkeypatch.setitem(app.conf.broker_transport_options, "global_keyprefix", prefix)
    app._after_fork()  # connections are made anew
    store = redis.Redis.from_url(settings.CELERY_BROKER_URL)
    yield store
    app._after_fork()
    for key in store.scan_iter(f"{prefix}*"):
        store.delete(key)
    store.close()


@pytest.fixture
def workers(broker: redis.Redis, transactional_db: None, tmp_path: Path) -> Iterator[Workers]:
    """Starts workers; none outlives the test."""
    started = Workers(tmp_path, app.conf.broker_transport_options["global_keyprefix"])
    yield started
    for process in started.started:
        if process.poll() is None:
            started.kill(process)
