"""One entry for each request that changes something, or shows a person or a row of business: the one place.

Why so: docs/decisions/0030-audit-trail.md.
"""

import logging
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import ResolverMatch
from django.utils import timezone

from gridsup.addresses import client_address
from gridsup.api.errors import away, is_api
from gridsup.audit.chain import append
from gridsup.audit.models import AuditEntry
from gridsup.audit.rows import About, about

log = logging.getLogger("gridsup.audit")

SAFE = {"GET", "HEAD", "OPTIONS"}
Action, Outcome = AuditEntry.Action, AuditEntry.Outcome
NOTES = "_audit_notes"


def note(request: Any, **facts: Any) -> None:
    """What a view knows of its request and a route does not say.

    `action`, `outcome`, `row` (a model instance), `given` (the checked body, of which a reason alone is kept, on few
    routes) or `person` (who it was, where nobody is logged in); a request of the API framework is taken as well.
    """
    plain = getattr(request, "_request", request)
    plain.__dict__.setdefault(NOTES, {}).update(facts)


class AuditMiddleware:
    """Writes the entry when the answer is ready, before it is sent.

    What somebody only looked at is not shown when it cannot be written down; what was changed already is written to the
    log instead.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        entry = entry_of(request, response)
        if entry is None:
            return response
        try:
            append(entry)
        except DatabaseError:
            log.exception("not in the trail: %s %s %s by %s", entry.method, entry.route, entry.row, entry.username)
            if request.method in SAFE and entry.outcome == Outcome.DONE:
                return _cannot_write(request)
        return response


def entry_of(request: HttpRequest, response: HttpResponse) -> AuditEntry | None:
    """The entry that a request asks for, not yet written; None for what needs none."""
    from gridsup.composition import UNAUDITED

    match, notes = request.resolver_match, request.__dict__.get(NOTES, {})
    if match is None or match.view_name in UNAUDITED:
        return None
    subject = about(match)
    action = notes.get("action") or action_of(request.method or "", match, subject)
    # asked last: pages without an entry must not look up who is logged in for its sake
    person = (notes.get("person") or getattr(request, "user", None)) if action else None
    if person is None or not person.is_authenticated:
        return None
    outcome = notes.get("outcome") or outcome_of(request, response)
    return entry_for(
        request, person, action=action, outcome=outcome, subject=subject, why=reason_of(request, match),
        row=notes.get("row"), status=response.status_code,
    )  # fmt: skip


def action_of(method: str, match: ResolverMatch, subject: About) -> str:
    """What a request of the route is called in the trail; empty for what needs no entry."""
    from gridsup.composition import AUDIT_ACTIONS

    if match.view_name in AUDIT_ACTIONS:
        methods, action = AUDIT_ACTIONS[match.view_name]
        if method in methods:
            return action
    if method not in SAFE:
        return Action.CHANGE
    return Action.VIEW if method != "OPTIONS" and subject.is_worth_an_entry else ""


def outcome_of(request: HttpRequest, response: HttpResponse) -> str:
    """Done, refused by a rule, failed, or (a page in answer to a form) neither yet."""
    if response.status_code >= 500:
        return Outcome.FAILED
    if response.status_code >= 400 or _says_no(request):
        return Outcome.REFUSED
    if request.method not in SAFE and response.status_code == 200 and not is_api(request):
        return Outcome.ANSWERED
    return Outcome.DONE


def _says_no(request: HttpRequest) -> bool:
    """The page that comes next will show an error: a form that sends people on says so by a message."""
    queued = getattr(getattr(request, "_messages", None), "_queued_messages", [])
    return any(message.level >= messages.ERROR for message in queued)


def reason_of(request: HttpRequest, match: ResolverMatch) -> str:
    """The reason that was given, on the few routes where it is part of the trail; nothing else that was typed."""
    from gridsup.composition import AUDIT_REASONS

    if match.view_name not in AUDIT_REASONS or request.method in SAFE:
        return ""
    given = request.__dict__.get(NOTES, {}).get("given", request.POST)
    return str(given.get("why") or "").replace("\x00", "").strip()


def entry_for(
    request: HttpRequest,
    person: Any,
    *,
    action: str,
    outcome: str = Outcome.DONE,
    subject: About | None = None,
    row: Any = None,
    why: str = "",
    status: int = 0,
) -> AuditEntry:
    """An entry about a request, not yet written: its area is the row's, else that of the person's bureau."""
    match = request.resolver_match
    subject = About(row._meta.model, str(row.pk)) if row is not None else subject or About()
    area = getattr(row, "area_code", "") or subject.area_code() or home_of(person)
    return AuditEntry(
        bureau=area[:2],
        at=timezone.now(),
        action=action,
        outcome=outcome,
        status=status,
        username=person.get_username() if person is not None else "",
        address=client_address(request)[:45],
        method=(request.method or "")[:7],
        route=(match.view_name if match else "")[:100],
        model=subject.label,
        row=subject.key[:60],
        area_code=area,
        why=why[: AuditEntry._meta.get_field("why").max_length],
    )


def home_of(person: Any) -> str:
    """The bureau that a person belongs to; empty for nobody, or an account that no bureau keeps."""
    return str(person.home_bureau()) if hasattr(person, "home_bureau") else ""


def _cannot_write(request: HttpRequest) -> HttpResponse:
    """Nothing that must leave a trace is shown while no trace can be left."""
    return away() if is_api(request) else render(request, "audit/away.html", status=503)
