"""What the templates of the dashboard need beside Django's own."""

from collections.abc import Mapping
from typing import TypeVar

from django import template

register = template.Library()
V = TypeVar("V")


@register.filter
def at(values: Mapping[str, V], key: str) -> V | None:
    """The value under a key that is only known when the page is made."""
    return values.get(key)
