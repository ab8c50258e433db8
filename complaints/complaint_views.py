"""The page of one complaint, and everything that is done on it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from complaints.actions import (
    complete,
    explain,
    extend_clock,
    move,
    pause_clock,
    report_case,
    resume_clock,
    reveal,
    waits_for_case,
)
from complaints.colours import warn_days
from complaints.forms import CaseForm, CompleteForm, WhyForm
from complaints.models import Attachment, Clock, Complaint
from complaints.models.complaint import MOVES_OF
from complaints.move_forms import MoveForm, handled_by, moves_for
from complaints.rules import DECIDED
from complaints.showing import Limit, Who, lacks_reviewer, limits_of, pauses_of, who_of
from complaints.timeline import entry_of
from grids.models import Officer
from grids.permissions import Permission
from grids.requests import SignedIn
from gridsup.audit.recording import note
from gridsup.errors import DomainError, Overtaken
from gridsup.pictures import handed_out

# While nobody handles it, a second part is easily told apart.
SPLIT_IN = {Complaint.State.RECEIVED, Complaint.State.ACCEPTED, Complaint.State.DISPATCHED}


def seen(request: SignedIn, pk: int) -> Complaint:
    """The complaint, if it lies in the person's areas; otherwise there is none."""
    visible = Complaint.objects.visible_to(request.user).with_clock().with_file()
    return get_object_or_404(visible.select_related("linked_to", "task__visit", "case__revisit", "case__review"), pk=pk)


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
@never_cache
def complaint_show(request: SignedIn, pk: int) -> HttpResponse:
    return page(request, seen(request, pk))


def page(request: SignedIn, complaint: Complaint, *, status: int = 200, **changed: Any) -> HttpResponse:
    """Everything about one complaint, with forms for what the person may do with it.

    `changed`: what an act that was refused leaves to be shown: its form, or what was typed into one that is gone.
    """
    on, officer = timezone.localdate(), request.user
    events = list(complaint.events.select_related("by").order_by("at", "pk"))
    clocks = list(complaint.clocks.select_related("rule", "extended_by").order_by("pk"))
    moves = moves_for(complaint, officer)
    refused: MoveForm | None = changed.get("refused")
    if refused is not None:
        changed["lost"] = [] if refused.to in {form.to for form in moves} else refused.typed
        moves = [refused if form.to == refused.to else form for form in moves]
    who = who_of(complaint, officer, changed.get("revealed"))
    limits = limits_of(clocks, pauses_of(events), officer, on)
    may_report = officer.may(Permission.TAKE_CASE, complaint.area_code) and waits_for_case(complaint)
    handled_it = not moves and handled_by(complaint, officer)
    would_handle = any(form.to in Complaint.HANDLING for form in moves) and complaint.state not in DECIDED
    shown = {
        "on": on,
        "complaint": complaint,
        "who": who,
        "warn": warn_days(on),
        "limits": limits,
        "homeless": homeless(changed, who, limits, may_report=may_report),
        "may_report": may_report,
        "case_form": CaseForm(),
        "moves": moves,
        "events": [entry_of(event) for event in reversed(events)],
        "pictures": complaint.attachments.all(),
        "rating": getattr(complaint, "rating", None),
        "repeats": complaint.repeats.visible_to(officer),
        "may_split": complaint.state in SPLIT_IN and officer.may(Permission.TAKE_IN, complaint.area_code),
        "may_visit": complaint.premises is not None and officer.may(Permission.INSPECT, complaint.area_code),
        "handled_it": handled_it,
        "lacks_reviewer": (handled_it or would_handle) and lacks_reviewer(complaint, events, officer, on),
        **changed,
    }
    return render(request, "complaints/complaint_show.html", shown, status=status)


def homeless(changed: dict[str, Any], who: Who, limits: list[Limit], *, may_report: bool) -> forms.Form | None:
    """A form that was refused and has no place on the page any more: its sentence stands at the top."""
    places = {
        "clock_form": changed.get("clock_at") in {(limit.clock.pk, what) for limit in limits for what in limit.acts},
        "reveal_form": who.may_reveal and not who.is_nobody,
        "complete_form": who.may_complete,
        "case_form": may_report,
    }
    return next((changed[name] for name, is_there in places.items() if name in changed and not is_there), None)


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
@never_cache
def complaint_move(request: SignedIn, pk: int, to: str) -> HttpResponseBase:
    if to not in Complaint.State.values:
        raise Http404
    if request.method != "POST":  # the log-in leads here after a session that ended on the form
        seen(request, pk)
        return redirect("complaint", pk)
    gone = moved_away(request, pk)
    if gone is not None:
        return gone
    complaint = seen(request, pk)
    if "look" in request.POST:
        note(request, action="view")  # as in the intake
        form = MoveForm(initial=typed(request), complaint=complaint, to=to, officer=request.user)
        return page(request, complaint, refused=form)
    form = MoveForm(request.POST, complaint=complaint, to=to, officer=request.user)
    status = 200
    try:
        refuse_stale(complaint, to, request.POST.get("state", ""))
        if form.is_valid():
            move(
                complaint=complaint, to=to, by=request.user, now=timezone.now(), why=form.cleaned_data["why"],
                **form.given(),
            )  # fmt: skip
            messages.success(request, f"{complaint.number}: {complaint.get_state_display()}")
            return back(request, complaint)
    except Overtaken as error:
        status = 409
        form.add_error(None, str(error))
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
    return page(request, seen(request, pk), refused=form, status=status)


