"""Chips: tier and mode of a premises in the colours of the map."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from subjects.models import Premises
from subjects.tiers import Tiers

register = template.Library()


@register.simple_tag
def tier_chip(premises: Premises, tiers: Tiers) -> SafeString:
    """The tier by its name in the bureau, on its colour."""
    if not premises.tier:
        return format_html('<span class="chip">{}</span>', _("no tier"))
    colour = tiers.colour(premises.area_code, premises.tier)
    return format_html(
        '<span class="chip chip-{}">{}</span>', colour or "grey", tiers.name(premises.area_code, premises.tier)
    )
