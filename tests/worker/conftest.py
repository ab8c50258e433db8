"""Real Celery workers as processes of their own, on PostgreSQL and Redis, at the database of the tests."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import pytest
import redis
from django.conf import settings
from django.db import connection, transaction

from gridsup.celery import app
from gridsup.models import Job

ROOT = Path(__file__).resolve().parents[2]
CELERY = [sys.executable, "-W", "ignore", "-m", "celery", "-A", "gridsup"]


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 40) -> Any:
    """The first truthy answer; fails with `what` was waited for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s in vain: {what}")


def ended(*jobs: Job) -> bool:
    return Job.objects.filter(pk__in=[job.pk for job in jobs], state__in=["done", "failed"]).count() == len(jobs)


def waiting_for_a_lock() -> int:
    """Connections to the test database that wait for another one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])


@contextmanager
def uncommitted(write: Callable[[], object]) -> Iterator[None]:
    """Holds what `write` writes in a transaction of its own, which is undone at the end: who wants the same waits."""
    ready, release = Event(), Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                write()
                ready.set()
                release.wait(60)
                transaction.set_rollback(True)
        finally:
            connection.close()

    thread = Thread(target=hold)
    thread.start()
    try:
        assert ready.wait(10)
        yield
    finally:
        release.set()
        thread.join()


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
