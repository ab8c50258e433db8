"""The refused rows as a csv that a spreadsheet opens well: where, why, and the row itself to be mended."""

import csv
import os
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.utils.translation import gettext as _

from gridsup.errors import BadInput
from gridsup.sheets.cells import PROTECTED, Plain, as_meant, shown_formula
from gridsup.sheets.faults import Fault, Refused
from gridsup.sheets.reading import Cell, Sheet
from gridsup.sheets.values import FORBIDDEN, MOST_EXACT, day_of_serial

# What a spreadsheet would calculate, and codes that it would shorten: long ones and those with a leading zero.
RISKY = re.compile("[=+@\t\r-]|0[0-9]|[0-9]{12}")
PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,10})(?:\.[0-9]+)?")
# A spreadsheet cell holds no more, and nobody mends a row by reading it.
LONGEST = 2_000


def check_writable(path: Path, *, ledger: Path) -> None:
    """Raises BadInput before anything is read where the file could not be written in the end, or is the ledger file."""
    if not path.parent.is_dir():
        raise BadInput(_("The rejects file %(path)s cannot be written: there is no such folder.") % {"path": path})
    if path.exists():
        if ledger.exists() and path.samefile(ledger):
            raise BadInput(_("The rejects file %(path)s is the ledger file itself. Name another.") % {"path": path})
        if not path.is_file():
            raise BadInput(_("The rejects file %(path)s is a folder or a device. Name a file.") % {"path": path})
    if not os.access(path.resolve().parent, os.W_OK):
        raise BadInput(
            _("The rejects file %(path)s cannot be written: its folder is write-protected.") % {"path": path}
        )


@contextmanager
def draft_of(path: Path | None) -> Iterator[Path | None]:
    """A file beside the rejects file that takes its place at the end; a failure leaves an earlier one alone."""
    if path is None:
        yield None
        return
    target = path.resolve()
    draft = target.with_name(f".{target.name[:100]}.{os.getpid()}.part")
    try:
        yield draft
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def write_rejects(path: Path, sheet: Sheet, faults: Iterable[Fault], *, dates: Collection[str]) -> None:
    """One line a refused row: its number, the columns, the reasons, then its cells under the sheet's own header.

    The file can be mended and imported itself; the first three columns are not read. A formula without a result comes
    back as text that is refused again. `dates`: keys of columns that hold
    days.
    """
    dated = {position for key, position in sheet.header.positions.items() if key in dates}
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
                    told = " ".join(printable(fault.reason) for fault in found)
                    formulas = sheet.formulas.get(number, {})
                    row = [
                        printable(shown_formula(formulas[p].text))
                        if p in formulas and formulas[p].text
                        else again(cell, typed=sheet.holds_types, dated=p in dated)
                        for p, cell in enumerate(cells)
                    ]
                    lines.writerow([number, "、".join(columns), told, *row])
    except OSError as error:
        raise BadInput(
            _("The rejects file %(path)s cannot be written: %(why)s.") % {"path": path, "why": error.strerror}
        ) from error


def again(cell: Cell, *, typed: bool, dated: bool) -> str:
    """A cell as text that the import reads from a csv as it read the cell itself."""
    if isinstance(cell, str):
        return _text_again(cell, typed=typed)
    if isinstance(cell, datetime):
        cell = cell.date()
    elif dated and not isinstance(cell, bool) and isinstance(cell, float | int):
        cell = day_of_serial(cell) or cell
    if isinstance(cell, float) and abs(cell) < MOST_EXACT and cell == int(cell):
        cell = int(cell)
    return harmless(str(cell))


def _text_again(cell: str, *, typed: bool) -> str:
    """In a csv an apostrophe before a code is no part of it, in a workbook's cell it is."""
    if typed:
        # Digits that are text in a workbook stay text: 111 and 0111 may both be codes.
        return f"'{printable(cell)}" if cell.isdigit() or PROTECTED.match(cell) else harmless(cell)
    try:
        meant = as_meant(cell)
    except Refused:
        return printable(shown_formula(cell.strip()))
    if isinstance(meant, Plain):
        marked = f"'{printable(meant)}"
        return marked if PROTECTED.match(marked) else printable(meant)
    return harmless(cell)


def harmless(text: str) -> str:
    """Text that no spreadsheet calculates or shortens; an apostrophe before it is taken off by the import."""
    text = printable(text)
    if RISKY.match(text) and not PLAIN_NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def printable(text: str) -> str:
    """Text without control characters, cut to what somebody may read."""
    return FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text[:LONGEST])
