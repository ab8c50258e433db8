"""Scoring a quarter of a bureau with a history, against the floor of the same aggregates as bare SQL.

The floor: the five shares of the first scheme, counted area by area by one hand-written statement each over the same
tables and indexes. The job does the same by its indicators, sums it up to stations and bureau, scores, ranks and stores
the cards, as it runs in production: row, lease and steps included. Both alternate in one run; medians count. Peak
memory is that of a process of its own that runs the job once.
"""

import argparse
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks import history, jobs, places

PERIOD, FIRST, LAST = "2026Q3", date(2026, 7, 1), date(2026, 9, 30)
CUT_OFF = date(2026, 11, 21)
KNOWN_BEFORE = datetime(2026, 11, 21, 16, tzinfo=UTC)  # midnight in Shanghai
MOST = 1.5
MOST_MEMORY_MB = 300

STATEMENTS = {
    "visits on time": """
SELECT t.area_code, COUNT(*), SUM(CASE WHEN t.state = 'done' AND t.done_on <= t.due_on
                                       AND (v.submitted_on <= %(cut)s OR v.version > 1) THEN 1 ELSE 0 END)
FROM inspections_inspectiontask t LEFT JOIN inspections_visit v ON v.id = t.visit_id
WHERE t.area_code >= '05' AND t.area_code < '06' AND t.due_on BETWEEN %(first)s AND %(last)s
  AND t.made_on <= %(cut)s
  AND (t.state IN ('planned', 'due', 'done') OR t.id IN (
       SELECT e.task_id FROM inspections_taskevent e JOIN inspections_inspectiontask x ON x.id = e.task_id
       WHERE x.state IN ('cancelled', 'merged') AND x.due_on BETWEEN %(first)s AND %(last)s AND e.what = 'state'
         AND e.old IN ('planned', 'due', 'done') AND e.new IN ('cancelled', 'merged') AND e.at >= %(known)s))
GROUP BY t.area_code""",
    "entered promptly": """
SELECT area_code, COUNT(*), SUM(CASE WHEN submitted_on <= entry_due_on THEN 1 ELSE 0 END)
FROM inspections_visit
WHERE area_code >= '05' AND area_code < '06' AND visited_on BETWEEN %(first)s AND %(last)s
  AND corrects_id IS NULL AND submitted_on <= %(cut)s
GROUP BY area_code""",
    "rectified on time": """
SELECT f.area_code, COUNT(*), SUM(CASE WHEN f.state = 'rectified' AND f.rectified_on <= f.rectify_by
                                       AND (r.id IS NULL OR r.submitted_on <= %(cut)s OR r.version > 1)
                                  THEN 1 ELSE 0 END)
FROM inspections_finding f JOIN inspections_visit v ON v.id = f.visit_id
LEFT JOIN inspections_visit r ON r.id = f.rectified_by_id
WHERE f.area_code >= '05' AND f.area_code < '06' AND f.rectify_by BETWEEN %(first)s AND %(last)s
  AND (v.submitted_on <= %(cut)s OR v.version > 1)
  AND (f.state IN ('ordered', 'escalated', 'rectified') OR f.id IN (
       SELECT e.finding_id FROM inspections_findingevent e JOIN inspections_finding x ON x.id = e.finding_id
       WHERE x.state NOT IN ('ordered', 'escalated', 'rectified') AND x.rectify_by BETWEEN %(first)s AND %(last)s
         AND e.what = 'state' AND e.old IN ('ordered', 'escalated', 'rectified')
         AND e.new NOT IN ('ordered', 'escalated', 'rectified') AND e.at >= %(known)s))
GROUP BY f.area_code""",
    "complaints on time": """
SELECT area_code, COUNT(*), SUM(CASE WHEN met_on <= latest_on THEN 1 ELSE 0 END)
FROM complaints_clock
WHERE area_code >= '05' AND area_code < '06' AND latest_on BETWEEN %(first)s AND %(last)s
  AND (stopped_on IS NULL OR stopped_on > %(cut)s)
  AND (paused_on IS NULL OR paused_on > latest_on OR met_on IS NOT NULL)
GROUP BY area_code""",
    "satisfaction": """
SELECT area_code, COUNT(*), SUM(CASE WHEN score >= 4 THEN 1 ELSE 0 END)
FROM complaints_rating
WHERE area_code >= '05' AND area_code < '06' AND given_on BETWEEN %(first)s AND %(last)s AND given_on <= %(cut)s
GROUP BY area_code""",
}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=history.PREMISES)
    parser.add_argument("--visits", type=int, default=history.VISITS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--once", action="store_true", help="run the job once in this process and print its peak in MB")
    options = parser.parse_args()
    if options.once:
        return print_memory()
    with places.scratch() as url:
        from django.db import connection

        found = history.fill(options.rows, options.visits)
        load()
        counts = ", ".join(f"{count:,} {name}" for name, count in found.items())
        print(f"\n{connection.vendor}: a quarter scored over {options.rows:,} premises, {counts}")
        floors, runs, cards = compare(options.rounds)
        memory = peak_of(url)
        floor, job = median(floors), median(runs)
        print(f"  {cards['read']:,} rows counted, {cards['made']:,} cards; median of {options.rounds}")
        print(f"  floor {floor:.3f} s, job {job:.3f} s = {job / floor:.2f} × the floor (at most {MOST})")
        print(f"  peak memory {memory:.0f} MB (at most {MOST_MEMORY_MB})")
    return int(job > MOST * floor or memory > MOST_MEMORY_MB)


def load() -> None:
    """The first scheme, from the first day of the history."""
    from assessment.actions import load_scheme

    load_scheme(bureau="05", on=history.FIRST, now=jobs.NOW)


def compare(rounds: int) -> tuple[list[float], list[float], dict[str, int]]:
    """Seconds of floor and job, alternating, and what the job did; raises RuntimeError when they count differently."""
    floors, runs, counts = [], [], {}
    for _ in range(rounds):
        wipe()
        start = perf_counter()
        rows = floor()
        floors.append(perf_counter() - start)
        start = perf_counter()
        counts = run()
        runs.append(perf_counter() - start)
        if rows != counts["read"]:
            raise RuntimeError(f"The floor counts {rows} rows, the job {counts['read']}.")
    return floors, runs, counts


def floor() -> int:
    """The five statements; returns how many rows they counted."""
    from django.db import connection

    from gridsup.database import room_to_work

    facts = {"first": FIRST, "last": LAST, "cut": CUT_OFF, "known": adapted(KNOWN_BEFORE)}
    counted = 0
    with room_to_work(), connection.cursor() as cursor:
        for statement in STATEMENTS.values():
            cursor.execute(statement, facts)
            counted += sum(int(whole) for _area, whole, _part in cursor.fetchall())
    return counted


def adapted(moment: datetime) -> Any:
    """A moment as the database compares it."""
    from django.db import connection

    return connection.ops.adapt_datetimefield_value(moment)


def run() -> dict[str, int]:
    """The job as it runs in production; raises RuntimeError when it fails."""
    from gridsup.jobs import run_inline

    job = run_inline(name="score_period", period=PERIOD, area_code="05", now=jobs.NOW)
    if job.state != "done":
        raise RuntimeError(job.error)
    return dict(job.counts)


def wipe() -> None:
    """No card at all."""
    from assessment.models import Scorecard, ScorecardEvent, ScoreLine

    for model in (ScorecardEvent, ScoreLine, Scorecard):
        jobs.wipe(model)


def peak_of(url: str) -> float:
    """Peak resident memory in MB of a fresh process that runs the job once on this database."""
    from django.db import connection

    wipe()
    connection.close()
    command = [sys.executable, "-m", "benchmarks.scoring", "--once"]
    done = subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1])


def print_memory() -> int:
    """Runs the job in this process and prints the peak of its resident memory in MB."""
    import django

    django.setup()
    run()
    print(places.peak_mb())
    return 0


if __name__ == "__main__":
    sys.exit(main())
