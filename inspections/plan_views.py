"""Pages of the yearly plan: what was proposed, approved and published, and by whom."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.permissions import Permission
from grids.requests import SignedIn
from gridsup.audit.recording import note
from gridsup.errors import DomainError
from gridsup.states import targets
from inspections.actions import approve_plan, close_plan, propose_plan, publish_plan
from inspections.forms import PlanQuestion, ProposeForm
from inspections.models import InspectionPlan
from inspections.models.plan import PLAN_MOVES
from inspections.timeline import plan_entry
from subjects.tiers import Tiers


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def plan_list(request: SignedIn) -> HttpResponse:
    officer = request.user
    bureaus = officer.area_codes(Permission.PLAN)
    form = ProposeForm(request.POST or None, bureaus=bureaus, on=timezone.localdate()) if bureaus else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid():
            try:
                now = timezone.now()
                plan = propose_plan(on=timezone.localdate(now), now=now, by=officer, **form.cleaned_data)
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            else:
                note(request, row=plan)
                return redirect("plan", plan.pk)
    question = PlanQuestion(request.GET)
    plans = InspectionPlan.objects.visible_to(officer).filter(**question.asked).with_totals()
    return render(request, "inspections/plan_list.html", {"plans": plans, "question": question, "form": form})


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def plan_show(request: SignedIn, pk: int) -> HttpResponse:
    return shown(request, pk)


def shown(request: SignedIn, pk: int, typed: str = "") -> HttpResponse:
    """The page of a plan; `typed`: the reason that came with a move that was refused."""
    officer, on = request.user, timezone.localdate()
    plan = get_object_or_404(InspectionPlan.objects.visible_to(officer).with_totals(), pk=pk)
    lines = list(plan.lines.all())
    return render(
        request,
        "inspections/plan_show.html",
        {
            "plan": plan,
            "lines": lines,
            "typed": typed,
            "tiers": Tiers(officer, on),
            "events": [plan_entry(event) for event in plan.events.select_related("by").order_by("-at", "-pk")],
            "moves": [
                to
                for to in targets(PLAN_MOVES, plan.state)
                if officer.may(PLAN_MOVES[plan.state, to].permission, plan.bureau_id)
            ],
        },
    )


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def plan_move(request: SignedIn, pk: int, to: str) -> HttpResponse:
    plan = get_object_or_404(InspectionPlan.objects.visible_to(request.user), pk=pk)
    if request.method != "POST":  # the log-in leads here after a session that ended on the form
        return redirect("plan", pk)
    now, officer = timezone.now(), request.user
    moves: dict[str, tuple[Callable[[], object], str]] = {
        "approved": (lambda: approve_plan(plan=plan, by=officer, now=now), _("The plan is approved.")),
        "published": (
            lambda: publish_plan(plan=plan, on=timezone.localdate(now), by=officer, now=now),
            _("The plan is published: due visits are made from it."),
        ),
        "closed": (
            lambda: close_plan(plan=plan, why=request.POST.get("why", ""), by=officer, now=now),
            _("The plan is closed."),
        ),
    }
    if to not in moves:
        raise Http404
    act, done = moves[to]
    try:
        act()
        messages.success(request, done)
    except DomainError as error:
        messages.error(request, str(error))
        return shown(request, pk, request.POST.get("why", ""))
    return redirect("plan", plan.pk)
