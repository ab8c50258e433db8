"""Days in words."""

from datetime import date

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()


@register.filter
def days_left(due: date | None, on: date) -> str:
    """How far a due day lies from `on`: “3 days late”, “today”, “in 5 days”."""
    if due is None:
        return ""
    days = (due - on).days
    if days < 0:
        return ngettext("%(count)d day late", "%(count)d days late", -days) % {"count": -days}
    if days == 0:
        return _("due today")
    return ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}


@register.filter
def urgency(due: date | None, on: date) -> str:
    """Name of the colour of a due day: late, soon (within seven days) or later."""
    from gridsup.dates import week_from

    if due is None:
        return "later"
    if due < on:
        return "late"
    return "soon" if due <= week_from(on) else "later"
