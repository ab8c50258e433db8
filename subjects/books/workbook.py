"""Books as a spreadsheet: one sheet each, headed by what it is, of which area and day."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from grids.naming import names_on
from gridsup.books import Ask, Book, Line
from gridsup.workbook import LINE, MOST_ROWS, Workbook

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Title, what is as written today, headings.
ROWS_ABOVE = 3
# Columns of this width hold sentences.
WIDE = 50


def write_books(path: Path, books: Sequence[Book[Any]], ask: Ask) -> int:
    """Writes the books row by row; returns how many rows there are."""
    workbook = Workbook(path)
    area = "、".join(f"{code} {name}" for code, name in sorted(names_on(ask.codes, ask.day).items()))
    workbook.file.set_properties({"title": f"{area} {ask.day.isoformat()}"})
    rows = sum(_write(workbook, book, ask, area) for book in books)
    workbook.file.close()
    return rows


def file_name(books: Sequence[Book[Any]], ask: Ask) -> str:
    """What the file is called on a person's computer."""
    what = str(books[0].label) if len(books) == 1 else _("The four ledgers")
    return f"{what} {' '.join(ask.codes)} {ask.day.isoformat()}.xlsx"


def _write(workbook: Workbook, book: Book[Any], ask: Ask, area: str) -> int:
    """One book on as many sheets as Excel needs."""
    lines = book.walk(ask)
    number, total, ahead = 1, 0, next(lines, None)
    while ahead is not None or number == 1:
        page = _page(workbook, book, ask, area, number)
        wide = {position: column.width for position, column in enumerate(book.columns) if column.width >= WIDE}
        written, ahead = _fill(workbook, page, ahead, lines, wide)
        page.autofilter(ROWS_ABOVE - 1, 0, ROWS_ABOVE - 1 + max(written, 1), len(book.columns) - 1)
        total += written
        number += 1
    return total


def _page(workbook: Workbook, book: Book[Any], ask: Ask, area: str, number: int) -> Any:
    label = str(book.label) if number == 1 else f"{book.label} {number}"
    page = workbook.sheet(label, [column.width for column in book.columns])
    words = {"book": label, "area": area, "day": ask.day.isoformat()}
    workbook.put(page, 0, [_("%(book)s, %(area)s, as it stood on %(day)s") % words], workbook.title)
    page.set_row(0, 2 * LINE)
    if book.undated:
        marked = "、".join(map(str, book.undated))
        workbook.put(
            page, 1, [_("As written today, since no history is kept of it: %(columns)s") % {"columns": marked}]
        )
    page.set_row(ROWS_ABOVE - 1, 2 * LINE)
    workbook.put(page, ROWS_ABOVE - 1, [str(column.label) for column in book.columns], workbook.head)
    page.repeat_rows(ROWS_ABOVE - 1)
    page.freeze_panes(ROWS_ABOVE, 2)
    return page


def _fill(
    workbook: Workbook, page: Any, ahead: Line | None, lines: Iterator[Line], wide: Mapping[int, int]
) -> tuple[int, Line | None]:
    """Writes lines until the sheet is full; returns how many, and the line that did not fit."""
    written = 0
    while ahead is not None and written < MOST_ROWS - ROWS_ABOVE:
        workbook.heighten(page, ROWS_ABOVE + written, ahead.cells, wide)
        workbook.put(page, ROWS_ABOVE + written, ahead, wrapped=wide)
        written += 1
        ahead = next(lines, None)
    return written, ahead
