"""What a report says in numbers, read from what was gathered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from assessment.indicators import INDICATORS
from assessment.reporting.desk import Desk
from assessment.reporting.sheets import SHEETS
from gridsup.periods import Period

HUNDREDTH = Decimal("0.01")
Pair = tuple[int, int]


def percent(pair: Pair) -> Decimal | None:
    """The share in per cent, rounded half up to two places; None of nothing."""
    met, counted = pair
    return (Decimal(100 * met) / counted).quantize(HUNDREDTH, ROUND_HALF_UP) if counted else None


@dataclass(frozen=True)
class Rate:
    """One indicator in the period and in the one before, and by area."""

    name: str
    label: str | Promise
    whole: str | Promise
    part: str | Promise
    now: Pair
    before: Pair
    areas: Mapping[str, Pair]

    @property
    def change(self) -> Decimal | None:
        """Percentage points more than in the period before, as the rounded shares show it."""
        now, before = percent(self.now), percent(self.before)
        return None if now is None or before is None else now - before


@dataclass(frozen=True)
class AreaRow:
    """One area below that of the report, or what stands at its own level: its counts by the names of rates, sheets."""

    code: str
    name: str
    premises: int
    rates: Mapping[str, Pair]
    rows: Mapping[str, int]


@dataclass(frozen=True)
class Figures:
    """Everything that both files are written from."""

    area: str
    area_name: str
    bureau_name: str
    period: Period
    version: int
    cut_off: date
    built_on: date
    rates: tuple[Rate, ...]
    tallies: Mapping[str, Mapping[str, Any]]
    areas: tuple[AreaRow, ...]
    premises: int
    scores: tuple[Mapping[str, Any], ...]

    def rows(self, sheet: str) -> int:
        """How many rows a sheet has."""
        return int(self.tallies[sheet]["rows"])


def load(desk: Desk) -> Figures:
    """The figures of what stands on the desk; raises RowsGone."""
    about, ledger = desk.read("about"), desk.read("ledger")
    names: dict[str, str] = about["names"]
    tallies = {sheet.name: desk.read(f"{sheet.name}.tally") for sheet in SHEETS}
    area = desk.report.area_code
    rates = tuple(_rate(name, tallies, desk.read("before")) for name in INDICATORS)
    return Figures(
        area=area,
        area_name=names[area],
        bureau_name=about["bureau"],
        period=Period.parse(desk.report.period),
        version=desk.report.version,
        cut_off=date.fromisoformat(about["cut_off"]),
        built_on=date.fromisoformat(about["built_on"]),
        rates=rates,
        tallies=tallies,
        areas=tuple(_areas(area, about, ledger["premises"], rates, tallies)),
        premises=sum(ledger["premises"].values()),
        scores=tuple({**score, "name": names.get(score["code"], score["code"])} for score in ledger["scores"]),
    )


def _rate(name: str, tallies: Mapping[str, Any], before: Mapping[str, list[int]]) -> Rate:
    indicator = INDICATORS[name]
    sheet = next(sheet for sheet in SHEETS if sheet.indicator == name)
    areas: dict[str, Pair] = {code: (met, counted) for code, (met, counted) in tallies[sheet.name]["areas"].items()}
    met, counted = before.get(name, [0, 0])
    return Rate(name, indicator.label, indicator.whole, indicator.part, _total(areas), (met, counted), areas)


def _areas(
    area: str,
    about: Mapping[str, Any],
    premises: Mapping[str, int],
    rates: tuple[Rate, ...],
    tallies: Mapping[str, Any],
) -> list[AreaRow]:
    """Every area right below, with or without rows, and what stands at the area's own level."""
    length, names = len(area) + 2, about["names"]
    stored = {*premises, *(code for tally in tallies.values() for code in tally["areas"])}
    codes = {*about["listed"], *(code[:length] for code in stored)}
    return [
        AreaRow(
            code=code,
            name=_("in no lower area") if code == area else names.get(code, code),
            premises=sum(count for stored, count in premises.items() if stored[:length] == code),
            rates={rate.name: _total(rate.areas, code, length) for rate in rates},
            rows={
                sheet: _total({stored: (met, all_) for stored, (met, all_) in tally["areas"].items()}, code, length)[1]
                for sheet, tally in tallies.items()
            },
        )
        for code in sorted(codes)
    ]


def _total(areas: Mapping[str, Pair], code: str = "", length: int = 0) -> Pair:
    """The sum over the stored codes that fall to an area; of all of them without one."""
    chosen = [pair for stored, pair in areas.items() if not code or stored[:length] == code]
    return sum(met for met, _all in chosen), sum(counted for _met, counted in chosen)
