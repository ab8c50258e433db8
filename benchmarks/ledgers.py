"""The four ledgers of a city as they stood on a past day: pages anywhere in them, roll-ups, all as a workbook.

Half of the premises moved since that day, all were raised in tier, a tenth was corrected: what the page says has to be
looked up. Pages are timed from the request to the last byte.
"""

import argparse
import sys
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from unittest.mock import patch

from benchmarks import dashboard, jobs, places

# A day before everything that happened since.
THEN = date(2026, 3, 1)
MOST_MS = 200
# Part of a name has to be looked for in every row: printed, not held to the limit.
UNBOUNDED = {"subjects, searched"}
STATIONS, GRIDS_EACH = range(11, 36), 95


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=168_339)
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    with places.scratch(), patch("django.utils.timezone.localdate", return_value=jobs.DAY):
        from django.db import connection

        fill(options.rows)
        print(f"\n{connection.vendor}: ledgers as of {THEN}, median of {options.rounds}; {options.rows:,} premises")
        print(f"{'page':<28}" + "".join(f"{head:>12}" for head in dashboard.HEADS))
        client, slow = dashboard.somebody(), False
        for name, path in pages():
            figures = dashboard.measure(client, path, options.rounds)
            slow |= figures[1] > MOST_MS and name not in UNBOUNDED
            dashboard.show(name, figures, 28)
        before = places.peak_mb()
        rows, seconds = whole()
        print(
            f"workbook of {rows:,} rows: {seconds:.1f} s; peak {before:.0f} MB before it, {places.peak_mb():.0f} after"
        )
        if slow:
            print(f"Above {MOST_MS} ms.")
    return int(slow)


def pages() -> list[tuple[str, str]]:
    """Name and address of what is measured."""
    from subjects.models import Placement

    rows = Placement.objects.filter(from_day__lte=THEN).order_by("area_code", "premises_id")
    middle = rows[rows.count() // 2]
    at, on = f"{middle.area_code},{middle.premises_id}", f"on={THEN}"
    return [
        ("subjects, first page", f"/ledgers/subjects/?{on}"),
        ("subjects, from the middle", f"/ledgers/subjects/?{on}&after={at}"),
        ("subjects, back to the middle", f"/ledgers/subjects/?{on}&before={at}"),
        ("subjects, last page", f"/ledgers/subjects/?{on}&before=059999,999999999"),
        ("subjects, today", "/ledgers/subjects/"),
        ("subjects, searched", f"/ledgers/subjects/?{on}&q=Street%20777"),
        ("subjects of a station", f"/ledgers/subjects/?{on}&area=0501"),
        ("people", f"/ledgers/people/?{on}"),
        ("codes", f"/ledgers/codes/?{on}"),
        ("areas", f"/ledgers/areas/?{on}"),
        ("all four, bureau", f"/ledgers/?{on}"),
        ("all four, station", f"/ledgers/?{on}&area=0501"),
    ]


def fill(rows: int) -> None:
    """The ledger of `jobs.fill` in a city of 2,415 grids, each with three posts, and what happened since THEN."""
    from grids.models import Grid, GridPeriod, Officer, Posting, Station
    from subjects.models import Placement, Premises, PremisesEvent, TierPeriod

    jobs.fill(rows)
    for number in STATIONS:
        station = Station.objects.create(code=f"05{number:02}", bureau_id="05", name=f"Station {number}")
        Grid.objects.bulk_create(
            Grid(code=f"{station.code}{n:02}", station=station, name=str(n), state="approved")
            for n in range(1, GRIDS_EACH + 1)
        )
    codes = list(Grid.objects.order_by("code").values_list("code", flat=True))
    boundary = {"type": "Polygon", "coordinates": [dashboard.SQUARE]}
    GridPeriod.objects.bulk_create(
        GridPeriod(grid_id=code, name=code, extent="Street", boundary=boundary, from_day=date(2025, 1, 1))
        for code in codes
    )
    officers = Officer.objects.bulk_create(
        Officer(username=f"o{n}", name=f"Officer {n}", phone="13800001234") for n in range(3 * len(codes))
    )
    duties = ("grid_lead", "manager", "supervisor")
    Posting.objects.bulk_create(
        Posting(officer=officer, duty=duties[n % 3], area_code=codes[n // 3], from_day=date(2025, 1, 1))
        for n, officer in enumerate(officers)
    )
    placed = Premises.objects.order_by("pk").values_list("pk", "area_code")
    for start in range(0, rows, jobs.BATCH):
        some = list(placed[start : start + jobs.BATCH])
        moved = [(pk, code) for pk, code in some if pk % 2]
        first, until, since = date(2026, 1, 1), date(2026, 5, 31), date(2026, 6, 1)
        Placement.objects.bulk_create(
            Placement(premises_id=pk, area_code=code, from_day=first, to_day=until if pk % 2 else None)
            for pk, code in some
        )
        Placement.objects.bulk_create(
            Placement(premises_id=pk, area_code="0501", from_day=since) for pk, _code in moved
        )
        TierPeriod.objects.bulk_create(
            TierPeriod(premises_id=pk, tier="丙", reason="rule", from_day=first, to_day=until) for pk, _code in some
        )
        TierPeriod.objects.bulk_create(
            TierPeriod(premises_id=pk, tier="甲", reason="rule", from_day=since) for pk, _code in some
        )
        PremisesEvent.objects.bulk_create(
            PremisesEvent(premises_id=pk, what="name", old=f"Before {pk}", new="Shop", at=jobs.NOW)
            for pk, _code in some
            if pk % 10 == 0
        )
    jobs.settle()


def whole() -> tuple[int, float]:
    """Rows of the workbook of all four ledgers, and the seconds it took."""
    from gridsup.books import Ask
    from subjects.books import BOOKS
    from subjects.books.workbook import write_books

    with TemporaryDirectory() as folder:
        start = perf_counter()
        rows = write_books(Path(folder) / "ledgers.xlsx", list(BOOKS.values()), Ask(("05",), THEN))
        return rows, perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
