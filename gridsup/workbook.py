"""Spreadsheets that are written row by row: the memory they take does not grow with the rows."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

# What Excel takes on one sheet, without the row of headings; more goes on to a further sheet.
MOST_ROWS = 1_048_575
# and what it takes as the name of a sheet
MOST_NAME, NO_NAME = 31, re.compile(r"[\[\]:*?/\\']")
FONT = "宋体"
# Height of a line in points, which a row of wrapped text needs to be told; what Excel takes as the height of a row.
LINE, MOST_HEIGHT = 16, 409
# Columns of a line that its indent and margins take.
MARGIN = 4
DATE = "yyyy-mm-dd"
A4 = 9


class Workbook:
    """A workbook under way, with its few formats.

    Text is always written as text, in cells that stay text when somebody edits them: a premises may be called “=1+1”.
    """

    def __init__(self, path: Path) -> None:
        self.file = xlsxwriter.Workbook(
            str(path),
            {
                "constant_memory": True,
                "tmpdir": str(path.parent),
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "default_format_properties": {"font_name": FONT, "font_size": 11},
            },
        )
        self.text = self.file.add_format({"num_format": "@", "valign": "vcenter", "indent": 1})
        self.wrapped = self.file.add_format({"num_format": "@", "valign": "vcenter", "text_wrap": True, "indent": 1})
        self.head = self.file.add_format(
            {
                "num_format": "@",
                "bold": True,
                "bg_color": "#D6E6F7",
                "border": 1,
                "text_wrap": True,
                "valign": "vcenter",
                "align": "center",
            }
        )
        self.title = self.file.add_format({"num_format": "@", "bold": True, "font_size": 16})
        self.day = self.file.add_format({"num_format": DATE, "valign": "vcenter", "align": "left", "indent": 1})
        self.number = self.file.add_format({"num_format": "#,##0", "valign": "vcenter"})
        self.decimal = self.file.add_format({"num_format": "#,##0.00", "valign": "vcenter"})

    def sheet(self, label: object, widths: Iterable[int]) -> Any:
        """A new sheet, printed across the page."""
        page = self.file.add_worksheet(NO_NAME.sub(" ", str(label))[:MOST_NAME])
        for position, width in enumerate(widths):
            page.set_column(position, position, width)
        page.set_landscape()
        page.set_paper(A4)
        page.fit_to_pages(1, 0)
        return page

    def heighten(self, page: Any, row: int, cells: Sequence[Any], widths: Mapping[int, int]) -> None:
        """Makes a row, before it is written, as high as its longest wrapped text; `widths` by position."""
        lines = [-(-_breadth(str(cells[position] or "")) // (width - MARGIN)) for position, width in widths.items()]
        if (most := max(lines, default=1)) > 1:
            page.set_row(row, min(most * LINE, MOST_HEIGHT))

    def put(
        self, page: Any, row: int, cells: Iterable[Any], form: Any = None, *, wrapped: Collection[int] = ()
    ) -> None:
        """A row of cells, each by its type; None stays empty. `wrapped`: positions whose text takes several lines."""
        for position, cell in enumerate(cells):
            if isinstance(cell, date):
                page.write_datetime(row, position, datetime(cell.year, cell.month, cell.day), form or self.day)  # noqa: DTZ001
            elif isinstance(cell, int):
                page.write_number(row, position, cell, form or self.number)
            elif isinstance(cell, Decimal):
                page.write_number(row, position, float(cell), form or self.decimal)
            elif cell is not None and cell != "":
                usual = self.wrapped if position in wrapped else self.text
                page.write_string(row, position, str(cell), form or usual)


def _breadth(text: str) -> int:
    """How many columns of a line the text takes: two for what is as wide as a Chinese character."""
    return sum(1 + (unicodedata.east_asian_width(letter) in "WFA") for letter in text)
