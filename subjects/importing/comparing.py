"""What a file changes in the ledger: new rows, changed rows with their events, moves; nothing is written here."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zlib import crc32

from django.db.models import Model
from django.utils.translation import gettext as _

from grids.models import Officer
from gridsup.sheets.faults import Fault
from subjects.importing.faults import Unplaced
from subjects.importing.gathering import OF_SUBJECT, FilePremises, FileSubject
from subjects.importing.matching import LedgerPart, Pair, decided_by_person, faults_for, permits_of
from subjects.importing.placing import Localities
from subjects.models import MarketSubject, Permit, Premises, PremisesEvent
from subjects.querysets import SPREAD_PLACES

Differences = dict[str, tuple[Any, Any]]

# Coordinates are kept to seven decimals; less than that is no move.
SAME_PLACE = 2e-7
EVENT_NAMES = {"trade_id": "trade", "tier_given": "tier"}
EVENT_LENGTH = 200


@dataclass
class Changes:
    """What is to be written for some of a file's subjects, and how many rows were which."""

    faults: list[Fault] = field(default_factory=list)
    new_subjects: list[MarketSubject] = field(default_factory=list)
    new_premises: list[Premises] = field(default_factory=list)
    new_permits: list[Permit] = field(default_factory=list)
    subjects: list[MarketSubject] = field(default_factory=list)
    premises: list[Premises] = field(default_factory=list)
    permits: list[Permit] = field(default_factory=list)
    moved: list[Premises] = field(default_factory=list)
    events: list[PremisesEvent] = field(default_factory=list)
    made: int = 0
    changed: int = 0
    unchanged: int = 0
    placed: int = 0
    unplaced: list[Unplaced] = field(default_factory=list)


@dataclass(frozen=True)
class Occasion:
    """One import: its bureau, its day and moment, and what its events name as author and reason."""

    bureau: str
    on: date
    now: datetime
    by: Officer | None
    file: str
    why: str  # with places for file and row
    localities: Localities


