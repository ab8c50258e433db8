"""Search by words: every word of the text must stand in one of the fields, in any order."""

from collections.abc import Iterable

from django.db.models import Q


def holds_words(text: str, fields: Iterable[str]) -> Q:
    """Rows in which each word, split at spaces, is part of at least one field; case does not count."""
    names = list(fields)
    condition = Q()
    for word in text.split():
        anywhere = Q()
        for name in names:
            anywhere |= Q(**{f"{name}__icontains": word})
        condition &= anywhere
    return condition
