"""Pure arithmetic of the rhythm: the Python twin of what the set-based statement does (tables.md, "Rhythm")."""

from dataclasses import dataclass
from datetime import date, timedelta

from gridsup.dates import add_months
from subjects.querysets import SPREAD_PLACES


@dataclass(frozen=True)
class Rhythm:
    """What decides the next due day of one premises; `interval` in months, `first_visit` in days."""

    interval: int | None
    since: date  # the rule in force holds since then
    first_visit: int
    entered_on: date
    registered_on: date | None
    counts_from: date | None
    spread: int


def next_due(rhythm: Rhythm) -> date | None:
    """The day by which the premises is next to be visited; None where the rule knows no interval.

    Visited: that day + interval. Newly registered: entry + the first-visit limit. Come without history: a stable place
    inside the first interval. A rule that came into force later makes nobody late on its first day: what it would have
    made due before that day falls at the same stable place of the interval counted from that day.
    """
    if rhythm.interval is None:
        return None
    if rhythm.counts_from is not None:
        due = add_months(rhythm.counts_from, rhythm.interval)
    elif is_new(rhythm):
        due = rhythm.entered_on + timedelta(days=rhythm.first_visit)
    else:
        due = placed(rhythm.entered_on, rhythm.interval, rhythm.spread)
    return due if due >= rhythm.since else placed(rhythm.since, rhythm.interval, rhythm.spread)


def is_new(rhythm: Rhythm) -> bool:
    """Registered no longer before it entered the ledger than the first-visit limit."""
    limit = timedelta(days=rhythm.first_visit)
    return rhythm.registered_on is not None and rhythm.registered_on >= rhythm.entered_on - limit


def placed(start: date, interval: int, spread: int) -> date:
    """The stable place `spread` (below SPREAD_PLACES) inside the interval of so many months that begins at `start`."""
    days = (add_months(start, interval) - start).days
    return start + timedelta(days=spread * days // SPREAD_PLACES)
