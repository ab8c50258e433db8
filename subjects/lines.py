"""Lines of business by which sections divide the work (handbook §2), in words; a bureau may use others."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.models import Posting
from subjects.models import CheckItem

LINES = {
    "registration": _("registration"),
    "permits": _("permits"),
    "fair_trade": _("fair trade"),
    "market_contract": _("markets and contracts"),
    "consumer_protection": _("consumer protection"),
    "trademark_advertising": _("trademarks and advertising"),
    "food": _("food safety"),
    "tobacco": _("tobacco"),
}


def lines_of(*bureaus: str) -> dict[str, str]:
    """Code → name of the lines of the bureaus: the usual ones, then those that a section is posted for or a check item
    in force belongs to. One query a bureau, ordered by code after the usual ones."""
    own: set[str] = set()
    on = timezone.localdate()
    for bureau in bureaus:
        posted = Posting.objects.in_area(bureau).on(on).exclude(line="").order_by().values_list("line", flat=True)
        items = CheckItem.objects.in_force(bureau, on).order_by().values_list("line", flat=True)
        own |= set(posted.union(items))
    return {code: line_name(code) for code in [*LINES, *sorted(own - set(LINES))]}


def line_name(code: str) -> str:
    """What a line is called; the code itself where a bureau uses one of its own."""
    return str(LINES.get(code, code))
