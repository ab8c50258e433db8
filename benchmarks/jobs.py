"""Generating a day's tasks and applying a policy, against the floor of their own statements.

The floor: every INSERT and UPDATE that the job sends, recorded once and sent again as plain SQL into the same indexed
tables, then rolled back; summed over the steps, median of the rounds, alternating with the job in the same run. On
PostgreSQL Django's foreign keys are checked at commit: "bare" leaves these checks out, "floor" has them made before the
rollback, as a table whose keys are not deferred would.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import StringIO
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks import places

DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
SMALL = 11_661  # registered subjects of source R
MOST = 1.5
MOST_MEMORY_MB = 300
BATCH = 5_000

Statement = tuple[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=168_339)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--memory-of", help="run this job once in this process and print its peak in MB")
    options = parser.parse_args()
    if options.memory_of:
        return print_memory(options.memory_of)
    with places.scratch() as url:
        from django.db import connection

        print(f"\n{connection.vendor}: jobs against their floor, median of {options.rounds}")
        heads = ("premises", "changed", "bare s", "floor s", "job s", "÷ bare", "÷ floor", "peak MB")
        print(f"{'job':<20}" + "".join(f"{head:>10}" for head in heads))
        sizes = sorted({min(SMALL, options.rows), options.rows})
        slow, seconds = 0, {}
        for rows in sizes:
            fill(rows)
            for name, undo in (("apply_policy", undo_policy), ("generate_due_tasks", undo_tasks)):
                bare, floor, job, changed = compare(name, undo, options.rounds)
                memory = peak_of(name, undo, url)
                seconds[name, rows] = job
                slow |= job > MOST * floor or memory > MOST_MEMORY_MB
                times = f"{bare:>10.3f}{floor:>10.3f}{job:>10.3f}{job / bare:>10.2f}{job / floor:>10.2f}"
                print(f"{name:<20}{rows:>10,}{changed:>10,}{times}{memory:>10.0f}")
                run(name)  # the next job stands on the result of this one
        for name in ("apply_policy", "generate_due_tasks"):
            growth = (seconds[name, sizes[-1]] / sizes[-1]) / (seconds[name, sizes[0]] / sizes[0])
            print(f"{name}: time per premises at {sizes[-1]:,} is {growth:.2f} × that at {sizes[0]:,}")
        if slow:
            print(f"Above {MOST} × the floor or {MOST_MEMORY_MB} MB.")
    return int(slow)


def fill(rows: int) -> None:
    """A bureau with so many premises under preset F in 40 grids of 8 stations, a published plan, no task yet."""
    from django.core.management import call_command
    from django.db import transaction

    from grids.models import Bureau, Grid, Station
    from inspections.models import InspectionPlan, InspectionTask, TaskEvent
    from subjects.actions import load_preset
    from subjects.models import MarketSubject, Permit, Placement, Premises, TierPeriod, Trade

    for model in (TaskEvent, InspectionTask, TierPeriod, Placement, Permit, Premises, MarketSubject):
        wipe(model)
    if not Bureau.objects.exists():
        bureau = Bureau.objects.create(code="05", name="Benchmark")
        stations = [Station.objects.create(code=f"05{n:02}", bureau=bureau, name=str(n)) for n in range(1, 9)]
        for station in stations:
            for n in range(1, 6):
                Grid.objects.create(code=f"{station.code}{n:02}", station=station, name=str(n), state="approved")
        call_command("load_trades", stdout=StringIO())
        load_preset(bureau="05", name="F", on=date(2026, 1, 1), now=NOW)
        InspectionPlan.objects.create(
            bureau=bureau, year=2026, state="published", yearly_cap=6, proposed_on=DAY, published_on=DAY
        )
    grids = list(Grid.objects.values_list("code", flat=True))
    trades = list(Trade.objects.filter(code__length=4).values_list("code", flat=True))
    with transaction.atomic():
        for start in range(0, rows, BATCH):
            numbers = range(start, min(start + BATCH, rows))
            subjects = MarketSubject.objects.bulk_create(
                MarketSubject(bureau_id="05", uscc=f"92610111MA{n:08}", name=f"Shop {n}", kind="individual", credit="A")
                for n in numbers
            )
            Premises.objects.bulk_create(
                Premises(
                    subject=subject, area_code=grids[n % 40], grid_id=grids[n % 40], address=f"Street {n}",
                    trade_id=trades[n % len(trades)], entered_on=date(2026, 9, 1), spread=n * 7919 % 10_000,
                )
                for n, subject in zip(numbers, subjects, strict=True)
            )  # fmt: skip
    settle()


def wipe(model: Any) -> None:
    """Empties a table; events too, which refuse it by themselves."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")


