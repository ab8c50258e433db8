"""Pages of findings: the list, and the course of one with what may be decided about it."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.areas import area_choices
from grids.models import Officer
from grids.permissions import Permission
from grids.requests import SignedIn
from gridsup.errors import DomainError
from gridsup.paging import page_of
from gridsup.questions import DayField
from gridsup.states import targets
from inspections.actions import ask_recheck, close_finding, hand_over, open_decision, return_case
from inspections.forms import FindingQuestion
from inspections.models import Finding
from inspections.models.finding import FINDING_MOVES
from inspections.timeline import finding_entry

State = Finding.State
# Moves that come with a visit or its correction, never by a button.
BY_VISIT = {State.RECTIFIED, State.WITHDRAWN}


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def finding_list(request: SignedIn) -> HttpResponse:
    on, officer = timezone.localdate(), request.user
    question = FindingQuestion(request.GET)
    rows = question.filter(Finding.objects.visible_to(officer), on).order_by(*question.order)
    return render(
        request,
        "inspections/finding_list.html",
        {
            "on": on,
            "question": question,
            "areas": area_choices(officer, question.asked.get("area", "")),
            "page": page_of(rows.with_file(), request),
        },
    )


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def finding_show(request: SignedIn, pk: int) -> HttpResponse:
    return _shown(request, pk)


def _shown(request: SignedIn, pk: int, typed: Mapping[str, Any] | None = None) -> HttpResponse:
    """The page of a finding; `typed`: what came with a move that was refused, so that nothing is typed again."""
    on, officer = timezone.localdate(), request.user
    with_file = Finding.objects.visible_to(officer).with_file()
    finding = get_object_or_404(with_file.select_related("rectified_by", "case__revisit", "case__review"), pk=pk)
    seen = finding.is_looked_at(on)
    may_ask = finding.state in Finding.TO_RECTIFY and not seen and officer.may(Permission.ASSIGN, finding.area_code)
    return render(
        request,
        "inspections/finding_show.html",
        {
            "on": on,
            "finding": finding,
            "moves": moves(finding, officer),
            "typed": typed or {},
            "may_ask": may_ask,
            "events": [finding_entry(event) for event in finding.events.select_related("by").order_by("-at", "-pk")],
        },
    )


def moves(finding: Finding, officer: Officer) -> list[str]:
    """The states to which the person may move the finding by a button."""
    return [
        to
        for to in targets(FINDING_MOVES, finding.state)
        if to not in BY_VISIT and FINDING_MOVES[finding.state, to].permits(officer, finding.area_code)
    ]


class MoveForm(forms.Form):
    """Why a finding is moved on, the day that the move names, and what the case team reports."""

    why = forms.CharField(label=gettext_lazy("reason"), max_length=500, required=False)
    day = DayField(label=gettext_lazy("day"), required=False)
    number = forms.CharField(label=gettext_lazy("case number"), max_length=60, required=False)
    decision = forms.CharField(label=gettext_lazy("decision"), max_length=400, required=False)


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def finding_move(request: SignedIn, pk: int, to: str) -> HttpResponse:
    officer, now = request.user, timezone.now()
    finding = get_object_or_404(Finding.objects.visible_to(officer), pk=pk)
    if request.method != "POST":  # the log-in leads here after a session that ended on the form
        return redirect("finding", pk)
    form = MoveForm(request.POST)
    if not form.is_valid():
        for name, errors in form.errors.items():
            messages.error(request, f"{form[name].label}{_(': ')}{' '.join(map(str, errors))}")
        return _shown(request, pk, {**request.POST.dict(), "to": to})
    why: str = form.cleaned_data["why"]
    day: date | None = form.cleaned_data["day"]
    facts: dict[str, Any] = {"finding": finding, "by": officer, "now": now}
    case = {name: form.cleaned_data[name] for name in ("number", "decision")}
    acts: dict[str, Callable[[], object]] = {
        "settled": lambda: open_decision(to=to, why=why, **facts),
        "ordered": lambda: open_decision(to=to, why=why, rectify_by=day, **facts),
        "handed_over": lambda: hand_over(why=why, **facts),
        "case_returned": lambda: return_case(**case, closed_on=day, **facts),
        "closed": lambda: close_finding(why=why, **facts),
        "recheck": lambda: ask_recheck(due_on=day or timezone.localdate(now), **facts),
    }
    if to not in acts:
        raise Http404
    try:
        acts[to]()
        messages.success(request, _("Done: the finding has moved on."))
    except DomainError as error:
        messages.error(request, str(error))
        return _shown(request, pk, {**request.POST.dict(), "to": to})
    return redirect("finding", pk)
