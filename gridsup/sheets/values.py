"""Readers of single cells: each gives a typed value or raises Refused with a sentence.

A reader never sees an empty cell: an empty cell states nothing.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from math import isfinite
from typing import Any

from django.utils.translation import gettext as _

from gridsup.sheets.faults import Refused

Reader = Callable[[Any], Any]

# Characters that never belong into a sheet, and those that only need tidying.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
INVISIBLE = re.compile("[\u200b-\u200f\u2060-\u2064\ufeff]")
# Above this a spreadsheet's number has lost digits (it keeps fifteen).
MOST_EXACT = 10**15
# Day 0 of a spreadsheet's count of days; its own 29 February 1900 makes days before March 1900 doubtful.
SERIAL_ZERO = date(1899, 12, 30).toordinal()
SERIAL_FIRST = 61
EARLIEST = date(1900, 3, 1)
LATEST = date(2199, 12, 31)
# How registers write a permit without end.
NO_END = date(9999, 12, 31)
ENDLESS = {"长期", "永久", "无固定期限", "9999-12-31"}
WRITTEN_DATE = re.compile(r"([0-9]{4})(?:年|[-/.])([0-9]{1,2})(?:月|[-/.])([0-9]{1,2})日?")
MIDNIGHT = re.compile(r"[ T]+0?0:00(?::00(?:\.0+)?)?$")
COMPACT_DATE = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")


def tidy(raw: Any) -> str:
    """Text as a person sees it: no margins, no double spaces, nothing invisible."""
    value = raw if isinstance(raw, str) else written(raw)
    if not value.isprintable() or "  " in value or value[:1] == " " or value[-1:] == " ":
        if found := FORBIDDEN.search(value):
            raise Refused(
                _("There is a control character (U+%(code)04X) at place %(place)d.")
                % {"code": ord(found[0]), "place": found.start() + 1}
            )
        value = " ".join(INVISIBLE.sub("", value).split())
    return value


def written(raw: object) -> str:
    """A cell that is not text as its digits."""
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if isinstance(raw, int | float):
        if not isfinite(raw) or abs(raw) >= MOST_EXACT:
            raise Refused(_("The sheet holds this code as a number, which has lost its last digits. Enter it as text."))
        return str(int(raw)) if raw == int(raw) else repr(raw)
    if isinstance(raw, datetime | date):
        return raw.isoformat()[:10]
    raise Refused(_("This is a time of day, not a text."))


def text(most: int) -> Reader:
    """A reader of text of at most so many characters."""

    def read(raw: Any) -> str:
        if isinstance(raw, str) and len(raw) > most:
            raw = raw.strip()
            if len(raw) > most:
                raise Refused(
                    _("This has %(length)d characters; at most %(most)d fit.") % {"length": len(raw), "most": most}
                )
        return tidy(raw)

    return read


def name(most: int) -> Reader:
    """A reader of names: text with at least one letter or digit, and no truth value."""
    read_text = text(most)

    def read(raw: Any) -> str:
        value: str = read_text(raw)
        if value in {"TRUE", "FALSE"} or (value and not any(map(str.isalnum, value))):
            raise Refused(_("The name is missing: the cell has only “%(value)s”.") % {"value": value})
        return value

    return read


def shown(raw: Any) -> str:
    """A cell as a sentence quotes it: as it stands there."""
    return raw.strip() if isinstance(raw, str) else written(raw)


def narrow(raw: Any) -> str:
    """A code or word without width, case and spaces: ９１Ａ → 91A."""
    value = text(64)(raw)
    if not value.isascii():
        value = unicodedata.normalize("NFKC", value)
    return str(value).replace(" ", "").upper()


def day(*, on: date | None = None, endless: bool = False) -> Reader:
    """A reader of dates: a date cell, 2024-05-01, 2024/5/1, 2024.5.1, 20240501, 2024年5月1日, or a count of days.

    With `on`, later days are refused; with `endless`, words for "without end" are taken.
    """

    def read(raw: Any) -> date:
        found = _day_of(raw, endless)
        if on is not None and found > on:
            raise Refused(_("%(day)s lies after %(on)s, the day of this import.") % {"day": found, "on": on})
        if not EARLIEST <= found <= LATEST and not (endless and found == NO_END):
            raise Refused(_("%(day)s is no likely day.") % {"day": found})
        return found

    return read


def day_of_serial(raw: float) -> date | None:
    """The day of a spreadsheet's count of days, whose fraction is the time of day; None for other numbers."""
    if SERIAL_FIRST <= raw < LATEST.toordinal() - SERIAL_ZERO:
        return date.fromordinal(SERIAL_ZERO + int(raw))
    return None


def _day_of(raw: Any, endless: bool) -> date:
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    if isinstance(raw, float | int) and not isinstance(raw, bool):
        if serial := day_of_serial(raw):
            return serial
        raw = str(int(raw)) if isfinite(raw) else "?"
    if isinstance(raw, time | timedelta):
        raise Refused(_("This is a time of day, not a date."))
    value = narrow(MIDNIGHT.sub("", text(64)(raw)))
    if endless and value in ENDLESS:
        return NO_END
    parts = WRITTEN_DATE.fullmatch(value) or COMPACT_DATE.fullmatch(value)
    if not parts:
        raise Refused(_("“%(value)s” is no date. Write it as 2024-05-01.") % {"value": shown(raw)})
    try:
        return date(*map(int, parts.groups()))
    except ValueError as error:
        raise Refused(_("There is no day %(value)s.") % {"value": shown(raw)}) from error


def word(words: Mapping[str, str]) -> Reader:
    """A reader of one of several words, whatever their case; the sentence lists them."""
    listed = "、".join(words)
    folded = {spoken.casefold(): meant for spoken, meant in words.items()}

    def read(raw: Any) -> str:
        value = narrow(raw)
        if value.casefold() not in folded:
            raise Refused(_("“%(value)s” is unknown here. Known: %(words)s.") % {"value": shown(raw), "words": listed})
        return folded[value.casefold()]

    return read


def key_of(value: str) -> str:
    """A name or address as it is compared: without width, case and spaces."""
    if not value.isascii() and not unicodedata.is_normalized("NFKC", value):
        value = unicodedata.normalize("NFKC", value)
    return value.replace(" ", "").casefold()
