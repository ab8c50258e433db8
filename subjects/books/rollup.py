"""The ledgers of a bureau or station rolled up: what stood in each area below on a day (handbook §3)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.db.models.functions import Substr

from grids.measuring import square_kms
from grids.models import GridPeriod, Posting
from grids.naming import names_on
from grids.permissions import ADMINISTRATORS
from gridsup.scoping import inside
from subjects.models import Placement


@dataclass
class Sums:
    """One area below, or the sum of all; `km2` counts grids with a boundary alone."""

    code: str
    name: str = ""
    grids: int = 0
    undrawn: int = 0
    km2: Decimal = field(default_factory=Decimal)
    people: int = 0
    premises: int = 0


def rolled_up(area: str, day: date) -> tuple[list[Sums], Sums]:
    """A row for each station of a bureau or grid of a station, what is not placed among them, and their sum.

    Four queries and the names, however many areas there are.
    """
    length = len(area) + 2
    rows: dict[str, Sums] = {}

    def row(code: str) -> Sums:
        return rows.setdefault(code[:length], Sums(code[:length]))

    here = GridPeriod.objects.on(day).filter(inside([area], "grid_id"))
    lying = list(here.values_list("grid__code", "boundary"))
    for (code, _boundary), measured in zip(lying, square_kms([shape for _code, shape in lying]), strict=True):
        row(code).grids += 1
        row(code).undrawn += measured is None
        row(code).km2 += measured or 0
    for code, count in _by_part(Placement.objects.filter(inside([area])).on(day), length, "pk"):
        row(code).premises = count
    posts = Posting.objects.filter(inside([area])).serving_on(day).exclude(duty__in=ADMINISTRATORS)
    for code, count in _by_part(posts, length, "officer"):
        row(code).people = count
    names = names_on(rows, day)
    for code, sums in rows.items():
        sums.name = names.get(code, "")
    listed = [rows[code] for code in sorted(rows)]
    return listed, _total(area, listed, names_on([area], day).get(area, ""))


def _by_part(rows: Any, length: int, counted: str) -> Sequence[tuple[str, int]]:
    """Area below → how many different ones it has."""
    parts = rows.order_by().annotate(part=Substr("area_code", 1, length)).values("part")
    return list(parts.annotate(n=Count(counted, distinct=counted != "pk")).values_list("part", "n"))


def _total(area: str, rows: Sequence[Sums], name: str) -> Sums:
    total = Sums(area, name)
    for row in rows:
        total.grids += row.grids
        total.undrawn += row.undrawn
        total.km2 += row.km2
        total.people += row.people
        total.premises += row.premises
    return total
