"""Lines of business by which sections divide the work (handbook §2), in words; a bureau may use others."""

from django.utils.translation import gettext_lazy as _

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


def line_name(code: str) -> str:
    """What a line is called; the code itself where a bureau uses one of its own."""
    return str(LINES.get(code, code))
