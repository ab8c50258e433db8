"""One entry for each request that changes something, or shows a person or a row of business: the one place.

Why so: docs/decisions/0030-audit-trail.md.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import ResolverMatch
from django.utils import timezone, translation

from gridsup.addresses import client_address
from gridsup.api.errors import away, is_api
from gridsup.audit.chain import append
from gridsup.audit.models import AuditEntry
from gridsup.audit.rows import About, about, area_of, key_of, name_of
from gridsup.codes import lineage

log = logging.getLogger("gridsup.audit")

SAFE = {"GET", "HEAD", "OPTIONS"}
Action, Outcome = AuditEntry.Action, AuditEntry.Outcome
# What only shows something, also where it came as a form.
LOOKS = {Action.VIEW, Action.TRIAL}
NOTES = "_audit_notes"
# What of it goes into the entry as it is.
TOLD = ("row", "rows", "named", "area", "step")
# Fields of a form that ask what for something is done; nothing else that is typed is kept.
REASONS = ("why", "reason")
# What may be longer than its column.
CUT = ("address", "method", "route", "row", "step", "named")
# Rows named one by one in an entry about several.
MOST_NAMED = 20


def note(request: Any, **facts: Any) -> None:
    """What a view knows of its request and a route does not say.

    `action` (empty: no entry), `outcome`, `row` (what was made or acted on), `rows` (several), `named` (what that is
    called, where it is no row), `area`, `step`, `given` (the checked body, of which a reason alone is kept) or `person`
    (who it was, where nobody is logged in); a request of the API framework is taken as well.
    """
    plain = getattr(request, "_request", request)
    plain.__dict__.setdefault(NOTES, {}).update(facts)


def note_trial(request: Any, **facts: Any) -> None:
    """A request that shows what would happen and stores nothing of it; `facts` as for `note`."""
    note(request, action=Action.TRIAL, **facts)


def note_looked_at(request: Any, what: object, codes: Sequence[str], on: date | None = None) -> None:
    """A list or file of these areas, as of a day: what it is called, in the language of the site, and where it lies."""
    with translation.override(settings.LANGUAGE_CODE):
        named = " ".join([str(what), *codes, *([on.isoformat()] if on else [])])
    note(request, named=named, area=common_area(codes) if codes else "")


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
    from gridsup.composition import OWN_ACCOUNT, UNAUDITED

    match, notes = request.resolver_match, request.__dict__.get(NOTES, {})
    if match is None or match.view_name in UNAUDITED:
        return None
    subject = about(match, request.method or "")
    action = notes.get("action")
    if action is None:
        action = Action.EXPORT if carries_file(response) else action_of(request.method or "", match, subject)
    # asked last: pages without an entry must not look up who is logged in for its sake
    person = (notes.get("person") or getattr(request, "user", None)) if action else None
    if person is None or not person.is_authenticated:
        return None
    outcome = notes.get("outcome") or outcome_of(request, response, action)
    told = {name: notes[name] for name in TOLD if name in notes}
    if match.view_name in OWN_ACCOUNT:
        told.setdefault("row", person)
    entry = entry_for(
        request, person, action=action, outcome=outcome, subject=subject, status=response.status_code, **told
    )
    if may_keep_reason(entry):
        entry.why = reason_of(request)
    return entry


def carries_file(response: HttpResponse) -> bool:
    """The answer is a file to be kept: such a route cannot be forgotten, whatever the table of actions says of it."""
    return str(response.headers.get("Content-Disposition", "")).startswith("attachment")


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


def outcome_of(request: HttpRequest, response: HttpResponse, action: str) -> str:
    """Done, refused by a rule, failed, or (a page in answer to a form that was to do something) neither yet."""
    if response.status_code >= 500:
        return Outcome.FAILED
    if response.status_code >= 400 or _says_no(request):
        return Outcome.REFUSED
    to_do = request.method not in SAFE and action not in LOOKS
    if to_do and response.status_code == 200 and not is_api(request):
        return Outcome.ANSWERED
    return Outcome.DONE


def _says_no(request: HttpRequest) -> bool:
    """A message of an error: on the page that comes next, or on the one that answers the form itself."""
    store = getattr(request, "_messages", None)
    said = list(getattr(store, "_queued_messages", []))
    if request.method not in SAFE and getattr(store, "used", False):
        said += getattr(store, "_loaded_data", [])
    return any(message.level >= messages.ERROR for message in said)


def may_keep_reason(entry: AuditEntry) -> bool:
    """The entry is about a change that was done or refused, of a row whose reasons are nobody's secret."""
    return _has_reason(entry) and not stays_apart(entry)


