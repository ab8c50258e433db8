"""The ledgers of grid codes and grid areas (网格编码台账、网格区域台账) as they stood on a day (handbook §3)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Min
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from grids.measuring import square_km
from grids.models import Bureau, GridPeriod, Locality, Station
from grids.naming import names_on
from grids.permissions import LEVEL_WORDS, Permission
from grids.querysets import GridPeriodQuerySet
from gridsup.books import DAY, NUMBER, Ask, Book, Column, RowsBook
from gridsup.scoping import inside


@dataclass(frozen=True)
class Code:
    """A code, what it stood for on a day, and the days on which it was in force, as far as they were known then."""

    code: str
    name: str
    since: date | None = None
    until: date | None = None


class Codes(Book[Code]):
    """Every code in use, and those of retired grids, which are never given again (handbook §1)."""

    name = "codes"
    label = gettext_lazy("Grid codes")
    short = pgettext_lazy("a ledger", "Codes")
    permission = Permission.VIEW_AREAS
    title = "code"
    columns = (
        Column("code", gettext_lazy("Code"), width=10),
        Column("name", gettext_lazy("Name"), width=30),
        Column("level", gettext_lazy("Level"), width=14),
        Column("above", gettext_lazy("Area above"), width=12),
        Column("above_name", gettext_lazy("Its name"), width=30, today=True),
        Column("state", gettext_lazy("State"), width=12),
        Column("since", gettext_lazy("In force since"), DAY, 12),
        Column("until", gettext_lazy("Last day in force"), DAY, 12),
    )
    note = gettext_lazy("Names of bureaus and stations are those of today.")

    def count(self, ask: Ask) -> int:
        return len(self._codes(ask))

    def cut(self, ask: Ask, *, after: str, before: str, size: int) -> list[Code]:
        codes = self._codes(ask)
        if before:
            return [row for row in codes if row.code < before][-size:]
        return [row for row in codes if row.code > after][:size]

    def key_of(self, row: Code) -> str:
        return row.code

    def begins(self, codes: Collection[str]) -> date | None:
        dated = GridPeriod.objects.filter(inside(codes, "grid_id"))
        first: date | None = dated.aggregate(first=Min("from_day"))["first"]
        return first

    def cells(self, rows: Sequence[Code], ask: Ask) -> list[list[Any]]:
        names = names_on({row.code[:-2] for row in rows if len(row.code) > 2}, ask.day)
        levels = {
            bureau.code: bureau.level_names
            for bureau in Bureau.objects.filter(code__in={row.code[:2] for row in rows}).defer("outline")
        }
        return [
            [
                row.code,
                row.name,
                _level(row.code, levels.get(row.code[:2], [])),
                row.code[:-2],
                names.get(row.code[:-2], ""),
                _("retired") if row.until else _("in force"),
                row.since,
                row.until,
            ]
            for row in rows
        ]

    def _codes(self, ask: Ask) -> list[Code]:
        """All of them in order: some thousand in the largest city, without their boundaries."""
        above: list[Code] = []
        for model in (Bureau, Station):
            named = model._default_manager.filter(inside(ask.codes, "code")).values_list("code", "name")
            above += [Code(code, name) for code, name in named]
        begun = GridPeriod.objects.filter(inside(ask.codes, "grid_id"), from_day__lte=ask.day)
        periods = begun.order_by("grid_id", "from_day").values_list("grid__code", "name", "from_day", "to_day")
        return sorted([*above, *_grids(periods, ask.day)], key=lambda row: row.code)


def _grids(periods: Iterable[tuple[str, str, date, date | None]], day: date) -> Iterable[Code]:
    """One code for each grid, from its periods in order; a last day that lay ahead was not known."""
    for code, rows in groupby(periods, key=itemgetter(0)):
        listed = list(rows)
        _code, name, _from, until = listed[-1]
        yield Code(code, name, listed[0][2], until if until is not None and until < day else None)


def _level(code: str, names: Sequence[str]) -> str:
    """What the bureau calls the level of the code."""
    depth = len(code) // 2 - 1
    return names[depth] if depth < len(names) else str(LEVEL_WORDS[len(code)])


class Areas(RowsBook[GridPeriod]):
    """What each grid in force was called and where it lay."""

    name = "areas"
    label = gettext_lazy("Grid areas")
    short = pgettext_lazy("a ledger", "Areas")
    permission = Permission.VIEW_AREAS
    title = "name"
    keys = ("grid_id",)
    columns = (
        Column("code", gettext_lazy("Code"), width=10),
        Column("name", gettext_lazy("Name"), width=26),
        Column("station", gettext_lazy("Station"), width=26, today=True),
        Column("extent", gettext_lazy("Extent in words"), width=50),
        Column("localities", gettext_lazy("Streets, communities and villages"), width=50),
        Column("square_km", gettext_lazy("Area, km²"), NUMBER, 10),
        Column("since", gettext_lazy("So since"), DAY, 12),
    )

    def ever(self, codes: Collection[str]) -> GridPeriodQuerySet:
        return GridPeriod.objects.filter(inside(codes, "grid_id"))

    def rows(self, ask: Ask) -> GridPeriodQuerySet:
        return self.ever(ask.codes).on(ask.day)

    def cells(self, rows: Sequence[GridPeriod], ask: Ask) -> list[list[Any]]:
        stations = names_on({row.grid_id[:4] for row in rows}, ask.day)
        codes = {code for row in rows for code in row.localities}
        places = dict(Locality.objects.filter(code__in=codes).values_list("code", "name"))
        return [
            [
                row.grid_id,
                row.name,
                f"{row.grid_id[:4]} {stations.get(row.grid_id[:4], '')}",
                row.extent,
                "、".join(places.get(code, code) for code in row.localities),
                square_km(row.boundary),
                row.from_day,
            ]
            for row in rows
        ]
