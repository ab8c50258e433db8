"""Importing a ledger of 100,000 rows and 15 columns, against the floor of reading and inserting.

The floor: the sheet read by calamine, and the very rows that the import made, as objects built beforehand, sent by one
`bulk_create` a table into the same indexed tables and rolled back. Import and floor alternate in the same run; the
medians count. On PostgreSQL the deferred key checks are made before the rollback. Peak memory is that of a process of
its own that runs the command once.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks import places

DAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
ROWS = 100_000
ROUNDS = 3
MOST = 3.0
MOST_MEMORY_MB = 600
FILES = Path(__file__).parent.parent / "var" / "bench"
WEST, SOUTH, SIDE = 109.00, 34.20, 0.02  # 40 grids as squares, eight a row


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--memory-of", type=Path, help="import this file once in this process, print its peak in MB")
    options = parser.parse_args()
    if options.memory_of:
        return print_memory(options.memory_of)
    found = run(options.rows, options.rounds)
    print(f"\n{found['database']}: import of {found['rows']:,} rows × 15 columns, median of {options.rounds}")
    print(f"  floor {found['floor']:.1f} s = reading {found['reading']:.1f} + inserting {found['inserting']:.1f}")
    print(f"  import {found['import']:.1f} s = {found['ratio']:.2f} × the floor (at most {MOST})")
    print(f"  the same file again {found['again']:.1f} s, every row changed {found['changed']:.1f} s")
    print(f"  import with preset F applied {found['with_policy']:.1f} s")
    print(f"  peak memory {found['memory_mb']:.0f} MB (at most {MOST_MEMORY_MB})")
    return int(found["ratio"] > MOST or found["memory_mb"] > MOST_MEMORY_MB)


def run(rows: int = ROWS, rounds: int = ROUNDS) -> dict[str, Any]:
    """Seconds of floor and import, their ratio, and the peak of memory."""
    with places.scratch() as url:
        from django.db import connection

        path, other = ledger(rows, "A"), ledger(rows, "B")
        prepare()
        readings, inserts, imports, again, changed = [], [], [], 0.0, 0.0
        made: list[list[Any]] = []
        for _ in range(rounds):
            wipe()
            imports.append(timed(path, made=rows))
            made = made or taken_out()
            wipe()
            readings.append(seconds_to_read(path))
            inserts.append(seconds_to_insert(made))
        made = []
        timed(path, made=rows)
        again, changed = timed(path, unchanged=rows), timed(other, changed=rows)
        wipe()
        memory = peak_of(path, url)
        wipe()
        load_policy()
        with_policy = timed(path, made=rows)
        floor = median(readings) + median(inserts)
        return {
            "database": connection.vendor,
            "rows": rows,
            "reading": median(readings),
            "inserting": median(inserts),
            "floor": floor,
            "import": median(imports),
            "ratio": median(imports) / floor,
            "again": again,
            "changed": changed,
            "with_policy": with_policy,
            "memory_mb": memory,
        }


def ledger(rows: int, credit: str) -> Path:
    """The file, made once and kept: the same rows every time."""
    import xlsxwriter

    from subjects.importing.columns import COLUMNS

    path = FILES / f"ledger-{rows}-{credit}.xlsx"
    if not path.exists():
        FILES.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        with xlsxwriter.Workbook(str(unfinished), {"constant_memory": True}) as book:
            sheet, days = book.add_worksheet("台账"), book.add_format({"num_format": "yyyy-mm-dd"})
            sheet.write_row(0, 0, COLUMNS.values())
            for number, cells in enumerate(rows_of(rows, credit), 1):
                for position, cell in enumerate(cells):
                    if isinstance(cell, date):
                        sheet.write_datetime(number, position, datetime(cell.year, cell.month, cell.day), days)  # noqa: DTZ001
                    elif isinstance(cell, float):
                        sheet.write_number(number, position, cell)
                    else:
                        sheet.write_string(number, position, cell)
        unfinished.rename(path)
    return path


def rows_of(rows: int, credit: str) -> Iterator[list[Any]]:
    """Sound rows with every column filled; every second one is placed by its point."""
    from stdnum.cn import uscc

    for n in range(rows):
        body = f"92610111MA{n:07}"
        area = n * 7919 % 40
        yield [
            body + uscc.calc_check_digit(body),
            f"6101116{n:08}",
            f"灞桥区第{n}号便民综合商店",
            "个体工商户",
            ("5211", "5219", "6210", "8051")[n % 4],
            f"西安市灞桥区纺织城街道纺北路{n % 900}号附{n}号",
            WEST + (area % 8 + 0.1 + n % 797 / 1000) * SIDE,
            SOUTH + (area // 8 + 0.1 + n % 787 / 1000) * SIDE,
            date(2010, 1, 1) + timedelta(days=n % 5000),
            grid_code(area) if n % 2 else "",
            ("甲", "乙", "丙")[n % 3],
            credit if n % 5 else {"A": "C", "B": "D"}[credit],
            f"JY26101110{n:08}",
            date(2026, 1, 1) + timedelta(days=n % 1500),
            "存续",
        ]


def grid_code(number: int) -> str:
    return f"05{number // 5 + 1:02}{number % 5 + 1:02}"


def prepare() -> None:
    """A bureau with 8 stations and 40 square grids, and the trades."""
    from grids.models import Bureau, Grid, Station
    from subjects.trades import load_trades

    load_trades()
    bureau = Bureau.objects.create(code="05", name="Benchmark")
    Station.objects.bulk_create(Station(code=f"05{n:02}", bureau=bureau, name=str(n)) for n in range(1, 9))
    for n in range(40):
        west, south = WEST + n % 8 * SIDE, SOUTH + n // 8 * SIDE
        east, north = west + SIDE, south + SIDE
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        code = grid_code(n)
        boundary = {"type": "Polygon", "coordinates": [ring]}
        Grid.objects.create(code=code, station_id=code[:4], name=code, state="approved", boundary=boundary)


def load_policy() -> None:
    """Preset F for the bureau."""
    from subjects.actions import load_preset

    load_preset(bureau="05", name="F", on=date(2026, 1, 1), now=NOW)


def wipe() -> None:
    """An empty ledger with fresh statistics."""
    from benchmarks import jobs
    from subjects.models import MarketSubject, Permit, Placement, Premises, PremisesEvent, TierPeriod

    for model in (PremisesEvent, TierPeriod, Placement, Permit, Premises, MarketSubject):
        jobs.wipe(model)
    jobs.settle()


def timed(path: Path, **expected: int) -> float:
    """Seconds of one import; raises RuntimeError when it did not do what is expected."""
    from grids.models import Bureau
    from subjects.importing import run as import_file

    start = perf_counter()
    outcome = import_file(path=path, bureau=Bureau.objects.get(code="05"), on=DAY, now=NOW)
    seconds = perf_counter() - start
    if any(outcome.counts()[name] != count for name, count in expected.items()):
        raise RuntimeError(f"{outcome.counts()} {outcome.faults[:3]}")
    return seconds


def taken_out() -> list[list[Any]]:
    """The rows that the import made, table by table, as objects."""
    from subjects.models import MarketSubject, Permit, Placement, Premises

    return [list(model._default_manager.order_by("pk")) for model in (MarketSubject, Premises, Placement, Permit)]


def seconds_to_read(path: Path) -> float:
    """The sheet as calamine gives it, row by row."""
    from python_calamine import CalamineWorkbook

    start = perf_counter()
    for row in CalamineWorkbook.from_path(path).get_sheet_by_index(0).iter_rows():
        row[0]
    return perf_counter() - start


def seconds_to_insert(tables: list[list[Any]]) -> float:
    """One bulk_create a table, rolled back."""
    from django.db import connection, transaction

    start = perf_counter()
    with transaction.atomic():
        for rows in tables:
            type(rows[0])._default_manager.bulk_create(rows, batch_size=5_000)
        if connection.vendor == "postgresql":
            connection.check_constraints()
        seconds = perf_counter() - start
        transaction.set_rollback(True)
    return seconds


def peak_of(path: Path, url: str) -> float:
    """Peak resident memory in MB of a fresh process that imports the file on this database."""
    from django.db import connection

    connection.close()
    command = [sys.executable, "-m", "benchmarks.importing", "--memory-of", str(path)]
    done = subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def print_memory(path: Path) -> int:
    """Imports in this process and prints the peak of its resident memory in MB."""
    import django

    django.setup()
    timed(path)
    print(places.peak_mb())
    return 0


if __name__ == "__main__":
    sys.exit(main())
