"""The dashboard over a bureau with a year of history: how long one opening of the page takes, and how many queries.

The whole answer is timed, from the request to the last byte of the page: session, scope, counting and template. A page
that was opened before is measured, as the district office opens it all day; the first opening is printed beside it.
"""

import argparse
import sys
from datetime import date
from statistics import median
from time import perf_counter, process_time
from typing import Any
from unittest.mock import patch

from benchmarks import history, jobs, places

MOST_MS = 200
PAGES = (
    ("running quarter", "/dashboard/"),
    ("last quarter", "/dashboard/?period=2026Q3"),
    ("last month", "/dashboard/?period=2026-10"),
    ("by grid, sorted", "/dashboard/?by=grid&sort=overdue"),
    ("one station", "/dashboard/?area=0501"),
    ("map", "/dashboard/grids.json"),
)
SQUARE = [[109.0, 34.2], [109.1, 34.2], [109.1, 34.3], [109.0, 34.2]]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=history.PREMISES)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with places.scratch(), patch("django.utils.timezone.localdate", return_value=jobs.DAY):
        from django.db import connection

        made = history.fill(options.rows, options.rows * history.VISITS // history.PREMISES)
        counts = ", ".join(f"{number:,} {name}" for name, number in made.items())
        print(f"\n{connection.vendor}: dashboard, median of {options.rounds}; {options.rows:,} premises, {counts}")
        print(f"{'page':<18}" + "".join(f"{head:>12}" for head in HEADS))
        slow = False
        client = somebody()
        for name, path in PAGES:
            figures = measure(client, path, options.rounds)
            slow |= figures[1] > MOST_MS
            show(name, figures, 18)
        print(f"peak {places.peak_mb():.0f} MB, filling included")
        if slow:
            print(f"Above {MOST_MS} ms.")
    return int(slow)


def somebody() -> Any:
    """A browser in which the district grid office is logged in; every grid has a boundary."""
    from django.conf import settings
    from django.test import Client

    from grids.models import Grid, Officer, Posting

    settings.ALLOWED_HOSTS = ["testserver"]
    Grid.objects.update(boundary={"type": "Polygon", "coordinates": [SQUARE]})
    officer = Officer.objects.create(username="office", name="Office")
    Posting.objects.create(officer=officer, duty="grid_office", area_code="05", from_day=date(2025, 1, 1))
    client = Client()
    client.force_login(officer)
    return client


HEADS = ("first ms", "usual ms", "cpu ms", "queries", "kB")


def measure(client: Any, path: str, rounds: int) -> tuple[float, float, float, int, float]:
    """As HEADS says: milliseconds of the first opening, the median of the next, the least processor time of this
    process in any of these (which other work on the machine disturbs least, and in which an embedded database is part),
    queries, and kilobytes of the answer.
    """
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    first, _cpu, size = opened(client, path)
    usual, cpu, _sizes = zip(*(opened(client, path) for _ in range(rounds)), strict=True)
    with CaptureQueriesContext(connection) as queries:
        opened(client, path)
    return first, median(usual), min(cpu), len(queries), size


def opened(client: Any, path: str) -> tuple[float, float, float]:
    """Milliseconds by the clock and by the processor, and kilobytes, of one answer; raises RuntimeError when it is not
    the page."""
    start, worked = perf_counter(), process_time()
    answer = client.get(path)
    took, cost = 1_000 * (perf_counter() - start), 1_000 * (process_time() - worked)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    return took, cost, len(answer.content) / 1_024


def show(name: str, figures: tuple[float, ...], width: int) -> None:
    """One line of a table under HEADS."""
    print(f"{name:<{width}}" + "".join(f"{figure:>12.0f}" for figure in figures))


if __name__ == "__main__":
    sys.exit(main())
