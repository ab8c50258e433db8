"""The table of statutory days off and make-up working days: shipped, loaded, read as a calendar.

Data: NateScarlet/holiday-cn (MIT), which cites the notices of the State Council; 2024 to 2026.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from gridsup.errors import BadInput
from gridsup.models import CalendarDay
from gridsup.periods import FIRST_YEAR, LAST_YEAR
from gridsup.workdays import SATURDAY, WorkCalendar

SHIPPED = Path(__file__).parent / "data" / "holidays.csv"
COLUMNS = ("day", "name", "is_off", "source")
# What a table says of a day: off, or worked to make up for one.
OFF = {"1": True, "true": True, "休": True, "0": False, "false": False, "班": False}


class BadCalendar(BadInput):
    """A file that cannot be loaded; `faults` says why, row by row."""

    def __init__(self, message: str, faults: list[str]) -> None:
        super().__init__(message, field="file")
        self.faults = faults


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


def load(*, path: Path, now: datetime) -> dict[str, int]:
    """Puts the years of a file into the table and lets the apps count anew what ran into them.

    Columns: day, name, is_off (1 off, 0 worked), source. All or nothing: half a year would count as published. A file
    that says what the table says already changes nothing. Returns {"read", "made", "changed"}; raises BadCalendar.
    """
    from gridsup.composition import CALENDAR_FOLLOWERS

    days = read(path)
    with transaction.atomic():
        made = add(days)
        changed = sum(import_string(name)(now=now)["changed"] for name in CALENDAR_FOLLOWERS)
    return {"read": len(days), "made": made, "changed": changed}


def read(path: Path) -> list[CalendarDay]:
    """The rows of a file; raises BadCalendar with a sentence for each that cannot be used."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            columns = table.fieldnames or []
            rows = list(table)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadCalendar(_("“%(name)s” cannot be read as CSV in UTF-8.") % {"name": path.name}, []) from error
    if missing := [name for name in COLUMNS if name not in columns]:
        raise BadCalendar(_("The file lacks the columns: %(names)s.") % {"names": ", ".join(missing)}, [])
    known = {row.day: row for row in CalendarDay.objects.all()}
    given = Counter((row["day"] or "").strip() for row in rows)
    days, faults = [], []
    for number, row in enumerate(rows, 2):
        try:
            day = _day(row)
            if given[day.day.isoformat()] > 1:
                raise ValueError(_("%(day)s stands in the file twice.") % {"day": day.day})
            _refuse_other(day, known)
            days.append(day)
        except ValueError as error:
            faults.append(_("Row %(number)s: %(why)s") % {"number": number, "why": error})
    if faults or not days:
        raise BadCalendar(_("Nothing was loaded: a year counts as published only when it is whole."), faults)
    return days


def _day(row: Mapping[str, str | None]) -> CalendarDay:
    """One row; raises ValueError with a sentence."""
    given = {name: (row[name] or "").strip() for name in COLUMNS}
    try:
        day = date.fromisoformat(given["day"])
    except ValueError as error:
        raise ValueError(_("“%(text)s” is no day; write it as 2026-11-22.") % {"text": given["day"][:40]}) from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(_("%(day)s lies in no year that is planned for.") % {"day": day})
    is_off = OFF.get(given["is_off"].lower())
    if is_off is None:
        raise ValueError(_("Say 1 for a day off, 0 for a day that is worked."))
    if not is_off and day.weekday() < SATURDAY:
        raise ValueError(_("%(day)s is no weekend: only weekend days are worked to make up.") % {"day": day})
    for name in ("name", "source"):
        most = int(getattr(CalendarDay._meta.get_field(name), "max_length", 0))
        if not 0 < len(given[name]) <= most:
            raise ValueError(_("“%(column)s” needs 1 to %(most)s characters.") % {"column": name, "most": most})
    return CalendarDay(day=day, name=given["name"], is_off=is_off, source=given["source"])


def _refuse_other(day: CalendarDay, known: Mapping[date, CalendarDay]) -> None:
    """Raises ValueError where the table has the day's year already and says something else of the day."""
    stored = known.get(day.day)
    if day.day.year in {other.year for other in known} and (stored is None or stored.is_off != day.is_off):
        raise ValueError(_("The table of %(year)s is loaded already and says otherwise.") % {"year": day.day.year})
