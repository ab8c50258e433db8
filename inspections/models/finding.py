"""Findings: what was wrong, what was ordered, and whether it was put right in time (handbook §5)."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grids.permissions import Permission
from gridsup.events import Event
from gridsup.states import Move
from inspections.models.case import CaseReturn
from inspections.models.task import InspectionTask
from inspections.models.visit import Visit
from inspections.querysets import FindingQuerySet
from subjects.models import Premises


class Finding(models.Model):
    """One problem found on a visit, with its disposition; ordered ones have a last day and a task to look again."""

    class Disposition(models.TextChoices):
        ADMONISH = "admonish", _("admonished on the spot")
        ORDER = "order", _("ordered to correct within a limit")
        SIMPLE_PENALTY = "simple_penalty", _("simple-procedure penalty")
        CASE = "case", _("handed to the case team")
        REPORT = "report", _("grave danger: reported at once")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("of a finding", "open")
        SETTLED = "settled", _("settled on the spot")
        ORDERED = "ordered", _("ordered")
        RECTIFIED = "rectified", _("rectified")
        ESCALATED = "escalated", _("overdue, escalated")
        HANDED_OVER = "handed_over", _("handed to the case team")
        CASE_RETURNED = "case_returned", _("returned by the case team")
        CLOSED = "closed", pgettext_lazy("of a case", "closed")
        WITHDRAWN = "withdrawn", _("withdrawn by a corrected record")

    TO_RECTIFY: ClassVar = [State.ORDERED, State.ESCALATED]
    # Not at their end: they lie where the premises stands.
    TO_FOLLOW: ClassVar = [State.OPEN, *TO_RECTIFY, State.HANDED_OVER, State.CASE_RETURNED]
    # Where a disposition leads at once; a grave danger stays open until somebody above decides.
    FIRST_STATE: ClassVar = {
        Disposition.ADMONISH: State.SETTLED,
        Disposition.SIMPLE_PENALTY: State.SETTLED,
        Disposition.ORDER: State.ORDERED,
        Disposition.CASE: State.HANDED_OVER,
        Disposition.REPORT: State.OPEN,
    }

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="findings", verbose_name=_("visit"))
    premises = models.ForeignKey(Premises, models.PROTECT, related_name="findings", verbose_name=_("premises"))
    area_code = models.CharField(_("area code"), max_length=6)
    item = models.CharField(_("check item"), max_length=30, blank=True)
    line = models.CharField(_("line of business"), max_length=40, blank=True)
    text = models.CharField(_("what was found"), max_length=500)
    disposition = models.CharField(_("disposition"), max_length=16, choices=Disposition)
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.OPEN)
    found_on = models.DateField(_("found on"))
    rectify_by = models.DateField(_("to be corrected by"), null=True, blank=True)
    rectified_on = models.DateField(_("corrected on"), null=True, blank=True)
    recheck = models.ForeignKey(
        InspectionTask, models.PROTECT, null=True, blank=True, related_name="findings", verbose_name=_("re-check")
    )
    rectified_by = models.ForeignKey(
        Visit, models.PROTECT, null=True, blank=True, related_name="rectified", verbose_name=_("re-check visit")
    )
    case = models.ForeignKey(
        CaseReturn, models.PROTECT, null=True, blank=True, related_name="findings", verbose_name=_("case")
    )

    objects = FindingQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        ordering = ["-found_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(area_code__length__in=[2, 4, 6]), name="finding_area_length"),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "open", "settled", "ordered", "rectified", "escalated", "handed_over", "case_returned",
                        "closed", "withdrawn",
                    ]
                ),
                name="finding_state",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ordered", "rectified", "escalated"]) | Q(rectify_by__isnull=False),
                name="finding_ordered_has_limit",
            ),
            models.CheckConstraint(
                condition=Q(state="rectified", rectified_on__isnull=False)
                | (~Q(state="rectified") & Q(rectified_on__isnull=True)),
                name="finding_rectified_iff_day",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["case_returned", "closed"], case__isnull=False)
                | (~Q(state__in=["case_returned", "closed"]) & Q(case__isnull=True)),
                name="finding_returned_iff_case",
            ),
        ]  # fmt: skip
        indexes = [
            # the indicator "rectified on time", and what is overdue
            models.Index(
                fields=["area_code", "rectify_by", "state"],
                condition=Q(rectify_by__isnull=False),
                name="finding_limit",
            ),
            # what is still to be corrected, counted for each area
            models.Index(fields=["area_code", "state", "rectify_by"], name="finding_state"),
            models.Index(fields=["area_code", "found_on"], name="finding_area"),
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return reverse("finding", args=[self.pk])

    @property
    def is_to_rectify(self) -> bool:
        """Ordered and not yet put right."""
        return self.state in self.TO_RECTIFY

    def is_overdue(self, on: date) -> bool:
        """To be corrected, and the last day is over; the twin of `FindingQuerySet.overdue`."""
        return self.state in self.TO_RECTIFY and self.rectify_by is not None and self.rectify_by < on

    def is_looked_at(self, on: date) -> bool:
        """An open re-check whose day is not over will look at it."""
        return self.recheck is not None and self.recheck.is_open and self.recheck.due_on >= on


S = Finding.State
# Of a grave danger somebody above decides, of an escalated order somebody above, too; a withdrawal comes with the
# corrected record alone.
FINDING_MOVES = {
    (str(S.OPEN), str(S.SETTLED)): Move(Permission.REVIEW_VISITS, required=("why",)),
    (str(S.OPEN), str(S.ORDERED)): Move(Permission.REVIEW_VISITS, required=("why", "rectify_by")),
    (str(S.OPEN), str(S.HANDED_OVER)): Move(Permission.REVIEW_VISITS, required=("why",)),
    (str(S.OPEN), str(S.WITHDRAWN)): Move(Permission.INSPECT, required=("why",)),
    (str(S.SETTLED), str(S.WITHDRAWN)): Move(Permission.INSPECT, required=("why",)),
    (str(S.ORDERED), str(S.RECTIFIED)): Move(Permission.INSPECT, required=("rectified_on", "rectified_by")),
    (str(S.ORDERED), str(S.ESCALATED)): Move(""),
    (str(S.ORDERED), str(S.HANDED_OVER)): Move(Permission.INSPECT, required=("why",)),
    (str(S.ORDERED), str(S.WITHDRAWN)): Move(Permission.INSPECT, required=("why",)),
    (str(S.ESCALATED), str(S.RECTIFIED)): Move(Permission.INSPECT, required=("rectified_on", "rectified_by")),
    (str(S.ESCALATED), str(S.HANDED_OVER)): Move(
        Permission.INSPECT, required=("why",), instead=Permission.REVIEW_VISITS
    ),
    (str(S.HANDED_OVER), str(S.CASE_RETURNED)): Move(Permission.TAKE_CASE, required=("case",)),
    (str(S.HANDED_OVER), str(S.WITHDRAWN)): Move(Permission.INSPECT, required=("why",)),
    (str(S.CASE_RETURNED), str(S.CLOSED)): Move(Permission.REVIEW_VISITS, required=("why",)),
}


class FindingEvent(Event):
    """History of a finding; it is escalated once, however many try at the same moment."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="events")

    class Meta(Event.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["finding"], condition=Q(what="state", new="escalated"), name="finding_escalated_once"
            )
        ]
