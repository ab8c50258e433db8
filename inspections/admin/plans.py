"""Plans in the admin."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from grids.models import Bureau
from grids.permissions import Permission
from gridsup.backoffice.base import ScopedAdmin, ScopedInline
from gridsup.backoffice.steps import Reason, Start, Step, StepForm
from gridsup.states import targets
from inspections.actions import approve_plan, close_plan, propose_plan, publish_plan
from inspections.models import InspectionPlan, InspectionTask, PlanLine
from inspections.models.plan import PLAN_MOVES
from subjects.admin.tiers import NamesTier

PlanState = InspectionPlan.State
TaskState = InspectionTask.State


class LineInline(NamesTier, ScopedInline):
    model = PlanLine
    fields = ["area_code", "risk", "mode", "premises", "wanted", "planned"]


class PlanForm(StepForm):
    bureau = forms.ModelChoiceField(label=gettext_lazy("bureau"), queryset=Bureau.objects.all())
    year = forms.IntegerField(label=gettext_lazy("year"), min_value=2000, max_value=2999)
    cap = forms.IntegerField(
        label=gettext_lazy("visits a year at most"), min_value=1, max_value=999, required=False,
        help_text=gettext_lazy("empty: the policy's figure"),
    )  # fmt: skip
    cap_basis = forms.ChoiceField(label=gettext_lazy("cap counts"), choices=InspectionPlan.CapBasis.choices)
    cap_reason = forms.CharField(label=gettext_lazy("reason for another cap"), max_length=500, required=False)


def _propose(given: dict[str, Any], by: Any, now: datetime) -> InspectionPlan:
    return propose_plan(**{**given, "bureau": given["bureau"].code}, on=timezone.localdate(now), by=by, now=now)


def _approve(plan: InspectionPlan, given: dict[str, Any], by: Any, now: datetime) -> InspectionPlan:
    return approve_plan(plan=plan, by=by, now=now)


def _publish(plan: InspectionPlan, given: dict[str, Any], by: Any, now: datetime) -> InspectionPlan:
    return publish_plan(plan=plan, on=timezone.localdate(now), by=by, now=now)


def _close(plan: InspectionPlan, given: dict[str, Any], by: Any, now: datetime) -> InspectionPlan:
    return close_plan(plan=plan, why=given["why"], by=by, now=now)


def _step(to: str, name: str, label: Any, act: Any, **rest: Any) -> Step:
    """A move of the state table as a step: the table says from where, and who may."""
    permission = next(move.permission for (_old, new), move in PLAN_MOVES.items() if new == to)
    return Step(
        name, label, permission, act, offered=lambda plan: to in targets(PLAN_MOVES, plan.state), many=False, **rest
    )


@admin.register(InspectionPlan)
class PlanAdmin(ScopedAdmin):
    icon = "event_note"
    list_display = ["bureau", "year", "version", "status", "yearly_cap", "proposed_on", "published_on"]
    list_filter = ["year", "state"]
    list_select_related = ["bureau"]
    inlines = [LineInline]
    steps = (
        _step(PlanState.APPROVED, "approve", gettext_lazy("Approve the plan"), _approve, icon="check"),
        _step(PlanState.PUBLISHED, "publish", gettext_lazy("Publish the plan"), _publish, icon="campaign"),
        _step(PlanState.CLOSED, "close", gettext_lazy("Close the plan"), _close, icon="block", form=Reason),
    )
    starts = (Start("plan", gettext_lazy("Propose a plan"), Permission.PLAN, _propose, PlanForm),)

    @display(
        description=gettext_lazy("state"),
        ordering="state",
        label={
            PlanState.PUBLISHED: "success",
            PlanState.APPROVED: "info",
            PlanState.DRAFT: "warning",
            PlanState.CLOSED: "default",
        },
    )
    def status(self, plan: InspectionPlan) -> tuple[str, Any]:
        return plan.state, plan.get_state_display()
