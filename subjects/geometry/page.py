"""The page of faults: coverage and counts by area, the list with ways to mend, what was before."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from grids.geometry import reason_words
from grids.models import Officer
from grids.naming import names_on
from grids.permissions import Permission
from subjects.geometry.giving import takers_of
from subjects.geometry.wording import percent, square
from subjects.models import Coverage, GeometryFault

Kind = GeometryFault.Kind
# Days of the history that are shown; the API has them all.
DAYS_SHOWN = 30
# What every area ought to reach (handbook §1: coverage must be 100 %).
TARGET = 100
STATION, GRID = 4, 6  # digits
# Over a column of the table, worst first.
SHORT = {
    Kind.GAP: gettext_lazy("Gaps"),
    Kind.OVERLAP: gettext_lazy("Overlaps"),
    Kind.OUTSIDE_BUREAU: gettext_lazy("Beyond the district"),
    Kind.OUTSIDE_STATION: gettext_lazy("Beyond the station"),
    Kind.INVALID: gettext_lazy("Broken"),
    Kind.UNDRAWN: gettext_lazy("Not drawn"),
    Kind.ASTRAY: gettext_lazy("Outside their grid"),
    Kind.UNPLACED: gettext_lazy("In no grid"),
    Kind.POINTLESS: gettext_lazy("No coordinates"),
}
# Kinds that are a number of premises, each with what the ledger is asked for to list exactly them.
LEDGER = {
    Kind.ASTRAY: {"point": "outside"},
    Kind.UNPLACED: {"placed": "no", "exact": "1"},
    Kind.POINTLESS: {"point": "no", "exact": "1"},
}


@dataclass
class Line:
    """One area of the table: its coverage, and of each kind how many, and how large or how many premises."""

    code: str
    name: str
    coverage: Coverage | None
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    sizes: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, kind: str, number: int, size: float) -> None:
        """Adds faults of a kind; `size` in m², or premises."""
        self.counts[kind] += number
        self.sizes[kind] += size

    @property
    def percent(self) -> str:
        return percent(self.coverage)

    @property
    def is_whole(self) -> bool:
        """No ground of it lies in no grid."""
        return self.coverage is not None and not self.coverage.gaps

    @property
    def cells(self) -> list[tuple[str, Any, int, str]]:
        """Kind, its short name, how many, and how much of it."""
        return [(str(kind), SHORT[kind], self.counts[kind], amount(kind, self.sizes[kind])) for kind in SHORT]


@dataclass(frozen=True)
class Row:
    """A fault of the list, in words."""

    fault: GeometryFault
    where: list[str]
    amount: str
    mend: tuple[str, str]  # address and words of the way to mend it; empty where there is none
    gives: list[tuple[str, str]] = field(default_factory=list)  # the same of giving a gap to each grid beside it

    @property
    def reason(self) -> str:
        return reason_words(self.fault.detail)


@dataclass(frozen=True)
class Day:
    """One day of the history, in words."""

    coverage: Coverage
    percent: str
    gaps: str
    overlaps: str


def amount(kind: str, size: float | None) -> str:
    """How much of a kind: premises or ground; nothing for a kind that has no size."""
    if kind in LEDGER:
        return ngettext("%(n)s premises", "%(n)s premises", int(size or 0)) % {"n": f"{int(size or 0):,}"}
    return square(size) if size else ""


def summary_of(officer: Officer, area: str, on: date) -> tuple[Line, list[Line]]:
    """The whole of what the officer looks at, and one line for each bureau or station in it, in the order of codes.

    `area`: the one that was asked for or held alone, empty for all. A fault of two stations stands in both their lines
    and once in the whole. Two queries, and those for the names.
    """
    coverage = Coverage.objects.visible_to(officer)
    faults = GeometryFault.objects.visible_to(officer).still_open()
    if area:
        coverage, faults = coverage.in_area(area), faults.in_area(area)
    latest = {row.area_code: row for row in coverage.of_last_day()}
    whole = Line(area, "", latest.get(area))
    groups = faults.by_station()
    stations = {code for group in groups for code in (group["station"], group["other"])} | set(latest)
    seen = {code for code in stations if code and code.startswith(area[:STATION])}
    names = names_on({*seen, area}, on)
    lines = {code: Line(code, names.get(code, ""), latest.get(code)) for code in sorted(seen)}
    for group in groups:
        kind, size = group["kind"], group["premises" if group["kind"] in LEDGER else "metres"] or 0
        whole.add(kind, group["number"], size)
        for code in {group["station"], group["other"]} & seen:
            lines[code].add(kind, group["number"], size)
    whole.name = names.get(area, "")
    return whole, [line for line in lines.values() if len(line.code) == STATION or any(line.counts.values())]


def rows_of(faults: Collection[GeometryFault], on: date, officer: Officer) -> list[Row]:
    """The faults of a page in words; names of areas in at most four queries, grids beside gaps in two."""
    takers = takers_of(faults, officer)
    codes = {code for fault in faults for code in (fault.area_code, fault.other_code) if code}
    names = names_on(codes.union(*takers.values()), on)
    return [
        Row(
            fault,
            [_named(code, names) for code in (fault.area_code, fault.other_code) if code],
            amount(fault.kind, fault.count if fault.kind in LEDGER else fault.square_metres),
            mending(fault, officer),
            giving(fault, takers.get(fault.pk, []), names),
        )
        for fault in faults
    ]


def giving(fault: GeometryFault, takers: Iterable[str], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Where a gap is given to each of the grids beside it, and what that is called."""
    return [
        (f"{redrawing(code)}&gap={fault.pk}", _("Give it to %(grid)s") % {"grid": _named(code, names)})
        for code in takers
    ]


