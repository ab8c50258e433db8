"""What a fresh connection needs."""

from typing import Any

# Pages SQLite may keep in memory, as negative KiB; with the default of 2 MB large statements read the file again.
SQLITE_CACHE_KIB = -32_000


def tune_sqlite(connection: Any, **kwargs: object) -> None:
    """Gives SQLite a page cache fit for statements over a whole bureau and keeps its sorts in memory."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size={SQLITE_CACHE_KIB}")
            cursor.execute("PRAGMA temp_store=MEMORY")
