"""Records of visits in the admin: read, archived, returned; never changed."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from grids.admin.areas import AreaFilter
from grids.permissions import Permission
from gridsup.backoffice.base import ScopedAdmin, ScopedInline
from gridsup.backoffice.steps import Reason, Step
from gridsup.errors import BadInput
from inspections.actions import archive_visit, return_visit
from inspections.models import Finding, Visit

State = Visit.State


class ProblemFree(admin.SimpleListFilter):
    """What may be archived many at once, and what has to be read first."""

    title = gettext_lazy("problems")
    parameter_name = "free"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", gettext_lazy("free of problems")), ("no", gettext_lazy("to be read"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "yes":
            return queryset.problem_free()
        return queryset.with_problem() if self.value() else queryset


class FindingInline(ScopedInline):
    model = Finding
    fk_name = "visit"
    fields = ["text", "line", "disposition", "state", "rectify_by", "rectified_on"]


def _archive(visit: Visit, given: dict[str, Any], by: Any, now: datetime) -> Visit:
    return archive_visit(visit=visit, by=by, now=now)


def _archive_free(visit: Visit, given: dict[str, Any], by: Any, now: datetime) -> Visit:
    if visit.outcome != Visit.Outcome.NO_PROBLEM:
        raise BadInput(_("This one is not free of problems: open it, read it, and archive it by itself."))
    return archive_visit(visit=visit, by=by, now=now)


def _return(visit: Visit, given: dict[str, Any], by: Any, now: datetime) -> Visit:
    return return_visit(visit=visit, why=given["why"], by=by, now=now)


def waits(visit: Visit) -> bool:
    """The record waits for its review."""
    return visit.state == State.SUBMITTED


def never(visit: Visit) -> bool:
    """Offered in the list alone."""
    return False


@admin.register(Visit)
class VisitAdmin(ScopedAdmin):
    icon = "fact_check"
    list_display = ["visited_on", "subject", "address", "area_code", "how", "status", "lead", "partner", "submitted_on"]
    list_filter = [AreaFilter, ProblemFree, "state", "outcome"]
    list_select_related = ["premises__subject", "lead", "partner"]
    search_fields = ["premises__subject__name", "premises__subject__uscc", "premises__address", "lead__name"]
    date_hierarchy = "visited_on"
    readonly_fields = ["answered"]
    fields = [
        "premises", "area_code", "lead", "partner", "visited_at", "outcome", "answered", "narrative", "version",
        "corrects", "submitted_at", "entry_due_on", "state", "reviewed_at", "reviewed_by",
    ]  # fmt: skip
    inlines = [FindingInline]
    steps = (
        Step(
            "archive", gettext_lazy("Archive the record"), Permission.REVIEW_VISITS, _archive, offered=waits,
            icon="inventory_2", many=False,
        ),
        Step(
            "archive_free", gettext_lazy("Archive those free of problems"), Permission.REVIEW_VISITS, _archive_free,
            offered=never, icon="inventory_2",
        ),
        Step(
            "return", gettext_lazy("Return the record"), Permission.REVIEW_VISITS, _return, Reason, waits, icon="undo",
            many=False, help=gettext_lazy("Its officers hand in a corrected version that names this one."),
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).readable_by(request.user)

    def describe(self, row: Visit) -> str:
        return f"{row.visited_on or ''} {row.premises} · {row.get_outcome_display()}"

    @display(description=gettext_lazy("subject"), ordering="premises__subject__name")
    def subject(self, visit: Visit) -> str:
        return visit.premises.subject.name

    @display(description=gettext_lazy("address"))
    def address(self, visit: Visit) -> str:
        return visit.premises.address

    @display(description=gettext_lazy("check items"))
    def answered(self, visit: Visit) -> SafeString:
        """Each item with its result, as they stood on the day."""
        words = {"ok": _("in order"), "problem": _("problem"), "not_applicable": _("does not apply")}
        rows = ((answer["text"], words.get(answer["result"], answer["result"])) for answer in visit.answers)
        return format_html_join("", "<p>{}: {}</p>", rows)

    @display(
        description=gettext_lazy("outcome"),
        ordering="outcome",
        label={
            Visit.Outcome.NO_PROBLEM: "success",
            Visit.Outcome.PROBLEM: "danger",
            Visit.Outcome.UNLICENSED: "danger",
            Visit.Outcome.REFUSED: "warning",
            Visit.Outcome.NOT_FOUND: "warning",
            Visit.Outcome.CLOSED: "warning",
        },
    )
    def how(self, visit: Visit) -> tuple[str, Any]:
        return visit.outcome, visit.get_outcome_display()

    @display(
        description=gettext_lazy("state"),
        ordering="state",
        label={
            State.DRAFT: "default",
            State.SUBMITTED: "info",
            State.RETURNED: "warning",
            State.ARCHIVED: "success",
        },
    )
    def status(self, visit: Visit) -> tuple[str, Any]:
        return visit.state, visit.get_state_display()
