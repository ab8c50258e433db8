"""Complaints, reports, clues and enquiries in the admin: what waits for a decision, reviewed and closed here."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from complaints.actions import move
from complaints.colours import Colour
from complaints.models import Clock, Complaint
from complaints.models.complaint import MOVES_OF
from complaints.rules import AT_WORK, DECIDED
from grids.admin.areas import AreaFilter
from grids.permissions import Permission
from gridsup.backoffice.base import ScopedAdmin, ScopedInline, Shades
from gridsup.backoffice.site import Decision
from gridsup.backoffice.steps import Reason, Step, StepForm
from gridsup.scoping import inside
from gridsup.states import targets
from subjects.lines import line_name

S = Complaint.State
# What waits for whose decision: label, the states, and the permission of whoever decides.
WAITING = {
    "dispatch": (gettext_lazy("to be dispatched"), ("received", "accepted", "reopened", "escalated"), "dispatch"),
    "review": (gettext_lazy("to be reviewed"), sorted(DECIDED), "review_complaints"),
    "close": (gettext_lazy("to be closed"), ("told", "answered"), "review_complaints"),
}
# How a state is dressed: the desk's turn, the reviewer's, over.
LABELS = Shades(
    {
        **dict.fromkeys(WAITING["dispatch"][1], "warning"),
        **dict.fromkeys(WAITING["review"][1], "info"),
        **dict.fromkeys(("told", "closed", "answered"), "success"),
    }
)


class Standing(admin.SimpleListFilter):
    """For whose decision they wait; what one handled waits for somebody else's."""

    title = gettext_lazy("waiting")
    parameter_name = "waiting"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(name, label) for name, (label, _states, _permission) in WAITING.items()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return waiting_for(queryset, str(self.value()), request.user) if self.value() in WAITING else queryset


class ColourFilter(admin.SimpleListFilter):
    title = gettext_lazy("time limit")
    parameter_name = "clock"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Colour.choices)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.of_colour(self.value(), timezone.localdate()) if self.value() in Colour.values else queryset


class Remark(StepForm):
    """What the reviewer has to say, if anything."""

    why = forms.CharField(
        label=gettext_lazy("remark"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class ClockInline(ScopedInline):
    model = Clock
    fields = [
        "kind", "area_code", "started_on", "due_on", "latest_on", "is_provisional", "paused_on", "met_on", "stopped_on",
        "escalated_to", "explanation",
    ]  # fmt: skip


def _review(complaint: Complaint, given: dict[str, Any], by: Any, now: datetime) -> Complaint:
    return move(complaint=complaint, to=S.REVIEWED, why=given["why"], by=by, now=now)


def _send_back(complaint: Complaint, given: dict[str, Any], by: Any, now: datetime) -> Complaint:
    again = next(state for state in targets(MOVES_OF[complaint.kind], complaint.state) if state in AT_WORK)
    return move(complaint=complaint, to=again, why=given["why"], by=by, now=now)


def _close(complaint: Complaint, given: dict[str, Any], by: Any, now: datetime) -> Complaint:
    return move(complaint=complaint, to=S.CLOSED, why=given["why"], by=by, now=now)


def _is_decided(complaint: Complaint) -> bool:
    return complaint.state in DECIDED


def _can_close(complaint: Complaint) -> bool:
    return S.CLOSED in targets(MOVES_OF[complaint.kind], complaint.state)


def _step(name: str, label: Any, *rest: Any) -> Step:
    """A step of the supervising side."""
    return Step(name, label, Permission.REVIEW_COMPLAINTS, *rest)


@admin.register(Complaint)
class ComplaintAdmin(ScopedAdmin):
    icon = "support_agent"
    list_display = ["number", "kind", "status", "about", "area_code", "channel", "received_on", "next_due"]
    list_filter = [AreaFilter, Standing, ColourFilter, "state", "kind", "channel"]
    search_fields = ["number", "outside_number", "about", "address"]
    date_hierarchy = "received_on"
    inlines = [ClockInline]
    fields = [
        "number", "kind", "channel", "outside_number", "area_code", "premises", "locality", "about", "address",
        "category", "business_line", "text", "is_urgent", "state", "received_at", "accepted_on", "result", "refusal",
        "ending", "linked_to", "task", "closed_on",
    ]  # fmt: skip
    steps = (
        _step("review", gettext_lazy("Review the complaint"), _review, Remark, _is_decided, "check"),
        _step("back", gettext_lazy("Send the complaint back"), _send_back, Reason, _is_decided, "undo"),
        _step("close", gettext_lazy("Close the complaint"), _close, Remark, _can_close, "task_alt"),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).with_clock()

    @display(description=gettext_lazy("line of business"))
    def business_line(self, complaint: Complaint) -> str:
        return line_name(complaint.line)

    def describe(self, row: Complaint) -> str:
        return f"{row.number} {row.get_kind_display()}"

    @display(description=gettext_lazy("next limit"), ordering="next_due")
    def next_due(self, complaint: Any) -> date | None:
        found: date | None = complaint.next_due
        return found

    @display(
        description=gettext_lazy("state"),
        ordering="state",
        label=LABELS,
    )
    def status(self, complaint: Complaint) -> tuple[str, Any]:
        return complaint.state, complaint.get_state_display()


def waiting_for(complaints: Any, what: str, officer: Any) -> Any:
    """Those of the complaints that wait for this decision of the officer; not what they handled themselves."""
    _label, states, permission = WAITING[what]
    found = complaints.filter(inside(officer.area_codes(permission)), state__in=states)
    return found if what == "dispatch" else found.not_handled_by(officer)


def waiting(officer: Any, on: date) -> list[Decision]:
    """Complaints to dispatch, review or close, and limits that were missed, for whoever decides on them."""
    address = reverse("admin:complaints_complaint_changelist")
    words = {
        "dispatch": (_("Complaints to dispatch"), _("Send them to the grid that answers for the place.")),
        "review": (_("Complaints to review"), _("Somebody who did not handle them looks at the result.")),
        "close": (_("Complaints to close"), _("The person was told.")),
    }
    found = []
    for what, (_label, _states, permission) in WAITING.items():
        if officer.has_perm(permission):
            label, why = words[what]
            count = waiting_for(Complaint.objects.visible_to(officer), what, officer).count()
            found.append(Decision(label, count, f"{address}?waiting={what}", why))
    if officer.has_perm(Permission.REVIEW_COMPLAINTS):
        missed = Complaint.objects.visible_to(officer).of_colour(Colour.RED, on).count()
        why = _("Take them on, or have it explained why they are late.")
        found.append(Decision(_("Complaints with a limit missed"), missed, f"{address}?clock=red", why, urgent=True))
    return found
