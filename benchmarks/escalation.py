"""Reporting overdue time limits one level up, against the floor of its own statements; method as in benchmarks.jobs.

Beside the overdue limits stand as many that were met and as many that run in time, as in a bureau that works.
"""

import argparse
import sys
from datetime import timedelta

from benchmarks import jobs, places

CLOCKS = 50_000
JOB = "escalate_overdue"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--clocks", type=int, default=CLOCKS)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with places.scratch() as url:
        from django.db import connection

        print(f"\n{connection.vendor}: {JOB} against its floor, median of {options.rounds}")
        heads = ("overdue", "changed", "bare s", "floor s", "job s", "÷ bare", "÷ floor", "peak MB")
        print("".join(f"{head:>10}" for head in heads))
        fill(options.clocks)
        bare, floor, job, changed = jobs.compare(JOB, undo, options.rounds)
        memory = jobs.peak_of(JOB, undo, url)
        times = f"{bare:>10.3f}{floor:>10.3f}{job:>10.3f}{job / bare:>10.2f}{job / floor:>10.2f}"
        print(f"{options.clocks:>10,}{changed:>10,}{times}{memory:>10.0f}")
        slow = job > jobs.MOST * floor or memory > jobs.MOST_MEMORY_MB
        if slow:
            print(f"Above {jobs.MOST} × the floor or {jobs.MOST_MEMORY_MB} MB.")
    return int(slow)


def fill(clocks: int) -> None:
    """So many complaints of one bureau, each with a limit that was met, one that runs in time and one that is over."""
    from django.db import transaction

    from complaints.models import Clock, Complaint
    from grids.models import Grid
    from subjects.models import TimeLimit

    jobs.fill(0)
    grids = list(Grid.objects.order_by("code").values_list("code", flat=True))
    rules = {rule.key: rule for rule in TimeLimit.objects.all()}
    day = jobs.DAY
    with transaction.atomic():
        for start in range(0, clocks, jobs.BATCH):
            numbers = range(start, min(start + jobs.BATCH, clocks))
            rows = Complaint.objects.bulk_create(
                Complaint(
                    number=f"05-2026-{n:06}", follow_code="K7M3QX9P", kind="report", channel="phone",
                    area_code=grids[n % len(grids)], text="fake wine", state="verifying", received_at=jobs.NOW,
                    received_on=day - timedelta(days=40),
                )
                for n in numbers
            )  # fmt: skip
            Clock.objects.bulk_create(
                Clock(
                    complaint=row, area_code=row.area_code, kind=kind, rule=rules[kind], started_on=row.received_on,
                    due_on=day + timedelta(days=ends), latest_on=day + timedelta(days=ends),
                    met_on=day if met else None,
                )
                for row in rows
                for kind, ends, met in (("dispute", -30, True), ("notice", 5, False), ("verify", -2, False))
            )  # fmt: skip
    jobs.settle()


def undo() -> None:
    """Back to limits of which nobody was told."""
    from complaints.models import Clock, ComplaintEvent

    jobs.wipe(ComplaintEvent)
    Clock.objects.exclude(escalated_to="").update(escalated_on=None, escalated_to="")


if __name__ == "__main__":
    sys.exit(main())
