"""What is handed in, brought into the form in which it is compared and stored."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from complaints.models import Complainant, Complaint
from complaints.records import Intake
from gridsup.errors import BadInput
from gridsup.telephones import is_telephone, narrow
from subjects.lines import lines_of

# Fields of the intake → the model's field that bounds their length.
LENGTHS: dict[str, tuple[type[models.Model], str]] = {
    "text": (Complaint, "text"),
    "about": (Complaint, "about"),
    "place_given": (Complaint, "address"),
    "category": (Complaint, "category"),
    "line": (Complaint, "line"),
    "outside_number": (Complaint, "outside_number"),
    "name": (Complainant, "name"),
    "phone": (Complainant, "phone"),
    "address": (Complainant, "address"),
}


def cleaned(bureau: str, intakes: Iterable[Intake]) -> list[Intake]:
    """The intakes without blanks around their texts, lines of business by their codes; raises BadInput for a text that
    cannot be used. One query for the lines, where any is named."""
    found: list[Intake] = []
    lines: dict[str, str] = {}
    for intake in intakes:
        texts: dict[str, Any] = {**cleaned_texts({name: getattr(intake, name) for name in LENGTHS})}
        if texts["line"]:
            lines = lines or lines_of(bureau)
            texts["line"] = _line(texts["line"], lines)
        found.append(replace(intake, **texts))
    return found


def _line(given: str, lines: Mapping[str, str]) -> str:
    """The code of a line that is given by code or by name; no section would see one that nobody knows."""
    codes = {name.casefold(): code for code, name in lines.items()} | {code.casefold(): code for code in lines}
    if given.casefold() not in codes:
        known = _(", ").join(f"{name} ({code})" for code, name in lines.items())
        raise BadInput(
            _("There is no line of business “%(line)s”. Known are: %(known)s.") % {"line": given, "known": known},
            field="line",
        )
    return codes[given.casefold()]


def cleaned_texts(given: Mapping[str, str]) -> dict[str, str]:
    """Texts without blanks around them, a telephone number in narrow digits; raises BadInput for one that is too long
    or no text."""
    cleaned = {name: value.strip() for name, value in given.items()}
    if "phone" in cleaned:
        cleaned["phone"] = narrow(cleaned["phone"])
    for name, value in cleaned.items():
        model, field = LENGTHS[name]
        most = longest(model, field)
        if len(value) > most:
            raise BadInput(
                _("At most %(most)s characters; these are %(count)s.") % {"most": most, "count": len(value)}, field=name
            )
        if "\x00" in value:
            raise BadInput(_("This holds signs that are no text."), field=name)
    phone = cleaned.get("phone", "")
    if phone and not is_telephone(phone):
        raise BadInput(
            _("“%(phone)s” is no telephone number: give a mobile one, a landline with its area code, or a foreign one "
              "with + and its country.") % {"phone": phone},
            field="phone",
        )  # fmt: skip
    return cleaned


def longest(model: type[models.Model], field: str) -> int:
    """How many characters a text of the model holds."""
    return int(getattr(model._meta.get_field(field), "max_length", None) or 0)