def settle() -> None:
    """Gives both databases fresh statistics, and PostgreSQL room, so that each run meets the same tables."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            cursor.execute("ANALYZE")
        else:
            cursor.execute("VACUUM ANALYZE")


def undo_policy() -> None:
    """Back to a ledger that no policy was applied to."""
    from subjects.models import Premises, TierPeriod

    wipe(TierPeriod)
    Premises.objects.update(
        tier="", mode="exempt", interval_months=None, next_due_on=None, tier_rule=None, effect_rule=None
    )


def undo_tasks() -> None:
    """Back to a ledger without tasks."""
    from inspections.models import InspectionTask, TaskEvent

    wipe(TaskEvent)
    wipe(InspectionTask)


def run(name: str) -> dict[str, int]:
    """The job as it runs in production, row, lease and steps included; raises RuntimeError when it fails."""
    from gridsup.jobs import run_inline

    job = run_inline(name=name, period=DAY.isoformat(), area_code="05", now=NOW)
    if job.state != "done":
        raise RuntimeError(job.error)
    return dict(job.counts)


def compare(name: str, undo: Callable[[], None], rounds: int) -> tuple[float, float, float, int]:
    """Median seconds of the bare floor, the floor and the job, and the rows that the job made or changed."""
    undo()
    recorded = record(name)
    floors, jobs, counts = [], [], {}
    for _ in range(rounds):
        undo()
        settle()
        floors.append(floor(recorded))
        settle()
        start = perf_counter()
        counts = run(name)
        jobs.append(perf_counter() - start)
    undo()
    settle()
    return (
        median(bare for bare, _ in floors),
        median(whole for _, whole in floors),
        median(jobs),
        counts.get("made", 0) + counts.get("changed", 0),
    )


def record(name: str) -> list[Statement]:
    """The statements with which the job writes to the apps' tables, in order; the job's effect is rolled back.

    Among them the search for tasks near each other, whose rows the job reads before it writes; its counts are not.
    """
    from django.db import connection, transaction

    from gridsup.jobs import plan_of
    from gridsup.models import Job

    statements: list[Statement] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith(("INSERT", "UPDATE", "WITH")):
            statements.append((sql, params))
        return execute(sql, params, many, context)

    with transaction.atomic():
        job = Job(name=name, period=DAY.isoformat(), area_code="05", queued_at=NOW)
        with connection.execute_wrapper(listen):
            for step in plan_of(name)(job, NOW):
                step.run()
        transaction.set_rollback(True)
    return statements


def floor(statements: list[Statement]) -> tuple[float, float]:
    """Seconds for the recorded statements as plain SQL, rolled back: without and with the deferred key checks."""
    from django.db import connection, transaction

    from gridsup.database import room_to_work

    with room_to_work(), transaction.atomic(), connection.cursor() as cursor:
        start = perf_counter()
        for sql, params in statements:
            cursor.execute(sql, params)
        bare = perf_counter() - start
        connection.check_constraints()  # on SQLite they were made by the statements; this is not counted there
        whole = perf_counter() - start if connection.vendor == "postgresql" else bare
        transaction.set_rollback(True)
    return bare, whole


def peak_of(name: str, undo: Callable[[], None], url: str) -> float:
    """Peak resident memory in MB of a fresh process that runs the job once on this database."""
    import os

    from django.db import connection

    undo()
    connection.close()
    command = [sys.executable, "-m", "benchmarks.jobs", "--memory-of", name]
    done = subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=True, capture_output=True, text=True)
    undo()
    return float(done.stdout.split()[-1])


def print_memory(name: str) -> int:
    """Runs the job in this process and prints the peak of its resident memory in MB."""
    import django

    django.setup()
    run(name)
    print(places.peak_mb())
    return 0


if __name__ == "__main__":
    sys.exit(main())
