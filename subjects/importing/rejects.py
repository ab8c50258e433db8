"""The refused rows as a csv that a spreadsheet opens well: where, why, and the row itself to be mended."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, time
from pathlib import Path

from django.utils.translation import gettext as _

from gridsup.errors import BadInput
from subjects.importing.faults import Fault
from subjects.importing.reading import Cell, Sheet
from subjects.importing.values import FORBIDDEN, MOST_EXACT

# What a spreadsheet would calculate, and codes that it would shorten: long ones and those with a leading zero.
RISKY = re.compile("[=+@\t\r-]|0[0-9]|[0-9]{12}")
PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,10})(?:\.[0-9]+)?")
# A spreadsheet cell holds no more, and nobody mends a row by reading it.
LONGEST = 2_000


def check_writable(path: Path) -> None:
    """Raises BadInput before anything is read where the file could not be written in the end."""
    if path.is_dir() or not path.parent.is_dir():
        raise BadInput(_("The rejects file %(path)s cannot be written: there is no such folder.") % {"path": path})


def write_rejects(path: Path, sheet: Sheet, faults: Iterable[Fault]) -> None:
    """One line a refused row: its number, the columns, the reasons, then its cells under the sheet's own header.

    The file can be mended and imported itself; the first three columns are not read.
    """
    reasons: dict[int, list[Fault]] = defaultdict(list)
    for fault in faults:
        reasons[fault.row].append(fault)
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            lines = csv.writer(file)
            lines.writerow([_("row"), _("column"), _("reason"), *map(harmless, sheet.header.cells)])
            for number, cells in sheet.rows() if reasons else ():
                if found := reasons.get(number):
                    columns = dict.fromkeys(sheet.header.title(fault.column) for fault in found if fault.column)
                    told = " ".join(harmless(fault.reason) for fault in found)
                    lines.writerow([number, "、".join(columns), told, *map(harmless, cells)])
    except OSError as error:
        raise BadInput(
            _("The rejects file %(path)s cannot be written: %(why)s.") % {"path": path, "why": error.strerror}
        ) from error


def harmless(cell: Cell) -> str:
    """A cell as text that no spreadsheet calculates or shortens; an apostrophe before it is taken off by the import."""
    if isinstance(cell, float) and abs(cell) < MOST_EXACT and cell == int(cell):
        cell = int(cell)
    if isinstance(cell, datetime) and cell.time() == time():
        cell = cell.date()
    text = cell.isoformat(" ") if isinstance(cell, datetime) else str(cell)
    text = FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text[:LONGEST])
    if RISKY.match(text) and not PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text
