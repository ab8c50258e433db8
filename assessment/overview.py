"""Counts of an area and of the areas in it: what the ledger holds and what of the work is open or late."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from django.db.models import Count, Q

from grids.models import Bureau, Grid, Officer, Station
from grids.permissions import Permission
from gridsup.codes import lineage
from gridsup.scoping import inside
from inspections.models import InspectionTask
from subjects.models import Premises

# Colours of the map between nothing late and the most; more shades cannot be told apart outdoors.
LEVELS = 4
ROUND_STEPS = (1, 2, 3, 4, 5)


@dataclass
class Row:
    """Counts of one area; premises are those in business, open visits those planned or due."""

    code: str
    name: str = ""
    premises: int = 0
    placed: int = 0
    key: int = 0
    general: int = 0
    exempt: int = 0
    open: int = 0
    ahead: int = 0
    overdue: int = 0
    own: bool = False  # rows at this very level: placed in no lower area

    @property
    def unplaced(self) -> int:
        return self.premises - self.placed

    @property
    def late_percent(self) -> int | None:
        """Late visits in a hundred open ones; None without open visits."""
        return round(100 * self.overdue / self.open) if self.open else None

    @property
    def placed_percent(self) -> int | None:
        """Premises in a grid in a hundred; below 100 as long as one is not placed. None without premises."""
        return 100 * self.placed // self.premises if self.premises else None

    def as_properties(self, step: int) -> dict[str, object]:
        """What the map says about a grid; `step` as in `step_of`."""
        return {
            "code": self.code,
            "name": self.name,
            "level": min(LEVELS, -(-self.overdue // step)),
            "premises": self.premises,
            "open": self.open,
            "overdue": self.overdue,
        }

    def add(self, counts: dict[str, int]) -> None:
        """Adds counts by their names."""
        for name, count in counts.items():
            setattr(self, name, getattr(self, name) + count)


def counts_by_area(officer: Officer, area: str, on: date) -> dict[str, dict[str, int]]:
    """Area code as stored on the rows → counts, of everything the officer sees at or below `area` (empty: everywhere).

    Two queries; at most one row for each grid, station and bureau.
    """
    ledger = Premises.objects.visible_to(officer).active()
    tasks = InspectionTask.objects.visible_to(officer).open()
    if area:
        ledger, tasks = ledger.in_area(area), tasks.in_area(area)
    found: dict[str, dict[str, int]] = {}
    premises = (
        ledger.order_by()
        .values("area_code")
        .annotate(
            premises=Count("pk"),
            placed=Count("grid"),
            key=Count("pk", filter=Q(mode="key")),
            general=Count("pk", filter=Q(mode="general")),
            exempt=Count("pk", filter=Q(mode="exempt")),
        )
    )
    work = (
        tasks.order_by()
        .values("area_code")
        .annotate(
            open=Count("pk"),
            ahead=Count("pk", filter=Q(state="due", due_on__gte=on)),
            overdue=Count("pk", filter=Q(state="due", due_on__lt=on)),
        )
    )
    for group in (*premises, *work):
        counts = cast(dict[str, Any], group)
        found.setdefault(counts.pop("area_code"), {}).update(counts)
    return found


def roots_of(officer: Officer) -> list[str]:
    """The areas in which the officer views business rows."""
    return list(officer.area_codes(Permission.VIEW))


# Orders of the table beside that of the codes: the most late first, the greatest share first.
ORDERS: dict[str, Callable[[Row], float]] = {
    "late": lambda row: -row.overdue,
    "share": lambda row: -row.overdue / row.open if row.open else 0,
}


def rows_of(officer: Officer, area: str, by_grid: bool, on: date) -> tuple[Row, list[Row]]:
    """The whole of `area` (empty: of all areas held), and one row for each area in it, in the order of codes."""
    below = areas_below(officer, area, by_grid)
    rows = {code: Row(code, name) for code, name in below}
    bucket = bucket_among(rows, area)
    whole = Row(area)
    for stored, counts in counts_by_area(officer, area, on).items():
        code = bucket(stored)
        row = rows.setdefault(code, Row(code, own=True))
        row.add(counts)
        whole.add(counts)
    return whole, sorted(rows.values(), key=lambda row: row.code)


def bucket_among(rows: Iterable[str], area: str) -> Callable[[str], str]:
    """Stored area code → the row that counts it: itself or the nearest area above it that is listed."""
    listed = set(rows)

    def bucket(stored: str) -> str:
        above = [code for code in reversed(lineage(stored)) if code in listed]
        return above[0] if above else stored

    return bucket


def areas_below(officer: Officer, area: str, by_grid: bool) -> list[tuple[str, str]]:
    """Code and name of the areas that the rows of a table stand for."""
    roots = [area] if area else roots_of(officer)
    if not area and len(roots) > 1:
        within = Q(code__in=roots)
        models: tuple[type[Bureau] | type[Station] | type[Grid], ...] = (Bureau, Station, Grid)
        return [row for model in models for row in model.objects.filter(within).values_list("code", "name")]
    if all(len(root) == 2 for root in roots) and not by_grid:
        return list(Station.objects.filter(inside(roots, "code")).values_list("code", "name"))
    return list(Grid.objects.filter(inside(roots, "code")).in_force().values_list("code", "name"))


def row_of(code: str, name: str, counts: dict[str, dict[str, int]]) -> Row:
    """The row of one grid."""
    row = Row(code, name)
    row.add(counts.get(code, {}))
    return row


def trail_of(officer: Officer, area: str) -> list[tuple[str, str]]:
    """Code and name of the area and of those above it that the officer may open, widest first."""
    codes = [code for code in lineage(area) if officer.may(Permission.VIEW, code)]
    found: dict[str, str] = {}
    for model in (Bureau, Station, Grid):
        found.update(model.objects.filter(code__in=codes).values_list("code", "name"))
    return [(code, found.get(code, code)) for code in codes]


def step_of(most: int) -> int:
    """Late visits that make one step of the map's colours: a round number with which the steps reach `most`."""
    decade = 1
    while True:
        for step in ROUND_STEPS:
            if LEVELS * step * decade >= most:
                return step * decade
        decade *= 10


def legend_of(step: int) -> list[str]:
    """The steps in words, from nothing late to the most."""
    between = [f"{(level - 1) * step + 1}–{level * step}" if step > 1 else str(level) for level in range(1, LEVELS)]
    return ["0", *between, f"≥ {(LEVELS - 1) * step + 1}"]
