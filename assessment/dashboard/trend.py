"""The trend: weeks as columns of a drawing, each a link to its rows, and the same numbers as a table."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext as _

from assessment.dashboard.counting import Counts
from assessment.dashboard.figures import Cell, Links
from assessment.dashboard.stretches import Span

# Units of the drawing; a column is as wide as a thumb (44 px) where a unit is a pixel.
COLUMN, BAR, HEIGHT, HEAD, FOOT, SIDE = 46, 30, 150, 10, 22, 44
# Marks of the scale, nothing and the top among them.
MARKS = 5
# Steps from mark to mark, times a power of ten.
ROUND = (Fraction(1), Fraction(2), Fraction(5, 2), Fraction(5))
# From the foot of a column upwards: counts, which are the names of their colours, too.
PARTS = ("in_time", "done_late", "undone")
# What the table says of a week.
WEEKLY = ("due", *PARTS)


@dataclass(frozen=True)
class Part:
    """A piece of a column."""

    name: str
    y: float
    height: float


@dataclass(frozen=True)
class Week:
    """One column: where it stands, what it says, its pieces and the numbers of its line in the table."""

    first: date
    last: date
    x: int
    words: str
    href: str
    parts: list[Part]
    cells: list[Cell]
    is_outside: bool  # lies before the days that were picked


@dataclass(frozen=True)
class Mark:
    """A line of the scale."""

    y: float
    number: str


@dataclass(frozen=True)
class Trend:
    """The finished drawing."""

    weeks: list[Week]
    marks: list[Mark]
    width: int

    left, bar, column = SIDE, BAR, COLUMN
    top, foot, height = HEAD, HEAD + HEIGHT, HEAD + HEIGHT + FOOT


def trend_of(days: dict[date, Counts], links: Links) -> Trend:
    """The weeks of the stretch from what fell due on each day."""
    weeks = [(span, _sum(days, span)) for span in links.stretch.weeks]
    top = scale_to(max((counts["due"] for _span, counts in weeks), default=0))
    drawn = [_week(number, span, counts, top, links) for number, (span, counts) in enumerate(weeks)]
    marks = [Mark(_height_of(number, top), f"{number:,}") for number in range(0, top + 1, top // (MARKS - 1))]
    return Trend(drawn, marks, SIDE + COLUMN * len(drawn))


def scale_to(most: int) -> int:
    """The top of the scale: not below `most`, with round whole numbers at its marks."""
    decade = 1
    while True:
        for step in (factor * decade for factor in ROUND):
            if step.denominator == 1 and step * (MARKS - 1) >= most:
                return int(step) * (MARKS - 1)
        decade *= 10


def _sum(days: dict[date, Counts], span: Span) -> Counts:
    inside = [counts for day, counts in days.items() if span[0] <= day <= span[1]]
    due, done, in_time = (sum(counts[name] for counts in inside) for name in ("due", "done", "in_time"))
    return {"due": due, "done": done, "in_time": in_time, "done_late": done - in_time, "undone": due - done}


def _week(number: int, span: Span, counts: Counts, top: int, links: Links) -> Week:
    parts, reached = [], 0
    for name in PARTS:
        height = HEIGHT * counts[name] / top
        reached += counts[name]
        if counts[name]:
            parts.append(Part(name, round(_height_of(reached, top), 1), round(height, 1)))
    words = _("%(first)s to %(last)s: %(due)s due, %(in_time)s in time, %(late)s late, %(undone)s not done") % {
        "first": span[0].isoformat(), "last": span[1].isoformat(), "due": counts["due"],
        "in_time": counts["in_time"], "late": counts["done_late"], "undone": counts["undone"],
    }  # fmt: skip
    cells = [
        Cell(links.words[name][0], f"{counts[name]:,}", "", links.to_due(name, span), counts[name]) for name in WEEKLY
    ]
    return Week(
        *span, SIDE + number * COLUMN, words, cells[0].href, parts, cells, is_outside=span[1] < links.stretch.first
    )


def _height_of(number: int, top: int) -> float:
    return HEAD + HEIGHT - HEIGHT * number / top
