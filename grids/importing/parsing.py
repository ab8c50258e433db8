"""One row of a sheet of people → what it states, or what is wrong with it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from grids.importing.columns import COLUMNS
from grids.models import Officer, Posting
from grids.permissions import Duty
from gridsup.sheets import values
from gridsup.sheets.cells import formula_sentence, meant
from gridsup.sheets.faults import Fault, Refused
from gridsup.sheets.reading import Cell, Sheet

USER_NAME = re.compile(r"[\w.@+-]+")


@dataclass(slots=True)
class Person:
    """What a row states; None where its cell is empty, which changes nothing."""

    row: int
    name: str | None = None
    username: str | None = None
    phone: str | None = None
    certificate_no: str | None = None
    certificate_from: date | None = None
    certificate_valid_to: date | None = None
    duty: str | None = None
    area_code: str | None = None
    line: str | None = None
    team: str | None = None
    from_day: date | None = None

    @property
    def post(self) -> tuple[str, str]:
        """Duty and area of the post that the row gives; empty for none."""
        return self.duty or "", self.area_code or ""


def readers(bureau: str) -> dict[str, values.Reader]:
    """The reader of each column."""
    return {
        "name": values.name(longest(Officer, "name")),
        "username": username,
        "phone": values.text(longest(Officer, "phone")),
        "certificate_no": values.text(longest(Officer, "certificate_no")),
        "certificate_from": values.day(),
        "certificate_valid_to": values.day(),
        "duty": duty,
        "area_code": lambda raw: area(raw, bureau),
        "line": values.text(longest(Posting, "line")),
        "team": values.text(longest(Posting, "team")),
        "from_day": values.day(),
    }


def longest(model: Any, name: str) -> int:
    """How many characters are kept of a text."""
    return int(model._meta.get_field(name).max_length)


def duty_words() -> dict[str, str]:
    """The Chinese, the English and the key of each duty."""
    words: dict[str, str] = {}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            words |= {values.narrow(str(duty.label)): duty.value for duty in Duty}
    return words | {duty.value: duty.value for duty in Duty}


def duty(raw: Any) -> str:
    """The Chinese, the English or the key of a duty; the sentence lists the words of the reader's language alone."""
    found = duty_words().get(values.narrow(raw)) or duty_words().get(values.narrow(raw).casefold())
    if found is None:
        raise Refused(
            _("“%(value)s” is unknown here. Known: %(words)s.")
            % {"value": values.shown(raw), "words": "、".join(str(one.label) for one in Duty)}
        )
    return found


def username(raw: Any) -> str:
    """A user name: letters, digits and @ . + - _."""
    value = str(values.text(longest(Officer, "username"))(raw))
    if not USER_NAME.fullmatch(value):
        raise Refused(_("“%(value)s” is no user name: letters, digits and @ . + - _ only.") % {"value": value})
    return value


def area(raw: Any, bureau: str) -> str:
    """A code of 2, 4 or 6 digits inside the bureau; one lost zero is put back. The post asks whether it exists."""
    value = values.narrow(raw)
    if not (value.isascii() and value.isdigit()) or len(value) > 6:
        raise Refused(_("“%(value)s” is no area code of 2, 4 or 6 digits.") % {"value": values.shown(raw)})
    value = value.zfill(len(value) + len(value) % 2)
    if not value.startswith(bureau):
        raise Refused(
            _("Area %(value)s lies outside the district: codes here start with %(bureau)s.")
            % {"value": value, "bureau": bureau}
        )
    return value


class PersonParser:
    """Reads the rows of one sheet."""

    def __init__(self, sheet: Sheet, bureau: str) -> None:
        self._sheet, self._header, self._readers = sheet, sheet.header, readers(bureau)

    def parse(self, number: int, cells: Sequence[Cell]) -> tuple[Person, list[Fault]]:
        """What the row states and what is wrong with it."""
        person, faults = Person(number), []
        formulas = self._sheet.formulas.get(number, ())
        for key, position in self._header.positions.items():
            if position in formulas:
                faults.append(Fault(number, key, formula_sentence()))
            elif position < len(cells):
                try:
                    raw = meant(cells[position], typed=self._sheet.holds_types)
                    setattr(person, key, (self._readers[key](raw) or None) if raw != "" else None)
                except Refused as refusal:
                    faults.append(Fault(number, key, str(refusal)))
        told = {fault.column for fault in faults}
        faults += [Fault(number, key, reason) for key, reason in self._whole(person) if key not in told]
        return person, faults

    def _whole(self, person: Person) -> list[tuple[str, str]]:
        """What no cell shows alone."""
        found = []
        if person.name is None:
            found.append(("name", _("The name is missing.")))
        if person.username is None:
            found.append(("username", _("The user name is missing.")))
        if (person.certificate_no is None) != (person.certificate_valid_to is None):
            key = "certificate_valid_to" if person.certificate_valid_to is None else "certificate_no"
            found.append((key, _("A certificate has a number and a last valid day.")))
        if person.certificate_from is not None and person.certificate_no is None:
            found.append(("certificate_from", _("A certificate has a number and a last valid day.")))
        if (person.duty is None) != (person.area_code is None):
            key = "area_code" if person.area_code is None else "duty"
            found.append((key, _("A post has a duty and an area.")))
        return found


def known_column(key: str) -> str:
    """A field of an action as the column that holds it; empty for none."""
    names = {"number": "certificate_no", "to_day": "certificate_valid_to", "officer": "username"}
    return key if key in COLUMNS else names.get(key, "")
