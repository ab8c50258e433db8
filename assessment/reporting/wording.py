"""Numbers in words, as a report has them."""

from datetime import date
from decimal import Decimal

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.reporting.figures import Pair, Rate, percent
from gridsup.periods import Period

# Quarters have names rather than numbers in official Chinese.
QUARTERS = (
    gettext_lazy("first quarter of %(year)s"),
    gettext_lazy("second quarter of %(year)s"),
    gettext_lazy("third quarter of %(year)s"),
    gettext_lazy("fourth quarter of %(year)s"),
)
HALVES = (gettext_lazy("first half of %(year)s"), gettext_lazy("second half of %(year)s"))


def period_words(period: Period) -> str:
    """“2026Q3” as people say it."""
    if period.shape == "quarter":
        return QUARTERS[(period.first.month - 1) // 3] % {"year": period.first.year}
    if period.shape == "month":
        return _("month %(n)s of %(year)s") % {"n": period.first.month, "year": period.first.year}
    if period.shape == "half":
        return HALVES[(period.first.month - 1) // 6] % {"year": period.first.year}
    if period.shape == "year":
        return _("year %(year)s") % {"year": period.first.year}
    return str(period)


def day_words(day: date) -> str:
    """A day as a letter writes it."""
    return formats.date_format(day, "DATE_FORMAT")


def share_words(pair: Pair) -> str:
    """“92.31 %”, or a dash of nothing."""
    share = percent(pair)
    return "—" if share is None else f"{plain(share)}%"


def share_figure(pair: Pair) -> str:
    """“87.50%”, for a table, where figures stand below each other; a dash of nothing."""
    share = percent(pair)
    return "—" if share is None else f"{share}%"


def plain(number: Decimal) -> str:
    """Without zeros at the end: 100, 92.5, 92.31."""
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"


def change_words(rate: Rate) -> str:
    """The change in points with its sign, for a table."""
    if rate.change is None:
        return "—"
    return f"{rate.change:+}" if rate.change else f"{rate.change}"


def trend_words(rate: Rate) -> str:
    """A clause that compares with the period before."""
    if rate.change is None:
        return _("with nothing to compare in the period before")
    if not rate.change:
        return _("as in the period before")
    if rate.change > 0:
        return _("%(points)s percentage points more than in the period before") % {"points": plain(rate.change)}
    return _("%(points)s percentage points less than in the period before") % {"points": plain(-rate.change)}


def rate_words(rate: Rate) -> str:
    """One sentence on a rate, with what it is a share of."""
    if not rate.now[1]:
        return _("%(label)s: nothing was to be counted in this period.") % {"label": rate.label}
    return _("%(label)s: %(met)s of %(counted)s, %(share)s, %(trend)s.") % {
        "label": rate.label,
        "met": rate.now[0],
        "counted": rate.now[1],
        "share": share_words(rate.now),
        "trend": trend_words(rate),
    }
