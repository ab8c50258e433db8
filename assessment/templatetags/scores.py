"""Points and periods as people read them."""

from decimal import ROUND_HALF_UP, Decimal

from django import template

from assessment.reporting.wording import period_words
from assessment.score_tables import Comparison, Line
from gridsup.periods import Period

register = template.Library()
HUNDREDTH = Decimal("0.01")


@register.filter
def figure(value: Decimal | None) -> str:
    """A number with its decimals, two at most, with a point in every language; nothing for none."""
    if value is None:
        return ""
    exponent = value.as_tuple().exponent
    is_long = isinstance(exponent, int) and exponent < HUNDREDTH.as_tuple().exponent  # type: ignore[operator]
    return str(value.quantize(HUNDREDTH, ROUND_HALF_UP) if is_long else value)


@register.filter
def change(value: Decimal) -> str:
    """A difference with its sign and two decimals."""
    return f"{value.quantize(HUNDREDTH, ROUND_HALF_UP):+f}".replace("-", "−")


@register.filter
def of_line(found: Comparison, line: Line) -> Decimal:
    """The difference that one line makes."""
    return found.differences[line.line.indicator]


@register.filter
def spoken(period: Period | str) -> str:
    """A period in words: “third quarter of 2026”; whoever asked for none gets nothing."""
    if not period:
        return ""
    return period_words(period if isinstance(period, Period) else Period.parse(period))
