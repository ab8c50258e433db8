"""The staffing page: grids with their people and load, finished for the template."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from assessment.dashboard.areas import Scope
from assessment.dashboard.figures import Cell
from assessment.staffing.asking import SHOWS
from assessment.staffing.guides import Bounds, Guides
from assessment.staffing.rows import OVER, SHORT, UNDER, GridRow, next_quarter, rows_of
from grids.models import Grid, Officer
from grids.permissions import Permission
from grids.presence import Member, holders
from gridsup.scoping import inside
from subjects.models.ledger import Status

# Rows of one table: nobody reads more. A station has at most 99 grids, each with some officers.
MOST_GRIDS, MOST_ROWS = 100, 300


@dataclass(frozen=True)
class Line:
    """A grid with its finished cells."""

    row: GridRow
    cells: list[Cell]


@dataclass(frozen=True)
class StationLine:
    """A station: its grids by kind of fault, and what they hold together."""

    code: str
    name: str
    grids: int
    short: int
    over: int
    under: int
    premises: int
    officers: int
    guide: Bounds

    @property
    def grids_off(self) -> bool:
        return self.guide.side(self.grids) != 0


@dataclass(frozen=True)
class OfficerLine:
    """Somebody who holds a grid, the share of it, and what they carry altogether in the areas looked at."""

    member: Member
    duties: str
    row: GridRow
    premises: int | None
    due: int | None
    together: int | None  # where the officer holds several grids


class Links:
    """Addresses of the rows behind the numbers."""

    def __init__(self, on: date, day: date) -> None:
        self.quarter = next_quarter(day)
        self.ledger, self.complaints, self.staffing = reverse("ledger"), reverse("complaints"), reverse("staffing")
        self.tail = f"?{urlencode({'day': day.isoformat()})}" if day != on else ""
        self.active = urlencode({"status": Status.ACTIVE.value})

    def grid(self, code: str) -> str:
        """The grid's own page, which lists its people."""
        return f"{reverse('staffing_grid', args=[code])}{self.tail}"

    def premises(self, code: str) -> str:
        """Premises in business of an area."""
        return f"{self.ledger}?area={code}&{self.active}"

    def due(self, code: str) -> str:
        """Of these, those with a visit due next quarter."""
        return f"{self.premises(code)}&falls={self.quarter}"

    def open_complaints(self, code: str) -> str:
        """Complaints that are not at an end."""
        return f"{self.complaints}?area={code}&state=open"

    def cells(self, row: GridRow) -> list[Cell]:
        """The cells of one grid, column by column."""
        here, guides, load = self.grid(row.code), row.guides, row.load
        certified = f"{row.certified}+{row.of_the_group}" if row.of_the_group else str(row.certified)
        missing = bool(guides.of("certified")) and not row.leads
        return [
            Cell(_("Lead"), "、".join(lead.name for lead in row.leads) or _("none"), "", here, None, missing),
            _count(_("Certified"), certified, row.counting, f"{here}#people", guides.of("certified")),
            _count(_("Lead and managers"), str(row.officers), row.officers, f"{here}#people", guides.of("officers")),
            _count(_("Supervisors"), str(row.supervisors), row.supervisors, f"{here}#people",
                   guides.of("supervisors")),
            Cell(_("Cadre"), str(len(row.cadres)), "", f"{here}#beside", len(row.cadres)),
            Cell(_("Service stations"), str(len(row.service_stations)), "", f"{here}#beside",
                 len(row.service_stations)),
            _count(_("Premises"), f"{load.premises:,}", load.premises, self.premises(row.code),
                   guides.of("premises"), shown=False),
            _share(row, here),
            Cell(_("Due next quarter"), f"{load.due:,}", "", self.due(row.code), load.due),
            Cell(_("Open complaints"), f"{load.complaints:,}", "", self.open_complaints(row.code), load.complaints),
        ]  # fmt: skip


def _count(label: str, text: str, number: int, href: str, bounds: Bounds, *, shown: bool = True) -> Cell:
    """A count beside its bounds; outside them it stands out."""
    beside = f"{text} / {bounds}" if bounds and shown else text
    return Cell(label, beside, _("guide: %(bounds)s") % {"bounds": bounds}, href, number, bool(bounds.side(number)))


def _share(row: GridRow, here: str) -> Cell:
    bounds = row.guides.of("share")
    each = row.per_officer(row.load.premises)
    text = "–" if each is None else f"≈ {each:,}"
    meaning = _("guide: %(bounds)s") % {"bounds": bounds}
    return Cell(_("For one officer"), text, meaning, f"{here}#load", None, bool(row.share_side))


