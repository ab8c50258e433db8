"""Open work that people hold by name, or that lies in an area: each app says what there is, and moves it."""

from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple, Protocol

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.module_loading import import_string


class HeldRow(NamedTuple):
    """One piece of work as a list shows it."""

    title: str
    detail: str
    area_code: str
    url: str


class Moved(NamedTuple):
    """How many go to the successor, back to whoever holds the area, and stay where they are."""

    to_successor: int = 0
    to_area: int = 0
    stay: int = 0


class Work(Protocol):
    """One kind of open work; an entry of HELD_WORK names an instance."""

    key: str
    label: str | Promise

    def by_name(self, officer: Any) -> QuerySet[Any] | None:
        """Open rows that the person holds by name; None where work of this kind lies in areas alone."""

    def strays(self, on: date) -> QuerySet[Any] | None:
        """Open rows held by name by somebody who holds no post there on the day, each with `holder_id`."""

    def of_areas(self, codes: Collection[str]) -> QuerySet[Any]:
        """Open rows of these very areas that nobody holds by name: they stay with the area."""

    def listed(self, code: str) -> str:
        """Address of the list that shows `of_areas` of one area; empty where there is never any."""

    def show(self, row: Any) -> HeldRow:
        """The row as a list shows it."""

    def shares(self, rows: QuerySet[Any], to: Any, on: date) -> Moved:
        """What `move` would do."""

    def move(self, rows: QuerySet[Any], to: Any, *, by: Any, on: date, now: Any) -> Moved:
        """Gives rows of one holder to a successor where the successor may do them, else back to the area."""


def kinds() -> list[Work]:
    """Every kind of work that the apps name."""
    from gridsup.composition import HELD_WORK

    return [import_string(path) for path in HELD_WORK]
