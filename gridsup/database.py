"""What a fresh connection needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zlib import crc32

from django.db import connection as default

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
