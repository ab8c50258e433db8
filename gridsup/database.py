"""What a fresh connection needs."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from zlib import crc32

from django.db import OperationalError
from django.db import connection as default

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)

# Of two that block each other the database refuses one, which only has to come again.
MOST_TRIES = 3
# PostgreSQL's word for that: one of a circle of transactions that wait for each other was rolled back.
DEADLOCK = "40P01"

# Pages SQLite may keep in memory, as negative KiB; with the default of 2 MB large statements read the file again.
SQLITE_CACHE_KIB = -32_000
# A job walks whole tables and their indexes: with the smaller cache its time grew faster than the ledger.
SQLITE_JOB_CACHE_KIB = -128_000
# A process that froze inside a transaction must not hold its locks for ever. No transaction here thinks that long
# between two statements.
IDLE_IN_TRANSACTION = "10min"


def tune_sqlite(connection: Any, **kwargs: object) -> None:
    """Gives SQLite a page cache fit for statements over a whole bureau and keeps its sorts in memory."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size={SQLITE_CACHE_KIB}")
            cursor.execute("PRAGMA temp_store=MEMORY")


@contextmanager
def room_to_work() -> Iterator[None]:
    """Gives this connection's SQLite the page cache of a job; web requests beside it keep the small one."""
    set_cache(SQLITE_JOB_CACHE_KIB)
    try:
        yield
    finally:
        set_cache(SQLITE_CACHE_KIB)


def set_cache(kib: int) -> None:
    """Sets the page cache of this connection, in negative KiB; PostgreSQL has its own."""
    if default.vendor == "sqlite" and default.connection is not None:
        with default.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size={kib:d}")


def bound_postgresql(connection: Any, **kwargs: object) -> None:
    """Lets PostgreSQL end a transaction whose client has gone silent in the middle of it."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('idle_in_transaction_session_timeout', %s, false)", [IDLE_IN_TRANSACTION])


def wait_alone(*key: str) -> None:
    """Waits until no other transaction holds the key, and holds it until the end of the one under way.

    What a statement counts before it inserts (a cap, say) no unique constraint can guard. SQLite has one writer anyway.
    """
    if default.vendor == "postgresql":
        with default.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [crc32(":".join(key).encode())])


def comes_again(act: Callable[P, R]) -> Callable[P, R]:
    """Does a whole action again that PostgreSQL rolled back to end a deadlock, so that nobody reads of it.

    For actions that are one transaction and read whatever they decide on anew. Inside a transaction of the caller it
    does nothing: that is rolled back, too, and only its owner can do it again.
    """

    @wraps(act)
    def whole(*args: P.args, **kwargs: P.kwargs) -> R:
        if default.in_atomic_block:
            return act(*args, **kwargs)
        for _try in range(MOST_TRIES - 1):
            try:
                return act(*args, **kwargs)
            except OperationalError as error:
                if getattr(error.__cause__, "pgcode", None) != DEADLOCK:
                    raise
                log.warning("%s is tried again: %s", act.__name__, error)
        return act(*args, **kwargs)

    return whole
