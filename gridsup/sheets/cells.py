"""What a cell means before it is read: text that was marked as text, formulas, error values, empty ones."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from gridsup.sheets.faults import Refused

# `="0501"`, the way to write text into a csv that a spreadsheet leaves alone.
MARKED_AS_TEXT = re.compile('="([^"]*)"')
# An apostrophe before something that a spreadsheet would calculate or shorten; the rejects file writes it.
PROTECTED = re.compile("'(?='*[=+@0-9\t\r-])")
# What a spreadsheet shows where it could not calculate.
ERRORS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA"}


class Plain(str):
    """Text of a csv that was marked as text (`="0111"`), so that its zeros are as meant."""

    __slots__ = ()


def both(words: Mapping[str, str]) -> dict[str, str]:
    """The Chinese words and the English ones."""
    return {**words, **{english: english for english in words.values()}}


def shown_formula(text: str) -> str:
    """A formula as text that nothing calculates; taken in again it is refused as the formula is."""
    return f"[={text.removeprefix('=')}]"


def formula_sentence() -> str:
    """What to do about a formula."""
    return _("A formula stands here; its result may be old. Enter the value itself.")


def as_meant(raw: str) -> str:
    """A csv's cell without the marks that keep a spreadsheet from changing it; raises Refused for a formula."""
    if raw[:1] == "=":
        marked = MARKED_AS_TEXT.fullmatch(raw.strip())
        if marked is None:
            raise Refused(formula_sentence())
        return Plain(marked[1])
    if raw[:1] == "'" and PROTECTED.match(raw):
        return Plain(raw[1:])
    return raw


def meant(raw: Any, *, typed: bool) -> Any:
    """A cell as it is to be read, "" for an empty one; raises Refused for a formula in a csv, for one
    that was shown as text, and for an error value.
    """
    if not typed:
        raw = as_meant(raw)
    if type(raw) is str:
        if raw[:2] == "[=" and raw.rstrip()[-1:] == "]":
            raise Refused(formula_sentence())
        if raw.isspace():
            return ""
        if raw[:1] == "#" and (error := raw.strip().upper()) in ERRORS:
            raise Refused(
                _("The cell holds the error %(error)s instead of a value. Enter the value itself.") % {"error": error}
            )
    return raw
