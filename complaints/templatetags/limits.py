"""Time limits as pages show them: a colour, its word, and how many days are left."""

from collections.abc import Mapping
from datetime import date

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from complaints.colours import Colour, colour_of
from complaints.models import Clock, Complaint
from gridsup.templatetags.days import days_left

register = template.Library()

CHIPS = {Colour.RED: "chip-red", Colour.AMBER: "chip-yellow", Colour.GREEN: "chip-green", Colour.PAUSED: ""}


def chip(due: date | None, latest: date | None, is_paused: bool, on: date, warn: int) -> str:
    """The days that are left in the colour of the limit; nothing where none runs."""
    colour = colour_of(due, latest, is_paused, on, warn=warn)
    if not colour:
        return ""
    # over by the strict reading alone: it is not missed yet
    day = due if due is not None and due >= on else latest
    words = Colour(colour).label if colour == Colour.PAUSED else days_left(day, on)
    return format_html('<span class="chip {}" title="{}">{}</span>', CHIPS[Colour(colour)], Colour(colour).label, words)


@register.simple_tag
def limit_chip(complaint: Complaint, on: date, warn: Mapping[str, int]) -> str | SafeString:
    """Of a complaint from `with_clock`: its nearest limit. `warn`: days of each bureau."""
    due, latest = getattr(complaint, "next_due", None), getattr(complaint, "next_latest", None)
    is_paused = bool(getattr(complaint, "is_paused", False))
    return chip(due, latest, is_paused, on, warn.get(complaint.area_code[:2], 0))


@register.simple_tag
def clock_chip(clock: Clock, on: date, warn: Mapping[str, int]) -> str | SafeString:
    """Of one clock that runs."""
    if not clock.is_running:
        return ""
    ticks = clock.paused_on is None
    due, latest = (clock.due_on, clock.latest_on) if ticks else (None, None)
    return chip(due, latest, not ticks, on, warn.get(clock.area_code[:2], 0))
