"""Clocks: a time limit that runs on a complaint, with the rule that made it (handbook §9)."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from complaints.models.complaint import Complaint
from complaints.querysets import ClockQuerySet
from grids.models import Officer
from subjects.models import TimeLimit


class Clock(models.Model):
    """One running, met or stopped limit.

    `due_on`: last day that is safe under every reading, to warn by; `latest_on`: last day after which it is missed (a
    plain weekend carried on), by which it is judged. `area_code`: who answers for it, the complaint's while it runs.
    `escalated_to`: the area above that was last told that it is overdue.
    """

    class Kind(models.TextChoices):
        ACCEPT = "accept", _("accept or refuse")
        MEDIATION = "mediation", _("mediation")
        NOTICE = "notice", _("notice of the result")
        VERIFY = "verify", _("verify")
        DISPUTE = "dispute", _("who is competent")
        OUTSIDE = "outside", _("limit of the outside system")

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="clocks", verbose_name=_("complaint"))
    area_code = models.CharField(_("area code"), max_length=6)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    rule = models.ForeignKey(
        TimeLimit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("rule"), db_index=False
    )
    started_on = models.DateField(_("runs from"))
    due_on = models.DateField(_("due on"))
    latest_on = models.DateField(_("latest on"))
    is_provisional = models.BooleanField(_("is provisional"), default=False)
    paused_on = models.DateField(_("paused since"), null=True, blank=True)
    paused_days = models.PositiveSmallIntegerField(_("days paused so far"), default=0)
    extended_by = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("extended by")
    )
    extension_days = models.PositiveSmallIntegerField(_("extended by, days"), default=0)
    met_on = models.DateField(_("met on"), null=True, blank=True)
    stopped_on = models.DateField(_("stopped on"), null=True, blank=True)
    escalated_on = models.DateField(_("escalated on"), null=True, blank=True)
    escalated_to = models.CharField(_("escalated to"), max_length=6, blank=True)
    explanation = models.CharField(_("explanation"), max_length=500, blank=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(area_code__length__in=[2, 4, 6]), name="clock_area_length"),
            models.CheckConstraint(
                condition=Q(kind__in=["accept", "mediation", "notice", "verify", "dispute", "outside"]),
                name="clock_kind",
            ),
            models.CheckConstraint(condition=Q(rule__isnull=False) | Q(kind="outside"), name="clock_has_rule"),
            models.CheckConstraint(condition=Q(latest_on__gte=F("due_on")), name="clock_days"),
            models.CheckConstraint(condition=Q(met_on__isnull=True) | Q(stopped_on__isnull=True), name="clock_one_end"),
            models.CheckConstraint(
                condition=Q(escalated_on__isnull=True, escalated_to="")
                | (Q(escalated_on__isnull=False) & ~Q(escalated_to="")),
                name="clock_escalated_to_somebody",
            ),
            # one at a time of each kind
            models.UniqueConstraint(
                fields=["complaint", "kind"],
                condition=Q(met_on__isnull=True, stopped_on__isnull=True),
                name="clock_one_running",
            ),
        ]
        indexes = [
            # the indicator "complaints on time"
            models.Index(fields=["area_code", "latest_on", "met_on"], name="clock_area"),
            # the colours of the dashboard: running limits, complaint by complaint, read from the index alone
            models.Index(
                fields=["area_code", "complaint", "paused_on", "latest_on", "due_on"],
                condition=Q(met_on__isnull=True, stopped_on__isnull=True),
                name="clock_colours",
            ),
            # escalate_overdue
            models.Index(
                fields=["latest_on", "area_code"],
                condition=Q(met_on__isnull=True, stopped_on__isnull=True, paused_on__isnull=True),
                name="clock_running",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.latest_on}"

    def get_absolute_url(self) -> str:
        """The page of its complaint, where it stands."""
        return reverse("complaint", args=[self.complaint_id])

    def is_overdue(self, on: date) -> bool:
        """Running, not paused, and the latest day is over; the twin of `ClockQuerySet.overdue`."""
        return self.is_running and self.paused_on is None and self.latest_on < on

    @property
    def is_running(self) -> bool:
        """Neither met nor stopped."""
        return self.met_on is None and self.stopped_on is None
