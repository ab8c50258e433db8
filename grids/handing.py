"""Open work as the pages show it: what a person holds, where it would go, and what is held without a post."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.functional import Promise

from grids.models import Officer
from grids.successors import assigned_by
from gridsup.holding import HeldRow, Moved, kinds
from gridsup.scoping import inside

# Rows of a kind that a page shows; the number says how many there are.
MOST_SHOWN = 50


@dataclass(frozen=True)
class Line:
    """One kind of work: how many, whether held by name or by the area, the first rows, where they would go, and the
    address of a list of all of them where there is one."""

    label: str | Promise
    count: int
    by_name: bool
    rows: Sequence[HeldRow]
    shares: Moved
    url: str = ""


def lines_of(
    person: Officer, viewer: Officer, *, to: Officer | None = None, areas: Collection[str] | None = None
) -> list[Line]:
    """What a person holds by name in the viewer's areas (inside `areas` where they are given), and what lies in the
    person's own areas; kinds without any work are left out."""
    on = timezone.localdate()
    seen, assigned = inside(viewer.area_codes("view")), inside(assigned_by(by=viewer, areas=areas))
    if areas is not None:
        seen &= inside(areas)
    own = sorted(areas if areas is not None else {post.area_code for post in person.current_postings})
    lines = []
    for kind in kinds():
        held = kind.by_name(person)
        if held is not None:
            rows = held.filter(seen)
            shares = kind.shares(held.filter(assigned), to, on)
            lines.append(Line(kind.label, rows.count(), True, [kind.show(row) for row in rows[:MOST_SHOWN]], shares))
        ours = kind.of_areas(own).filter(seen)
        count = ours.count()
        shown = [kind.show(row) for row in ours[:MOST_SHOWN]] if count else []
        url = kind.listed(own[0]) if len(own) == 1 else ""
        lines.append(Line(kind.label, count, False, shown, Moved(0, 0, 0), url))
    return [line for line in lines if line.count]


@dataclass(frozen=True)
class Strays:
    """Work of one kind that is held without a post there: how many, and the first rows with who holds them."""

    label: str | Promise
    count: int
    rows: Sequence[tuple[Officer, HeldRow]]


def strays_of(viewer: Officer, on: date) -> list[Strays]:
    """Open work in the areas where the viewer assigns, held by name by people without a post there."""
    assigned, found = inside(assigned_by(by=viewer, areas=None)), []
    for kind in kinds():
        rows = kind.strays(on)
        if rows is None:
            continue
        rows = rows.filter(assigned)
        shown = list(rows[:MOST_SHOWN])
        people = Officer.objects.in_bulk({row.holder_id for row in shown})
        held = [(people[row.holder_id], kind.show(row)) for row in shown]
        found.append(Strays(kind.label, rows.count() if held else 0, held))
    return found


def count_strays(viewer: Officer, on: date) -> int:
    """How much work is held without a post in the areas where the viewer assigns."""
    assigned = inside(assigned_by(by=viewer, areas=None))
    return sum(rows.filter(assigned).count() for kind in kinds() if (rows := kind.strays(on)) is not None)
