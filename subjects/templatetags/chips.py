"""Chips: tier and mode of a premises in the colours of the map."""

from typing import Protocol

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from subjects import lines
from subjects.models import MarketSubject
from subjects.tiers import Tiers

register = template.Library()


class HasTier(Protocol):
    """A premises, or a line of a plan."""

    area_code: str
    tier: str


@register.simple_tag
def tier_chip(premises: HasTier, tiers: Tiers) -> SafeString:
    """The tier by its name in the bureau, on its colour."""
    if not premises.tier:
        return format_html('<span class="chip">{}</span>', _("no tier"))
    return policy_tier(premises.area_code, premises.tier, tiers)


@register.simple_tag
def policy_tier(area_code: str, key: str, tiers: Tiers) -> SafeString:
    """A tier of the area's bureau by its name, on its colour."""
    colour = tiers.colour(area_code, key)
    return format_html('<span class="chip chip-{}">{}</span>', colour or "grey", tiers.name(area_code, key))


@register.simple_tag
def kind_name(kind: str) -> str:
    """A kind of subject in words."""
    return str(dict(MarketSubject.Kind.choices).get(kind, kind))


@register.filter
def line_name(code: str) -> str:
    """A line of business in words."""
    return lines.line_name(code)
