"""The page of the form on which an officer records a visit."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from grids.models import Officer
from grids.permissions import Permission
from grids.requests import SignedIn
from gridsup.audit.recording import note
from gridsup.errors import AlreadyStored, BadInput, DomainError
from gridsup.images import ACCEPT, MOST_PICTURES, Picture, proven
from gridsup.keys import key_in, keys_in
from inspections import unsent
from inspections.actions import attach_photos, drop_draft, save_draft, submit_visit
from inspections.models import Visit
from inspections.rules import is_own, may_correct, why_not_visited
from inspections.visit_form import VisitForm
from subjects.models import Premises
from subjects.tiers import Tiers


@dataclass(frozen=True)
class Opened:
    """One form of a premises: its number, the draft behind it, the returned record that it corrects, the record that
    was handed in with it."""

    premises: Premises
    client_id: UUID
    draft: Visit | None = None
    corrects: Visit | None = None
    stored: Visit | None = None

    @property
    def address(self) -> str:
        """The form's own address: a page that is loaded again is the same form."""
        return address(self.premises, form=self.client_id, corrects=self.corrects.pk if self.corrects else None)


def address(premises: Premises, **asked: object) -> str:
    """The address of a form of the premises."""
    given = {name: str(value) for name, value in asked.items() if value}
    return reverse("visit_new", args=[premises.pk]) + (f"?{urlencode(given)}" if given else "")


