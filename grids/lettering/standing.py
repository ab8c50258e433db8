"""How the letters of a year stand: which are signed, which wait, and who has none yet."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from grids.actions.letters import day_of
from grids.areas import areas_asked
from grids.models import Grid, Posting, ResponsibilityLetter, Station
from grids.permissions import Permission
from grids.querysets import LetterQuerySet, PostingQuerySet
from gridsup.scoping import inside

# What the page lists, in the order of its tabs.
LISTS = {
    "unsigned": _("To be signed"),
    "needed": _("No letter yet"),
    "vacant": _("Nobody to sign"),
    "signed": _("Signed"),
    "superseded": _("Superseded"),
}


@dataclass(frozen=True)
class Standing:
    """The letters of a year in some areas, none inside another; `on` is today."""

    codes: tuple[str, ...]
    year: int
    on: date

    def letters(self, state: str) -> LetterQuerySet:
        """Letters in a state: those of the areas, and of what lies below."""
        rows = ResponsibilityLetter.objects.filter(inside(self.codes), year=self.year, state=state)
        return rows.select_related("holder__officer", "giver__officer").order_by("area_code", "-version")

    def needed(self) -> PostingQuerySet:
        """Heads of today, or of the first day of a year to come, who have no letter: new in their post, or left out."""
        return self._heads().without_letter(self.year).select_related("officer").order_by("area_code", "pk")

    def to_come(self) -> PostingQuerySet:
        """Heads whose post begins later in the year, as after a swap: from that day on a letter of theirs is needed."""
        day = day_of(self.year, self.on)
        coming = Posting.objects.heads().filter(inside(self.codes), called_off=False)
        coming = coming.filter(from_day__gt=day, from_day__lte=date(self.year, 12, 31)).without_letter(self.year)
        coming = coming.annotate(digits=Length("area_code")).filter(digits__gt=2)
        return coming.select_related("officer").order_by("from_day", "area_code", "pk")

    def to_make(self, codes: Collection[str]) -> int:
        """How many letters a job for the codes would make: of a station those of its grids, its own is the bureau's."""
        if self.year < self.on.year:
            return 0
        own = [code for code in codes if len(code) == 4]
        return self.needed().filter(inside(codes)).exclude(area_code__in=own).count()

    def vacant(self) -> list[tuple[str, str]]:
        """Code and name of stations and grids in force without a head, who could sign."""
        head = Posting.objects.on(day_of(self.year, self.on)).heads().filter(area_code=OuterRef("code"))
        here = inside(self.codes, "code")
        areas: list[Any] = [Station.objects.filter(here), Grid.objects.in_force().filter(here)]
        return sorted(pair for rows in areas for pair in rows.exclude(Exists(head)).values_list("code", "name"))

    def counts(self) -> dict[str, int]:
        """Name of each list → how many it has."""
        return {
            "unsigned": self.letters("made").count(),
            "needed": self.needed().count(),
            "vacant": len(self.vacant()),
            "signed": self.letters("signed").count(),
            "superseded": self.letters("superseded").count(),
        }

    def rows(self, name: str) -> Any:
        """The rows of a list."""
        states = {"unsigned": "made", "signed": "signed", "superseded": "superseded"}
        if name in states:
            return self.letters(states[name])
        return self.needed() if name == "needed" else self.vacant()

    def _heads(self) -> PostingQuerySet:
        heads = Posting.objects.on(day_of(self.year, self.on)).heads().filter(inside(self.codes))
        return heads.annotate(digits=Length("area_code")).filter(digits__gt=2)


def years(on: date, known: Sequence[int]) -> list[int]:
    """This year, the next, and those that have letters; the latest first."""
    return sorted({on.year, on.year + 1, *known}, reverse=True)


def standing(officer: Any, *, area: str, year: int, on: date) -> Standing:
    """What the officer may see of an area, or of all that they hold; raises as `areas_asked`."""
    return Standing(areas_asked(officer, Permission.VIEW_PEOPLE, area), year, on)
