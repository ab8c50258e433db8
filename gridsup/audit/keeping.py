"""The trail looked after: checked and sealed every night, the whole of it every month; old entries removed."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gridsup.audit.chain import Verdict, append, check
from gridsup.audit.models import AuditEntry, AuditSeal
from gridsup.jobs import Step
from gridsup.models import Job
from gridsup.periods import Period
from gridsup.schedule import area_codes

log = logging.getLogger("gridsup.audit")


def check_audit(job: Job, now: datetime) -> Iterable[Step]:
    """Checks a bureau's chain, and with the first bureau's that of none: for a day what is new, for a month all.

    What it finds stands in the trail itself, in the counts (`broken`) and in the log; then the end is sealed.
    """
    whole = Period.parse(job.period).shape == "month"
    for bureau in _chains(job):
        look = _Look(bureau, whole, now)
        yield Step(f"check {bureau or '0'}", look.seal, prepare=look.read)


def _chains(job: Job) -> list[str]:
    """The chain of the job's bureau; that of no bureau goes with the first one."""
    mine = job.area_code[:2]
    return [mine, ""] if mine == min(area_codes(2), default=mine) else [mine]


@dataclass
class _Look:
    """One chain: read outside of the transaction, which would hold SQLite's one writer, and sealed inside."""

    bureau: str
    whole: bool
    now: datetime
    verdict: Verdict = field(init=False)

    def read(self) -> None:
        self.verdict = check(self.bureau, whole=self.whole)

    def seal(self) -> dict[str, int]:
        found = self.verdict
        sealed = 0
        if found.last is not None:
            facts = {"hash": found.hash, "at": found.last.at, "made_at": self.now}
            sealed = AuditSeal.objects.get_or_create(bureau=self.bureau, number=found.number, defaults=facts)[1]
            log.warning("audit trail %s-%s sealed as %s", self.bureau or "0", found.number, found.hash)
        for words in found.faults:
            log.error("audit trail is broken: %s", words)
        if found.read or found.faults:
            outcome = AuditEntry.Outcome.FAILED if found.faults else AuditEntry.Outcome.DONE
            append(_entry(self.bureau, AuditEntry.Action.CHECK, self.now, _said(found), outcome))
        return {"read": found.read, "made": int(sealed), "broken": len(found.faults)}


def _said(found: Verdict) -> str:
    """What the check found, in a sentence."""
    count = ngettext("%(n)s entry checked.", "%(n)s entries checked.", found.read) % {"n": found.read}
    return " ".join([count, *(found.faults or [_("The chain is whole.")])])


def prune_audit(job: Job, now: datetime) -> Iterable[Step]:
    """Removes the entries of a bureau, and of none, that lie under a seal and are older than AUDIT_DAYS."""
    for bureau in _chains(job):
        yield Step(f"prune {bureau or '0'}", partial(prune, bureau=bureau, now=now))


def prune(*, bureau: str, now: datetime) -> dict[str, int]:
    """Removes old entries of one chain up to a seal; the seal keeps the hash from which the rest is checked."""
    limit = now - timedelta(days=settings.AUDIT_DAYS)
    seal = AuditSeal.objects.filter(bureau=bureau, at__lt=limit).order_by("-number").first()
    if seal is None:
        return {"changed": 0}
    old = AuditEntry.objects.filter(bureau=bureau, number__lte=seal.number)
    if not (count := old.count()):
        return {"changed": 0}
    words = ngettext("%(n)s entry up to %(seal)s.", "%(n)s entries up to %(seal)s.", count)
    # first, so that the chain never ends in nothing
    append(_entry(bureau, AuditEntry.Action.PRUNE, now, words % {"n": count, "seal": seal}))
    # the query set refuses to delete, and so does the database, but for this
    return {"changed": old._raw_delete(DEFAULT_DB_ALIAS)}


def _entry(bureau: str, action: str, now: datetime, why: str, outcome: str = AuditEntry.Outcome.DONE) -> AuditEntry:
    """An entry of the trail about itself; nobody in person."""
    most = AuditEntry._meta.get_field("why").max_length
    return AuditEntry(bureau=bureau, area_code=bureau, at=now, action=action, outcome=outcome, why=why[:most])
