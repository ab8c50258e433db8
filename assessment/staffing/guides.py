"""What the policy says of people and load; a figure that is not in force judges nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property

from django.utils.translation import gettext as _

from subjects.figures import Figures, figures_of
from subjects.models import PolicyFigure

Key = PolicyFigure.Key
WITHIN = Fraction(1)

# What is judged → the figures that it is judged by.
JUDGED = {
    "certified": (Key.LEAST_CERTIFIED,),
    "supervisors": (Key.LEAST_SUPERVISORS, Key.MOST_SUPERVISORS),
    "officers": (Key.LEAST_GRID_OFFICERS, Key.MOST_GRID_OFFICERS),
    "premises": (Key.LEAST_GRID_PREMISES, Key.MOST_GRID_PREMISES),
    "share": (Key.LEAST_OFFICER_PREMISES, Key.MOST_OFFICER_PREMISES),
    "rotation": (Key.ROTATION_NOTICE_MONTHS, Key.ROTATION_MONTHS),
}


@dataclass(frozen=True)
class Bounds:
    """From `least` to `most`; an end that is None is open."""

    least: int | None = None
    most: int | None = None

    def side(self, number: int, among: int = 1) -> int:
        """-1 below, 1 above, 0 within, of so many for each of `among`; whole numbers, since all grids are judged."""
        if self.least is not None and number < self.least * among:
            return -1
        return int(self.most is not None and number > self.most * among)

    def strain(self, number: int, among: int = 1) -> Fraction:
        """How many times the bound that is broken: above 1 too much, below 1 too little, 1 within."""
        side = self.side(number, among)
        if side > 0 and self.most:
            return Fraction(number, self.most * among)
        if side < 0 and self.least:
            return Fraction(number, self.least * among)
        return WITHIN

    def __bool__(self) -> bool:
        return self.least is not None or self.most is not None

    def __str__(self) -> str:
        if self.least is not None and self.most is not None:
            return f"{self.least:,}" if self.least == self.most else f"{self.least:,}–{self.most:,}"
        if self.least is not None:
            return f"≥ {self.least:,}"
        return f"≤ {self.most:,}" if self.most is not None else "–"


@dataclass(frozen=True)
class Guides:
    """The figures of one bureau in force on a day."""

    figures: Figures

    def value(self, key: str) -> int | None:
        """The number, None where no row is in force."""
        row = self.figures.get(key)
        return row.value if row else None

    @cached_property
    def bounds(self) -> dict[str, Bounds]:
        """The bounds of each thing judged, made once for all grids."""
        return {
            what: Bounds(self.value(keys[0]), self.value(keys[1]) if len(keys) > 1 else None)
            for what, keys in JUDGED.items()
        }

    def of(self, what: str) -> Bounds:
        """The bounds of one thing judged."""
        return self.bounds[what]

    def station_grids(self, premises: int) -> Bounds:
        """Into how many grids a station of so many premises is divided (handbook §1, D)."""
        small = self.value(Key.SMALL_STATION_PREMISES)
        if small is None:
            return Bounds()
        if premises < small:
            grids = self.value(Key.SMALL_STATION_GRIDS)
            return Bounds(grids, grids)
        return Bounds(self.value(Key.LEAST_STATION_GRIDS), self.value(Key.MOST_STATION_GRIDS))

    @property
    def rows(self) -> list[PolicyFigure]:
        """The figures that judge here, in the order of the table."""
        keys = [key for keys in JUDGED.values() for key in keys]
        keys += [Key.SMALL_STATION_PREMISES, Key.SMALL_STATION_GRIDS, Key.LEAST_STATION_GRIDS, Key.MOST_STATION_GRIDS]
        return [self.figures[key] for key in keys if key in self.figures]

    @property
    def unjudged(self) -> list[str]:
        """What no figure in force judges, in words."""
        words = {
            "certified": _("lead and certified officers"),
            "supervisors": _("supervisors"),
            "officers": _("officers of a grid"),
            "premises": _("premises of a grid"),
            "share": _("premises for one officer"),
            "rotation": _("time in post"),
        }
        return [words[what] for what in JUDGED if not self.of(what)]


def guides_of(codes: Collection[str], on: date) -> dict[str, Guides]:
    """Bureau → its guides on the day, for the bureaus of these areas; one query."""
    return {bureau: Guides(figures) for bureau, figures in figures_of({code[:2] for code in codes}, on).items()}
