"""Staffing, rotation and "what if" over a whole city: 2,428 grids with their people and 168,339 premises.

Each grid has a lead, two managers, in one grid of nine with a team, and a supervisor; the whole answer is timed.
"""

import argparse
import sys
from datetime import date, timedelta
from unittest.mock import patch

from benchmarks import city, jobs, places
from benchmarks.dashboard import HEADS, measure, show
from benchmarks.geometry import somebody

MOST_MS = 500
OLDEST = 1_200
PAGES = (
    ("staffing", "/staffing/"),
    ("under-staffed", "/staffing/?show=short"),
    ("by officer", "/staffing/?by=officer"),
    ("one station", "/staffing/?area=0501"),
    ("one grid", "/staffing/050101/"),
    ("rotation", "/staffing/rotation/"),
    ("rotation, a station", "/staffing/rotation/?area=0501"),
    ("what if", "/staffing/what-if/?area=0501&target=050102&grids=050101"),
    ("overview", "/dashboard/"),
    ("API, a page", "/api/v1/staffing"),
)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=city.PREMISES)
    parser.add_argument("--grids", type=int, default=city.GRIDS)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with places.scratch(), patch("django.utils.timezone.localdate", return_value=jobs.DAY):
        from django.db import connection

        made = city.fill(options.grids, options.rows)
        people = fill_people()
        jobs.settle()
        counts = ", ".join(f"{number:,} {name}" for name, number in {**made, "posts": people}.items())
        print(f"\n{connection.vendor}: {counts}")
        print(f"{'page':<22}" + "".join(f"{head:>12}" for head in HEADS))
        slow, client = False, somebody()
        for name, path in PAGES:
            figures = measure(client, path, options.rounds)
            slow |= figures[1] > MOST_MS
            show(name, figures, 22)
        print(f"peak {places.peak_mb():.0f} MB, filling included")
        if slow:
            print(f"Above {MOST_MS} ms.")
    return int(slow)


def fill_people() -> int:
    """A preset that judges everything, certificates, and two more posts in each grid; returns how many posts."""
    from grids.models import Grid, Officer, Posting
    from subjects.actions import load_preset

    load_preset(bureau="05", name="FR", on=date(2025, 1, 1), now=jobs.NOW)
    Officer.objects.update(certificate_no="C", certificate_valid_to=date(2030, 1, 1))
    posts = []
    for number, code in enumerate(Grid.objects.in_force().order_by("code").values_list("code", flat=True)):
        for duty in ("manager", "supervisor"):
            officer = Officer(username=f"second-{duty}-{code}", name=f"{duty} {code}")
            since = jobs.DAY - timedelta(days=number * 7 % OLDEST + 1)
            team = f"T{code[:4]}" if number % 9 < 2 else ""
            posts.append(Posting(officer=officer, duty=duty, area_code=code, team=team, from_day=since))
    Officer.objects.bulk_create([post.officer for post in posts], batch_size=2_000)
    Posting.objects.bulk_create(posts, batch_size=2_000)
    return Posting.objects.count()


if __name__ == "__main__":
    sys.exit(main())
