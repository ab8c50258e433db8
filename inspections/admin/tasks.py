"""Tasks in the admin."""

from datetime import datetime
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from grids.admin.areas import AreaFilter
from grids.models import Officer
from grids.permissions import Permission
from gridsup.backoffice.base import ScopedAdmin
from gridsup.backoffice.steps import Reason, Step, StepForm
from inspections.actions import assign_task, cancel_task
from inspections.models import InspectionPlan, InspectionTask

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
            there = Officer.objects.there_to_inspect(area, timezone.localdate())
            offered = offered.filter(pk__in=there.values("pk"))
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
    fields = ["premises", "area_code", "reason", "plan", "made_on", "opens_on", "due_on", "state", "assignee",
              "merged_into"]  # fmt: skip
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
