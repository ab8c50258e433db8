"""Books: ledgers as they stood on a day, alike as page, sheet and API (handbook §3).

A page of a book is found by the key of the row before it, never by its number: the last page of a city's ledger takes
no longer than the first.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from django.db import models
from django.db.models import Min, Q
from django.utils import timezone

from gridsup.keys import key_in
from gridsup.scoping import HoldsAreas

R = TypeVar("R")
M = TypeVar("M", bound=models.Model)

TEXT, DAY, NUMBER = "text", "day", "number"
# Rows of a page on the screen, and of one statement when all are written to a file.
PAGE_SIZE, CHUNK = 50, 2_000
CURSOR = re.compile(r"[0-9a-z_]{1,40}(,[0-9a-z_]{1,40})*")


@dataclass(frozen=True)
class Column:
    """A column: its name for programs, its words, how wide a sheet shows it, and whether it keeps no history.

    `today`: the fact is shown as it is written today, whatever day is asked for.
    """

    name: str
    label: Any
    kind: str = TEXT
    width: int = 14
    today: bool = False


@dataclass(frozen=True)
class Ask:
    """What is asked of a book: the areas, none inside another, the day, and words to look for."""

    codes: tuple[str, ...]
    day: date
    words: str = ""


@dataclass(frozen=True)
class Line:
    """A row as people read it: one cell for each column; `key` finds it again, `about` is the row it comes from."""

    cells: list[Any]
    key: str
    about: Any

    def __iter__(self) -> Iterator[Any]:
        return iter(self.cells)


@dataclass(frozen=True)
class Slice:
    """Some lines of a book; `next` and `previous` are cursors, empty at the ends."""

    lines: list[Line] = field(default_factory=list)
    next: str = ""
    previous: str = ""


class MayBook(HoldsAreas, Protocol):
    """Somebody whose duties open areas."""

    def may(self, permission: str, area_code: str) -> bool: ...


def midnight_after(day: date) -> datetime:
    """The moment at which the day is over: what an event of then or later changed, the day still had as it was."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def held_in(officer: MayBook, permission: str, area: str) -> tuple[str, ...]:
    """The areas for which the officer may open a book: the one asked for, or what they hold of it; none asked, all."""
    if area and officer.may(permission, area):
        return (area,)
    return tuple(code for code in officer.area_codes(permission) if code.startswith(area))


class Book(ABC, Generic[R]):
    """One of the ledgers of the plan."""

    name: ClassVar[str]
    label: ClassVar[Any]
    short: ClassVar[Any]  # on a tab beside the others
    permission: ClassVar[str]
    columns: ClassVar[Sequence[Column]]
    title: ClassVar[str]  # the column by which people know a row
    note: ClassVar[Any] = ""  # what else is as written today
    searched: ClassVar[bool] = False

    @abstractmethod
    def count(self, ask: Ask) -> int:
        """How many rows stood in it."""

    @abstractmethod
    def cut(self, ask: Ask, *, after: str, before: str, size: int) -> list[R]:
        """So many rows behind one cursor, or right before the other, in the book's order."""

    @abstractmethod
    def key_of(self, row: R) -> str:
        """The cursor of a row."""

    @abstractmethod
    def cells(self, rows: Sequence[R], ask: Ask) -> list[list[Any]]:
        """The cells of the rows, in a fixed number of queries however many they are."""

    @abstractmethod
    def begins(self, codes: Collection[str]) -> date | None:
        """The first day on which anything stood in it for these areas."""

    def address(self, row: R, officer: MayBook) -> str:
        """The page of what the row is about, for whoever may open it."""
        return ""

    @property
    def undated(self) -> list[Any]:
        """Words of the columns that are as written today."""
        return [column.label for column in self.columns if column.today]

    def lines(self, rows: Sequence[R], ask: Ask) -> list[Line]:
        """The rows with their cells."""
        cells = self.cells(rows, ask) if rows else []
        return [Line(found, self.key_of(row), row) for row, found in zip(rows, cells, strict=True)]

    def slice(self, ask: Ask, *, after: str = "", before: str = "", size: int) -> Slice:
        """A page: behind `after`, or before `before`; a cursor that makes no sense gives the first page."""
        after, before = (cursor if CURSOR.fullmatch(cursor) else "" for cursor in (after, before))
        rows = self.cut(ask, after=after, before=before, size=size + 1)
        further = len(rows) > size
        rows = rows[-size:] if before else rows[:size]
        if not rows:
            return Slice()
        return Slice(
            self.lines(rows, ask),
            next=self.key_of(rows[-1]) if further or before else "",
            previous=self.key_of(rows[0]) if (before and further) or after else "",
        )

    def page(self, ask: Ask, *, after: str = "", before: str = "", size: int) -> tuple[Slice, int]:
        """The same with the number of all rows, which is asked for only where they do not all stand on the page."""
        page = self.slice(ask, after=after, before=before, size=size)
        if after or before or page.next:
            return page, self.count(ask)
        return page, len(page.lines)

    def walk(self, ask: Ask) -> Iterator[Line]:
        """Every line, some thousand rows a statement."""
        after = ""
        while rows := self.cut(ask, after=after, before="", size=CHUNK):
            yield from self.lines(rows, ask)
            if len(rows) < CHUNK:
                return
            after = self.key_of(rows[-1])


class RowsBook(Book[M]):
    """A book whose rows are those of a table; `keys` order them, are unique together, and the first is the area."""

    keys: ClassVar[tuple[str, ...]]
    numbers: ClassVar[tuple[str, ...]] = ()  # those of them that are numbers

    @abstractmethod
    def rows(self, ask: Ask) -> models.QuerySet[M]:
        """The rows that stood in it on the day, without order."""

    @abstractmethod
    def ever(self, codes: Collection[str]) -> models.QuerySet[M]:
        """The rows of all days; they have a `from_day`."""

    def count(self, ask: Ask) -> int:
        return self.rows(ask).count()

    def begins(self, codes: Collection[str]) -> date | None:
        first: date | None = self.ever(codes).aggregate(first=Min("from_day"))["first"]
        return first

    def cut(self, ask: Ask, *, after: str, before: str, size: int) -> list[M]:
        rows = self.rows(ask)
        if before and (place := self._place(before)):
            backwards = [f"-{key}" for key in self.keys]
            return list(reversed(rows.filter(_beyond(self.keys, place, "lt")).order_by(*backwards)[:size]))
        if after and (place := self._place(after)):
            rows = rows.filter(_beyond(self.keys, place, "gt"))
        return list(rows.order_by(*self.keys)[:size])

    def key_of(self, row: M) -> str:
        return ",".join(str(getattr(row, key)) for key in self.keys)

    def _place(self, cursor: str) -> list[str | int]:
        """The values of a cursor; nothing for one that is not of this book."""
        found: list[str | int] = list(cursor.split(","))
        if len(found) != len(self.keys):
            return []
        for position, key in enumerate(self.keys):
            if key in self.numbers:
                number = key_in(found[position])
                if number is None:
                    return []
                found[position] = number
        return found


def _beyond(keys: Sequence[str], place: Sequence[str | int], way: str) -> Q:
    """Rows that sort behind (`gt`) or before (`lt`) a place; the first key also bounds the range of the index."""
    beyond, same = Q(pk__in=[]), Q()
    for key, value in zip(keys, place, strict=True):
        beyond |= same & Q(**{f"{key}__{way}": value})
        same &= Q(**{key: value})
    return beyond & Q(**{f"{keys[0]}__{way}e": place[0]})
