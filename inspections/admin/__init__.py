"""Plans, tasks, visits and findings in the admin, and what waits there for a decision."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from grids.permissions import Permission
from gridsup.backoffice.site import Decision
from inspections.admin.credit import CreditReviewAdmin
from inspections.admin.findings import FindingAdmin
from inspections.admin.plans import PlanAdmin, PlanState
from inspections.admin.tasks import TaskAdmin
from inspections.admin.visits import VisitAdmin
from inspections.models import InspectionPlan, InspectionTask

__all__ = ["CreditReviewAdmin", "FindingAdmin", "PlanAdmin", "TaskAdmin", "VisitAdmin", "waiting"]


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
