"""Letters and posts as the list shows them: with the names of their areas, and what the reader may do with each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from grids.models import Officer, Posting, ResponsibilityLetter
from grids.naming import names_on
from grids.permissions import Permission


@dataclass(frozen=True)
class Row:
    """One line: a letter, or a post without one, or an area without a head."""

    area_code: str
    area_name: str
    letter: ResponsibilityLetter | None = None
    post: Posting | None = None
    may_sign: bool = False
    over: bool = False  # whoever signs the letter holds the post no longer
    last: date | None = None  # on which it may have been signed


def with_names(found: Iterable[Any], show: str, officer: Officer, on: date) -> list[Row]:
    """The rows of a list of `LISTS`, with their areas' names in at most four queries."""
    if show == "vacant":
        return [Row(code, name) for code, name in found]
    listed = list(found)
    names = names_on({row.area_code for row in listed}, on)
    if show == "needed":
        return [Row(post.area_code, names.get(post.area_code, ""), post=post) for post in listed]
    return [
        Row(
            letter.area_code,
            names.get(letter.area_code, ""),
            letter=letter,
            post=letter.holder,
            may_sign=officer.may(Permission.KEEP_LETTERS, letter.above),
            over=not letter.holds_on(max(on, date(letter.year, 1, 1))),
            last=min(on, letter.holder.to_day or on),
        )
        for letter in listed
    ]
