"""The drawing of a whole city: the check, the page of its faults, the maps and the notice board.

2,428 grids with 148,000 corners and 168,339 premises (`benchmarks/city.py`). The check is timed from its first query
to its commit, and its memory measured in a process of its own; of pages and maps the whole answer, from the request to
the last byte. "first" is the opening after a start, "usual" the median of the next, "again" what a browser gets that
asks with the digest it has.
"""

import argparse
import os
import subprocess
import sys
from collections import Counter
from datetime import date
from statistics import median
from time import perf_counter
from typing import Any
from unittest.mock import patch

from benchmarks import city, jobs, places
from benchmarks.dashboard import HEADS, measure, opened, show

MOST_MS, MOST_MEMORY_MB = 2_000, 400
PAGES = (
    ("faults, all", "/areas/health/"),
    ("faults, one kind", "/areas/health/?kind=overlap"),
    ("faults, one station", "/areas/health/?area=0501"),
    ("map of faults", "/areas/health/faults.json"),
    ("grids for maps", "/public/board/grids.json?area=05"),
    ("overview by grid", "/dashboard/?by=grid"),
    ("overview's map", "/dashboard/grids.json"),
    ("board, stations", "/public/board/"),
    ("board, a station", "/public/board/0501/"),
    ("board, search", "/public/board/?q=第77社区"),
)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=city.PREMISES)
    parser.add_argument("--grids", type=int, default=city.GRIDS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--memory", action="store_true", help="check once in this process and print its peak in MB")
    options = parser.parse_args()
    if options.memory:
        return print_memory()
    with places.scratch() as url, patch("django.utils.timezone.localdate", return_value=jobs.DAY):
        from django.db import connection

        made = city.fill(options.grids, options.rows)
        jobs.settle()
        print(f"\n{connection.vendor}: {', '.join(f'{number:,} {name}' for name, number in made.items())}")
        slow = timed_check(url, options.rounds)
        print(f"{'page':<22}" + "".join(f"{head:>12}" for head in HEADS))
        client = somebody()
        for name, path in PAGES:
            figures = measure(client, path, options.rounds)
            slow |= max(figures[:2]) > MOST_MS
            show(name, figures, 22)
        print(f"{'grids again, 304':<22}{unchanged(client):>12.0f}")
        print(f"board under load: {under_load():,.0f} pages of a station a second, one process")
        if slow:
            print(f"Above {MOST_MS} ms or {MOST_MEMORY_MB} MB.")
    return int(slow)


def timed_check(url: str, rounds: int) -> bool:
    """Checks the bureau as often as asked and says how long it took; True when it took too much memory."""
    from subjects.geometry.actions import keep, look
    from subjects.models import GeometryFault

    times: list[tuple[float, float]] = []
    for _round in range(rounds):
        start = perf_counter()
        seen = look("05")
        middle = perf_counter()
        keep(seen=seen, on=jobs.DAY, now=jobs.NOW)
        times.append((middle - start, perf_counter() - middle))
    found = Counter(GeometryFault.objects.still_open().values_list("kind", flat=True))
    memory = float(subprocess.run(
        [sys.executable, "-m", "benchmarks.geometry", "--memory"], capture_output=True, text=True, check=True,
        env={**os.environ, "DATABASE_URL": url},
    ).stdout)  # fmt: skip
    print(f"faults: {', '.join(f'{number:,} {kind}' for kind, number in sorted(found.items()))}")
    looks, keeps = zip(*times, strict=True)
    print(f"look {median(looks):.2f} s, keep {keeps[0]:.2f} s the first time, then {median(keeps[1:] or keeps):.2f} s, "
          f"peak {memory:.0f} MB")  # fmt: skip
    return memory > MOST_MEMORY_MB


def print_memory() -> int:
    """One check in this process; its peak in MB."""
    import django

    django.setup()
    from subjects.geometry.actions import keep, look

    with patch("django.utils.timezone.localdate", return_value=jobs.DAY):
        keep(seen=look("05"), on=jobs.DAY, now=jobs.NOW)
    print(places.peak_mb())
    return 0


def somebody() -> Any:
    """A browser in which the district grid office is logged in."""
    from django.conf import settings
    from django.test import Client

    from grids.models import Officer, Posting

    settings.ALLOWED_HOSTS = ["testserver"]
    officer = Officer.objects.create(username="office", name="Office")
    Posting.objects.create(officer=officer, duty="grid_office", area_code="05", from_day=date(2025, 1, 1))
    client = Client()
    client.force_login(officer)
    return client


def unchanged(client: Any) -> float:
    """Milliseconds of the answer that nothing was drawn anew."""
    path = "/public/board/grids.json?area=05"
    etag = client.get(path)["ETag"]
    start = perf_counter()
    status = client.get(path, headers={"If-None-Match": etag}).status_code
    if status != 304:
        raise RuntimeError(f"{path}: {status}")
    return 1_000 * (perf_counter() - start)


def under_load(pages: int = 200) -> float:
    """Pages of stations a second, asked for by readers without an account."""
    from django.test import Client

    from grids.models import Station

    reader, codes = Client(), list(Station.objects.values_list("code", flat=True))
    start = perf_counter()
    for number in range(pages):
        opened(reader, f"/public/board/{codes[number % len(codes)]}/")
    return pages / (perf_counter() - start)


if __name__ == "__main__":
    sys.exit(main())