def typed(request: SignedIn) -> dict[str, Any]:
    """What stands in a form that is only drawn anew."""
    return {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}


def refuse_stale(complaint: Complaint, to: str, shown: str) -> None:
    """Raises Overtaken when the page showed the complaint in another state than it is in."""
    if shown != complaint.state or (complaint.state, to) not in MOVES_OF[complaint.kind]:
        raise Overtaken(
            _("Somebody else changed this first: it is “%(state)s” now. Nothing of yours was stored; look at it again.")
            % {"state": complaint.get_state_display()}
        )


def moved_away(request: SignedIn, pk: int) -> HttpResponse | None:
    """What was typed, for somebody who had a hand in a complaint that meanwhile left their areas; else None."""
    officer = request.user
    if Complaint.objects.visible_to(officer).filter(pk=pk).exists():
        return None
    complaint = Complaint.objects.filter(pk=pk, events__by=officer).first()
    if complaint is None:
        return None
    names = {"why": _("reason"), "result": _("result"), "text": _("explanation")}
    lost = [(label, request.POST[name]) for name, label in names.items() if request.POST.get(name)]
    return render(request, "complaints/complaint_gone.html", {"complaint": complaint, "lost": lost}, status=409)


def back(request: SignedIn, complaint: Complaint) -> HttpResponseBase:
    """To the complaint, or to the list when it left the person's areas with the move."""
    if Complaint.objects.visible_to(request.user).filter(pk=complaint.pk).exists():
        return redirect("complaint", complaint.pk)
    return redirect("complaints")


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def clock_act(request: SignedIn, pk: int, clock_pk: int, what: str) -> HttpResponseBase:
    complaint = seen(request, pk)
    clock = get_object_or_404(complaint.clocks.select_related("rule"), pk=clock_pk)
    acts: dict[str, Callable[[Clock, Officer, str], object]] = {
        "pause": lambda row, by, why: pause_clock(clock=row, why=why, by=by, now=timezone.now()),
        "resume": lambda row, by, why: resume_clock(clock=row, why=why, by=by, now=timezone.now()),
        "extend": lambda row, by, why: extend_clock(clock=row, why=why, by=by, now=timezone.now()),
        "explain": lambda row, by, why: explain(clock=row, text=why, by=by, now=timezone.now()),
    }
    if what not in acts:
        raise Http404
    if request.method != "POST":  # the log-in leads here after a session that ended on the form
        return redirect("complaint", pk)
    form = WhyForm(request.POST, required=what != "resume")
    return answered(
        request,
        complaint,
        form,
        lambda: acts[what](clock, request.user, form.cleaned_data["why"]),
        {"clock_form": form, "clock_at": (clock.pk, what)},
    )


def answered(
    request: SignedIn, complaint: Complaint, form: forms.Form, act: Callable[[], object], left: dict[str, Any]
) -> HttpResponseBase:
    """Acts on a form that is whole and goes back to the complaint, or shows it again with `left`."""
    status = 200
    try:
        if form.is_valid():
            act()
            messages.success(request, _("Done."))
            return redirect("complaint", complaint.pk)
    except DomainError as error:
        status = 409 if isinstance(error, Overtaken) else 200
        form.add_error(error.field if error.field in form.fields else None, str(error))
    return page(request, seen(request, complaint.pk), status=status, **left)


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
@never_cache
def complainant_reveal(request: SignedIn, pk: int) -> HttpResponseBase:
    complaint = seen(request, pk)
    if request.method != "POST":  # the log-in leads here after a session that ended on the form
        return redirect("complaint", pk)
    form = WhyForm(request.POST)
    try:
        if form.is_valid():
            # shown in the answer to the form and at no address: loading the page again hides it
            who = reveal(complaint=complaint, by=request.user, why=form.cleaned_data["why"], now=timezone.now())
            note(request, outcome="done")
            return page(request, complaint, revealed=who)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
    return page(request, complaint, reveal_form=form)


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def complainant_complete(request: SignedIn, pk: int) -> HttpResponseBase:
    return filled_in(request, pk, CompleteForm(request.POST), "complete_form", complete)


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def complaint_case(request: SignedIn, pk: int) -> HttpResponseBase:
    return filled_in(request, pk, CaseForm(request.POST), "case_form", report_case)


def filled_in(request: SignedIn, pk: int, form: forms.Form, name: str, act: Callable[..., object]) -> HttpResponseBase:
    """Acts with what a form on the page of the complaint says; `name`: what the page calls the form."""
    complaint = seen(request, pk)
    if request.method != "POST":  # the log-in leads here after a session that ended on the form
        return redirect("complaint", pk)
    return answered(
        request,
        complaint,
        form,
        lambda: act(complaint=complaint, by=request.user, now=timezone.now(), **form.cleaned_data),
        {name: form},
    )


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def complaint_picture(request: SignedIn, pk: int) -> HttpResponse:
    picture = get_object_or_404(Attachment.objects.visible_to(request.user), pk=pk)
    try:
        return handed_out(picture.file, picture.file_name)
    except FileNotFoundError as error:
        raise Http404 from error
