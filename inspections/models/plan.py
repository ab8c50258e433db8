"""The yearly inspection plan: proposed, approved by the head, published, with its cap (handbook §9)."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids.models import Bureau
from grids.permissions import Permission
from gridsup.events import Event
from gridsup.scoping import ScopedQuerySet
from gridsup.states import Move
from inspections.querysets import PlanQuerySet
from subjects.models.policy import Mode


class InspectionPlan(models.Model):
    """One version of a bureau's plan for a year; no routine visit happens outside a published one."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        APPROVED = "approved", _("approved")
        PUBLISHED = "published", _("published")
        CLOSED = "closed", _("closed")

    class CapBasis(models.TextChoices):
        PREMISES = "premises", _("for each premises")
        SUBJECT = "subject", _("for each subject")

    bureau = models.ForeignKey(Bureau, models.PROTECT, to_field="code", related_name="plans", verbose_name=_("bureau"))
    year = models.PositiveSmallIntegerField(_("year"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    yearly_cap = models.PositiveSmallIntegerField(_("visits a year at most"))
    cap_basis = models.CharField(_("cap counts"), max_length=10, choices=CapBasis, default=CapBasis.PREMISES)
    cap_reason = models.CharField(_("reason for another cap"), max_length=500, blank=True)
    proposed_on = models.DateField(_("proposed on"))
    published_on = models.DateField(_("published on"), null=True, blank=True)

    objects = PlanQuerySet.as_manager()
    is_named_in_trail = True

    class Meta:
        verbose_name = _("inspection plan")
        verbose_name_plural = _("inspection plans")
        ordering = ["bureau", "-year", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["bureau", "year", "version"], name="plan_version_once"),
            models.UniqueConstraint(
                fields=["bureau", "year"], condition=Q(state="published"), name="plan_one_published"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "approved", "published", "closed"]), name="plan_state"
            ),
            models.CheckConstraint(condition=Q(cap_basis__in=["premises", "subject"]), name="plan_cap_basis"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "approved"], published_on__isnull=True)
                | Q(state="published", published_on__isnull=False)
                | Q(state="closed"),
                name="plan_published_on_iff_published",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bureau_id} {self.year} v{self.version}"

    @property
    def area_code(self) -> str:
        return self.bureau_id

    @property
    def first_day(self) -> date:
        return date(self.year, 1, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, 12, 31)


S = InspectionPlan.State
PLAN_MOVES = {
    (str(S.DRAFT), str(S.APPROVED)): Move(Permission.APPROVE_PLAN),
    (str(S.APPROVED), str(S.PUBLISHED)): Move(Permission.PLAN, required=("published_on",)),
    (str(S.DRAFT), str(S.CLOSED)): Move(Permission.PLAN, required=("why",)),
    (str(S.APPROVED), str(S.CLOSED)): Move(Permission.PLAN, required=("why",)),
    (str(S.PUBLISHED), str(S.CLOSED)): Move(Permission.PLAN, required=("why",)),
}


class PlanLine(models.Model):
    """What a plan foresees for one area and tier: premises, and the visits that rhythm and cap make of them."""

    plan = models.ForeignKey(InspectionPlan, models.CASCADE, related_name="lines")  # part of its plan
    area_code = models.CharField(_("area code"), max_length=6)
    tier = models.CharField(_("tier"), max_length=12, blank=True)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode)
    premises = models.PositiveIntegerField(_("premises"))
    wanted = models.PositiveIntegerField(_("visits by the rhythm"))
    planned = models.PositiveIntegerField(_("visits within the cap"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "area_code", "tier", "mode"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "area_code", "tier", "mode"], name="planline_once"),
            models.CheckConstraint(condition=Q(planned__lte=models.F("wanted")), name="planline_within_wanted"),
        ]

    def __str__(self) -> str:
        return f"{self.area_code} {self.tier} {self.mode}: {self.planned}"


class PlanEvent(Event):
    """History of a plan."""

    plan = models.ForeignKey(InspectionPlan, models.PROTECT, related_name="events")
