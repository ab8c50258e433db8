"""The sheet of a report: a summary with charts, a table by area, and the rows that were counted."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from assessment.reporting.chart import MOST_LABELLED
from assessment.reporting.desk import Desk
from assessment.reporting.figures import Figures, percent
from assessment.reporting.sheets import DAY, NUMBER, SHEETS, SHORT, TEXT, USUAL, WIDE, Column, Sheet
from assessment.reporting.template import COLOURS
from assessment.reporting.wording import period_words
from gridsup.workbook import LINE, MOST_ROWS, Workbook

# Width of the name of an area, in characters of Latin letters.
AREA = 26
PALE = {"color": "#C3CAD4", "width": 0.5}
SHARE = "0.00%"
CHARTED = ("visits_on_time", "rectified_on_time", "complaints_on_time")


class Book(Workbook):
    """A report's workbook under way: with shares, changes in points, and values as they were gathered."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.share = self.file.add_format({"num_format": SHARE, "valign": "vcenter"})
        self.points = self.file.add_format({"num_format": "+0.00;-0.00;0", "valign": "vcenter"})

    def put_value(self, page: Any, at: tuple[int, int], column: Column, cell: Any) -> None:
        """A gathered value, by the kind of its column."""
        if cell is None or cell == "":
            return
        if column.kind == DAY:
            page.write_datetime(*at, datetime.fromisoformat(cell), self.day)
        elif column.kind == NUMBER:
            page.write_number(*at, cell, self.number)
        else:
            page.write_string(*at, cell, self.text)

    def put_share(self, page: Any, row: int, position: int, pair: tuple[int, int]) -> None:
        """A share as a number shown in per cent; an empty cell of nothing."""
        share = percent(pair)
        if share is not None:
            page.write_number(row, position, float(share / 100), self.share)


def write_workbook(path: Path, figures: Figures, desk: Desk) -> None:
    """Writes the whole sheet, row by row: the memory it takes does not grow with the rows."""
    book = Book(path)
    # Excel knows no zone; the moment is the same for each attempt
    made = timezone.localtime(desk.report.requested_at).replace(tzinfo=None)
    book.file.set_properties({"title": _title(figures), "author": figures.bureau_name, "created": made})
    _summary(book, figures)
    _areas(book, figures)
    for sheet in SHEETS:
        _rows(book, sheet, desk.lines(f"{sheet.name}.rows"))
    book.file.close()


def _title(figures: Figures) -> str:
    return _("%(area)s, %(period)s: data of grid supervision") % {
        "area": figures.area_name,
        "period": period_words(figures.period),
    }


def _summary(book: Book, figures: Figures) -> None:
    """What the report is about, each rate with its definition, each count, and a chart against the period before."""
    page = book.sheet(_("Summary"), [USUAL * 2, *[USUAL] * 7, WIDE, WIDE, USUAL])
    period = figures.period
    facts: list[list[Any]] = [
        [_title(figures)],
        [_("Area"), f"{figures.area} {figures.area_name}"],
        [_("Period"), period_words(period), period.first, period.last],
        [_("Facts up to"), figures.cut_off],
        [_("Built on"), figures.built_on],
        [_("Version"), str(figures.version)],
        [],
    ]
    for row, cells in enumerate(facts):
        book.put(page, row, cells, book.title if row == 0 else None)
    head = len(facts)
    labels = [
        _("Indicator"), _("Met"), _("Counted"), _("Share"), _("Met before"), _("Counted before"), _("Share before"),
        _("Change, points"), _("What is counted"), _("What is met"), _("Sheet of the rows"),
    ]  # fmt: skip
    page.set_row(head, 2 * LINE)
    book.put(page, head, labels, book.head)
    page.freeze_panes(head + 1, 1)
    for row, rate in enumerate(figures.rates, head + 1):
        listed = next(sheet.label for sheet in SHEETS if sheet.indicator == rate.name)
        page.set_row(row, _lines(WIDE, rate.whole, rate.part) * LINE)
        book.put(page, row, [rate.label, *rate.now, None, *rate.before])
        book.put_share(page, row, 3, rate.now)
        book.put_share(page, row, 6, rate.before)
        if rate.change is not None:
            page.write_number(row, 7, float(rate.change), book.points)
        for position, words in enumerate((rate.whole, rate.part, listed), 8):
            page.write_string(row, position, str(words), book.wrapped)
    last = head + len(figures.rates)
    below = _counts(book, page, figures, last + 2)
    chart = _Chart(_("Rates, this period and the one before"), 0, head + 1, last)
    chart.put(book, page, below + 1, [(_("Period before"), 6), (_("This period"), 3)])


