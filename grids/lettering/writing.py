"""Writes a responsibility letter: the template filled from two posts (docs/letters.md lists its tags)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.conf import settings
from django.utils import formats, translation

from grids.lettering.template import FILE
from grids.models import GridPeriod, Locality, Posting
from grids.naming import names_on
from gridsup.documents import fill, template_file


@dataclass(frozen=True)
class Draft:
    """A letter to be written: of which year and version, who gives it and who signs it."""

    year: int
    version: int
    giver: Posting
    holder: Posting
    made_on: date

    @property
    def number(self) -> str:
        return f"{self.year}-{self.holder.area_code}-{self.version}"

    @property
    def file(self) -> str:
        """Name of its file, the same whoever writes it."""
        return f"letters/{self.year}/{self.holder.area_code[:4]}/{self.number}.docx"


def write(drafts: Sequence[Draft]) -> dict[str, bytes]:
    """File name → the letter, in the bureau's language; raises BadTemplate. A fixed number of queries."""
    place = template_file(FILE)
    with translation.override(settings.LANGUAGE_CODE):
        known = _Areas(drafts)
        return {
            draft.file: fill(
                place,
                context(draft, known),
                title=f"{known.names.get(draft.holder.area_code, '')} {draft.number}",
                author=known.names.get(draft.holder.area_code[:2], ""),
                made=datetime.combine(draft.made_on, time.min),
            )
            for draft in drafts
        }


class _Areas:
    """What is known of the areas of some letters on the day they are made."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        codes = {draft.holder.area_code for draft in drafts}
        day = max((draft.made_on for draft in drafts), default=date.min)
        above = {code[:length] for code in codes for length in (2, 4)}
        self.names = names_on(codes | above, day)
        dated = GridPeriod.objects.on(day).filter(grid__code__in=codes).defer("boundary")
        self.lying: Mapping[str, GridPeriod] = {period.grid_id: period for period in dated}
        wanted = {code for period in self.lying.values() for code in period.localities}
        self.places = dict(Locality.objects.filter(code__in=wanted).values_list("code", "name"))


def context(draft: Draft, known: _Areas) -> dict[str, Any]:
    """What the template's tags stand for, in finished words."""
    area, above = draft.holder.area_code, draft.giver.area_code
    lies = known.lying.get(area)
    first, last = date(draft.year, 1, 1), date(draft.year, 12, 31)
    return {
        "year": draft.year,
        "number": draft.number,
        "level": "station" if len(area) == 4 else "grid",
        "area_code": area,
        "area_name": known.names.get(area, area),
        "above_code": above,
        "above_name": known.names.get(above, above),
        "bureau_name": known.names.get(area[:2], ""),
        "giver": str(draft.giver.officer),
        "giver_duty": draft.giver.get_duty_display(),
        "holder": str(draft.holder.officer),
        "holder_duty": draft.holder.get_duty_display(),
        "extent": lies.extent if lies else "",
        "places": "、".join(known.places.get(code, code) for code in lies.localities) if lies else "",
        "first_day": _day(max(first, draft.holder.from_day)),
        "last_day": _day(last),
        "made_on": _day(draft.made_on),
    }


def _day(day: date) -> str:
    return formats.date_format(day, "DATE_FORMAT")
