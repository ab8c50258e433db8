"""Which subjects and premises of the ledger a file speaks of; one subject may have several (handbook §9)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from gridsup.sheets.faults import Fault
from gridsup.sheets.values import key_of
from subjects.importing.gathering import FilePremises, FileSubject
from subjects.models import MarketSubject, Permit, Premises, TierPeriod

Pair = tuple[FilePremises, Premises | None]


class Unnumbered:
    """The bureau's subjects without a number, by name and address; read once, and only if a file has such."""

    def __init__(self, bureau: str) -> None:
        rows = Premises.objects.filter(subject__bureau__code=bureau, subject__uscc=None, subject__legacy_no="")
        self._subjects = {
            (key_of(name), key_of(address)): subject
            for name, address, subject in rows.order_by("-pk").values_list("subject__name", "address", "subject_id")
        }

    def find(self, subject: FileSubject) -> int | None:
        """The primary key of the subject with this name and address."""
        return self._subjects.get((key_of(subject.name), next(iter(subject.premises))))


class LedgerPart:
    """What the ledger holds of some of a file's subjects; a handful of statements for any number of them."""

    def __init__(self, bureau: str, subjects: Sequence[FileSubject], unnumbered: Unnumbered | None) -> None:
        ledger = MarketSubject.objects.filter(bureau__code=bureau)
        codes = [subject.uscc for subject in subjects if subject.uscc]
        numbers = [subject.legacy_no for subject in subjects if subject.legacy_no]
        keys = {id(s): unnumbered.find(s) for s in subjects if not s.has_number} if unnumbered else {}
        found = [
            *(ledger.filter(uscc__in=codes) if codes else ()),
            *(ledger.filter(legacy_no__in=numbers) if numbers else ()),
            *(ledger.filter(pk__in=[pk for pk in keys.values() if pk]) if any(keys.values()) else ()),
        ]
        self.subjects = {subject.pk: subject for subject in found}
        self._by_code = {subject.uscc: subject for subject in self.subjects.values() if subject.uscc}
        self._by_number = {subject.legacy_no: subject for subject in self.subjects.values() if subject.legacy_no}
        self._unnumbered = {key: self.subjects.get(pk or 0) for key, pk in keys.items()}
        self._premises: dict[int, list[Premises]] = defaultdict(list)
        if self.subjects:
            for premises in Premises.objects.filter(subject__in=list(self.subjects)).order_by("pk"):
                self._premises[premises.subject_id].append(premises)

    def premises_of(self, subject: MarketSubject) -> list[Premises]:
        """All premises of a stored subject, oldest first."""
        return self._premises.get(subject.pk, [])

    def find(self, subject: FileSubject) -> tuple[MarketSubject | None, list[Fault]]:
        """The stored subject, None for a new one; with faults for each of its rows when the numbers disagree."""
        if not subject.has_number:
            return self._unnumbered.get(id(subject)), []
        by_code = self._by_code.get(subject.uscc or "")
        by_number = self._by_number.get(subject.legacy_no or "")
        if by_number is not None and by_code is not by_number:
            if by_code is not None or (subject.uscc and by_number.uscc and by_number.uscc != subject.uscc):
                reason = _("This registration number stands in the ledger with another subject: %(name)s, %(code)s.")
                told = {"name": by_number.name, "code": by_number.uscc or by_number.legacy_no}
                return None, faults_for(subject, "legacy_no", reason % told)
            return by_number, []
        return by_code, []

    def pair(self, subject: FileSubject, stored: MarketSubject) -> tuple[list[Pair], list[Fault]]:
        """Each premises of the file with the stored one it speaks of, None for a new one.

        The address tells premises apart. Where file and ledger know one each, another address is a correction.
        """
        known = self.premises_of(stored)
        rows = list(subject.premises.items())
        if len(known) == 1 and len(rows) == 1 and subject.is_whole and subject.has_number:
            return [(rows[0][1], known[0])], []
        by_address: dict[str, Premises] = {}
        for premises in known:
            by_address.setdefault(key_of(premises.address), premises)
        pairs: list[Pair] = []
        for address, row in rows:
            if not address and address not in by_address and known:
                if len(known) > 1:
                    reason = _("The ledger has %(count)d premises of this subject: give the address.")
                    return [], faults_for(subject, "address", reason % {"count": len(known)})
                pairs.append((row, known[0]))
            else:
                pairs.append((row, by_address.get(address)))
        return pairs, []


def faults_for(subject: FileSubject, column: str, reason: str) -> list[Fault]:
    """The same fault for each row of a subject."""
    return [Fault(row.row, column, reason) for row in subject.premises.values()]


def decided_by_person(premises: Iterable[Premises]) -> set[int]:
    """Those whose tier a person set: a file does not undo a reasoned decision."""
    keys = [row.pk for row in premises]
    if not keys:
        return set()
    decided = TierPeriod.objects.filter(premises__in=keys, to_day=None, reason=TierPeriod.Reason.PERSON)
    return set(decided.values_list("premises_id", flat=True))


def permits_of(premises: Iterable[Premises]) -> dict[tuple[int, str], Permit]:
    """Stored permits by premises and number."""
    keys = [row.pk for row in premises]
    rows = Permit.objects.filter(premises__in=keys) if keys else ()
    return {(permit.premises_id, permit.number): permit for permit in rows}