class Comparison:
    """Compares some of a file's subjects with what the ledger holds of them."""

    def __init__(self, occasion: Occasion, ledger: LedgerPart) -> None:
        self.occasion, self.ledger, self.changes = occasion, ledger, Changes()
        self._decided: set[int] = set()
        self._permits: dict[tuple[int, str], Permit] = {}

    def compare(self, subjects: Iterable[FileSubject]) -> Changes:
        """The changes that bring the ledger to what the file states."""
        pairs = [paired for subject in subjects if (paired := self._paired(subject))]
        known = [(row, stored) for _subject, _stored, found in pairs for row, stored in found if stored is not None]
        self._decided = decided_by_person(stored for row, stored in known if row.tier)
        self._permits = permits_of(stored for row, stored in known if row.permit_no)
        for subject, stored, found in pairs:
            if stored is None:
                self._enter(subject, found)
            else:
                self._correct(subject, stored, found)
        return self.changes

    def _paired(self, subject: FileSubject) -> tuple[FileSubject, MarketSubject | None, list[Pair]] | None:
        stored, faults = self.ledger.find(subject)
        found: list[Pair] = [(row, None) for row in subject.premises.values()]
        if stored is not None:
            found, faults = self.ledger.pair(subject, stored)
        elif not faults and not subject.kind:
            faults = faults_for(subject, "kind", _("The kind is missing; a subject new to the ledger needs one."))
        self.changes.faults += faults
        return None if faults else (subject, stored, found)

    def _enter(self, subject: FileSubject, found: list[Pair]) -> None:
        """A subject that the ledger does not know."""
        new = MarketSubject(
            bureau_id=self.occasion.bureau,
            uscc=subject.uscc,
            legacy_no=subject.legacy_no or "",
            name=subject.name,
            kind=subject.kind or "",
            credit=subject.credit or "",
            registered_on=subject.registered_on,
        )
        self.changes.new_subjects.append(new)
        for row, _none in found:
            self._enter_premises(new, row)

    def _enter_premises(self, subject: MarketSubject, row: FilePremises) -> None:
        locality = self.occasion.localities.of(row.address) if row.address else ""
        area = self._area_of_new(row, locality)
        premises = Premises(
            subject=subject,
            area_code=area,
            grid_id=area if len(area) == 6 else None,
            locality_id=locality or None,
            address=row.address or "",
            lon=row.lon,
            lat=row.lat,
            trade_id=row.trade,
            status=row.status or "active",
            entered_on=self.occasion.on,
            spread=spread_of(subject, row),
            tier_given=row.tier or "",
        )
        self.changes.new_premises.append(premises)
        if row.permit_no:
            self.changes.new_permits.append(
                Permit(premises=premises, number=row.permit_no, valid_to=row.permit_valid_to)
            )
        self.changes.made += 1
        self._count_place(premises, row, subject.name)

    def _count_place(self, premises: Premises, row: FilePremises, name: str) -> None:
        if premises.grid_id is not None:
            self.changes.placed += 1
        else:
            self.changes.unplaced.append(Unplaced(row.row, name, premises.area_code))

    def _area_of_new(self, row: FilePremises, locality: str) -> str:
        """By its grid code, else by its point, else the station that is said or in which its locality lies."""
        stated = row.grid_code or ""
        if len(stated) == 6 or (stated and not row.point_grid):
            return stated
        return row.point_grid or (self.occasion.localities.station(locality) if locality else self.occasion.bureau)

    def _correct(self, subject: FileSubject, stored: MarketSubject, found: list[Pair]) -> None:
        """A subject that the ledger knows, with premises that it may not know."""
        differs = differences(stored, wanted_of_subject(subject))
        if differs:
            self.changes.subjects.append(stored)
            for premises in self.ledger.premises_of(stored):
                self._tell(premises, differs, next(iter(subject.premises.values())).row)
        for row, known in found:
            if known is None:
                self._enter_premises(stored, row)
                continue
            changed = self._correct_premises(known, row) | self._correct_permit(known, row)
            if changed or differs:
                self.changes.changed += 1
            else:
                self.changes.unchanged += 1
            self._count_place(known, row, stored.name)

    def _correct_premises(self, premises: Premises, row: FilePremises) -> bool:
        wanted: dict[str, Any] = {"address": row.address, "trade_id": row.trade, "status": row.status}
        if row.tier and row.tier != premises.tier_given and premises.pk not in self._decided:
            wanted["tier_given"] = row.tier
        went = row.lon is not None and row.lat is not None and not near(premises, row.lon, row.lat)
        if went:
            wanted |= {"lon": row.lon, "lat": row.lat}
        if row.address and (not premises.locality_id or row.address != premises.address):
            wanted["locality_id"] = self.occasion.localities.of(row.address) or None
        area = self._area_of_known(premises, row, str(wanted.get("locality_id") or ""), went)
        if area != premises.area_code:
            wanted["area_code"] = area
            self.changes.moved.append(premises)
        differs = differences(premises, wanted)
        if not differs:
            return False
        premises.grid_id = area if len(area) == 6 else None
        self.changes.premises.append(premises)
        self._tell(premises, differs, row.row)
        return True

    def _area_of_known(self, premises: Premises, row: FilePremises, locality: str, went: bool) -> str:
        """Where it stands now, unless the file says otherwise.

        A station's code does not take a premises out of its grid there, and a point that has not moved does not undo a
        move that somebody made by hand.
        """
        area, stated = premises.area_code, row.grid_code or ""
        if len(stated) == 6:
            return stated
        if row.point_grid and (went or len(area) < 6):
            return row.point_grid
        if stated and not area.startswith(stated):
            return stated
        station = self.occasion.localities.station(locality) if locality else ""
        return station if station.startswith(area) else area

    def _correct_permit(self, premises: Premises, row: FilePremises) -> bool:
        if not row.permit_no:
            return False
        permit = self._permits.get((premises.pk, row.permit_no))
        if permit is None:
            self.changes.new_permits.append(
                Permit(premises=premises, number=row.permit_no, valid_to=row.permit_valid_to)
            )
            self._tell(premises, {"permit": ("", row.permit_no)}, row.row)
            return True
        differs = differences(permit, {"valid_to": row.permit_valid_to})
        if differs:
            self.changes.permits.append(permit)
            self._tell(premises, {"permit_valid_to": differs["valid_to"]}, row.row)
        return bool(differs)

    def _tell(self, premises: Premises, differs: Differences, row: int) -> None:
        """One event for each fact that changed; a locality follows from the address and is not told."""
        for name, (old, new) in differs.items():
            if name != "locality_id":
                self.changes.events.append(
                    PremisesEvent(
                        premises_id=premises.pk,
                        what=EVENT_NAMES.get(name, name),
                        old=clipped(old),
                        new=clipped(new),
                        by=self.occasion.by,
                        at=self.occasion.now,
                        why=self.occasion.why % {"file": self.occasion.file, "row": row},
                    )
                )


def wanted_of_subject(subject: FileSubject) -> dict[str, Any]:
    """What the file states of a subject, by field."""
    return {name: getattr(subject, name) for name in ("uscc", "legacy_no", *OF_SUBJECT)}


def differences(stored: Model, wanted: dict[str, Any]) -> Differences:
    """Field → (old, new) for what is stated and differs; the stored object takes the new values."""
    differs: Differences = {}
    for name, value in wanted.items():
        old = getattr(stored, name)
        if value is not None and value != old:
            differs[name] = (old, value)
            setattr(stored, name, value)
    return differs


def near(premises: Premises, lon: float, lat: float) -> bool:
    """The point is where the ledger has it."""
    if premises.lon is None or premises.lat is None:
        return False
    return abs(premises.lon - lon) < SAME_PLACE and abs(premises.lat - lat) < SAME_PLACE


def spread_of(subject: MarketSubject, row: FilePremises) -> int:
    """A stable place inside the interval, by what tells the premises from all others."""
    key = subject.uscc or subject.legacy_no or subject.name
    return crc32(f"{key}\n{row.address or ''}".encode()) % SPREAD_PLACES


def clipped(value: object) -> str:
    """A value as an event keeps it."""
    return "" if value is None else str(value)[:EVENT_LENGTH]
