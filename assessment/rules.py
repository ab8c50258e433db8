"""Pure arithmetic of scores, in exact fractions (tables.md, "First scheme"; handbook §7, bands of Y)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

HUNDRED = 100
HALF = Fraction(1, 2)
# Digits after the point of what is shown and kept: totals as published, points and weights as explained.
TOTAL_PLACES, POINT_PLACES = 2, 4


@dataclass(frozen=True)
class Counted:
    """What one line of a scheme found: weight in points, target in per cent, numerator and denominator."""

    indicator: str
    weight: int
    target_percent: int
    numerator: int
    denominator: int

    @property
    def value(self) -> Fraction | None:
        """The share that was met; None where there was nothing to count."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None


@dataclass(frozen=True)
class Scored:
    """A line with its weight in effect and its points, exact; both None where there was nothing to count."""

    counted: Counted
    effective_weight: Fraction | None
    points: Fraction | None

    @property
    def lost(self) -> Fraction | None:
        """What the line fell short of its weight in effect."""
        if self.effective_weight is None or self.points is None:
            return None
        return self.effective_weight - self.points


def score(lines: Iterable[Counted]) -> list[Scored]:
    """Points = weight × min(1, value ÷ target), the weight of empty lines spread over the others in proportion."""
    lines = list(lines)
    all_weights = sum(line.weight for line in lines)
    filled = sum(line.weight for line in lines if line.denominator)
    return [_scored(line, Fraction(all_weights, filled) if filled else Fraction()) for line in lines]


def _scored(line: Counted, growth: Fraction) -> Scored:
    if line.value is None:
        return Scored(line, None, None)
    effective = line.weight * growth
    return Scored(line, effective, effective * min(Fraction(1), line.value * HUNDRED / line.target_percent))


def total_of(lines: Iterable[Scored]) -> Decimal | None:
    """The sum of the exact points, rounded once; None where no line had anything to count."""
    points = [line.points for line in lines if line.points is not None]
    return rounded(sum(points, Fraction()), TOTAL_PLACES) if points else None


def rounded(value: Fraction, places: int) -> Decimal:
    """The value with so many decimals, halves away from zero."""
    scaled = abs(value) * 10**places
    whole = (scaled + HALF).__floor__()
    return Decimal(whole if value >= 0 else -whole).scaleb(-places)


def grade_of(total: Decimal | None, *, excellent_from: int, qualified_from: int) -> str:
    """The band of a total as it is published; empty where there is none."""
    if total is None:
        return ""
    if total >= excellent_from:
        return "excellent"
    return "qualified" if total >= qualified_from else "unqualified"


def ranks_of(totals: Mapping[str, Decimal | None]) -> dict[str, int]:
    """Area code → rank by the published total; ties share it, the next one is skipped, who has no total has none."""
    known = sorted((total for total in totals.values() if total is not None), reverse=True)
    return {area: known.index(total) + 1 for area, total in totals.items() if total is not None}
