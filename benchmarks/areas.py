"""A change of areas that moves a whole ledger: previewed, taking effect, undone; seconds, statements and memory."""

import argparse
import sys
from collections.abc import Callable
from datetime import date
from time import perf_counter

import numpy as np

from benchmarks import places
from benchmarks.jobs import BATCH, NOW, settle, wipe

WEST, SOUTH, WIDE = 109.0, 34.2, 0.1  # degrees
DAY = date(2026, 11, 22)
OPEN_EVERY = 2  # every second premises has an open task


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=168_339)
    rows = parser.parse_args().rows
    with places.scratch():
        from django.db import connection

        print(f"\n{connection.vendor}: a change of areas over {rows:,} premises of one grid")
        fill(rows)
        for what, draft in (("split in two", split_in_two), ("retired into another", retired)):
            measure(what, draft)
            settle()
        print(f"peak {places.peak_mb():.0f} MB")
    return 0


def fill(rows: int) -> None:
    """One station with a grid that holds everything at points of its own, an empty neighbour, open tasks."""
    from shapely import box

    from grids.geometry import as_geojson
    from grids.models import Bureau, Grid, GridPeriod, Station
    from inspections.models import InspectionTask
    from subjects.models import MarketSubject, Placement, Premises

    for model in (InspectionTask, Placement, Premises, MarketSubject):
        wipe(model)
    bureau = Bureau.objects.create(code="05", name="Benchmark")
    station = Station.objects.create(code="0501", bureau=bureau, name="1")
    for number in range(2):
        west = WEST + number * WIDE
        facts = {"name": f"G{number}", "boundary": as_geojson(box(west, SOUTH, west + WIDE, SOUTH + WIDE))}
        grid = Grid.objects.create(code=f"05010{number + 1}", station=station, state="approved", **facts)
        GridPeriod.objects.create(grid=grid, from_day=date(2020, 1, 1), **facts)
    points = np.random.default_rng(1).uniform((WEST, SOUTH), (WEST + WIDE, SOUTH + WIDE), (rows, 2))
    for start in range(0, rows, BATCH):
        some = range(start, min(start + BATCH, rows))
        subjects = MarketSubject.objects.bulk_create(
            MarketSubject(bureau_id="05", uscc=f"92610111MA{n:08}", name=f"Shop {n}", kind="individual") for n in some
        )
        made = Premises.objects.bulk_create(
            Premises(subject=subject, area_code="050101", grid_id="050101", lon=points[n, 0], lat=points[n, 1],
                     entered_on=date(2026, 1, 1))
            for n, subject in zip(some, subjects, strict=True)
        )  # fmt: skip
        Placement.objects.bulk_create(
            Placement(premises=row, area_code="050101", from_day=date(2026, 1, 1)) for row in made
        )
        InspectionTask.objects.bulk_create(
            InspectionTask(
                premises=row, area_code="050101", reason="complaint", due_on=DAY, opens_on=DAY, made_on=DAY, state="due"
            )
            for row in made[::OPEN_EVERY]
        )
    settle()


def split_in_two() -> object:
    """The eastern half becomes a grid."""
    from shapely import box

    from grids.models import AreaChange, Grid, Station
    from subjects.areas.drafts import Draft, Part, split

    new = Part("050103", "new", "G3")
    piece = box(WEST + WIDE / 2, SOUTH, WEST + WIDE, SOUTH + WIDE)
    parts = split(Grid.objects.get(code="050101"), into=new, piece=piece)
    return Draft(Station.objects.get(), AreaChange.Kind.SPLIT, DAY, "benchmark", parts)


def retired() -> object:
    """The neighbour takes everything in."""
    from grids.models import AreaChange, Grid, Station
    from subjects.areas.drafts import Draft, merge

    grids = {grid.code: grid for grid in Grid.objects.all()}
    parts = merge([grids["050101"]], into=grids["050102"])
    return Draft(Station.objects.get(), AreaChange.Kind.RETIRE, DAY, "benchmark", parts)


def measure(what: str, drafted: Callable[[], object]) -> None:
    """Preview, effect and undoing of one change."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from subjects.areas.deciding import approve_change, propose_change
    from subjects.areas.effect import undo_change
    from subjects.areas.preview import preview_draft

    draft = drafted()
    begun = perf_counter()
    preview = preview_draft(draft, on=DAY)  # type: ignore[arg-type]
    print(f"{what:<22}{'preview':<10}{perf_counter() - begun:8.2f} s   {preview.moving:,} premises would move")
    change = propose_change(draft=draft, now=NOW)  # type: ignore[arg-type]
    acts: dict[str, Callable[[], object]] = {
        "effect": lambda: approve_change(change=change, by=None, now=NOW),
        "undoing": lambda: undo_change(change=change, why="benchmark", by=None, now=NOW),
    }
    for step, act in acts.items():
        with CaptureQueriesContext(connection) as captured:
            begun = perf_counter()
            act()
            seconds = perf_counter() - begun
        print(f"{what:<22}{step:<10}{seconds:8.2f} s   {len(captured)} statements, {change.moved:,} premises moved")


if __name__ == "__main__":
    sys.exit(main())
