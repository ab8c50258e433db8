"""The table of the dashboard: one row for each area, the same columns for all, sorted by any of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessment.dashboard.areas import Scope, bucket_among
from assessment.dashboard.counting import ByArea
from assessment.dashboard.figures import FIGURES, QUOTAS, Cell, Links, Row

# The columns from left to right; before them stand the area and its score.
COLUMNS = (
    "due", "done", "in_time", "in_time_share", "overdue", "owed", "coverage", "red", "amber", "to_rectify",
    "unrectified", "premises", "unplaced",
)  # fmt: skip
SCORE = "score"
# What is sorted by: the worst first; turned round with a minus before it.
ORDERS = (SCORE, *COLUMNS)
SORTS = [sign + name for name in ORDERS for sign in ("", "-")]
# Of these the smallest is the worst.
LOW_IS_BAD = {SCORE, *QUOTAS}

Scores = Mapping[str, Decimal | None]


@dataclass(frozen=True)
class Head:
    """The head of a column: what a tap on it sorts by, and how the table is sorted by it now."""

    name: str
    label: str | Promise
    meaning: str | Promise
    sort: str
    direction: str  # of aria-sort: "ascending", "descending" or ""


@dataclass(frozen=True)
class Line:
    """One area of the table with its finished cells."""

    row: Row
    cells: list[Cell]


def gather(scope: Scope, areas: list[tuple[str, str]], counts: ByArea) -> tuple[Row, list[Row]]:
    """The whole of the scope, and one row for each area, in the order of codes; rows without a count are kept.

    What stands at a level above all of the areas gets a row of its own.
    """
    rows = {code: Row(code, name) for code, name in areas}
    bucket = bucket_among(rows)
    whole = Row(scope.area)
    for stored, numbers in counts.items():
        code = bucket(stored)
        row = rows.setdefault(code, Row(code, scope.names.get(code, ""), own=True))
        row.add(numbers)
        whole.add(numbers)
    return whole, sorted((row for row in rows.values() if not (row.own and row.is_empty)), key=lambda row: row.code)


def lines_of(rows: list[Row], links: Links) -> list[Line]:
    """The rows with their cells."""
    return [Line(row, cells_of(row, links)) for row in rows]


def cells_of(row: Row, links: Links) -> list[Cell]:
    """The cells of one row, column by column."""
    return [links.share(row, name) if name in QUOTAS else links.count(row, name) for name in COLUMNS]


def heads_of(sort: str) -> list[Head]:
    """The heads of the columns, of which one may be sorted by."""
    return [_head(name, sort) for name in ORDERS]


def _head(name: str, sort: str) -> Head:
    label, meaning = _words(name)
    rises = (name in LOW_IS_BAD) != sort.startswith("-")
    direction = ("ascending" if rises else "descending") if sort.removeprefix("-") == name else ""
    return Head(name, label, meaning, f"-{name}" if sort == name else name, direction)


def _words(name: str) -> tuple[str | Promise, str | Promise]:
    if name == SCORE:
        return _("Score"), _("the published score of the last scored quarter")
    found = QUOTAS.get(name) or FIGURES[name]
    return (_("In time, %"), found.meaning) if name == "in_time_share" else (found.label, found.meaning)


def sort_rows(rows: list[Row], sort: str, scores: Scores) -> None:
    """Sorts by a column, the worst first, or last with a minus; rows without such a number stand at the end."""
    name = sort.removeprefix("-")

    def number(row: Row) -> Decimal | None:
        if name == SCORE:
            return scores.get(row.code)
        if name not in QUOTAS:
            return Decimal(row.count(name))
        share = row.share(name)
        return Decimal(share.part) / share.whole if share.whole else None

    sign = 1 if (name in LOW_IS_BAD) != sort.startswith("-") else -1

    def key(row: Row) -> tuple[bool, Decimal]:
        found = number(row)
        return found is None, (found or Decimal()) * sign

    rows.sort(key=key)