def stays_apart(entry: AuditEntry) -> bool:
    """A reason may have been given for it, and stands with the row alone."""
    from gridsup.composition import REASONS_APART

    return _has_reason(entry) and entry.action != Action.REVEAL and entry.model in REASONS_APART


def _has_reason(entry: AuditEntry) -> bool:
    """Something was to be done, and not just tried or typed wrong."""
    return entry.method not in {*SAFE, ""} and entry.outcome != Outcome.ANSWERED and entry.action not in LOOKS


def reason_of(request: HttpRequest) -> str:
    """The reason that was given with a change; nothing else that was typed."""
    given = request.__dict__.get(NOTES, {}).get("given", request.POST)
    said = next((str(given[name]) for name in REASONS if given.get(name)), "")
    return said.replace("\x00", "").strip()[: AuditEntry._meta.get_field("why").max_length]


def entry_for(
    request: HttpRequest,
    person: Any,
    *,
    action: str,
    outcome: str = Outcome.DONE,
    subject: About | None = None,
    row: Any = None,
    rows: Sequence[Any] = (),
    named: str = "",
    area: str = "",
    step: str = "",
    status: int = 0,
) -> AuditEntry:
    """An entry about a request, not yet written: its area is the row's, else that of the person's bureau."""
    match, subject = request.resolver_match, subject or About()
    if len(rows) == 1:
        row = rows[0]
    if row is not None:
        subject = About(row._meta.model, key_of(row), subject.step)
        area, named = area or area_of(row), named or name_of(row)
    elif rows:
        subject = About(rows[0]._meta.model, "", subject.step)
        area, named = area or common_area([area_of(one) for one in rows]), named or _names(rows)
    else:
        key, lies_in, called = subject.found()
        subject, area, named = replace(subject, key=key), area or lies_in, named or called
    area = area or home_of(person)
    entry = AuditEntry(
        bureau=area[:2],
        at=timezone.now(),
        action=action,
        outcome=outcome,
        status=status,
        username=person.get_username() if person is not None else "",
        address=client_address(request),
        method=request.method or "",
        route=match.view_name if match else "",
        model=subject.label,
        row=subject.key,
        step=step or subject.step,
        named=named,
        area_code=area,
    )
    for field in CUT:
        column: Any = AuditEntry._meta.get_field(field)
        setattr(entry, field, getattr(entry, field)[: column.max_length])
    return entry


def common_area(codes: Sequence[str]) -> str:
    """The smallest area that holds all of them; empty for areas of different bureaus."""
    shared = set.intersection(*(set(lineage(code)) for code in codes))
    return max(shared, key=len, default="")


def _names(rows: Sequence[Any]) -> str:
    """What several rows are called; of very many the number."""
    names = [name_of(row) or str(row.pk) for row in rows[:MOST_NAMED]]
    more = len(rows) - len(names)
    return "; ".join([*names, *([f"+ {more}"] if more else [])])


def home_of(person: Any) -> str:
    """The bureau that a person belongs to; empty for nobody, or an account that no bureau keeps."""
    return str(person.home_bureau()) if hasattr(person, "home_bureau") else ""


def _cannot_write(request: HttpRequest) -> HttpResponse:
    """Nothing that must leave a trace is shown while no trace can be left."""
    return away() if is_api(request) else render(request, "audit/away.html", status=503)
