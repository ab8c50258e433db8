"""What waits for a decision about plans, visits and findings."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from grids.permissions import Permission
from gridsup.backoffice.site import Decision
from gridsup.scoping import inside
from inspections.models import CreditReview, Finding, InspectionPlan, Visit
from inspections.review_views import waiting


def reviews(officer: Any, on: date) -> list[Decision]:
    """Records to review, those without a problem apart; dangers and overdue orders to decide on, cases to close."""
    if not officer.has_perm(Permission.REVIEW_VISITS):
        return []
    records = waiting(officer)
    areas = inside(officer.area_codes(Permission.REVIEW_VISITS))
    findings = Finding.objects.of_lines(officer).filter(areas)
    states = (
        ("open", _("Grave dangers"), _("Settle them, order them to be put right, or hand them over."), True),
        ("escalated", _("Orders that nobody carried out in time"), _("Hand them over, or ask for another look."), True),
        ("case_returned", _("Cases to close"), _("The case team has reported what became of them."), False),
    )
    return [
        Decision(
            _("Records to review one by one"),
            records.with_problem().count(),
            reverse("visit_review"),
            _("Something was found, or something hindered the visit: read them."),
        ),
        Decision(
            _("Records without a problem"),
            records.problem_free().count(),
            reverse("visit_review"),
            _("They are archived together with one tap."),
        ),
        Decision(
            _("Returned records that nobody is left to correct"),
            Visit.objects.filter(areas).beyond_correction(on).count(),
            f"{reverse('visits')}?stuck=1",
            _("Post somebody who inspects there, or archive them as they stand, with a reason."),
        ),
        *(
            Decision(label, findings.filter(state=state).count(), f"{reverse('findings')}?state={state}", why, urgent)
            for state, label, why, urgent in states
        ),
    ]


def plans(officer: Any, on: date) -> list[Decision]:
    """Plans that the officer may approve or publish."""
    found = []
    for permission, state, label in (
        (Permission.APPROVE_PLAN, InspectionPlan.State.DRAFT, _("Plans to approve")),
        (Permission.PLAN, InspectionPlan.State.APPROVED, _("Plans to publish")),
    ):
        if officer.has_perm(permission):
            count = InspectionPlan.objects.visible_to(officer).filter(state=state).count()
            address = f"{reverse('plans')}?{urlencode({'state': state})}"
            found.append(Decision(label, count, address, _("No routine visit without a published plan."), urgent=True))
    return found


def credit(officer: Any, on: date) -> list[Decision]:
    """Credit reviews after cases that the officer may decide."""
    if not officer.has_perm(Permission.SET_TIER):
        return []
    count = CreditReview.objects.waiting().decidable(officer).count()
    why = _("A case was closed: change the grade, or keep it for a reason.")
    return [Decision(_("Credit grades to review"), count, f"{reverse('credit_reviews')}?mine=1", why)]
