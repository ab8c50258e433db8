"""Where people are logged in: one row a session, made and removed as the framework logs in and out."""

import re
from datetime import datetime
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils import timezone

from grids.models import Officer, OpenSession
from gridsup.addresses import client_address

# Moments of a session, in seconds since 1970: when it began, when it was used last (to a minute).
BEGUN, SEEN = "session_begun", "session_seen"
# What a browser's long line about itself is cut down to: enough to tell a phone from a desk.
BROWSERS = {"Edg": "Edge", "MicroMessenger": "WeChat", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")


def listen() -> None:
    """Connects the framework's signals; called once, when the site starts."""
    user_logged_in.connect(opened, dispatch_uid="grids.sessions.opened")
    user_logged_out.connect(closed, dispatch_uid="grids.sessions.closed")


def opened(sender: Any, request: HttpRequest, user: Officer, **kwargs: Any) -> None:
    """Starts the clocks of the session and keeps where it is open."""
    now = timezone.now()
    request.session[BEGUN] = request.session[SEEN] = int(now.timestamp())
    keep_open(request, user, now)


def keep_open(request: HttpRequest, officer: Officer, now: datetime) -> None:
    """One row for the session of the request, by its present key."""
    if request.session.session_key is None:
        request.session.create()
    OpenSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "officer": officer,
            "started_at": now,
            "address": client_address(request)[:45],
            "device": device_of(request.headers.get("User-Agent", "")),
        },
    )


def closed(sender: Any, request: HttpRequest, user: Officer | None, **kwargs: Any) -> None:
    """Forgets where the session was open."""
    if user is not None and request.session.session_key:
        OpenSession.objects.filter(session_key=request.session.session_key).delete()


def device_of(agent: str) -> str:
    """`Chrome, Android`: browser and system out of what a browser says of itself; empty for anything else."""
    browser = next((name for mark, name in BROWSERS.items() if re.search(rf"\b{mark}\w*/", agent)), "")
    system = next((name for name in SYSTEMS if name in agent), "")
    return ", ".join(part for part in (browser, system) if part)


def forget(*, now: datetime) -> int:
    """Removes sessions that ran out, and rows whose session is gone; returns how many rows went."""
    Session.objects.filter(expire_date__lt=now).delete()
    kept = Session.objects.filter(session_key=OuterRef("session_key"))
    return OpenSession.objects.filter(~Exists(kept)).delete()[0]
