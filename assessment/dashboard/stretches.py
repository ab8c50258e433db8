"""The days that the dashboard looks at, and the days before them with which they are compared."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from django.utils.translation import gettext as _

from assessment.reporting.wording import period_words
from gridsup.periods import Period

# What the picker offers, beginning with the running one: a year's months with the same month of last year, two years'
# quarters. Any other month or quarter can be asked for in the address.
MONTHS_OFFERED, QUARTERS_OFFERED = 13, 8
# Weeks of the trend: as many as a quarter has.
WEEKS = 13
ONE_DAY, ONE_WEEK = timedelta(days=1), timedelta(weeks=1)

Span = tuple[date, date]


@dataclass(frozen=True)
class Stretch:
    """The days of a month or quarter that are over on the day `on`; of a running one those up to yesterday.

    A due day that is not over decides nothing yet, so that what is left of due days is done in time, done late or late.
    """

    period: Period
    on: date

    @property
    def first(self) -> date:
        return self.period.first

    @property
    def last(self) -> date:
        """The last day that is over; before `first` on the first day of the period."""
        return min(self.period.last, self.on - ONE_DAY)

    @property
    def has_days(self) -> bool:
        """Some day of the period is over."""
        return self.first <= self.last

    @property
    def is_running(self) -> bool:
        """The period is not over."""
        return self.period.last >= self.on

    @property
    def days(self) -> Span:
        return self.first, self.last

    @property
    def days_before(self) -> Span:
        """The whole period before; for a running one as many days from its beginning."""
        before = self.period.before
        if not self.is_running:
            return before.first, before.last
        return before.first, min(before.last, before.first + (self.last - self.first))

    @property
    def previous(self) -> Self:
        """The whole period before."""
        return type(self)(self.period.before, self.on)

    @property
    def before_words(self) -> str:
        """The days before in words: “third quarter of 2026”, “third quarter of 2026, same days”."""
        return _("%(period)s, same days") % {"period": self.previous} if self.is_running else str(self.previous)

    @property
    def weeks(self) -> list[Span]:
        """The last 13 weeks, Monday to Sunday, or all that the period touches; the last ends with the stretch."""
        start = min(self.first, self.last - (WEEKS - 1) * ONE_WEEK)
        monday = start - start.weekday() * ONE_DAY
        found = []
        while monday <= self.last:
            found.append((monday, min(monday + ONE_WEEK - ONE_DAY, self.last)))
            monday += ONE_WEEK
        return found

    def __str__(self) -> str:
        """The period in words: “fourth quarter of 2026, so far”."""
        words = period_words(self.period)
        return _("%(period)s, so far") % {"period": words} if self.is_running else words


def offered(on: date, asked: Period) -> list[tuple[str, list[tuple[str, str]]]]:
    """The choices of the picker in two groups; what is asked is among them."""
    quarters = _backwards(Period.quarter(on), QUARTERS_OFFERED)
    months = _backwards(Period.month(on), MONTHS_OFFERED)
    group = quarters if asked.shape == "quarter" else months
    if asked not in group:
        group.append(asked)
    return [(_("Quarters"), _choices(quarters, on)), (_("Months"), _choices(months, on))]


def _backwards(period: Period, count: int) -> list[Period]:
    found = [period]
    while len(found) < count:
        found.append(found[-1].before)
    return found


def _choices(periods: Iterable[Period], on: date) -> list[tuple[str, str]]:
    return [(str(period), str(Stretch(period, on))) for period in periods]
