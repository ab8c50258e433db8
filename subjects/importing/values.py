"""Readers of single cells that only a ledger has: each gives a typed value or raises Refused with a sentence."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, InvalidFormat, InvalidLength

from gridsup.sheets.faults import Refused
from gridsup.sheets.values import Reader, narrow, shown


def unified_code(*, check: bool) -> Reader:
    """A reader of unified social credit codes and, in their place, legacy numbers of 15 digits.

    Without `check` a wrong check digit passes; the caller warns. A wrong length or character never does.
    """

    def read(raw: Any) -> str:
        value = narrow(raw).replace("-", "")
        if len(value) == 15 and value.isdigit():
            return value
        try:
            uscc.validate(value)
        except InvalidLength as error:
            raise Refused(
                ngettext(
                    "“%(value)s” has %(length)d character; a unified social credit code has 18, a legacy number 15.",
                    "“%(value)s” has %(length)d characters; a unified social credit code has 18, a legacy number 15.",
                    len(value),
                )
                % {"value": shown(raw), "length": len(value)}
            ) from error
        except InvalidChecksum as error:
            if check:
                raise Refused(_("The check digit of “%(value)s” is wrong.") % {"value": shown(raw)}) from error
        except InvalidFormat as error:
            raise Refused(
                _("“%(value)s” is no unified social credit code: its first eight are digits, the rest digits or "
                  "letters other than I, O, S, V, Z.") % {"value": shown(raw)}
            ) from error  # fmt: skip
        return value

    return read


def legacy_number(raw: Any) -> str:
    """A registration number of the time before the unified code: 15 digits."""
    value = narrow(raw)
    if len(value) != 15 or not (value.isascii() and value.isdigit()):
        raise Refused(_("“%(value)s” is no registration number of 15 digits.") % {"value": shown(raw)})
    return value


def degrees(raw: Any) -> float:
    """A longitude or latitude as a number; its place is judged with its partner."""
    if isinstance(raw, float | int) and not isinstance(raw, bool):
        return float(raw)
    try:
        return float(narrow(raw).rstrip("°"))
    except ValueError as error:
        raise Refused(_("“%(value)s” is no number of degrees.") % {"value": shown(raw)}) from error
