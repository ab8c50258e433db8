"""How often one address may do what needs no account, counted in the database that all processes share."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from gridsup.addresses import client_address, connection_of
from gridsup.database import wait_alone
from gridsup.errors import TooOften
from gridsup.models import Attempt

MINUTE, HOUR = 60, 3_600


@dataclass(frozen=True)
class Limit:
    """At most so many attempts of one address within so many seconds."""

    most: int
    seconds: int


# Many people stand behind one address of a mobile network, so limits are wide for people and narrow for programs alone.
LIMITS: Mapping[str, tuple[Limit, ...]] = {
    # A community's office that sends for its residents needs some minutes a form; a program a hundred a minute.
    "complaint": (Limit(10, 10 * MINUTE), Limit(60, 24 * HOUR)),
    # Forms that were not taken because something in them was wrong. People behind one address mistype often, and each
    # form that is looked into costs us the proof of its pictures.
    "refused": (Limit(60, 10 * MINUTE), Limit(300, 24 * HOUR)),
    # Wrong numbers or codes only. Five tries in five minutes are typing errors; who goes on is locked as a login is.
    # Of 78 thousand million codes for a number nobody finds the one at that pace.
    "follow": (Limit(5, 5 * MINUTE), Limit(20, HOUR)),
}
SENTENCES: Mapping[str, Promise] = {
    "complaint": _("Very many forms came from your connection in a short time, so this one was not taken yet."),
    "refused": _("Very many forms with mistakes came from your connection in a short time; this one was not read."),
    "follow": _("Too many wrong numbers or codes were tried from your connection."),
}


def allow(*, kind: str, request: HttpRequest, now: datetime) -> Attempt:
    """Counts one attempt of the address that asks.

    Raises TooOften, without counting it, where a limit of the kind is reached. Delete the row again where only failures
    count. Processes wait for each other, so that many at once are counted like many in a row.
    """
    source = source_of(request)
    with transaction.atomic():
        wait_alone("attempt", kind, source)
        wait = max(_wait(kind, source, limit, now) for limit in LIMITS[kind])
        if wait:
            said = {"refused": SENTENCES[kind], "again": again_in(wait)}
            raise TooOften(gettext("%(refused)s %(again)s") % said, wait=wait)
        return Attempt.objects.create(kind=kind, source=source, at=now)


def source_of(request: HttpRequest) -> str:
    """A keyed hash of the connection that asks: tells two apart, names neither."""
    return salted_hmac("gridsup.flood", connection_of(client_address(request)), algorithm="sha256").hexdigest()


def _wait(kind: str, source: str, limit: Limit, now: datetime) -> int:
    """Seconds until the limit lets one more through; 0: it does now."""
    window = timedelta(seconds=limit.seconds)
    counted = Attempt.objects.filter(kind=kind, source=source, at__gt=now - window).order_by("-at")
    oldest = counted.values_list("at", flat=True)[limit.most - 1 : limit.most].first()
    return 0 if oldest is None else max(1, ceil((oldest + window - now).total_seconds()))


def again_in(wait: int) -> str:
    """“Try again in 5 minutes.”, or hours."""
    if wait > HOUR:
        hours = ceil(wait / HOUR)
        return ngettext("Try again in %(count)d hour.", "Try again in %(count)d hours.", hours) % {"count": hours}
    minutes = ceil(wait / MINUTE)
    return ngettext("Try again in %(count)d minute.", "Try again in %(count)d minutes.", minutes) % {"count": minutes}


def forget(*, now: datetime) -> int:
    """Deletes attempts that no limit counts any more; returns how many."""
    longest = max(limit.seconds for limits in LIMITS.values() for limit in limits)
    old = Attempt.objects.filter(at__lte=now - timedelta(seconds=longest))
    return old.delete()[0] if old.exists() else 0
