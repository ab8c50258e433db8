"""The text of a report: a Word template that clerks edit, filled with the figures (docs/reports.md lists its tags)."""

from pathlib import Path
from typing import Any

from django.utils import timezone

from assessment.reporting import chart
from assessment.reporting.desk import Desk
from assessment.reporting.figures import Figures, Rate, percent
from assessment.reporting.sheets import CLOCKS, RECTIFICATIONS, SHEETS, Sheet
from assessment.reporting.template import FILE
from assessment.reporting.wording import (
    change_words,
    day_words,
    period_words,
    rate_words,
    share_figure,
)
from assessment.reporting.workbook import CHARTED
from grids.permissions import LEVEL_WORDS
from gridsup.documents import fill, template_file, text

NOTHING = "—"


def write_document(path: Path, figures: Figures, desk: Desk) -> None:
    """Fills the template and its chart; raises BadTemplate."""

    def finish(document: Any) -> None:
        chart.fill(document, [row.name for row in figures.areas], _series(figures))

    made = timezone.localtime(desk.report.requested_at).replace(tzinfo=None)
    title = f"{figures.area_name} {period_words(figures.period)}"
    author = figures.bureau_name
    path.write_bytes(fill(template_file(FILE), context(figures), title=title, author=author, made=made, finish=finish))


def context(figures: Figures) -> dict[str, Any]:
    """What the template's tags stand for, in finished words."""
    return {
        "area_name": figures.area_name,
        "area_code": figures.area,
        "bureau_name": figures.bureau_name,
        "level": str(LEVEL_WORDS[len(figures.area) + 2]),
        "period": period_words(figures.period),
        "first_day": day_words(figures.period.first),
        "last_day": day_words(figures.period.last),
        "cut_off": day_words(figures.cut_off),
        "built_on": day_words(figures.built_on),
        "version": figures.version,
        "n": {"premises": figures.premises, **{sheet.name: figures.rows(sheet.name) for sheet in SHEETS}},
        "rates": [_rate(rate) for rate in figures.rates],
        "areas": [
            {
                "code": row.code,
                "name": row.name,
                "premises": row.premises,
                **row.rows,
                **{name: share_figure(pair) for name, pair in row.rates.items()},
            }
            for row in figures.areas
        ],
        "findings": _groups(figures, "findings"),
        "complaints": _groups(figures, "complaints"),
        "late_findings": _missed(
            figures, RECTIFICATIONS,
            {"premises": "premises__subject__name", "text": "text", "limit": "rectify_by", "state": "state"},
        ),
        "late_clocks": _missed(
            figures, CLOCKS,
            {"number": "complaint__number", "kind": "complaint__kind", "clock": "kind", "limit": "latest_on",
             "met": "met_on"},
        ),
        "scores": [
            {key: NOTHING if score[key] is None else score[key] for key in ("name", "total", "grade", "rank")}
            for score in figures.scores
        ],
    }  # fmt: skip


def _rate(rate: Rate) -> dict[str, Any]:
    return {
        "name": rate.name,
        "label": str(rate.label),
        "met": rate.now[0],
        "counted": rate.now[1],
        "share": share_figure(rate.now),
        "share_before": share_figure(rate.before),
        "change": change_words(rate),
        "sentence": rate_words(rate),
    }


def _groups(figures: Figures, sheet: str) -> list[dict[str, Any]]:
    return [{"words": words, "count": count} for words, (_met, count) in figures.tallies[sheet]["groups"].items()]


def _missed(figures: Figures, sheet: Sheet, fields: dict[str, str]) -> list[dict[str, Any]]:
    """The first rows of a sheet that were not met, by name and area too."""
    places = {column.source: position for position, column in enumerate(sheet.columns, 2)}
    return [
        {
            "area": cells[1] or cells[0],
            **{
                name: NOTHING if cells[places[source]] is None else cells[places[source]]
                for name, source in fields.items()
            },
        }
        for cells in figures.tallies[sheet.name]["missed"]
    ]


def _series(figures: Figures) -> list[chart.Series]:
    """The rates that the chart shows, by area."""
    return [
        chart.Series(text(str(rate.label)), [_fraction(row.rates[rate.name]) for row in figures.areas])
        for rate in figures.rates
        if rate.name in CHARTED
    ]


def _fraction(pair: tuple[int, int]) -> Any:
    share = percent(pair)
    return None if share is None else share / 100
