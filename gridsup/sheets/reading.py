"""Opening a sheet: which kind it is, whether it can be read at all, its header and its rows.

Rows are handed out one by one and may be asked for again, so that the file never stands in memory twice.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Protocol

from django.utils.translation import gettext as _
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from gridsup.errors import BadInput
from gridsup.sheets import workbook
from gridsup.sheets.cells import shown_formula
from gridsup.sheets.header import MOST_ABOVE, Columns, Header, find_header
from gridsup.sheets.textfile import TextFile

Cell = int | float | str | bool | date | datetime | time | timedelta
Numbered = tuple[int, list[Cell]]

MOST_ROWS = 200_000
# Far above what a ledger of MOST_ROWS rows takes as xlsx or csv.
MOST_BYTES = 300_000_000

ZIP, OLE = b"PK\x03\x04", bytes.fromhex("D0CF11E0A1B11AE1")
OTHER_KINDS = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7z",
    b"\x1f\x8b": "gzip",
    b"PK\x05\x06": "ZIP",
}


class Source(Protocol):
    """Where rows come from: all rows of a sheet from its first, each with its number there."""

    def rows(self) -> Iterator[Numbered]: ...

    def length(self) -> int:
        """How many rows there are, empty ones among them."""

    def release(self) -> None:
        """Gives the memory back; asking for rows again reads the file again."""


class Book:
    """One sheet of an xlsx or xls workbook."""

    def __init__(self, path: Path, position: int | None = None) -> None:
        """Without a position, the first visible sheet."""
        self.path, self.position = path, position
        self._cells: CalamineSheet | None = None

    def rows(self) -> Iterator[Numbered]:
        """Rows with the cells before the first filled column, so that positions are those of the sheet."""
        self._cells = cells = self._cells or self._load()
        margin: list[Cell] = [""] * (cells.start[1] if cells.start else 0)
        for number, row in enumerate(cells.iter_rows(), 1):
            yield number, margin + row if margin else row

    def length(self) -> int:
        self._cells = self._cells or self._load()
        return self._cells.end[0] + 1 if self._cells.end else 0

    def release(self) -> None:
        self._cells = None

    def _load(self) -> CalamineSheet:
        try:
            # From the open file, because the parser would otherwise go by the file's name.
            with self.path.open("rb") as file, CalamineWorkbook.from_filelike(file) as book:
                position = _first_visible(book) if self.position is None else self.position
                if position is not None:
                    return book.get_sheet_by_index(position)
        except PasswordError as error:
            raise BadInput(workbook.encrypted()) from error
        except (CalamineError, OSError) as error:
            raise BadInput(
                _("This spreadsheet is damaged or of a kind that is not read. Save it as .xlsx, then try again.")
            ) from error
        raise BadInput(_("This workbook has no visible sheet."))


def _first_visible(book: CalamineWorkbook) -> int | None:
    for position, sheet in enumerate(book.sheets_metadata):
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet:
            return position
    return None


@dataclass(frozen=True)
class Sheet:
    """A readable sheet: its header, which cells hold a formula or an error instead of a value, and warnings."""

    source: Source
    header: Header
    formulas: Mapping[int, Mapping[int, workbook.Formula]]  # row → position from 0
    errors: Mapping[int, Mapping[int, str]] = field(default_factory=dict)  # row → position → #N/A, in read columns
    cautions: tuple[str, ...] = ()

    @property
    def holds_types(self) -> bool:
        """Cells are numbers, dates or text; in a csv everything is text."""
        return isinstance(self.source, Book)

    def rows(self) -> Iterator[Numbered]:
        """The rows under the header that hold anything, each with its number in the sheet."""
        number = 0
        for number, cells in self.source.rows():
            for position, error in self.errors.get(number, {}).items():
                if position < len(cells):
                    cells[position] = error
            if number > self.header.row and any(map(_says_something, cells)):
                yield number, cells
        # the parser ends with the last row that has a value
        for further in sorted(row for row in self.errors if row > max(number, self.header.row) and self.errors[row]):
            width = max(self.errors[further]) + 1
            yield further, [self.errors[further].get(position, "") for position in range(width)]


def open_sheet(path: Path, columns: Columns) -> Sheet:
    """Opens the first visible sheet of an xlsx, xls or csv file.

    Raises BadInput with a sentence when it is none of these, empty, encrypted, damaged, too long or without header.
    """
    kind = _kind_of(path)
    formulas: Mapping[int, Mapping[int, workbook.Formula]] = {}
    errors: Mapping[int, Mapping[int, str]] = {}
    source: Book | TextFile = Book(path)
    if kind == "xlsx":
        part = workbook.first_sheet(path)
        extent = workbook.extent(path, part, most_rows=MOST_ROWS)
        source = Book(path, part.position)
        formulas = workbook.formulas(path, part) if extent.has_formulas else {}
        errors = workbook.errors(path, part) if extent.has_errors else {}
    elif kind == "csv":
        source = TextFile(path)
        if (filled := source.filled(enough=MOST_ROWS)) > MOST_ROWS + 1:
            raise BadInput(workbook.too_long(filled - 1, MOST_ROWS))
    header = find_header(islice(source.rows(), MOST_ABOVE), columns, _advice(kind))
    read = set(header.positions.values())
    shown = {row: {p: error for p, error in cells.items() if p in read} for row, cells in errors.items()}
    for row, cells in formulas.items():
        # else a row that nobody has calculated yet would look empty, and be passed over
        uncalculated = {p: shown_formula(one.text) for p, one in cells.items() if p in read and not one.is_calculated}
        shown.setdefault(row, {}).update(uncalculated)
    sheet = Sheet(source, header, formulas, shown, (_old_kind(),) if kind == "xls" else ())
    if next(sheet.rows(), None) is None:
        raise BadInput(_("The sheet has a header in row %(row)d but nothing under it.") % {"row": header.row})
    return sheet


def _advice(kind: str) -> str:
    """What else to look at where no header is found."""
    if kind == "csv":
        return _(
            "The file is plain text, whatever its name says, and was read as CSV. If it is meant to be a spreadsheet, "
            "open it in a spreadsheet program and save it as .xlsx."
        )
    return _("Only the first visible sheet is read: move the list there, and delete what stands above its header.")


def _old_kind() -> str:
    return _(
        "In an old .xls neither formulas nor error values can be told from what was typed. Save it as .xlsx to be sure."
    )


def _kind_of(path: Path) -> str:
    """xlsx, xls or csv, by what the file holds and not by what it is called."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(4096)
    except OSError as error:
        raise BadInput(
            _("The file %(path)s cannot be read: %(why)s.") % {"path": path, "why": error.strerror}
        ) from error
    if not start.strip():
        raise BadInput(_("The file is empty."))
    if size > MOST_BYTES:
        raise BadInput(
            _("The file has %(size)d MB; at most %(most)d MB are read. Split it.")
            % {"size": size // 1_000_000, "most": MOST_BYTES // 1_000_000}
        )
    if start.startswith(ZIP):
        return "xlsx"
    if start.startswith(OLE):
        workbook.refuse_other_compounds(path)
        return "xls"
    for magic, name in OTHER_KINDS.items():
        if start.startswith(magic):
            raise workbook.other_kind(name)
    if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        raise BadInput(_("This is a web page or XML under the name of a spreadsheet. Open it and save it as .xlsx."))
    return "csv"


def _says_something(cell: Cell) -> bool:
    return cell != "" and not (isinstance(cell, str) and cell.isspace())
