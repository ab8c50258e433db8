"""Several at the same moment, each with a connection of its own."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event, Thread
from typing import Any

from django.db import connection, transaction


def at_once(*acts: object) -> list[object]:
    """Runs the acts in threads that start together, each with a connection of its own; returns results or errors."""
    start = Barrier(len(acts))

    def one(act: object) -> object:
        try:
            start.wait(timeout=10)
            return act()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 40) -> Any:
    """The first truthy answer; fails with `what` was waited for."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s in vain: {what}")


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
