"""The days of the demonstration, all counted back from the day it is built for."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from django.utils import timezone
from django.utils.translation import gettext as _

from gridsup.errors import BadInput
from gridsup.periods import Period

# Chosen so that the site looks lived in. Grids stand longer than anybody's post; the ledger came in some weeks before
# the two quarters that are told, so that their first day finds visits due.
DAYS_OF_GRIDS = 1100
WEEKS_BEFORE = 2
QUARTERS_TOLD = 2
DAYS_TO_SCORE = 12
WEEK = timedelta(weeks=1)
DAY = timedelta(days=1)
OPENING = time(9)
# From opening time back to three in the morning, when the daily jobs have run.
MINUTES_TO_NIGHT = -6 * 60


@dataclass(frozen=True)
class Week:
    """Some days of the story, both ends included: what the daily job found on the first is worked off in them."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        """Each of them."""
        return [self.first + DAY * number for number in range((self.last - self.first).days + 1)]

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True)
class Calendar:
    """The day the demonstration is built for, and the days of its story; `pace`: weeks told at a time."""

    today: date
    pace: int = 1

    @classmethod
    def of_grids_drawn(cls, day: date) -> "Calendar":
        """The calendar of a demonstration whose grids were drawn on the day."""
        return cls(day + timedelta(days=DAYS_OF_GRIDS))

    @property
    def grids_drawn(self) -> date:
        return self.today - timedelta(days=DAYS_OF_GRIDS)

    @property
    def quarters(self) -> list[Period]:
        """The last full quarters before today, the oldest first."""
        found = [Period.quarter(self.today)]
        while len(found) <= QUARTERS_TOLD:
            found.insert(0, Period.quarter(found[0].first - DAY))
        return found[:-1]

    @property
    def ledger_came(self) -> date:
        """The day from which ledger and policy hold."""
        return self.quarters[0].first - WEEKS_BEFORE * WEEK

    @property
    def job_days(self) -> list[date]:
        """The days on which the daily jobs ran: at the story's pace since the ledger came, and today."""
        days = []
        day = self.ledger_came
        while day < self.today:
            days.append(day)
            day += self.pace * WEEK
        return [*days, self.today]

    @property
    def weeks(self) -> list[Week]:
        """What lies between the days of the jobs, up to yesterday."""
        return [Week(day, following - DAY) for day, following in pairwise(self.job_days)]

    def scored_on(self, quarter: Period) -> date:
        """The day on which a quarter is scored: some days after its end, but before today where it can be."""
        return max(quarter.last + DAY, min(quarter.last + DAYS_TO_SCORE * DAY, self.ago(1)))

    def begins(self, day: date) -> datetime:
        """When work on a day begins; today in the night, so that nothing of the story lies ahead of who looks at it."""
        return moment(day, MINUTES_TO_NIGHT if day == self.today else 0)

    def refuse_unless_told(self, *, on: date, first_year: int) -> None:
        """Raises BadInput for a story that lies ahead of the day `on`, or before the years whose days off are known.

        Policy and posts begin with the story: before its first day nobody could see or do anything.
        """
        limit = {"today": self.today.isoformat(), "first": self.ledger_came.isoformat(), "on": on.isoformat()}
        if self.ledger_came > on:
            raise BadInput(
                _("What is built for %(today)s begins on %(first)s, after %(on)s: take an earlier day.") % limit
            )
        if self.ledger_came.year < first_year:
            raise BadInput(
                _("What is built for %(today)s begins on %(first)s; working days are known from %(year)s on.")
                % {**limit, "year": first_year}
            )

    @property
    def plan_years(self) -> list[int]:
        """Years with a plan: from the ledger's to the next, so that visits due early next year have one."""
        return list(range(self.ledger_came.year, self.today.year + 2))

    def ago(self, days: int) -> date:
        """The day so many days before today; negative: ahead."""
        return self.today - timedelta(days=days)

    def over(self, moment: datetime) -> bool:
        """The moment lies on the day the demonstration is built for or later: not told."""
        return timezone.localdate(moment) >= self.today


def moment(day: date, minutes: int = 0) -> datetime:
    """So many minutes after opening time on a day."""
    return datetime.combine(day, OPENING, timezone.get_default_timezone()) + timedelta(minutes=minutes)


def morning(day: date) -> datetime:
    """The moment at which things of the story happen on a day."""
    return moment(day)