def _named(code: str, names: Mapping[str, str]) -> str:
    return f"{code} {names.get(code, '')}".strip()


def redrawing(code: str) -> str:
    """Where a redraw of the grid is proposed."""
    return f"{reverse('area_change_new')}?kind=redraw&grid={code}"


def mending(fault: GeometryFault, officer: Officer) -> tuple[str, str]:
    """Where the person mends a fault, or finds whose it is to mend, and what that is called."""
    if fault.kind in LEDGER:
        question = {"area": fault.area_code, "status": "active", **LEDGER[Kind(fault.kind)]}
        return f"{reverse('ledger')}?{urlencode(question)}", _("Show these premises")
    for code in (fault.area_code, fault.other_code):
        if len(code) == GRID and officer.may(Permission.PROPOSE_GRIDS, code):
            undrawn = fault.kind == Kind.UNDRAWN
            words = _("Draw its boundary") if undrawn else _("Draw %(code)s anew") % {"code": code}
            return redrawing(code), words
    if fault.kind == Kind.UNDRAWN and len(fault.area_code) == GRID:
        return area_page(fault.area_code[:STATION]), _("Open the station: it draws its grids")
    return area_page(fault.area_code), _("Open the area")


def area_page(code: str) -> str:
    """Where an area is changed: a grid's own page, else the list of the areas in it.

    Where the site has no pages of areas, it is the list of the admin.
    """
    try:
        return reverse("grid", args=[code]) if len(code) == GRID else f"{reverse('areas')}?area={code}"
    except NoReverseMatch:
        return f"{reverse('admin:grids_grid_changelist')}?area={code}"


def history_of(officer: Officer, area: str) -> list[Day]:
    """The last days for which the coverage of an area is known, latest first."""
    rows = Coverage.objects.visible_to(officer).filter(area_code=area).order_by("-day")[:DAYS_SHOWN]
    return [Day(row, percent(row), square(row.gaps), square(row.overlaps)) for row in rows]


def drawn_faults(faults: Collection[GeometryFault], on: date, officer: Officer) -> list[dict[str, Any]]:
    """Faults as GeoJSON features for the map, each with the ways to mend it that the list shows, too; those without a
    shape are left out, and a mended one has no way."""
    takers = takers_of(faults, officer)
    names = names_on(set().union(*takers.values()), on)
    return [
        {
            "type": "Feature",
            "geometry": fault.geometry,
            "properties": {
                "kind": fault.kind,
                "label": fault.get_kind_display(),
                "areas": fault.areas,
                "amount": amount(fault.kind, fault.count if fault.kind in LEDGER else fault.square_metres),
                "since": fault.since.isoformat(),
                "ways": [*giving(fault, takers.get(fault.pk, []), names), mending(fault, officer)]
                if fault.is_open
                else [],
            },
        }
        for fault in faults
        if fault.geometry
    ]
