"""Search by words: every word of the text must stand in one of the fields, in any order."""

from collections.abc import Iterable

from django.db.models import Q


def holds_words(text: str, fields: Iterable[str]) -> Q:
    """Rows in which each word, split at spaces, is part of at least one field; case does not count.

    A word without case, as Chinese and numbers are, is compared as it stands: turning every row into capitals takes
    PostgreSQL twice as long as all the rest of a search.
    """
    names = list(fields)
    condition = Q()
    for word in text.split():
        anywhere = Q()
        lookup = "contains" if word.lower() == word.upper() else "icontains"
        for name in names:
            anywhere |= Q(**{f"{name}__{lookup}": word})
        condition &= anywhere
    return condition
