"""Cases as the case team returned them, their revisit, and the credit review they propose (案后回查, handbook §5)."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grids.models import Officer
from grids.permissions import Permission
from gridsup.events import Event
from gridsup.states import Move
from inspections.models.task import InspectionTask
from inspections.querysets import CreditReviewQuerySet
from subjects.models import MarketSubject, Premises
from subjects.querysets import OfPremisesQuerySet


class CaseReturn(models.Model):
    """One case about a premises as the case team returned it; several problems may have gone into it.

    `revisit`: the visit that its closing made due; empty before, and where nobody trades there any more.
    """

    premises = models.ForeignKey(Premises, models.PROTECT, related_name="cases", verbose_name=_("premises"))
    number = models.CharField(_("case number"), max_length=60)
    decision = models.CharField(_("decision"), max_length=400)
    closed_on = models.DateField(_("case closed on"))
    revisit = models.ForeignKey(
        InspectionTask, models.PROTECT, null=True, blank=True, related_name="cases", verbose_name=_("revisit")
    )

    objects = OfPremisesQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-closed_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["premises", "number"], name="case_once"),
            models.CheckConstraint(condition=~Q(number="") & ~Q(decision=""), name="case_said"),
        ]

    def __str__(self) -> str:
        return self.number


class CreditReview(models.Model):
    """A proposal to look at the credit grade of the subject after a case: confirmed with a grade, or rejected.

    It stands where the premises of the case stands, and changes the grade of the whole subject.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("of a credit review", "proposed")
        CONFIRMED = "confirmed", _("grade changed")
        REJECTED = "rejected", _("grade kept")

    case = models.OneToOneField(CaseReturn, models.PROTECT, related_name="review", verbose_name=_("case"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    proposed_on = models.DateField(_("proposed on"))
    credit = models.CharField(_("new grade"), max_length=1, choices=MarketSubject.Credit, blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    decided_by = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )

    objects = CreditReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit review")
        verbose_name_plural = _("credit reviews")
        ordering = ["-proposed_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "confirmed", "rejected"]), name="creditreview_state"
            ),
            models.CheckConstraint(
                condition=Q(state="confirmed", credit__in=["A", "B", "C", "D"])
                | (~Q(state="confirmed") & Q(credit="")),
                name="creditreview_confirmed_iff_grade",
            ),
            models.CheckConstraint(
                condition=Q(state="proposed", decided_on__isnull=True, decided_by__isnull=True)
                | (~Q(state="proposed") & Q(decided_on__isnull=False)),
                name="creditreview_decided_iff_day",
            ),
        ]
        indexes = [
            # what waits for a decision: a few of all
            models.Index(fields=["proposed_on"], condition=Q(state="proposed"), name="creditreview_waits"),
        ]

    def __str__(self) -> str:
        return f"{self.case.premises.subject} · {self.case}"

    def get_absolute_url(self) -> str:
        return reverse("credit_review", args=[self.pk])

    @property
    def area_code(self) -> str:
        """Where the premises stands: a review moves with it."""
        return self.case.premises.area_code

    @property
    def waits(self) -> bool:
        """Nobody decided yet."""
        return self.state == self.State.PROPOSED


S = CreditReview.State
CREDIT_MOVES = {
    (str(S.PROPOSED), str(S.CONFIRMED)): Move(Permission.SET_TIER, required=("credit",)),
    (str(S.PROPOSED), str(S.REJECTED)): Move(Permission.SET_TIER, required=("why",)),
}


class CreditReviewEvent(Event):
    """History of a review: proposed, and decided once."""

    review = models.ForeignKey(CreditReview, models.PROTECT, related_name="events")
