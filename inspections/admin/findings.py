"""Findings in the admin: read, decided on, closed, looked at again."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from grids.admin.areas import AreaFilter
from grids.permissions import Permission
from gridsup.backoffice.base import ScopedAdmin
from gridsup.backoffice.steps import Reason, Step, StepForm
from inspections.actions import ask_recheck, close_finding, open_decision
from inspections.actions.findings import DECISIONS
from inspections.admin.tasks import Overdue
from inspections.models import Finding

State = Finding.State


class DecisionForm(Reason):
    """What becomes of a grave danger."""

    to = forms.ChoiceField(label=gettext_lazy("decision"), choices=[(state.value, state.label) for state in DECISIONS])
    rectify_by = forms.DateField(
        label=gettext_lazy("to be corrected by"), required=False, help_text=gettext_lazy("for an order")
    )
    field_order = ["to", "rectify_by"]


class DayForm(StepForm):
    """By when somebody looks again."""

    due_on = forms.DateField(label=gettext_lazy("due on"))


def _decide(finding: Finding, given: dict[str, Any], by: Any, now: datetime) -> Finding:
    return open_decision(finding=finding, **given, by=by, now=now)


def _close(finding: Finding, given: dict[str, Any], by: Any, now: datetime) -> Finding:
    return close_finding(finding=finding, why=given["why"], by=by, now=now)


def _again(finding: Finding, given: dict[str, Any], by: Any, now: datetime) -> object:
    return ask_recheck(finding=finding, due_on=given["due_on"], by=by, now=now)


@admin.register(Finding)
class FindingAdmin(ScopedAdmin):
    icon = "report_problem"
    list_display = ["found_on", "subject", "text", "area_code", "disposition", "status", "rectify_by", "rectified_on"]
    list_filter = [AreaFilter, Overdue, "state", "disposition", "line"]
    list_select_related = ["premises__subject"]
    search_fields = ["premises__subject__name", "premises__subject__uscc", "premises__address", "text"]
    date_hierarchy = "found_on"
    fields = [
        "visit", "premises", "area_code", "item", "line", "text", "disposition", "state", "found_on", "rectify_by",
        "recheck", "rectified_on", "rectified_by", "case",
    ]  # fmt: skip
    steps = (
        Step(
            "decide", gettext_lazy("Decide on the danger"), Permission.REVIEW_VISITS, _decide, DecisionForm,
            lambda finding: finding.state == State.OPEN, icon="gavel", many=False,
        ),
        Step(
            "close", gettext_lazy("Close the case"), Permission.REVIEW_VISITS, _close, Reason,
            lambda finding: finding.state == State.CASE_RETURNED, icon="done_all", many=False,
            help=gettext_lazy("A revisit becomes due, and a review of the credit grade is proposed."),
        ),
        Step(
            "recheck", gettext_lazy("Ask for another look"), Permission.ASSIGN, _again, DayForm,
            lambda finding: finding.is_to_rectify, icon="event_repeat",
            help=gettext_lazy("The limit stays; somebody looks again by this day."),
        ),
    )  # fmt: skip

    def describe(self, row: Finding) -> str:
        return f"{row.found_on} {row.premises} · {row.text}"

    @display(description=gettext_lazy("subject"), ordering="premises__subject__name")
    def subject(self, finding: Finding) -> str:
        return finding.premises.subject.name

    @display(
        description=gettext_lazy("state"),
        ordering="state",
        label={
            State.OPEN: "danger",
            State.SETTLED: "success",
            State.ORDERED: "info",
            State.RECTIFIED: "success",
            State.ESCALATED: "danger",
            State.HANDED_OVER: "warning",
            State.CASE_RETURNED: "warning",
            State.CLOSED: "success",
            State.WITHDRAWN: "default",
            "overdue": "danger",
        },
    )
    def status(self, finding: Finding) -> tuple[str, Any]:
        if finding.state == State.ORDERED and finding.is_overdue(timezone.localdate()):
            return "overdue", _("overdue")
        return finding.state, finding.get_state_display()