def _lines(width: int, *texts: object) -> int:
    """How many lines the longest of the texts needs in a column; a Chinese character is as wide as two Latin ones."""
    return max(-(-sum(1 + (character > "\u2e80") for character in str(text)) // (width - 4)) for text in texts)


def _counts(book: Book, page: Any, figures: Figures, row: int) -> int:
    """How many rows of each kind, whole and by group; returns the row below."""
    book.put(page, row, [_("Counted besides"), _("How many"), _("Sheet of the rows")], book.head)
    book.put(page, row + 1, [_("Premises in business when the report was built"), figures.premises])
    row += 2
    for sheet in SHEETS:
        tally = figures.tallies[sheet.name]
        book.put(page, row, [sheet.label, tally["rows"], sheet.label])
        row += 1
        for words, (_met, count) in tally["groups"].items():
            book.put(page, row, [f"  {words}", count])
            row += 1
    return row


def _areas(book: Book, figures: Figures) -> None:
    """One row for each area below, and their sum; a chart of the rates that depend on the calendar."""
    counted = ("visits", "findings", "complaints")
    page = book.sheet(
        _("By station") if len(figures.area) == 2 else _("By grid"),
        [SHORT, USUAL * 2, SHORT, *[SHORT] * len(counted), *[SHORT] * (3 * len(figures.rates))],
    )
    labels = [_("Area code"), _("Area"), _("Premises")]
    labels += [str(sheet.label) for name in counted for sheet in SHEETS if sheet.name == name]
    for rate in figures.rates:
        labels += [str(rate.label), _("Met"), _("Counted")]
    page.set_row(0, 2 * LINE)
    book.put(page, 0, labels, book.head)
    page.freeze_panes(1, 2)
    for row, area in enumerate(figures.areas, 1):
        book.put(page, row, [area.code, area.name, area.premises, *(area.rows[name] for name in counted)])
        _shares(book, page, row, 3 + len(counted), [area.rates[rate.name] for rate in figures.rates])
    total = len(figures.areas) + 1
    book.put(page, total, [figures.area, _("Sum"), figures.premises, *(figures.rows(name) for name in counted)])
    _shares(book, page, total, 3 + len(counted), [rate.now for rate in figures.rates])
    positions = {rate.name: 3 + len(counted) + 3 * place for place, rate in enumerate(figures.rates)}
    series = [(str(rate.label), positions[rate.name]) for rate in figures.rates if rate.name in CHARTED]
    if figures.areas:
        _Chart(_("Done on time, by area"), 1, 1, len(figures.areas)).put(book, page, total + 2, series)


def _shares(book: Book, page: Any, row: int, position: int, pairs: list[tuple[int, int]]) -> None:
    """Share, met and counted of each rate, beginning at a column."""
    for pair in pairs:
        book.put_share(page, row, position, pair)
        for offset, count in enumerate(pair, 1):
            page.write_number(row, position + offset, count, book.number)
        position += 3


@dataclass(frozen=True)
class _Chart:
    """A column chart of shares: its title, the column with the names, and the first and last row of both."""

    title: str
    names: int
    first: int
    last: int

    def put(self, book: Book, page: Any, row: int, series: list[tuple[str, int]]) -> None:
        """Draws it below the tables; `series`: name and column."""
        chart = book.file.add_chart({"type": "column"})
        many = len(series) * (self.last - self.first + 1) > MOST_LABELLED
        labels = {} if many else {"value": True, "num_format": "0%", "font": {"size": 8}}
        for (name, column), colour in zip(series, COLOURS, strict=False):
            chart.add_series(
                {
                    "fill": {"color": f"#{colour}"},
                    "name": name,
                    "categories": [page.get_name(), self.first, self.names, self.last, self.names],
                    "values": [page.get_name(), self.first, column, self.last, column],
                    "data_labels": labels,
                }
            )
        chart.set_title({"name": self.title, "name_font": {"size": 12}})
        lines = {"visible": True, "line": PALE}
        chart.set_y_axis({"min": 0, "max": 1.1, "major_unit": 0.2, "num_format": "0%", "major_gridlines": lines})
        chart.set_legend({"position": "bottom"})
        chart.set_size({"width": 860, "height": 340})
        page.insert_chart(row, 0, chart)


def _rows(book: Book, sheet: Sheet, rows: Iterator[list[Any]]) -> None:
    """The rows of one sheet, on as many pages as Excel needs."""
    columns = (Column(_("Area code"), "", TEXT, SHORT), Column(_("Area"), "", TEXT, AREA), *sheet.columns)
    # one row ahead, to know whether there is a further page before it is begun
    number, ahead = 1, next(rows, None)
    while ahead is not None or number == 1:
        label = str(sheet.label) if number == 1 else f"{sheet.label} {number}"
        page = book.sheet(label, [column.width for column in columns])
        page.repeat_rows(0)
        page.freeze_panes(1, 2)
        page.set_row(0, 2 * LINE)
        book.put(page, 0, [column.label for column in columns], book.head)
        written = 0
        while ahead is not None and written < MOST_ROWS:
            written += 1
            for position, (column, cell) in enumerate(zip(columns, ahead, strict=True)):
                book.put_value(page, (written, position), column, cell)
            ahead = next(rows, None)
        page.autofilter(0, 0, max(written, 1), len(columns) - 1)
        number += 1
