"""One row of a sheet → what it states, or what is wrong with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from stdnum.cn import uscc

from gridsup import coordinates
from gridsup.sheets import values
from gridsup.sheets.cells import both, formula_sentence, meant
from gridsup.sheets.faults import Fault, Refused
from gridsup.sheets.reading import Cell, Sheet
from subjects.importing.columns import COLUMNS
from subjects.importing.values import degrees, legacy_number, unified_code
from subjects.importing.vocabulary import CODELESS_KINDS, CREDITS, KINDS, STATUSES, Vocabulary
from subjects.models import MarketSubject, Permit, Premises

# Values that hardly ever stand twice: remembering them would only cost memory.
UNIQUE = {"uscc", "legacy_no", "name", "address", "lon", "lat", "permit_no"}


@dataclass(slots=True)
class Stated:
    """What a row states; None where its cell is empty, which changes nothing in the ledger."""

    number: int
    uscc: str | None = None
    legacy_no: str | None = None
    name: str | None = None
    kind: str | None = None
    trade: str | None = None
    address: str | None = None
    lon: float | None = None
    lat: float | None = None
    registered_on: date | None = None
    grid_code: str | None = None
    tier: str | None = None
    credit: str | None = None
    permit_no: str | None = None
    permit_valid_to: date | None = None
    status: str | None = None

    @property
    def has_number(self) -> bool:
        return bool(self.uscc or self.legacy_no)


@dataclass
class ColumnReader:
    """How one column is read; `known` remembers readings of values that come again."""

    key: str
    position: int
    place: int  # in Stated
    read: values.Reader
    known: dict[Any, Any] | None


class RowParser:
    """Reads the rows of one sheet; `warnings` gathers check digits that were let pass."""

    def __init__(self, sheet: Sheet, vocabulary: Vocabulary, *, on: date, check_digits: bool = True) -> None:
        self.warnings: list[Fault] = []
        self._sheet, self._header, self._typed = sheet, sheet.header, sheet.holds_types
        self._check_digits = check_digits
        readers = readers_of(vocabulary, on=on, typed=self._typed, check_digits=check_digits)
        places = {key: place for place, key in enumerate(COLUMNS)}
        self._columns = [
            ColumnReader(key, position, places[key], readers[key], None if key in UNIQUE else {})
            for key, position in self._header.positions.items()
        ]

    def parse(self, number: int, cells: Sequence[Cell]) -> tuple[Stated, list[Fault]]:
        """What the row states and what is wrong with it; a row with a fault still tells whose it is."""
        faults: list[Fault] = []
        found: list[Any] = [None] * len(COLUMNS)
        formulas = self._sheet.formulas.get(number, ())
        width = len(cells)
        for column in self._columns:
            position = column.position
            if position in formulas:
                faults.append(Fault(number, column.key, formula_sentence()))
            elif position < width and (raw := cells[position]) != "":
                try:
                    found[column.place] = self._read(column, raw)
                except Refused as refusal:
                    faults.append(Fault(number, column.key, str(refusal)))
        stated = Stated(number, *found)
        if self._repeats_header(cells):
            return stated, [Fault(number, "", _("This row repeats the header."))]
        self._look_at_whole(stated, cells, faults)
        return stated, faults

    def _read(self, column: ColumnReader, raw: Any) -> Any:
        """One cell's value; None for an empty text."""
        raw = meant(raw, typed=self._typed)
        if raw == "":
            return None
        known, value = column.known, None
        if known is None or type(raw) is not str:
            value = column.read(raw) if raw != "" else None
            return None if value == "" else value
        if raw not in known:
            try:
                known[raw] = column.read(raw)
            except Refused as refusal:
                known[raw] = refusal
        value = known[raw]
        if type(value) is Refused:
            raise value
        return value

    def _repeats_header(self, cells: Sequence[Cell]) -> bool:
        position, titles = self._header.positions["name"], self._header.cells
        if len(cells) <= position or cells[position] != titles[position]:
            return False
        return all(isinstance(cell, str) and cell.strip() == title for cell, title in zip(cells, titles, strict=False))

    def _look_at_whole(self, stated: Stated, cells: Sequence[Cell], faults: list[Fault]) -> None:
        """Adds what no cell shows alone; a column that has a fault already gets no second one."""
        told = {fault.column for fault in faults}

        def fault(key: str, reason: str) -> None:
            if key not in told:
                faults.append(Fault(stated.number, key, reason))

        if not self._typed and any(cells[len(self._header.cells) :]):
            reason = _("The row has more cells than the header; is a comma not inside quotation marks?")
            faults.append(Fault(stated.number, "", reason))
        if not stated.name:
            fault("name", _("The name is missing."))
        self._look_at_number(stated, fault)
        if (stated.lon is None) != (stated.lat is None):
            fault("lat" if stated.lat is None else "lon", _("Longitude and latitude are given together."))
        elif (
            stated.lon is not None
            and stated.lat is not None
            and (reason := coordinates.fault_of(stated.lon, stated.lat))
        ):
            fault("lon", reason)
        if stated.permit_valid_to and not stated.permit_no:
            fault("permit_no", _("A permit's last day is given, but not its number."))

    def _look_at_number(self, stated: Stated, fault: Callable[[str, str], None]) -> None:
        """Who the row is about: by its number, or for the unlicensed and markets by name and address."""
        if stated.uscc and len(stated.uscc) == 15:
            if stated.legacy_no and stated.legacy_no != stated.uscc:
                fault("legacy_no", _("Two different registration numbers stand in one row."))
            stated.legacy_no, stated.uscc = stated.uscc, None
        if stated.uscc and not self._check_digits and not uscc.is_valid(stated.uscc):
            reason = _("The check digit of “%(value)s” is wrong.") % {"value": stated.uscc}
            self.warnings.append(Fault(stated.number, "uscc", reason))
        if stated.kind == "unlicensed" and stated.uscc:
            fault("kind", _("An unlicensed trader has no unified social credit code."))
        if not stated.has_number and stated.kind is not None and stated.kind not in CODELESS_KINDS:
            fault("uscc", _("A code or a registration number is missing; only the unlicensed and markets go without."))


def readers_of(vocabulary: Vocabulary, *, on: date, typed: bool, check_digits: bool) -> dict[str, values.Reader]:
    """The reader of each column."""
    return {
        "uscc": unified_code(check=check_digits),
        "legacy_no": legacy_number,
        "name": values.name(length_of(MarketSubject, "name")),
        "kind": values.word(both(KINDS)),
        "trade": partial(vocabulary.trade, typed=typed),
        "address": values.text(length_of(Premises, "address")),
        "lon": degrees,
        "lat": degrees,
        "registered_on": values.day(on=on),
        "grid_code": vocabulary.area,
        "tier": values.word(vocabulary.tiers),
        "credit": values.word(CREDITS),
        "permit_no": values.text(length_of(Permit, "number")),
        "permit_valid_to": values.day(endless=True),
        "status": values.word(both(STATUSES)),
    }


def length_of(model: type[Model], name: str) -> int:
    """How many characters the ledger keeps of a text."""
    return int(getattr(model._meta.get_field(name), "max_length", 0))
