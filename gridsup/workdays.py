"""Working days and time limits, counted as the law counts them (handbook §9; SAMR Order 121, Art. 45).

Pure arithmetic over a table of days: the first day does not count; a limit in calendar days that ends on a statutory
day off moves to the first day after it. A year without a published table is counted by weekends alone and said to be
provisional.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True)
class Deadline:
    """The end of a time limit.

    `due`: last day that is safe under every reading, to warn by. `latest`: last day where a plain weekend, too, carries
    the end to the next working day; equals `due` for limits in working days. `provisional`: a day without a published
    table was counted.
    """

    due: date
    latest: date
    provisional: bool


@dataclass(frozen=True)
class WorkCalendar:
    """`days`: statutory day → True off, False a make-up working day. `years`: those whose table is published."""

    days: Mapping[date, bool]
    years: frozenset[int]

    def is_working(self, day: date) -> bool:
        """Neither a statutory day off nor a plain weekend; make-up Saturdays and Sundays are working days."""
        off = self.days.get(day)
        return day.weekday() < SATURDAY if off is None else not off

    def after(self, start: date, count: int, unit: str) -> Deadline:
        """The end of `count` working or calendar days that begin on the day after `start`; ValueError for a unit that
        is neither "working" nor "calendar".
        """
        if unit == "working":
            return self.after_working(start, count)
        if unit == "calendar":
            return self.after_calendar(start, count)
        raise ValueError(f"“{unit}” is no unit of a time limit.")

    def after_working(self, start: date, count: int) -> Deadline:
        """The `count`-th working day after `start`; the day itself for 0."""
        day, left = start, count
        while left > 0:
            day += ONE_DAY
            left -= self.is_working(day)
        return Deadline(day, day, self._is_provisional(start, day))

    def after_calendar(self, start: date, count: int) -> Deadline:
        """The `count`-th day after `start`, moved on from a statutory day off to the first day after the holiday."""
        due = start + timedelta(days=count)
        while self.days.get(due) is True:
            due += ONE_DAY
        latest = due
        while not self.is_working(latest):
            latest += ONE_DAY
        return Deadline(due, latest, self._is_provisional(start, latest))

    def _is_provisional(self, first: date, last: date) -> bool:
        return any(year not in self.years for year in range(first.year, last.year + 1))
