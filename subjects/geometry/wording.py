"""Areas, shares and reasons as people read them."""

from math import floor

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from subjects.models import Coverage

# From here square kilometres are shorter.
M2_IN_WORDS = 100_000
M2_IN_KM2 = 1_000_000
HUNDREDTHS = 100
# What GEOS says of a polygon, as a person who draws has to understand it.
REASONS: dict[str, Promise] = {
    "Self-intersection": gettext_lazy("The line crosses itself."),
    "Ring Self-intersection": gettext_lazy("The line touches itself."),
    "Hole lies outside shell": gettext_lazy("A hole lies outside the area."),
    "Holes are nested": gettext_lazy("A hole lies inside another."),
    "Interior is disconnected": gettext_lazy("Holes cut the area into pieces."),
    "Nested shells": gettext_lazy("A part lies inside another."),
    "Duplicate Rings": gettext_lazy("The same line stands there twice."),
    "Too few points in geometry component": gettext_lazy("There are too few corners for an area."),
    "Invalid Coordinate": gettext_lazy("A corner is no pair of numbers."),
    "Ring is not closed": gettext_lazy("The line does not come back to its beginning."),
    "No polygon": gettext_lazy("This is no area but a line, a point or nothing."),
    "Unreadable": gettext_lazy("This cannot be read as a shape."),
}


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


def reason_words(detail: str) -> str:
    """A reason of GEOS in words; one that is not known as it is."""
    return str(REASONS.get(detail, detail))
