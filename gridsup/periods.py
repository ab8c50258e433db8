"""Periods as text: `2026-11-22` day, `2026-11` month, `2026Q4` quarter, `2026H2` half, `2026` year."""

import re
from argparse import ArgumentTypeError
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self
from unicodedata import normalize

from django.utils.translation import gettext as _

from gridsup.errors import BadInput

SHAPE = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2}))?|Q(?P<quarter>[1-4])|H(?P<half>[12]))?"
)
# No bureau plans or looks back further; the calendar's own ends would overflow where days are added.
FIRST_YEAR, LAST_YEAR = 1949, 2200
MONTHS_OF = {"year": 12, "half": 6, "quarter": 3, "month": 1}
# Each shape as a person writes it.
EXAMPLES = {"day": "2026-11-22", "month": "2026-11", "quarter": "2026Q4", "half": "2026H2", "year": "2026"}
SHAPES = ", ".join(EXAMPLES.values())


def day_argument(text: str) -> date:
    """A day as an argument of a command; argparse shows the sentence of the ArgumentTypeError."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(_("“%(text)s” is no day; write it as 2026-11-22.") % {"text": text[:40]}) from error


@dataclass(frozen=True)
class Period:
    """A stretch of whole days, both ends included; `str()` gives the text that `parse` reads."""

    text: str
    first: date
    last: date

    def __str__(self) -> str:
        return self.text

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads a period, in wide digits too; raises BadInput with the field `period` for anything else, 30 February
        included."""
        narrow = normalize("NFKC", text)
        found = SHAPE.fullmatch(narrow)
        if found is None:
            raise BadInput(
                _("“%(text)s” is no period. Write %(shapes)s.") % {"text": text[:40], "shapes": SHAPES},
                field="period",
            )
        part = {name: int(value) for name, value in found.groupdict().items() if value}
        if not FIRST_YEAR <= part["year"] <= LAST_YEAR:
            raise BadInput(
                _("“%(text)s” lies outside the years %(first)s to %(last)s.")
                % {"text": text, "first": FIRST_YEAR, "last": LAST_YEAR},
                field="period",
            )
        try:
            return cls._of(narrow, **part)
        except ValueError as error:
            raise BadInput(_("“%(text)s” is not in the calendar.") % {"text": text}, field="period") from error

    def one_day(self) -> date:
        """The day, for work that is done for single days; raises BadInput for a longer period."""
        if self.first != self.last:
            raise BadInput(
                _("“%(text)s” is more than a day, and this is done for one day, such as %(day)s.")
                % {"text": self.text, "day": self.first.isoformat()},
                field="period",
            )
        return self.first

    @property
    def shape(self) -> str:
        """One of EXAMPLES: day, month, quarter, half or year."""
        found = SHAPE.fullmatch(self.text)
        parts = found.groupdict() if found else {}
        return next((name for name in ("day", "month", "quarter", "half") if parts.get(name)), "year")

    @property
    def before(self) -> Self:
        """The period of the same shape that ends the day before this one begins."""
        return getattr(type(self), self.shape)(self.first - timedelta(days=1))  # type: ignore[no-any-return]

    def shaped(self, *shapes: str) -> Self:
        """The period itself; raises BadInput with the field `period` when its shape is none of these."""
        if self.shape not in shapes:
            raise BadInput(
                _("“%(text)s” is not the kind of period that this is done for. Write it as %(shapes)s.")
                % {"text": self.text, "shapes": _(" or ").join(EXAMPLES[shape] for shape in shapes)},
                field="period",
            )
        return self

    def over(self, on: date) -> Self:
        """The period itself, for work that looks back on it; raises BadInput while it is not over on the day."""
        if on <= self.last:
            raise BadInput(
                _("“%(text)s” is not over: it ends on %(last)s. Ask for it on the day after or later.")
                % {"text": self.text, "last": self.last.isoformat()},
                field="period",
            )
        return self

    def begun(self, on: date) -> Self:
        """The period itself, for work on what stands; raises BadInput while its first day is later than the day."""
        if self.first > on:
            raise BadInput(
                _("“%(text)s” is still to come, and nobody knows yet what holds then. Choose %(today)s or earlier.")
                % {"text": self.text, "today": on.isoformat()},
                field="period",
            )
        return self

    @classmethod
    def day(cls, on: date) -> Self:
        """The day itself."""
        return cls(on.isoformat(), on, on)

    @classmethod
    def month(cls, on: date) -> Self:
        """The month that the day lies in."""
        return cls.parse(f"{on.year:04d}-{on.month:02d}")

    @classmethod
    def quarter(cls, on: date) -> Self:
        """The quarter that the day lies in."""
        return cls.parse(f"{on.year:04d}Q{(on.month - 1) // 3 + 1}")

    @classmethod
    def half(cls, on: date) -> Self:
        """The half-year that the day lies in."""
        return cls.parse(f"{on.year:04d}H{(on.month - 1) // 6 + 1}")

    @classmethod
    def year(cls, on: date) -> Self:
        """The year that the day lies in."""
        return cls.parse(f"{on.year:04d}")

    @classmethod
    def _of(cls, text: str, *, year: int, **part: int) -> Self:
        """Builds the period from its numbers; ValueError where the calendar has no such day."""
        if "day" in part:
            return cls.day(date(year, part["month"], part["day"]))
        kind, number = next(iter(part.items()), ("year", 1))
        months = MONTHS_OF[kind]
        first = date(year, (number - 1) * months + 1, 1)
        end = first.month + months - 1
        return cls(text, first, date(year, end, monthrange(year, end)[1]))
