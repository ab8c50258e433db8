"""What the pages of scores show: cards with the names of their areas, how points came about, where they were lost."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.utils.functional import Promise

from assessment.indicators import INDICATORS, Indicator
from assessment.models import Scorecard, ScoreLine
from assessment.querysets import ScorecardQuerySet
from assessment.rules import rounded
from grids.models import Bureau, Grid, Station
from gridsup.errors import BadInput
from gridsup.periods import Period
from gridsup.workdays import ONE_DAY

STATION, GRID = 4, 6
HUNDRED = 100
NOTHING = Decimal()
# How far back a list box offers periods; an older one is offered once the address asks for it.
OFFERED = {"quarter": 4, "month": 3, "half": 2, "year": 1}
# Of periods that end on one day the quarter is the one that stations are ranked by.
PLACES = {"quarter": 0, "half": 1, "year": 2, "month": 3, "day": 4}


@dataclass(frozen=True)
class Row:
    """One card in a table."""

    card: Scorecard
    name: str
    lines: list["Line"]


@dataclass(frozen=True)
class Line:
    """One line of a card in words and numbers; shares in per cent with one decimal."""

    line: ScoreLine
    indicator: Indicator

    @property
    def label(self) -> Promise:
        return self.indicator.label

    @property
    def part_whole(self) -> tuple[int, int]:
        """Rows that were met, and rows that count."""
        return self.line.numerator, self.line.denominator

    @property
    def is_empty(self) -> bool:
        return self.line.denominator == 0

    @property
    def percent(self) -> Decimal | None:
        """The share that was met."""
        return None if self.is_empty else percent(self.line.numerator, self.line.denominator)

    @property
    def missed(self) -> int:
        return self.line.denominator - self.line.numerator

    @property
    def lost(self) -> Decimal:
        """Points that the line fell short of its weight in effect; none where there was nothing to count."""
        return (self.line.effective_weight or NOTHING) - (self.line.points or NOTHING)

    @property
    def working(self) -> str:
        """How the points came about, as an equation."""
        line = self.line
        if line.points is None or line.effective_weight is None:
            return ""
        share = f"({line.numerator} ÷ {line.denominator}) ÷ {line.target_percent} %"
        reached = line.numerator * HUNDRED >= line.target_percent * line.denominator
        return f"{plain(line.effective_weight)} × {1 if reached else share} = {plain(line.points)}"

    @property
    def spread(self) -> str:
        """How the weight in effect came about, where lines without rows left theirs to the others; else nothing."""
        line = self.line
        return "" if line.effective_weight in (None, line.weight) else f"{line.weight} → {plain(line.effective_weight)}"


@dataclass(frozen=True)
class Comparison:
    """One card beside a better one: how many points less each line lost than there, and which costs most.

    Weights in effect differ where a line had nothing to count: only what was lost can be set against each other, line
    by line, so that it adds up to the difference of the totals.
    """

    other: Scorecard
    name: str
    total: Decimal
    differences: dict[str, Decimal]
    worst: Line | None


def lines_of(card: Scorecard) -> list[Line]:
    """The lines of a card whose lines were read with it."""
    return [Line(line, INDICATORS[line.indicator]) for line in card.lines.all() if line.indicator in INDICATORS]


def rows_of(cards: Iterable[Scorecard]) -> list[Row]:
    """Cards as rows, with the names of their areas; ranked ones first in their order, the others by code."""
    known = list(cards)
    names = names_of([card.area_code for card in known])
    rows = [Row(card, names.get(card.area_code, card.area_code), lines_of(card)) for card in known]
    return sorted(rows, key=lambda row: (row.card.rank or len(known) + 1, row.card.area_code))


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """The names of areas by their codes, retired grids among them."""
    wanted = list(codes)
    return {
        code: name
        for length, model in ((2, Bureau), (STATION, Station), (GRID, Grid))
        if (of_level := [code for code in wanted if len(code) == length])
        for code, name in model._default_manager.filter(code__in=of_level).values_list("code", "name")
    }


def compare(card: Scorecard, lines: list[Line], other: Row) -> Comparison | None:
    """The card beside another; None where one of them has no total."""
    if card.total is None or other.card.total is None:
        return None
    theirs = {line.line.indicator: line.lost for line in other.lines}
    differences = {line.line.indicator: theirs.get(line.line.indicator, NOTHING) - line.lost for line in lines}
    worst = min(lines, key=lambda line: differences[line.line.indicator], default=None)
    if worst is not None and differences[worst.line.indicator] >= 0:
        worst = None
    return Comparison(other.card, other.name, card.total - other.card.total, differences, worst)


def above_and_best(card: Scorecard, others: ScorecardQuerySet) -> list[Row]:
    """The next better station and the best one among the cards that may be seen; the same one once, or none."""
    if card.rank is None:
        return []
    better = rows_of(others.filter(area_code__length=STATION, rank__lt=card.rank).prefetch_related("lines"))
    return list({row.card.pk: row for row in (*better[-1:], *better[:1])}.values())


def unplaced(lines: list[Line], below: Iterable[Row]) -> list[tuple[Line, int, int]]:
    """What the lines of a card count beyond the cards below it: rows at its own level, in none of its areas."""
    sums: dict[str, list[int]] = {line.line.indicator: [0, 0] for line in lines}
    for row in below:
        for line in row.lines:
            part, whole = sums.get(line.line.indicator, [0, 0])
            sums[line.line.indicator] = [part + line.line.numerator, whole + line.line.denominator]
    own = [
        (line, line.line.numerator - sums[line.line.indicator][0], line.line.denominator - sums[line.line.indicator][1])
        for line in lines
    ]
    return [entry for entry in own if entry[2] > 0]


def own_of(line: Line, below: Iterable[Row]) -> tuple[int, int]:
    """Met and counted of one line at the card's own level; what a card has nothing below is all its own."""
    return next(((part, whole) for _line, part, whole in unplaced([line], below)), (0, 0))


def periods_over(on: date) -> list[Period]:
    """The latest periods that are over on the day, of each kind that is scored; quarters first."""
    found = []
    for shape, count in OFFERED.items():
        period = getattr(Period, shape)(on)
        for _step in range(count):
            period = period.before
            found.append(period)
    return found


def is_over(text: str, on: date) -> bool:
    """The text is a period of a kind that is scored, and it is over on the day."""
    try:
        period = Period.parse(text)
    except BadInput:
        return False
    return period.shape in OFFERED and period.last < on


def latest_first(texts: Iterable[str]) -> list[Period]:
    """Periods of cards, the latest first; of those that end on one day the quarter goes before."""
    return sorted(map(Period.parse, texts), key=lambda period: (-period.last.toordinal(), PLACES[period.shape]))


def first_day_offered(on: date) -> date:
    """From when a scheme is best loaded: the first day of the quarter that was over last."""
    return Period.quarter(Period.quarter(on).first - ONE_DAY).first


def percent(part: int, whole: int) -> Decimal:
    """A share in per cent with one decimal."""
    return rounded(Fraction(part * HUNDRED, whole), 1)


def plain(value: Decimal) -> str:
    """A number without zeros at its end."""
    return f"{value.normalize():f}"
