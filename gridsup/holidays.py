"""The table of statutory days off and make-up working days: shipped, loaded, read as a calendar.

Data: NateScarlet/holiday-cn (MIT), which cites the notices of the State Council; 2024 to 2026.
"""

import csv
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from gridsup.models import CalendarDay
from gridsup.workdays import WorkCalendar

SHIPPED = Path(__file__).parent / "data" / "holidays.csv"


def calendar() -> WorkCalendar:
    """The calendar as the table has it now; one query."""
    days = dict(CalendarDay.objects.values_list("day", "is_off"))
    return WorkCalendar(days, frozenset(day.year for day in days))


def shipped() -> list[CalendarDay]:
    """The rows that come with the product."""
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        return [
            CalendarDay(
                day=date.fromisoformat(row["day"]), name=row["name"], is_off=row["is_off"] == "1", source=row["source"]
            )
            for row in csv.DictReader(file)
        ]


def seed(**_: Any) -> None:
    """Puts in the shipped days of every year of which the table has none; called after each migration."""
    add(shipped())


def add(days: Iterable[CalendarDay]) -> int:
    """Adds the days of years that the table does not have yet; returns how many."""
    known = {day.year for day in CalendarDay.objects.values_list("day", flat=True)}
    new = [day for day in days if day.day.year not in known]
    CalendarDay.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)