def visit_new(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The form; what is sent after the session ended waits for whoever sent it to log in."""
    if request.method == "POST" and not request.user.is_authenticated:
        unsent.keep(request)
    return visit_form(cast(SignedIn, request), pk)


@login_required
def visit_form(request: SignedIn, pk: int) -> HttpResponse:
    officer, now = request.user, timezone.now()
    premises = get_object_or_404(Premises.objects.with_file().filter(places_of(request)), pk=pk)
    if not officer.has_perm(Permission.INSPECT):
        raise PermissionDenied
    opened = open_form(request, premises)
    if isinstance(opened, HttpResponse):
        return opened
    facts: dict[str, Any] = {"premises": premises, "officer": officer, "now": now}
    facts |= {"client_id": opened.client_id, "corrects": opened.corrects}
    if opened.stored is not None:
        return come_again(request, opened, opened.stored, facts)
    if request.method != "POST":
        kept = unsent.take(request, officer, opened.client_id)
        if kept is not None:
            messages.info(request, _("Your session had ended. What you typed is here: hand it in again, photos anew."))
        typed = kept or (opened.draft.draft if opened.draft is not None else None) or None
        return shown(request, opened, VisitForm(typed=typed, **facts))
    if request.POST.get("do") == "more":
        note(request, action="view")
        return shown(request, opened, VisitForm(typed=unsent.typed_in(request), more=True, **facts))
    form = VisitForm(request.POST, **facts)
    if request.POST.get("do") == "aside":
        return put_aside(request, opened, form, now)
    return hand_in(request, opened, form, now)


def places_of(request: SignedIn) -> Q:
    """Premises for which the officer may ask for a form: in their areas, of records and forms that are still to be
    finished after the premises moved, of the very form that comes again."""
    seen = Premises.objects.visible_to(request.user).order_by().values("pk")
    left_behind = Visit.objects.reached_by(request.user).unfinished().order_by().values("premises")
    number = form_number(request)
    again = Visit.objects.filter(client_id=number).order_by().values("premises") if number else []
    return Q(pk__in=seen) | Q(pk__in=left_behind) | Q(pk__in=again)


def open_form(request: SignedIn, premises: Premises) -> Opened | HttpResponse:
    """The form that the request names by its number, or the way to one: a new form, or the visit that came of it."""
    officer = request.user
    client_id = form_number(request)
    stored = Visit.objects.filter(client_id=client_id).select_related("corrects").first() if client_id else None
    if stored is not None and stored.premises_id == premises.pk and is_handed_in_for_others(stored, officer):
        return redirect(stored)
    if stored is not None and (stored.premises_id != premises.pk or stored.lead_id != officer.pk):
        return redirect(address(premises))
    if stored is not None and stored.state != Visit.State.DRAFT:
        return Opened(premises, stored.client_id, corrects=stored.corrects, stored=stored)
    corrects = stored.corrects if stored is not None else None
    if corrects is None and (asked := request.GET.get("corrects", "")):
        returned = Visit.objects.reached_by(officer).filter(premises=premises, state=Visit.State.RETURNED)
        corrects = get_object_or_404(returned, pk=key_in(asked) or 0)
        if not may_correct(corrects, officer, premises):
            raise PermissionDenied
        begun = Visit.objects.filter(corrects=corrects).first()
        if request.method != "POST" and begun is not None and begun != stored:
            return redirect(address(premises, form=begun.client_id) if begun.lead_id == officer.pk else begun)
    if stored is None and corrects is None and not officer.may(Permission.INSPECT, premises.area_code):
        raise PermissionDenied
    if client_id is None:
        return redirect(address(premises, form=uuid4(), corrects=corrects.pk if corrects else None))
    return Opened(premises, client_id, stored, corrects)


def is_handed_in_for_others(stored: Visit, officer: Officer) -> bool:
    """The form became a corrected record of two others, handed in by the officer."""
    return stored.state != Visit.State.DRAFT and stored.lead_id != officer.pk and is_own(stored, officer)


def form_number(request: HttpRequest) -> UUID | None:
    """The number of the form that is sent or asked for."""
    return number_of(request.POST.get("client_id") or request.GET.get("form", ""))


def number_of(text: str) -> UUID | None:
    """The form number in an address, if it is one."""
    try:
        return UUID(text)
    except ValueError:
        return None


def come_again(request: SignedIn, opened: Opened, stored: Visit, facts: dict[str, Any]) -> HttpResponse:
    """A form that was handed in before: the way to its record, unless the form says something else now; then it is
    shown as it was sent, and nothing of it is stored. Photos that only now came through are added."""
    sent: QueryDict = request.POST
    if request.method != "POST":
        sent = unsent.as_sent(unsent.take(request, request.user, opened.client_id), opened.client_id)
    if sent:
        form = VisitForm(sent, stored=stored, **{**facts, "now": stored.submitted_at})
        pictures, faults = pictures_of(request)
        try:
            if not form.is_valid() or faults:
                return shown(request, opened, form, faults)
            submit_visit(record=form.record(), by=request.user, now=facts["now"])
            if pictures:
                attach_photos(visit=stored, pictures=pictures, by=request.user, now=facts["now"])
        except DomainError as error:
            return shown(request, opened, form, [str(error)] if pictures else [])
    messages.info(request, _("This form was handed in already: here is the record. Nothing was stored twice."))
    return redirect("visit", stored.pk)


def shown(
    request: SignedIn, opened: Opened, form: VisitForm, photo_faults: list[str] | None = None, stands: int = 0
) -> HttpResponse:
    """The form as a page; `stands`: key of the record that refused it."""
    officer = request.user
    returns = opened.corrects.events.filter(new=Visit.State.RETURNED) if opened.corrects is not None else None
    return render(
        request,
        "inspections/visit_form.html",
        {
            "on": form.on,
            "premises": opened.premises,
            "form": form,
            "chosen": {name: ticked(form, name) for name in ("corrected", "tasks")},
            "action": opened.address,
            "mark": unsent.mark(officer, opened.client_id),
            "returned": returns.values_list("why", flat=True).last() if returns is not None else "",
            "stored": opened.stored,
            "stands": stands,
            "lies_aside": lies_aside(opened, officer),
            "hindrances": list(hindrances(form, officer)) if opened.stored is None else [],
            "photos": opened.draft.photos.all() if opened.draft is not None else [],
            "photo_faults": photo_faults or [],
            "accept": ACCEPT,
            "tiers": Tiers(officer, form.on),
        },
    )


def lies_aside(opened: Opened, officer: Officer) -> Visit | None:
    """Another form of the premises that the officer put aside, told to whoever begins a new one."""
    if opened.draft is not None or opened.stored is not None or opened.corrects is not None:
        return None
    return Visit.objects.put_aside(officer).filter(premises=opened.premises).order_by("-pk").first()


def ticked(form: VisitForm, name: str) -> set[int]:
    """Keys of the rows that are ticked in a list of the form."""
    return set(keys_in(form[name].value() or []))


def hindrances(form: VisitForm, officer: Officer) -> Iterator[str]:
    """What will keep the form from being handed in, said before anything is typed."""
    day = {"day": form.on}
    if ended := why_not_visited(form.premises):
        yield ended
    if form.lead == officer and not officer.certified_on(form.on):
        yield _("You hold no certificate valid on %(day)s: you cannot lead a visit of that day. Ask the chief.") % day
    if not form.colleagues:
        no_second = _(
            "Nobody else posted here on %(day)s held a valid certificate, and a visit needs two. Ask the chief."
        )
        yield no_second % day


def hand_in(request: SignedIn, opened: Opened, form: VisitForm, now: datetime) -> HttpResponse:
    """Hands the form in, or shows it again with what is to be mended; pictures that came with it are kept then."""
    officer, stands = request.user, 0
    pictures, faults = pictures_of(request)
    if form.is_valid() and not faults:
        try:
            visit = submit_visit(record=form.record(), by=officer, now=now, pictures=pictures)
        except DomainError as error:
            form.refuse(error)
            stands = error.row if isinstance(error, AlreadyStored) else 0
        else:
            messages.success(request, _("The visit is handed in."))
            # of a retired grid the record is read by the station
            return redirect("visit", visit.pk) if is_reached(visit, officer) else redirect("today")
    if pictures:
        try:
            opened = kept_aside(request, opened, pictures, now)
        except DomainError as error:
            faults.append(str(error))
    return shown(request, opened, form, faults, stands)


def is_reached(visit: Visit, officer: Officer) -> bool:
    """The officer may read the record."""
    return Visit.objects.reached_by(officer).filter(pk=visit.pk).exists()


def put_aside(request: SignedIn, opened: Opened, form: VisitForm, now: datetime) -> HttpResponse:
    """Puts the form aside as it stands, with its pictures; it waits on the page of today."""
    pictures, faults = pictures_of(request)
    try:
        opened = kept_aside(request, opened, pictures, now)
    except DomainError as error:
        form.refuse(error)
        return shown(request, opened, form, faults)
    for sentence in faults:
        messages.error(request, sentence)
    messages.success(request, _("Put aside. It waits under “Today” until you hand it in."))
    return redirect(opened.address if faults else "today")


def kept_aside(request: SignedIn, opened: Opened, pictures: list[Picture], now: datetime) -> Opened:
    """The form with the draft that holds it now."""
    officer = request.user
    with transaction.atomic():
        draft = save_draft(
            client_id=opened.client_id,
            premises=opened.premises,
            by=officer,
            now=now,
            held=unsent.typed_in(request),
            corrects=opened.corrects,
        )
        attach_photos(visit=draft, pictures=pictures, by=officer, now=now)
    return replace(opened, draft=draft)


def pictures_of(request: HttpRequest) -> tuple[list[Picture], list[str]]:
    """The pictures that came with a form, each proven, and a sentence for each that is none."""
    pictures, faults = [], []
    uploads = request.FILES.getlist("photos")
    for upload in uploads[:MOST_PICTURES]:
        try:
            pictures.append(proven(upload))
        except BadInput as error:
            faults.append(str(error))
    if len(uploads) > MOST_PICTURES:
        faults.append(_("A visit has at most %(most)d photos.") % {"most": MOST_PICTURES})
    return pictures, faults


@login_required
def visit_drop(request: SignedIn, pk: int) -> HttpResponse:
    draft = get_object_or_404(Visit.objects.reached_by(request.user), pk=pk)
    if not request.user.has_perm(Permission.INSPECT):
        raise PermissionDenied
    if request.method == "POST":  # the log-in leads here after a session that ended on the page
        try:
            drop_draft(visit=draft, by=request.user, now=timezone.now())
            messages.success(request, _("The form that was put aside is dropped."))
        except DomainError as error:
            messages.error(request, str(error))
    return redirect("today")
