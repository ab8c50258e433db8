"""Areas, shares and reasons as people read them."""

from math import floor

from django.utils.translation import gettext as _

from subjects.models import Coverage

# From here square kilometres are shorter.
M2_IN_WORDS = 100_000
M2_IN_KM2 = 1_000_000
HUNDREDTHS = 100


def square(metres: float) -> str:
    """Square metres, or kilometres where that is shorter."""
    if metres < M2_IN_WORDS:
        return _("%(n)s m²") % {"n": f"{metres:,.0f}"}
    return _("%(n)s km²") % {"n": f"{metres / M2_IN_KM2:,.2f}"}


def percent(coverage: Coverage | None) -> str:
    """A share with two decimals, never rounded up to the whole; empty where nothing was measured."""
    share = coverage.percent if coverage else None
    if share is None:
        return ""
    if coverage is not None and not coverage.gaps:
        return "100 %"
    return f"{floor(share * HUNDREDTHS) / HUNDREDTHS:.2f} %"
