"""Credit reviews in the admin: read; they are decided on their own page."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from grids.admin.areas import AreaFilter
from gridsup.backoffice.base import ScopedAdmin
from inspections.models import CreditReview

State = CreditReview.State


@admin.register(CreditReview)
class CreditReviewAdmin(ScopedAdmin):
    icon = "grade"
    list_display = ["proposed_on", "subject", "case", "area", "status", "credit", "decided_on", "decided_by"]
    list_filter = [AreaFilter, "state"]
    list_select_related = ["case__premises__subject", "decided_by"]
    search_fields = ["case__premises__subject__name", "case__premises__subject__uscc", "case__number"]
    date_hierarchy = "proposed_on"
    fields = ["subject", "case", "decision", "state", "proposed_on", "credit", "decided_on", "decided_by"]
    readonly_fields = ["subject", "decision"]

    @display(description=gettext_lazy("subject"), ordering="case__premises__subject__name")
    def subject(self, review: CreditReview) -> str:
        return review.case.premises.subject.name

    @display(description=gettext_lazy("area code"), ordering="case__premises__area_code")
    def area(self, review: CreditReview) -> str:
        return review.area_code

    @display(description=gettext_lazy("decision"))
    def decision(self, review: CreditReview) -> str:
        return review.case.decision

    @display(
        description=gettext_lazy("state"),
        ordering="state",
        label={State.PROPOSED: "warning", State.CONFIRMED: "success", State.REJECTED: "default"},
    )
    def status(self, review: CreditReview) -> tuple[str, Any]:
        return review.state, review.get_state_display()