def heads(links: Links) -> list[tuple[str, str]]:
    """Label and meaning of each column."""
    return [
        (_("Lead"), _("grid lead on the day")),
        (_("Certified"), _("officers with a valid certificate, + those of the patrol group / needed")),
        (_("Lead and managers"), _("lead and managers / guide")),
        (_("Supervisors"), _("supervisors on the day / needed")),
        (_("Cadre"), _("leading cadres linked to the grid")),
        (_("Service stations"), _("consumer-service stations in the grid")),
        (_("Premises"), _("premises in business")),
        (_("For one officer"), _("premises in business, divided by lead and managers")),
        (_("Due next quarter"), _("premises with a visit due in %(quarter)s") % {"quarter": links.quarter}),
        (_("Open complaints"), _("complaints, reports, clues and enquiries that are not at an end")),
    ]


def grids_of(scope: Scope) -> list[tuple[str, str]]:
    """Code and name of the grids in force of what is looked at."""
    grids = Grid.objects.filter(inside(scope.roots, "code")).in_force().order_by("code")
    return list(grids.values_list("code", "name"))


def page_of(scope: Scope, *, on: date, day: date, show: str, sort: str, by_officer: bool) -> dict[str, Any]:
    """Everything that the template shows of an area."""
    rows, links = rows_of(grids_of(scope), day), Links(on, day)
    kept = [row for row in rows if not show or row.has(show)]
    if sort != "area":
        kept.sort(key=lambda row: (-row.deviation, row.code))
    most = MOST_ROWS if by_officer else MOST_GRIDS
    return {
        "trail": scope.trail(),
        "grids": len(rows),
        "kinds": [(kind, words, sum(row.has(kind) for row in rows)) for kind, words in SHOWS.items()],
        "guides": _judging(rows),
        "stations": station_lines(scope, rows) if len({row.station for row in rows}) > 1 else [],
        "heads": heads(links),
        "lines": [] if by_officer else [Line(row, links.cells(row)) for row in kept[:most]],
        "officers": officer_lines(scope.officer, rows)[:most] if by_officer else [],
        "left_out": max(0, len(kept) - most),
        "most_rows": most,
        "quarter": links.quarter,
    }


def _judging(rows: Iterable[GridRow]) -> list[tuple[str, Guides]]:
    """Bureau and guides, once each."""
    return sorted({row.code[:2]: row.guides for row in rows}.items(), key=lambda found: found[0])


def station_lines(scope: Scope, rows: Iterable[GridRow]) -> list[StationLine]:
    """One line a station, in the order of codes; never ranked."""
    by_station: dict[str, list[GridRow]] = defaultdict(list)
    for row in rows:
        by_station[row.station].append(row)
    return [_station(code, scope.names.get(code, ""), found) for code, found in sorted(by_station.items())]


def _station(code: str, name: str, rows: list[GridRow]) -> StationLine:
    premises = sum(row.load.premises for row in rows)
    officers = set[int]().union(*(holders(row.present) for row in rows))
    return StationLine(
        code=code,
        name=name,
        grids=len(rows),
        short=sum(row.has(SHORT) for row in rows),
        over=sum(row.has(OVER) for row in rows),
        under=sum(row.has(UNDER) for row in rows),
        premises=premises,
        officers=len(officers),
        guide=rows[0].guides.station_grids(premises),
    )


def officer_lines(viewer: Officer, rows: Iterable[GridRow]) -> list[OfficerLine]:
    """Every lead and manager, by area and never by load, where the viewer gives out the work."""
    given_out = tuple(viewer.area_codes(Permission.ASSIGN))
    seen = [row for row in rows if row.code.startswith(given_out)]
    carried: dict[int, list[int]] = defaultdict(list)
    for row in seen:
        for officer in holders(row.present):
            carried[officer].append(row.per_officer(row.load.premises) or 0)
    return [
        OfficerLine(
            held[0],
            "、".join(member.label for member in held),
            row,
            row.per_officer(row.load.premises),
            row.per_officer(row.load.due),
            sum(carried[officer]) if len(carried[officer]) > 1 else None,
        )
        for row in seen
        for officer, held in _by_officer(row).items()
    ]


def _by_officer(row: GridRow) -> dict[int, list[Member]]:
    """Who holds a grid → the posts there, of which somebody may have two."""
    found: dict[int, list[Member]] = defaultdict(list)
    for member in row.present:
        if member.is_officer:
            found[member.officer].append(member)
    return found
