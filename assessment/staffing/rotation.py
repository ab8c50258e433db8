"""Rotation: who has been on a grid for how long, who could change places, and what that would do to both grids.

Not over three years on one grid, generally (handbook §2, S): a warning, never a violation.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Min

from assessment.staffing.guides import Guides, Key, guides_of
from assessment.staffing.rows import GridRow, basis_of
from grids.models import Posting
from grids.neighbours import neighbours_of
from grids.permissions import HOLDERS
from grids.presence import People, people_of
from grids.tenure import Tenure, origins_of, tenures_of
from gridsup.dates import add_months

OVER, NEAR = "over", "near"
MONTHS_A_YEAR = 12


def whole_months(since: date, on: date) -> int:
    """Months that are over from one day to another."""
    months = (on.year - since.year) * MONTHS_A_YEAR + on.month - since.month
    return months if add_months(since, months) <= on else months - 1


def standing(months: int, guides: Guides) -> str:
    """OVER, NEAR or nothing after so many whole months, by the figures in force; without figures nothing."""
    for word, key in ((OVER, Key.ROTATION_MONTHS), (NEAR, Key.ROTATION_NOTICE_MONTHS)):
        most = guides.value(key)
        if most is not None and months >= most:
            return word
    return ""


@dataclass(frozen=True)
class Turn:
    """Somebody's time on a grid, and the neighbouring grids whose lead or manager could change places."""

    tenure: Tenure
    standing: str
    months: int
    due_on: date | None  # the day on which the time is over
    neighbours: tuple[str, ...] = ()

    @property
    def years(self) -> int:
        return self.months // MONTHS_A_YEAR

    @property
    def rest(self) -> int:
        """Months beyond the whole years."""
        return self.months % MONTHS_A_YEAR


def turns_of(codes: Sequence[str], on: date) -> list[Turn]:
    """Everybody's time on these grids, whatever they were called, by area; whose post has its last day already need not
    rotate. Four queries."""
    guides = guides_of(codes, on)
    turns = []
    for tenure in tenures_of(codes, on, origins_of(codes)):
        known = guides[tenure.area_code[:2]]
        most, months = known.value(Key.ROTATION_MONTHS), whole_months(tenure.since, on)
        turns.append(
            Turn(
                tenure,
                "" if tenure.to_day else standing(months, known),
                months,
                None if most is None else add_months(tenure.since, most),
            )
        )
    return turns


def urgency(turn: Turn) -> tuple[int, date, str, str]:
    """Whoever is over stands first, then who is near, the longest there first; the others stand by area alone."""
    rank = (OVER, NEAR, "").index(turn.standing)
    return rank, turn.tenure.since if turn.standing else date.min, turn.tenure.area_code, turn.tenure.duty


def beside(station: str, tenures: Sequence[Tenure]) -> dict[str, set[str]]:
    """Grid → grids of the station beside it: those that touch it, and those of its patrol groups."""
    found: dict[str, set[str]] = {code: set(others) for code, others in neighbours_of(station).items()}
    teams: dict[str, set[str]] = {}
    for tenure in tenures:
        if tenure.team and tenure.area_code.startswith(station):
            teams.setdefault(tenure.team, set()).add(tenure.area_code)
    for group in teams.values():
        for code in group:
            found.setdefault(code, set()).update(group - {code})
    return found


def with_neighbours(station: str, turns: Sequence[Turn]) -> list[Turn]:
    """The turns of a station, each with the grids where somebody of the same duty could change places; one query."""
    tenures = [turn.tenure for turn in turns]
    near = beside(station, tenures)
    held = {(tenure.area_code, tenure.duty) for tenure in tenures if tenure.to_day is None}
    return [
        replace(
            turn,
            neighbours=tuple(
                sorted(code for code in near.get(turn.tenure.area_code, ()) if (code, turn.tenure.duty) in held)
            ),
        )
        for turn in turns
    ]


def partners(turn: Turn, turns: Sequence[Turn]) -> list[Turn]:
    """Who could change places with somebody: the same duty on a neighbouring grid, the longest there first."""
    found = [
        other
        for other in turns
        if other.tenure.area_code in turn.neighbours
        and other.tenure.duty == turn.tenure.duty
        and other.tenure.to_day is None
        and other.tenure.officer != turn.tenure.officer
    ]
    return sorted(found, key=lambda other: (other.tenure.since, other.tenure.area_code))


@dataclass(frozen=True)
class Side:
    """One grid of a swap, before or after: its row, and the years that each of its officers has served on grids."""

    row: GridRow
    years: list[int]

    @property
    def names(self) -> list[str]:
        """Who holds the grid, each once."""
        return list({member.officer: member.name for member in self.row.present if member.is_officer}.values())


@dataclass(frozen=True)
class Swap:
    """Both grids before and after two officers changed places on a day."""

    before: list[Side]
    after: list[Side]

    @property
    def pairs(self) -> list[tuple[Side, Side]]:
        return list(zip(self.before, self.after, strict=True))

    @property
    def harms(self) -> bool:
        """Some grid would lack what it does not lack now."""
        return any(len(new.row.faults) > len(old.row.faults) for old, new in self.pairs)


def try_swap(first: Tenure, second: Tenure, names: dict[str, str], on: date) -> Swap:
    """What a swap would do on the day; nothing is written. Nine queries at most."""
    grids = [(tenure.area_code, names[tenure.area_code]) for tenure in (first, second)]
    codes = [code for code, _name in grids]
    basis, people = basis_of(codes, on), people_of(codes, on)
    served = served_since({member.officer for member in people.members}, on)
    moved = exchanged(people, first, second)
    return Swap(
        [Side(row, _years(row, served, on)) for row in basis.rows(grids, people)],
        [Side(row, _years(row, served, on)) for row in basis.rows(grids, moved)],
    )


def exchanged(people: People, first: Tenure, second: Tenure) -> People:
    """The people once two have changed places; the team goes with the grid, a substitute stays where the post is."""
    places = {first.post: second, second.post: first}
    return People(
        people.day,
        [
            replace(member, area=places[member.post].area_code, team=places[member.post].team)
            if member.post in places
            else member
            for member in people.members
        ],
    )


def served_since(officers: set[int], on: date) -> dict[int, date]:
    """Officer → the first day on any grid, as lead or manager; one query."""
    posts = Posting.objects.filter(officer__in=officers, duty__in=HOLDERS, called_off=False, from_day__lte=on)
    return dict(posts.order_by().values("officer").annotate(first=Min("from_day")).values_list("officer", "first"))


def _years(row: GridRow, served: dict[int, date], on: date) -> list[int]:
    officers = {member.officer for member in row.present if member.is_officer and member.officer in served}
    return sorted(whole_months(served[officer], on) // MONTHS_A_YEAR for officer in officers)
