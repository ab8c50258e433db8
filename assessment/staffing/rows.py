"""One grid with its people and its load, and what the guides say of it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessment.staffing.guides import Bounds, Guides, guides_of
from complaints.models import Complaint
from grids.models import LinkedCadre, ServiceStation
from grids.models.support import Support
from grids.presence import Member, People, holders, people_of
from gridsup.periods import Period
from subjects.models import Premises
from subjects.querysets import falls_due

SHORT, OVER, UNDER = "short", "over", "under"
# Of a grid with nothing in it, which is no reason to divide by nothing.
LEAST_STRAIN = Fraction(1, 1_000)


@dataclass(frozen=True)
class Fault:
    """What is not as the guides want it: which kind, in words.

    All grids of a city are judged to count them, and few of them shown: words are made where they are read.
    """

    kind: str  # SHORT, OVER or UNDER
    say: Callable[[], str]

    @property
    def words(self) -> str:
        return self.say()


@dataclass
class Load:
    """What lies on a grid: premises in business, those with a visit due next quarter, open complaints."""

    premises: int = 0
    due: int = 0
    complaints: int = 0


@dataclass
class GridRow:
    """A grid on a day."""

    code: str
    name: str
    guides: Guides
    members: list[Member]  # everybody posted, the absent among them
    present: list[Member]
    counting: int  # certified officers who count for the grid, those of its patrol groups among them
    day: date
    load: Load = field(default_factory=Load)
    cadres: list[Support] = field(default_factory=list)
    service_stations: list[Support] = field(default_factory=list)

    @property
    def station(self) -> str:
        return self.code[:4]

    @property
    def leads(self) -> list[Member]:
        return [member for member in self.present if member.is_lead]

    @cached_property
    def officers(self) -> int:
        """People who hold the grid."""
        return len(holders(self.present))

    @cached_property
    def certified(self) -> int:
        """Of its own."""
        return len({member.officer for member in self.present if member.is_certified})

    @property
    def of_the_group(self) -> int:
        """Certified officers of the patrol groups who count besides its own."""
        return self.counting - self.certified

    @cached_property
    def supervisors(self) -> int:
        return len({member.officer for member in self.present if member.is_supervisor})

    @property
    def share_side(self) -> int:
        """-1, 0 or 1: premises for one officer below, within or above the guide; 0 where nobody holds the grid."""
        return self.guides.of("share").side(self.load.premises, self.officers) if self.officers else 0

    @property
    def share_rounded(self) -> int | None:
        return self.per_officer(self.load.premises)

    def per_officer(self, count: int) -> int | None:
        """So many of the grid for one officer, rounded half up."""
        return (2 * count + self.officers) // (2 * self.officers) if self.officers else None

    @cached_property
    def faults(self) -> list[Fault]:
        """Everything that the guides in force find, staffing first."""
        return [*self._staffing(), *self._weight()]

    def has(self, kind: str) -> bool:
        """Some fault is of the kind."""
        return any(fault.kind == kind for fault in self.faults)

    @cached_property
    def strain(self) -> Fraction:
        """The bound broken furthest, as a ratio: above 1 too much lies on the grid, below 1 too little."""
        ratios = [self.guides.of("premises").strain(self.load.premises)]
        if self.officers:
            ratios.append(self.guides.of("share").strain(self.load.premises, self.officers))
        return max(ratios) if max(ratios) > 1 else min(ratios)

    @property
    def deviation(self) -> Fraction:
        """How far from the guides, whichever way; 1 within."""
        if self._is_left_alone:
            return Fraction(2 + self.load.premises)
        return self.strain if self.strain >= 1 else 1 / max(self.strain, LEAST_STRAIN)

    @property
    def _is_left_alone(self) -> bool:
        """Nobody holds a grid in which there is something to do, and the guides judge that."""
        return not self.officers and self.load.premises > 0 and bool(self.guides.of("share"))

    def _staffing(self) -> Iterable[Fault]:
        certified, supervisors = self.guides.of("certified"), self.guides.of("supervisors")
        if certified and not self.leads:
            yield Fault(SHORT, lambda: _("no grid lead"))
        if certified.side(self.counting) < 0:
            yield Fault(
                SHORT, lambda: _("certified officers: %(n)s, needed %(bounds)s") % _said(self.counting, certified)
            )
        if supervisors.side(self.supervisors):
            yield Fault(
                SHORT, lambda: _("supervisors: %(n)s, needed %(bounds)s") % _said(self.supervisors, supervisors)
            )
        officers = self.guides.of("officers")
        if officers.side(self.officers):
            yield Fault(SHORT, lambda: _("officers: %(n)s, guide %(bounds)s") % _said(self.officers, officers))

    def _weight(self) -> Iterable[Fault]:
        count, premises, share = self.load.premises, self.guides.of("premises"), self.guides.of("share")
        if self._is_left_alone:
            yield Fault(
                OVER,
                lambda: (
                    ngettext("%(n)s premises and no officer", "%(n)s premises and no officer", count)
                    % {"n": f"{count:,}"}
                ),
            )
        if side := premises.side(count):
            yield Fault(_weighs(side), lambda: _("premises: %(n)s, guide %(bounds)s") % _said(count, premises))
        if side := self.share_side:
            each = self.share_rounded or 0
            yield Fault(_weighs(side), lambda: _("for one officer: %(n)s, guide %(bounds)s") % _said(each, share))


def _weighs(side: int) -> str:
    return OVER if side > 0 else UNDER


def _said(number: int, bounds: Bounds) -> dict[str, str]:
    return {"n": f"{number:,}", "bounds": str(bounds)}


def rows_of(grids: Sequence[tuple[str, str]], on: date) -> list[GridRow]:
    """Code and name of grids → their rows, in the same order; seven queries at most."""
    codes = [code for code, _name in grids]
    return basis_of(codes, on).rows(grids, people_of(codes, on))


@dataclass(frozen=True)
class Basis:
    """What is known of grids besides their people: read once, also where people or premises are moved in thought."""

    on: date
    guides: dict[str, Guides]
    loads: dict[str, Load]
    cadres: dict[str, list[Any]]
    service_stations: dict[str, list[Any]]

    def rows(self, grids: Sequence[tuple[str, str]], people: People) -> list[GridRow]:
        """The rows of grids with these people; no query."""
        return [
            GridRow(
                code=code,
                name=name,
                guides=self.guides[code[:2]],
                members=people.by_grid[code],
                present=people.present(people.by_grid[code]),
                counting=len(people.counting_for(code)),
                day=self.on,
                load=self.loads.get(code) or Load(),
                cadres=self.cadres[code],
                service_stations=self.service_stations[code],
            )
            for code, name in grids
        ]


def basis_of(codes: Sequence[str], on: date) -> Basis:
    """The basis of grids; five queries."""
    return Basis(
        on,
        guides_of(codes, on),
        loads_of(codes, on),
        _beside(LinkedCadre, codes, on),
        _beside(ServiceStation, codes, on),
    )


def next_quarter(on: date) -> Period:
    """The quarter after the one that the day lies in."""
    return Period.quarter(date.fromordinal(Period.quarter(on).last.toordinal() + 1))


def loads_of(codes: Sequence[str], on: date) -> dict[str, Load]:
    """Area code → what lies on it; two queries."""
    found: dict[str, Load] = defaultdict(Load)
    due = Count("area_code", filter=falls_due(next_quarter(on)))
    premises = Premises.objects.active().filter(area_code__in=codes).order_by()
    for area, count, soon in (
        premises.values("area_code").annotate(n=Count("*"), due=due).values_list("area_code", "n", "due")
    ):
        found[area] = Load(count, soon)
    complaints = Complaint.objects.open().filter(area_code__in=codes).order_by()
    for area, count in complaints.values("area_code").annotate(n=Count("*")).values_list("area_code", "n"):
        found[area].complaints = count
    return found


def _beside(model: type[Support], codes: Sequence[str], on: date) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    rows: Any = model._default_manager
    for row in rows.on(on).filter(grid__in=codes):
        found[row.grid_id].append(row)
    return found
