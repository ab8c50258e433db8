"""Cutting work by area: a bureau in one piece while it is small, else station by station (style §15)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from django.db.models import Q

from gridsup.codes import next_code

# Above so many rows one statement would hold its locks too long. Not lower: stations lie scattered over the pages of a
# ledger, so that every part reads and writes nearly all of them again (docs/decisions/0002).
WHOLE_BUREAU_ROWS = 250_000


@dataclass(frozen=True)
class Part:
    """A half-open range of area codes inside one bureau."""

    low: str
    high: str

    @property
    def bureau(self) -> str:
        return self.low[:2]

    @classmethod
    def area(cls, code: str) -> Self:
        """Everything at or below an area."""
        return cls(code, next_code(code))

    @classmethod
    def itself(cls, code: str) -> Self:
        """Rows that stand at the area's own level, not below: what is not placed."""
        return cls(code, code + "0")

    def rows(self, field: str = "area_code") -> Q:
        """The condition for rows of the part."""
        return Q(**{f"{field}__gte": self.low, f"{field}__lt": self.high})

    def __str__(self) -> str:
        return self.low if self.high != self.low + "0" else f"{self.low} itself"


def parts(area: str, stations: Iterable[str], rows: int) -> list[Part]:
    """The area in one piece, or a bureau of many rows as its stations and what stands at its own level."""
    if len(area) > 2 or rows <= WHOLE_BUREAU_ROWS:
        return [Part.area(area)]
    return [Part.itself(area), *(Part.area(code) for code in sorted(stations))]
