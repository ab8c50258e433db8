"""Why a time limit ends on its day: every day from its start, counted or not, and for which reason (handbook §9)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from complaints.models import Clock
from gridsup.holidays import calendar
from gridsup.models import CalendarDay
from gridsup.workdays import ONE_DAY, SATURDAY, WorkCalendar
from subjects.models import TimeLimit

# From the day on which a limit was paused to that on which it ran on again; None: to its end, or still.
Pause = tuple[date, date | None]
# Limits in working days are counted day by day; a span that nobody reads to its end is not laid out.
MOST_DAYS = 400


@dataclass(frozen=True)
class Day:
    """One day of a limit: `number` is its place in the count, 0 when it is not counted, `why` then says why not."""

    day: date
    number: int = 0
    why: str = ""
    is_start: bool = False
    is_due: bool = False
    is_latest: bool = False
    is_provisional: bool = False


@dataclass(frozen=True)
class Reckoning:
    """The days of one limit in weeks that begin on Monday (None before the start and after the end).

    `agrees`: the count ends where the stored limit ends; it does not while a limit is paused, nor after the table of
    holidays changed.
    """

    clock: Clock
    weeks: list[list[Day | None]]
    agrees: bool

    @property
    def weekdays(self) -> list[str]:
        """Heads of the columns."""
        return [str(WEEKDAYS_ABBR[day]) for day in range(7)]


def reckon(clock: Clock, pauses: Sequence[Pause], known: WorkCalendar, names: Mapping[date, str]) -> Reckoning | None:
    """Counts a limit again, day by day; None for one that was given by an outside system."""
    if clock.rule is None:
        return None
    # while it stands still its end is the one from before the pause
    ended = clock.met_on or clock.stopped_on
    spans = [(first, last or ended) for first, last in pauses]
    closed = [(first, last) for first, last in spans if last is not None]
    days = list(_days(clock, clock.rule, closed, known, names))
    agrees = any(day.is_due and day.day == clock.due_on for day in days) and days[-1].day == clock.latest_on
    return Reckoning(clock, weeks(days), agrees and clock.paused_on is None)


def _days(
    clock: Clock,
    rule: TimeLimit,
    pauses: Sequence[tuple[date, date]],
    known: WorkCalendar,
    names: Mapping[date, str],
) -> Iterator[Day]:
    """The start, every day of the count, and those by which its end moves on."""
    working, wanted = rule.unit == TimeLimit.Unit.WORKING, rule.days + clock.extension_days
    day, number = clock.started_on, 0
    yield Day(day, why=pgettext("of a time limit", "start"), is_start=True)
    while number < wanted and (day - clock.started_on).days < MOST_DAYS:
        day += ONE_DAY
        why = _why_not(day, pauses, known, names, working=working)
        number += not why
        ends = number == wanted and not why
        rolls = ends and not working and not known.is_working(day)
        yield Day(
            day,
            number=0 if why else number,
            why=why,
            is_due=ends and not (rolls and known.days.get(day) is True),
            is_latest=ends and not rolls,
            is_provisional=day.year not in known.years,
        )
        if rolls:
            yield from _moved_on(day, known, names)


def _why_not(
    day: date, pauses: Sequence[tuple[date, date]], known: WorkCalendar, names: Mapping[date, str], *, working: bool
) -> str:
    """Why a day is not counted; empty when it is."""
    if any(first < day <= last for first, last in pauses):
        return _("paused")
    if working and not known.is_working(day):
        return day_off(day, names)
    return ""


def _moved_on(end: date, known: WorkCalendar, names: Mapping[date, str]) -> Iterator[Day]:
    """The days by which an end in calendar days moves on: from a statutory day off by law, from a weekend perhaps."""
    day, due = end, None if known.days.get(end) is True else end
    while not known.is_working(day):
        day += ONE_DAY
        is_due = due is None and known.days.get(day) is not True
        due = day if is_due else due
        is_latest = known.is_working(day)
        why = _("the end moves on") if is_latest else day_off(day, names)
        yield Day(day, why=why, is_due=is_due, is_latest=is_latest, is_provisional=day.year not in known.years)


def day_off(day: date, names: Mapping[date, str]) -> str:
    """The name of a statutory day off, or that it is a weekend."""
    return names.get(day) or (_("Saturday") if day.weekday() == SATURDAY else _("Sunday"))


def weeks(days: Sequence[Day]) -> list[list[Day | None]]:
    """The days in rows of seven that begin on Monday."""
    before: list[Day | None] = [None] * days[0].day.weekday()
    cells = [*before, *days]
    cells += [None] * (-len(cells) % 7)
    return [cells[start : start + 7] for start in range(0, len(cells), 7)]


def reckonings(clocks: Sequence[Clock], pauses: Sequence[Pause]) -> list[Reckoning]:
    """Those of several limits of one complaint, in their order; two queries. Clocks come with their rules."""
    known = calendar()
    names = dict(CalendarDay.objects.filter(is_off=True).values_list("day", "name"))
    found = [reckon(clock, pauses, known, names) for clock in clocks]
    return [one for one in found if one is not None]
