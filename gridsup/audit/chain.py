"""The chain of the audit trail: each entry's keyed hash covers the entry before it, so that a change shows.

The key comes from SECRET_KEY: whoever can write to the database alone cannot forge an entry. What a chain by itself
cannot show is that its newest entries were cut off; the seals of each night, the log and every export name its end.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from gridsup.audit import guard
from gridsup.audit.models import AuditEntry, AuditSeal
from gridsup.database import wait_alone

# What the hash covers besides the entry before it, in this order for ever.
COVERED = (
    "bureau", "number", "action", "outcome", "status", "username", "address", "method", "route", "model", "row",
    "area_code", "why", "step", "named",
)  # fmt: skip
# Entries read at once while a chain is checked.
CHUNK = 2_000
# A trail that was tampered with as a whole needs no longer list.
MOST_FAULTS = 20


def append(entry: AuditEntry) -> AuditEntry:
    """Puts the entry at the end of its bureau's chain; two at once wait for each other."""
    with transaction.atomic():
        wait_alone("audit", entry.bureau)
        number, former = end_of(entry.bureau)
        entry.number, entry.former = number + 1, former
        entry.hash = digest(entry, _key(settings.SECRET_KEY))
        entry.save(force_insert=True)
    return entry


def end_of(bureau: str) -> tuple[int, str]:
    """Number and hash of the newest entry of a bureau, which is never removed; (0, "") before the first."""
    rows = AuditEntry.objects.filter(bureau=bureau).order_by("-number")
    return rows.values_list("number", "hash").first() or (0, "")


def digest(entry: AuditEntry, key: bytes) -> str:
    """The keyed SHA-256 of an entry and the hash before it, as 64 hexadecimal digits."""
    told = [entry.former, int(entry.at.timestamp() * 1_000_000), *(getattr(entry, name) for name in COVERED)]
    text = json.dumps([str(value) for value in told], ensure_ascii=False, separators=(",", ":"))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _key(secret: str) -> bytes:
    return salted_hmac("gridsup.audit", "chain", secret=secret, algorithm="sha256").digest()


@dataclass
class Verdict:
    """What a check of one chain found: entries read, number and hash of the last one, and faults in words."""

    bureau: str
    read: int = 0
    number: int = 0
    hash: str = ""
    last: AuditEntry | None = None
    faults: list[str] = field(default_factory=list)

    def fault(self, words: str) -> None:
        """Notes a fault, unless there are enough to know."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(words)


def check(bureau: str, *, whole: bool = False) -> Verdict:
    """Reads a bureau's chain from its last seal (`whole`: from its first entry) to its end and says where it is broken.

    Found are: an entry that was changed, left out, put in or put elsewhere; entries cut off behind a seal; a seal that
    does not fit; a missing guard of the database.
    """
    verdict = Verdict(bureau)
    for trigger in guard.missing(DEFAULT_DB_ALIAS):
        verdict.fault(_("The database's guard “%(name)s” is missing.") % {"name": trigger})
    seals = dict(AuditSeal.objects.filter(bureau=bureau).values_list("number", "hash"))
    verdict.number, verdict.hash = _start(bureau, seals, whole)
    first = verdict.number
    keys = [_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    for entry in _entries(bureau, verdict.number):
        _compare(verdict, entry, keys)
        if seals.get(entry.number, entry.hash) != entry.hash:
            verdict.fault(_("Entry %(entry)s is not the one that was sealed.") % {"entry": entry})
    if any(number > max(verdict.number, first) for number in seals):
        named = {"entry": f"{bureau or '0'}-{verdict.number}", "sealed": f"{bureau or '0'}-{max(seals)}"}
        verdict.fault(_("Entries after %(entry)s are missing: %(sealed)s was sealed.") % named)
    return verdict


def _start(bureau: str, seals: dict[int, str], whole: bool) -> tuple[int, str]:
    """The number and hash before the first entry that is to be read."""
    if not whole:
        number = max(seals, default=0)
        return number, seals.get(number, "")
    first = AuditEntry.objects.filter(bureau=bureau).order_by("number").values_list("number", flat=True).first()
    # what was removed lies at or below a seal; without one, the chain has to begin with its first entry
    number = max((number for number in seals if first is not None and number < first), default=0)
    return number, seals.get(number, "")


def _entries(bureau: str, after: int) -> Iterator[AuditEntry]:
    rows = AuditEntry.objects.filter(bureau=bureau, number__gt=after).order_by("number")
    return rows.iterator(chunk_size=CHUNK)


def _compare(verdict: Verdict, entry: AuditEntry, keys: list[bytes]) -> None:
    """One entry against the one before it and against its own hash."""
    if entry.number != verdict.number + 1:
        verdict.fault(_("Entries before %(entry)s are missing.") % {"entry": entry})
    elif entry.former != verdict.hash:
        verdict.fault(_("Entry %(entry)s does not follow the one before it.") % {"entry": entry})
    if not any(hmac.compare_digest(entry.hash, digest(entry, key)) for key in keys):
        verdict.fault(_("Entry %(entry)s was changed.") % {"entry": entry})
    verdict.read += 1
    verdict.number, verdict.hash, verdict.last = entry.number, entry.hash, entry
