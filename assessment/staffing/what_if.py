"""What it would mean to move communities, or whole grids, of a station into another grid; nothing is written."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from assessment.staffing.rows import Basis, GridRow, Load, basis_of, next_quarter
from complaints.models import Complaint
from grids.models import Grid, Locality
from grids.presence import people_of
from subjects.models import Premises
from subjects.querysets import falls_due


@dataclass(frozen=True)
class Choice:
    """Which localities (12-digit codes) and which whole grids of a station go into which grid."""

    station: str
    target: str
    localities: frozenset[str] = frozenset()
    grids: frozenset[str] = frozenset()

    @property
    def is_whole(self) -> bool:
        """There is something to reckon."""
        return bool(self.target and (self.localities or self.grids - {self.target}))

    @property
    def is_mixed(self) -> bool:
        """Communities and whole grids: more than one proposal can hold."""
        return bool(self.localities and self.grids - {self.target})


@dataclass(frozen=True)
class Outcome:
    """The grids concerned before and after, the target first; what moves, by the grid that it leaves."""

    pairs: list[tuple[GridRow, GridRow]]
    moved: dict[str, Load]

    @property
    def premises(self) -> int:
        return sum(load.premises for load in self.moved.values())

    @property
    def complaints(self) -> int:
        return sum(load.complaints for load in self.moved.values())


@dataclass(frozen=True)
class Place:
    """A locality that may be chosen, with its premises in business in the station."""

    code: str
    name: str
    area: str
    premises: int


def places_of(station: str) -> list[Place]:
    """Communities and villages of a station by grid, each with its premises; two queries."""
    counts: dict[Any, int] = dict(
        Premises.objects.active().in_area(station).order_by().values("locality").annotate(n=Count("*"))
        .values_list("locality", "n")
    )  # fmt: skip
    places = Locality.objects.in_area(station).exclude(kind=Locality.Kind.STREET).order_by("area_code", "code")
    return [Place(code, name, area, counts.get(code, 0)) for code, name, area in
            places.values_list("code", "name", "area_code")]  # fmt: skip


def moves(choice: Choice, places: Sequence[Place]) -> bool:
    """Something chosen lies outside the target by now; otherwise there is nothing to propose."""
    chosen = {place.area for place in places if place.code in choice.localities}
    return bool((chosen | choice.grids) - {choice.target})


def grids_there(station: str) -> list[tuple[str, str]]:
    """Code and name of the station's grids in force."""
    return list(Grid.objects.in_force().in_area(station).order_by("code").values_list("code", "name"))


def reckon(choice: Choice, grids: Sequence[tuple[str, str]], on: date) -> Outcome:
    """The grids concerned before and after; people stay where they are posted. Nine queries at most."""
    codes = [code for code, _name in grids]
    basis, people = basis_of(codes, on), people_of(codes, on)
    moved = moved_by(choice, on)
    after = Basis(on, basis.guides, {**basis.loads, **shifted(basis, moved, choice.target)}, basis.cadres,
                  basis.service_stations)  # fmt: skip
    concerned = [grid for grid in grids if grid[0] in {choice.target, *moved, *choice.grids}]
    concerned.sort(key=lambda grid: (grid[0] != choice.target, grid[0]))
    pairs = zip(basis.rows(concerned, people), after.rows(concerned, people), strict=True)
    return Outcome(list(pairs), moved)


def moved_by(choice: Choice, on: date) -> dict[str, Load]:
    """Area → what leaves it for the target; what is placed in no grid yet moves with its locality. Two queries."""
    premises = Premises.objects.active().in_area(choice.station).exclude(area_code=choice.target)
    going = Q(locality__in=choice.localities) | Q(area_code__in=choice.grids)
    counts = premises.filter(going).order_by().values("area_code")
    due = Count("area_code", filter=falls_due(next_quarter(on)))
    found = {
        area: Load(number, soon)
        for area, number, soon in counts.annotate(n=Count("*"), due=due).values_list("area_code", "n", "due")
    }
    for area, number in _complaints(choice).values_list("area_code", "n"):
        found[area] = replace(found.get(area, Load()), complaints=number)
    return found


def _complaints(choice: Choice) -> QuerySet[Any, Any]:
    """Open complaints of what moves: of its premises, or of a place without premises, by area."""
    of_place = Q(premises__locality__in=choice.localities) | Q(premises=None, locality__in=choice.localities)
    rows = Complaint.objects.open().in_area(choice.station).exclude(area_code=choice.target)
    going: QuerySet[Any, Any] = rows.filter(of_place | Q(area_code__in=choice.grids)).order_by().values("area_code")
    counted: QuerySet[Any, Any] = going.annotate(n=Count("*"))
    return counted


def shifted(basis: Basis, moved: dict[str, Load], target: str) -> dict[str, Load]:
    """What lies on the grids concerned afterwards."""
    gained = _sum([basis.loads.get(target) or Load(), *moved.values()])
    found = {area: _less(basis.loads.get(area) or Load(), load) for area, load in moved.items()}
    return {**found, target: gained}


def _sum(loads: Collection[Load]) -> Load:
    return Load(
        sum(load.premises for load in loads),
        sum(load.due for load in loads),
        sum(load.complaints for load in loads),
    )


def _less(load: Load, gone: Load) -> Load:
    return Load(load.premises - gone.premises, load.due - gone.due, load.complaints - gone.complaints)
