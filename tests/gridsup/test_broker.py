"""What queues a job goes on when the broker is away; real delivery is proved in tests/worker."""

import socket
import time
from collections.abc import Iterator

import pytest
from django.db import connection
from django.utils import timezone

from gridsup import settings as project
from gridsup.celery import app
from gridsup.jobs import enqueue, send, sweep
from tests.gridsup.sample import WORK

pytestmark = pytest.mark.usefixtures("sample_job")


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Redis address at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        away = f"redis://127.0.0.1:{taken.getsockname()[1]}/0"
        monkeypatch.setitem(app.conf.changes, "broker_url", away)
        monkeypatch.setitem(app.conf.changes, "broker_write_url", away)
        monkeypatch.setitem(app.conf.changes, "broker_transport_options", {"max_retries": 0})
        app._after_fork()  # connections are made anew
        yield
    monkeypatch.undo()
    app._after_fork()


def test_a_job_is_queued_at_once_while_the_broker_is_away(transactional_db, refused, caplog):
    send(0)  # loads the library
    start = time.monotonic()

    job = enqueue(**WORK, now=timezone.now())

    assert time.monotonic() - start < 1
    assert sweep(now=timezone.now()) == [job.pk]
    assert f"job {job.pk} not sent" in caplog.text


def test_the_settings_bound_what_celery_would_do_for_ever_or_too_soon():
    assert project.CELERY_TASK_ACKS_LATE
    assert project.CELERY_TASK_REJECT_ON_WORKER_LOST
    assert project.CELERY_WORKER_PREFETCH_MULTIPLIER == 1
    assert project.CELERY_TASK_PUBLISH_RETRY is False
    assert app.conf.broker_connection_max_retries is None
    assert app.conf.task_acks_late


def test_postgresql_ends_a_transaction_whose_client_froze(db):
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL only: SQLite's transactions end with their process.")
    with connection.cursor() as cursor:
        cursor.execute("SHOW idle_in_transaction_session_timeout")
        assert cursor.fetchone() == ("10min",)
