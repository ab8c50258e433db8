"""Several at the same moment, each with a connection of its own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection


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
