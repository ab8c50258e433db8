"""Gathering: each sheet's rows go to a file, one line each, and are counted on the way.

What the report says is counted from the very rows that it lists, in the same pass: a visit that comes in while the
report is being made cannot set the two apart.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from assessment.indicators import INDICATORS, Span
from assessment.models import Scorecard
from assessment.reporting.sheets import DAY, YES, Column, Sheet
from grids.models import Bureau, Grid, Station
from gridsup.periods import FIRST_YEAR, Period
from subjects.models import Premises

# Rows read from the database at a time.
CHUNK = 2_000
# Unmet rows that the text names one by one; the sheet has them all.
MOST_MISSED = 10


def gather(sheet: Sheet, span: Span, names: Mapping[str, str], path: Path) -> dict[str, Any]:
    """Writes the rows as lists of cells, days as text, area code and name first; returns what was counted.

    {"rows": n, "areas": {code: [met, all]}, "groups": {value in words: [met, all]}, "missed": the first unmet rows}.
    """
    areas: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    groups: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    missed: list[list[Any]] = []
    sources = [column.source for column in sheet.columns]
    grouped = sources.index(sheet.groups) if sheet.groups else None
    rows = sheet.rows(span).order_by("area_code", sheet.order, "pk").values_list("area_code", *sources)
    with path.open("w", encoding="utf-8") as lines:
        for area, *values in rows.iterator(chunk_size=CHUNK):
            cells = [area, names.get(area, ""), *map(_cell, sheet.columns, values)]
            lines.write(json.dumps(cells, ensure_ascii=False) + "\n")
            met = bool(values[-1]) if sheet.indicator else True
            _count(areas[area], met)
            if grouped is not None:
                _count(groups[str(cells[grouped + 2])], met)
            if not met and len(missed) < MOST_MISSED:
                missed.append(cells)
    total = sum(everything for _met, everything in areas.values())
    known = list(map(str, (sheet.columns[grouped].words or {}).values())) if grouped is not None else []
    ordered = {words: groups[words] for words in sorted(groups, key=lambda words: _place(words, known))}
    return {"rows": total, "areas": areas, "groups": ordered, "missed": missed}


def names_in(area: str) -> dict[str, str]:
    """Code and name of the area and of everything in it, retired grids included."""
    found: dict[str, str] = {}
    for model in (Bureau, Station, Grid):
        inside = model.objects.filter(code__startswith=area).order_by("code")
        found.update(inside.values_list("code", "name"))
    return found


def listed_in(area: str) -> list[str]:
    """Codes of the areas right below that exist now, in order."""
    if len(area) == 2:
        return list(Station.objects.filter(bureau_id=area).order_by("code").values_list("code", flat=True))
    return list(Grid.objects.filter(station_id=area).in_force().order_by("code").values_list("code", flat=True))


def premises_by_area(area: str) -> dict[str, int]:
    """Premises in business now, by the area code that they carry."""
    rows = Premises.objects.in_area(area).active().order_by().values("area_code").annotate(n=Count("pk"))
    return dict(rows.values_list("area_code", "n"))


def rates_before(area: str, period: Period, known: date) -> dict[str, list[int]]:
    """Indicator → [met, all] of the period before, by the same rows and conditions."""
    if period.first.year <= FIRST_YEAR:
        return {}
    before = period.before
    span = Span(area, before, cut_off(area, before, known))
    return {name: _sum(indicator.counts(span).values()) for name, indicator in INDICATORS.items()}


def cut_off(area: str, period: Period, known: date) -> date:
    """The last day whose facts count: that of the published scores, so that both say the same, else `known`."""
    card = Scorecard.objects.filter(area_code=area, period=str(period), state=Scorecard.State.PUBLISHED).first()
    return card.cut_off if card else known


def scores(area: str, period: Period) -> list[dict[str, Any]]:
    """Published scores of the area and of the areas right below it: {"code", "total", "grade", "rank"}."""
    cards = Scorecard.objects.in_area(area).filter(
        period=str(period), state=Scorecard.State.PUBLISHED, area_code__length__in=[len(area), len(area) + 2]
    )
    return [
        {
            "code": card.area_code,
            "total": None if card.total is None else str(card.total),
            "grade": card.get_grade_display() if card.grade else _("not scored"),
            "rank": card.rank,
        }
        for card in cards.order_by("area_code")
    ]


def _cell(column: Column, value: Any) -> Any:
    """A value as JSON holds it: a day as text, a code in words."""
    if value is None:
        return None
    if column.words is not None:
        return str(column.words.get(value, value))
    if column.kind == DAY:
        return value.isoformat()
    if column.kind == YES:
        return _("yes") if value else _("no")
    return value


def _place(words: str, known: Sequence[str]) -> tuple[int, str]:
    """Where a group stands: in the order in which its choices are declared; what is none of them comes last."""
    return known.index(words) if words in known else len(known), words


def _count(pair: list[int], met: bool) -> None:
    pair[0] += met
    pair[1] += 1


def _sum(pairs: Iterable[tuple[int, int]]) -> list[int]:
    listed = list(pairs)
    return [sum(part for part, _whole in listed), sum(whole for _part, whole in listed)]
