"""The rows of a file brought together by subject: who stands in it, where, and what contradicts itself."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext as _

from gridsup.sheets.faults import Fault
from gridsup.sheets.values import key_of
from subjects.importing.parsing import Stated

# What is said of the subject and not of one of its premises; `uscc` and `legacy_no` besides.
OF_SUBJECT = ("name", "kind", "credit", "registered_on")


@dataclass(slots=True)
class FilePremises:
    """One premises as the file has it; `placing` turns its point into WGS 84 and finds `point_grid`."""

    row: int
    address: str | None
    lon: float | None
    lat: float | None
    trade: str | None
    grid_code: str | None
    tier: str | None
    status: str | None
    permit_no: str | None
    permit_valid_to: date | None
    point_grid: str = ""


@dataclass(slots=True)
class FileSubject:
    """One subject as the file has it, with its premises by the key of their address."""

    uscc: str | None
    legacy_no: str | None
    name: str
    kind: str | None
    credit: str | None
    registered_on: date | None
    premises: dict[str, FilePremises] = field(default_factory=dict)
    # Every row of the file that speaks of it was taken: only then is one row all there is.
    is_whole: bool = True

    @property
    def has_number(self) -> bool:
        return bool(self.uscc or self.legacy_no)


class Gathering:
    """Takes rows in the file's order; a row that contradicts an earlier one is refused."""

    def __init__(self) -> None:
        self.subjects: list[FileSubject] = []
        self._by_uscc: dict[str, FileSubject] = {}
        self._by_legacy: dict[str, FileSubject] = {}
        self._by_name: dict[tuple[str, str], FileSubject] = {}
        self._in_doubt: set[str] = set()  # numbers of rows that were refused

    def refuse(self, stated: Stated) -> None:
        """Remembers of whom a refused row spoke."""
        self._in_doubt.update(number for number in (stated.uscc, stated.legacy_no) if number)

    def take(self, stated: Stated) -> list[Fault]:
        """Adds a row that is sound in itself; returns why it cannot stand beside the rows before it."""
        address = key_of(stated.address or "")
        subject, fault = self._find(stated, address)
        if subject is not None and fault is None:
            fault = contradiction(stated, subject, address)
        if fault is not None:
            self.refuse(stated)
            return [fault]
        if subject is None:
            subject = self._begin(stated, address)
        else:
            self._complete(subject, stated)
        subject.premises[address] = FilePremises(
            stated.number, stated.address, stated.lon, stated.lat, stated.trade, stated.grid_code, stated.tier,
            stated.status, stated.permit_no, stated.permit_valid_to,
        )  # fmt: skip
        return []

    def finish(self) -> list[FileSubject]:
        """The subjects, each knowing whether all its rows were taken; the indexes are given back."""
        for number in self._in_doubt:
            for subject in (self._by_uscc.get(number), self._by_legacy.get(number)):
                if subject is not None:
                    subject.is_whole = False
        self._by_uscc, self._by_legacy, self._by_name = {}, {}, {}
        return self.subjects

    def premises(self) -> Iterator[FilePremises]:
        """All premises that the file's rows make."""
        return (premises for subject in self.subjects for premises in subject.premises.values())

    def _find(self, stated: Stated, address: str) -> tuple[FileSubject | None, Fault | None]:
        if not stated.has_number:
            return self._by_name.get((key_of(stated.name or ""), address)), None
        by_uscc = self._by_uscc.get(stated.uscc) if stated.uscc else None
        by_legacy = self._by_legacy.get(stated.legacy_no) if stated.legacy_no else None
        found = by_uscc or by_legacy
        if found is None:
            return None, None
        for key in ("uscc", "legacy_no"):
            said, before = getattr(stated, key), getattr(found, key)
            if (said and before and said != before) or (by_uscc and by_legacy and by_uscc is not by_legacy):
                row = next(iter(found.premises.values())).row
                return found, Fault(
                    stated.number,
                    key,
                    _("Row %(row)d joins another code and registration number.") % {"row": row},
                )
        return found, None

    def _begin(self, stated: Stated, address: str) -> FileSubject:
        subject = FileSubject(
            stated.uscc, stated.legacy_no, stated.name or "", stated.kind, stated.credit, stated.registered_on
        )
        self.subjects.append(subject)
        if not stated.has_number:
            self._by_name[key_of(subject.name), address] = subject
        self._index(subject)
        return subject

    def _complete(self, subject: FileSubject, stated: Stated) -> None:
        for key in ("uscc", "legacy_no", *OF_SUBJECT):
            if getattr(subject, key) is None and getattr(stated, key) is not None:
                setattr(subject, key, getattr(stated, key))
        self._index(subject)

    def _index(self, subject: FileSubject) -> None:
        if subject.uscc:
            self._by_uscc[subject.uscc] = subject
        if subject.legacy_no:
            self._by_legacy[subject.legacy_no] = subject


def contradiction(stated: Stated, subject: FileSubject, address: str) -> Fault | None:
    """Why a further row of a subject cannot stand beside the rows before it; None when it can."""
    first = next(iter(subject.premises.values())).row
    if same := subject.premises.get(address):
        reason = _("The same subject with the same address stands in row %(row)d.") % {"row": same.row}
        return Fault(stated.number, "", reason)
    if not address or "" in subject.premises:
        reason = _("The same subject stands in row %(row)d; without an address in both the rows cannot be told apart.")
        return Fault(stated.number, "address", reason % {"row": first})
    for key in OF_SUBJECT:
        said, before = getattr(stated, key), getattr(subject, key)
        alike = key_of(said) == key_of(before) if key == "name" else said == before
        if said is not None and before is not None and not alike:
            reason = _("Row %(row)d says “%(before)s” of the same subject.") % {"row": first, "before": before}
            return Fault(stated.number, key, reason)
    return None
