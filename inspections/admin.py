"""Plans and tasks in the admin."""

from datetime import date, datetime
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from grids.admin.areas import AreaFilter
from grids.models import Bureau, Officer
from grids.permissions import Permission
from gridsup.backoffice.base import ScopedAdmin, ScopedInline
from gridsup.backoffice.site import Decision
from gridsup.backoffice.steps import Reason, Start, Step, StepForm
from gridsup.states import targets
from inspections.actions import approve_plan, assign_task, cancel_task, close_plan, propose_plan, publish_plan
from inspections.models import InspectionPlan, InspectionTask, PlanLine
from inspections.models.plan import PLAN_MOVES
from subjects.admin.tiers import NamesTier

PlanState = InspectionPlan.State
TaskState = InspectionTask.State


class Overdue(admin.SimpleListFilter):
    title = gettext_lazy("overdue")
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", gettext_lazy("overdue"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.overdue(timezone.localdate()) if self.value() else queryset


class AssignForm(StepForm):
    """To whom tasks are given: somebody who may inspect where each of them stands."""

    officer = forms.ModelChoiceField(
        label=gettext_lazy("officer"), queryset=Officer.objects.all(), required=False,
        empty_label=gettext_lazy("whoever holds the grid"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Officer]", self.fields["officer"])
        offered: Any = field.queryset
        rows: list[Any] = self.rows
        for area in {row.area_code for row in rows}:
            offered = offered.filter(pk__in=Officer.objects.inspecting(area, timezone.localdate()).values("pk"))
        field.queryset = offered


def _assign(task: InspectionTask, given: dict[str, Any], by: Any, now: datetime) -> InspectionTask:
    return assign_task(task=task, to=given["officer"], by=by, now=now)


def _cancel(task: InspectionTask, given: dict[str, Any], by: Any, now: datetime) -> InspectionTask:
    return cancel_task(task=task, why=given["why"], by=by, now=now)


def is_open(task: InspectionTask) -> bool:
    """The task is still to be done."""
    return task.state in InspectionTask.OPEN


@admin.register(InspectionTask)
class TaskAdmin(ScopedAdmin):
    icon = "assignment"
    list_display = ["due_on", "subject", "address", "area_code", "reason", "status", "assignee"]
    list_filter = [AreaFilter, Overdue, "state", "reason"]
    list_select_related = ["premises__subject", "assignee"]
    search_fields = ["premises__subject__name", "premises__subject__uscc", "premises__address"]
    date_hierarchy = "due_on"
    fields = ["premises", "area_code", "reason", "plan", "opens_on", "due_on", "state", "assignee", "merged_into"]
    steps = (
        Step(
            "assign",
            gettext_lazy("Assign the task"),
            Permission.ASSIGN,
            _assign,
            AssignForm,
            is_open,
            icon="person_add",
        ),
        Step(
            "cancel", gettext_lazy("Cancel the task"), Permission.CANCEL_TASK, _cancel, Reason, is_open, icon="cancel"
        ),
    )

    def describe(self, row: InspectionTask) -> str:
        return f"{row.due_on} {row.premises}"

    @display(description=gettext_lazy("subject"), ordering="premises__subject__name")
    def subject(self, task: InspectionTask) -> str:
        return task.premises.subject.name

    @display(description=gettext_lazy("address"))
    def address(self, task: InspectionTask) -> str:
        return task.premises.address

    @display(
        description=gettext_lazy("state"),
        ordering="state",
        label={
            TaskState.PLANNED: "default",
            TaskState.DUE: "info",
            TaskState.DONE: "success",
            TaskState.CANCELLED: "default",
            TaskState.MERGED: "default",
            "overdue": "danger",
        },
    )
    def status(self, task: InspectionTask) -> tuple[str, Any]:
        if task.is_overdue(timezone.localdate()):
            return "overdue", _("overdue")
        return task.state, task.get_state_display()


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


def waiting(officer: Any, on: date) -> list[Decision]:
    """Overdue tasks, for whoever may give them to somebody; plans to approve or publish."""
    found = []
    if officer.has_perm(Permission.ASSIGN):
        found.append(
            Decision(
                _("Overdue visits"),
                InspectionTask.objects.visible_to(officer).overdue(on).count(),
                reverse("admin:inspections_inspectiontask_changelist") + "?overdue=yes",
                _("Give them to somebody, or cancel them on a ground."),
                urgent=True,
            )
        )
    for permission, state, label in (
        (Permission.APPROVE_PLAN, PlanState.DRAFT, _("Plans to approve")),
        (Permission.PLAN, PlanState.APPROVED, _("Plans to publish")),
    ):
        if officer.has_perm(permission):
            plans = InspectionPlan.objects.visible_to(officer).filter(state=state)
            address = reverse("admin:inspections_inspectionplan_changelist") + f"?state__exact={state}"
            found.append(Decision(label, plans.count(), address, _("No routine visit without a published plan.")))
    return found
