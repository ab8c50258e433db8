"""What the page of a book shows, and what it says where there is nothing to show."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from grids.models import Officer
from grids.permissions import Permission
from gridsup.books import Ask, Book, Column, Line
from subjects.books import BOOKS


@dataclass(frozen=True)
class Tab:
    """One of the books, or a page beside them, with the area and day that were asked for."""

    url: str
    label: Any
    here: bool


def tabs(officer: Officer, here: str, *, area: str, day: str) -> list[Tab]:
    """All of an area at once, and the four ledgers; of today's subjects the list with all that is due.

    Each only for whoever may open it.
    """
    query = urlencode({name: value for name, value in (("area", area), ("on", day)) if value})
    sheet = reverse("ledgers")
    found = []
    if officer.has_perm(Permission.VIEW):
        found.append(Tab(f"{sheet}?{query}" if query else sheet, _("All four"), here == "sheet"))
    for name, book in BOOKS.items():
        if not officer.has_perm(book.permission):
            continue
        route = reverse("ledger") if name == "subjects" and not day else reverse("book", args=[name])
        found.append(Tab(f"{route}?{query}" if query else route, book.short, name == here))
    return found


@dataclass(frozen=True)
class Shown:
    """A line on a page: each cell with its column, and the page of what it is about."""

    cells: list[tuple[Column, Any]]
    url: str


def shown(book: Book[Any], lines: list[Line], officer: Officer) -> list[Shown]:
    """The lines as the template takes them."""
    return [
        Shown(list(zip(book.columns, line.cells, strict=True)), book.address(line.about, officer)) for line in lines
    ]


def nothing(book: Book[Any], ask: Ask) -> str:
    """Why a book is empty: nothing of the kind was found, or it had not begun."""
    if ask.words:
        return _("Nothing in this ledger answers to “%(words)s”. Try a shorter part of the name.") % {
            "words": ask.words
        }
    first = book.begins(ask.codes)
    if first is None:
        return _("Nothing has ever stood in this ledger of your areas.")
    if ask.day < first:
        return _("This ledger begins on %(first)s: on %(day)s nothing stood in it yet. Ask for a later day.") % {
            "first": first.isoformat(),
            "day": ask.day.isoformat(),
        }
    return _("On %(day)s nothing stood in this ledger.") % {"day": ask.day.isoformat()}
