"""Logging in and out in the audit trail, by what the framework tells of it: pages, admin and API log in alike."""

import logging
from typing import Any

from axes.signals import user_locked_out
from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import DatabaseError
from django.http import HttpRequest

from gridsup.audit.chain import append
from gridsup.audit.models import AuditEntry
from gridsup.audit.recording import Action, Outcome, entry_for

log = logging.getLogger("gridsup.audit")


def listen() -> None:
    """Connects the framework's signals; called once, when the site starts."""
    user_logged_in.connect(logged_in, dispatch_uid="gridsup.audit.logged_in")
    user_logged_out.connect(logged_out, dispatch_uid="gridsup.audit.logged_out")
    user_login_failed.connect(failed, dispatch_uid="gridsup.audit.failed")
    user_locked_out.connect(locked, dispatch_uid="gridsup.audit.locked")


def logged_in(sender: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    _write(request, user, Action.LOG_IN)


def logged_out(sender: Any, request: HttpRequest | None, user: Any, **kwargs: Any) -> None:
    if user is not None:
        _write(request, user, Action.LOG_OUT)


def failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """A user name that no account has may be a password typed in the wrong place: it is not kept."""
    if not getattr(request, "axes_locked_out", False):
        _write(request, _account(credentials.get("username")), Action.LOG_IN_FAILED, Outcome.REFUSED)


def locked(sender: Any, request: HttpRequest | None = None, username: str | None = None, **kwargs: Any) -> None:
    _write(request, _account(username), Action.LOCKED_OUT, Outcome.REFUSED)


def _account(username: object) -> Any:
    """The account of a user name, or None."""
    model = get_user_model()
    return model._default_manager.filter(**{model.USERNAME_FIELD: str(username or "")[:150]}).first()


def _write(request: HttpRequest | None, person: Any, action: str, outcome: str = Outcome.DONE) -> None:
    """Writes an entry; a login that cannot be written down is still a login, and stands in the log."""
    if request is None or "REMOTE_ADDR" not in request.META:  # a program's own doing
        return
    entry: AuditEntry = entry_for(request, person, action=action, outcome=outcome)
    try:
        append(entry)
    except DatabaseError:
        log.exception("not in the trail: %s of %s", action, entry.username)
