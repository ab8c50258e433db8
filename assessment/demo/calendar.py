"""The days of the demonstration, all counted back from the day it is built for."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.utils import timezone

# Chosen so that the site looks lived in. Grids stand longer than anybody's post. The ledger came in two weeks ago, so
# that some visits are overdue by now: without a history of visits, every further week would add some 500.
DAYS_OF_GRIDS = 1100
WEEKS_OF_LEDGER = 2
WEEK = timedelta(weeks=1)
OPENING = time(9)


@dataclass(frozen=True)
class Calendar:
    """The day the demonstration is built for, and the days of its story."""

    today: date

    @classmethod
    def of_grids_drawn(cls, day: date) -> "Calendar":
        """The calendar of a demonstration whose grids were drawn on the day."""
        return cls(day + timedelta(days=DAYS_OF_GRIDS))

    @property
    def grids_drawn(self) -> date:
        return self.today - timedelta(days=DAYS_OF_GRIDS)

    @property
    def ledger_came(self) -> date:
        """The day from which ledger and policy hold."""
        return self.today - WEEKS_OF_LEDGER * WEEK

    @property
    def job_days(self) -> list[date]:
        """The days on which the daily job ran: weekly since the ledger came, and today."""
        days = []
        day = self.ledger_came
        while day < self.today:
            days.append(day)
            day += WEEK
        return [*days, self.today]

    @property
    def plan_years(self) -> list[int]:
        """Years with a plan: from the ledger's to the next, so that visits due early next year have one."""
        return list(range(self.ledger_came.year, self.today.year + 2))

    def ago(self, days: int) -> date:
        """The day so many days before today; negative: ahead."""
        return self.today - timedelta(days=days)


def morning(day: date) -> datetime:
    """The moment at which things of the story happen on a day."""
    return datetime.combine(day, OPENING, timezone.get_default_timezone())
