"""Accounts that rest after too many failed logins: which, since when, until when."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grids.models import Officer
from gridsup.addresses import client_address

# Attempts left from which on the login page says how many.
WARNED_FROM = 5


@dataclass(frozen=True)
class Lock:
    """An account that nobody can log in to from one address."""

    officer: Officer
    address: str
    failures: int
    since: datetime
    until: datetime


def locks(accounts: Iterable[Officer], *, now: datetime) -> list[Lock]:
    """The locks of these accounts that have not ended, the latest first; two queries with the accounts' own."""
    cool = settings.AXES_COOLOFF_TIME
    tried = AccessAttempt.objects.filter(
        failures_since_start__gte=settings.AXES_FAILURE_LIMIT, attempt_time__gt=now - cool
    ).order_by("-attempt_time")
    by_name: dict[str, Officer] = {}
    attempts = list(tried)
    if attempts:
        by_name = {officer.get_username(): officer for officer in accounts}
    return [
        Lock(
            by_name[attempt.username], attempt.ip_address or "", attempt.failures_since_start, attempt.attempt_time,
            attempt.attempt_time + cool,
        )
        for attempt in attempts
        if attempt.username in by_name
    ]  # fmt: skip


def locked_until(request: HttpRequest, username: str, *, now: datetime) -> datetime:
    """When a lock from here ends that was just met with; an account that there is not rests alike."""
    failed = AccessAttempt.objects.filter(
        username=username, ip_address=client_address(request),
        failures_since_start__gte=settings.AXES_FAILURE_LIMIT,
    ).aggregate(last=Max("attempt_time"))["last"]  # fmt: skip
    ends: datetime = (failed or now) + settings.AXES_COOLOFF_TIME
    return ends


def locked_sentence(until: datetime, *, now: datetime) -> str:
    """When a lock ends, and whom to ask."""
    left = max(ceil((until - now) / timedelta(minutes=1)), 1)
    ends = ngettext(
        "Too many failed logins. The lock ends by itself after %(n)s minute, at %(time)s.",
        "Too many failed logins. The lock ends by itself after %(n)s minutes, at %(time)s.",
        left,
    ) % {"n": left, "time": f"{timezone.localtime(until):%H:%M}"}
    return _("%(ends)s The security administrator of your bureau can lift it earlier.") % {"ends": ends}


def left_sentence(request: HttpRequest, username: str, *, now: datetime) -> str:
    """How many more failures it takes to lock the account from here, once they are few; an account that there is not
    counts alike, so that nothing is told of who has one."""
    mine = AccessAttempt.objects.filter(
        username=username, ip_address=client_address(request), attempt_time__gt=now - settings.AXES_COOLOFF_TIME
    )
    failures = mine.aggregate(most=Max("failures_since_start"))["most"] or 0
    left = settings.AXES_FAILURE_LIMIT - failures
    if not failures or not 0 < left <= WARNED_FROM:
        return ""
    return ngettext(
        "%(n)d attempt is left; after that the account rests for %(minutes)d minutes.",
        "%(n)d attempts are left; after that the account rests for %(minutes)d minutes.",
        left,
    ) % {"n": left, "minutes": settings.LOCKOUT_MINUTES}


def locked_page(request: HttpRequest, response: HttpResponse | None, credentials: Any) -> HttpResponse:
    """What somebody sees whose account is locked; the admin has no log-in of its own, the API says it in JSON."""
    now = timezone.now()
    until = locked_until(request, (credentials or {}).get("username", ""), now=now)
    return render(
        request, "grids/account_locked.html", {"locked_sentence": locked_sentence(until, now=now)}, status=429
    )
