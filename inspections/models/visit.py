"""Visits: the record of an inspection on site. Append-only: a correction is a new version that names the old."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grids.models import Officer
from grids.permissions import Permission
from gridsup.events import Event
from gridsup.states import Move
from inspections.querysets import OfVisitQuerySet, VisitQuerySet
from subjects.models import Premises


class Visit(models.Model):
    """What two certified officers found at a premises (handbook §5); one visit may discharge several tasks.

    `answers`: list of {"code", "line", "text", "result"}; result is "ok", "problem" or "not_applicable". `draft`: what
    the form held when it was put aside, empty once submitted.
    """

    class Outcome(models.TextChoices):
        NO_PROBLEM = "no_problem", _("no problem")
        PROBLEM = "problem", _("problem found")
        NOT_FOUND = "not_found", _("not found at the address")
        CLOSED = "closed", _("closed down")
        REFUSED = "refused", _("entry refused")
        UNLICENSED = "unlicensed", _("unlicensed trade")

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("of a visit", "draft")
        SUBMITTED = "submitted", _("submitted")
        RETURNED = "returned", _("returned")
        ARCHIVED = "archived", _("archived")

    # Entry refused is no inspection: what was owed stays owed.
    DISCHARGING: ClassVar = [
        Outcome.NO_PROBLEM, Outcome.PROBLEM, Outcome.NOT_FOUND, Outcome.CLOSED, Outcome.UNLICENSED,
    ]  # fmt: skip
    WITH_FINDINGS: ClassVar = [Outcome.PROBLEM, Outcome.UNLICENSED]

    client_id = models.UUIDField(_("form number"), unique=True)  # one form, one visit, however often it is sent
    premises = models.ForeignKey(Premises, models.PROTECT, related_name="visits", verbose_name=_("premises"))
    area_code = models.CharField(_("area code"), max_length=6)
    lead = models.ForeignKey(Officer, models.PROTECT, related_name="visits_led", verbose_name=_("first officer"))
    partner = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="visits_joined", verbose_name=_("second officer")
    )
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="corrected_by", verbose_name=_("corrects")
    )
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    answers = models.JSONField(_("answers"), default=list, blank=True)
    narrative = models.TextField(_("narrative"), blank=True, max_length=4_000)
    draft = models.JSONField(_("put aside"), default=dict, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.DRAFT)
    visited_on = models.DateField(_("visited on"), null=True, blank=True)
    visited_at = models.DateTimeField(_("visited at"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)
    submitted_on = models.DateField(_("submitted on"), null=True, blank=True)
    # checksum of what the form said (`inspections.rules.content`): tells whether it says the same when it comes again
    content_sha256 = models.CharField(max_length=64, blank=True, editable=False)
    # last day for a prompt entry, by the limit in force on the day of the visit
    entry_due_on = models.DateField(_("to be entered by"), null=True, blank=True)
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("reviewed by")
    )

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        ordering = ["-visited_on", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(area_code__length__in=[2, 4, 6]), name="visit_area_length"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted", "returned", "archived"]), name="visit_state"
            ),
            # enforcement needs two officers (handbook §2, §9)
            models.CheckConstraint(
                condition=Q(state="draft") | Q(partner__isnull=False), name="visit_two_officers"
            ),
            models.CheckConstraint(condition=~Q(lead=F("partner")), name="visit_officers_differ"),
            models.CheckConstraint(
                condition=Q(state="draft", submitted_at__isnull=True, submitted_on__isnull=True)
                | (
                    ~Q(state="draft")
                    & ~Q(outcome="")
                    & Q(
                        submitted_at__isnull=False, submitted_on__isnull=False, visited_at__isnull=False,
                        visited_on__isnull=False, entry_due_on__isnull=False,
                    )
                ),
                name="visit_whole_unless_draft",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted"], reviewed_at__isnull=True, reviewed_by__isnull=True)
                | Q(state__in=["returned", "archived"], reviewed_at__isnull=False),
                name="visit_reviewed_iff_decided",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True, version=1) | Q(corrects__isnull=False, version__gt=1),
                name="visit_version_iff_corrects",
            ),
            models.CheckConstraint(
                condition=Q(submitted_on__isnull=True) | Q(submitted_on__gte=F("visited_on")),
                name="visit_not_in_the_future",
            ),
        ]  # fmt: skip
        indexes = [
            # the review, lists of an area, the trend and the indicator "entered promptly"
            models.Index(fields=["area_code", "visited_on", "state", "outcome"], name="visit_area"),
            models.Index(fields=["state", "area_code"], condition=Q(state="submitted"), name="visit_to_review"),
            # which records a corrected version stands for
            models.Index(fields=["corrects", "state"], condition=Q(corrects__isnull=False), name="visit_corrected"),
            # what is put aside; by this column, because a state that comes as a parameter proves nothing to SQLite
            models.Index(fields=["state", "area_code"], condition=Q(submitted_at__isnull=True), name="visit_put_aside"),
        ]

    def __str__(self) -> str:
        return f"{self.visited_on or ''} {self.get_outcome_display()}"

    def get_absolute_url(self) -> str:
        return reverse("visit", args=[self.pk])


S = Visit.State
VISIT_MOVES = {
    (str(S.DRAFT), str(S.SUBMITTED)): Move(Permission.INSPECT),
    (str(S.SUBMITTED), str(S.ARCHIVED)): Move(Permission.REVIEW_VISITS, required=("reviewed_at", "reviewed_by")),
    (str(S.SUBMITTED), str(S.RETURNED)): Move(Permission.REVIEW_VISITS, required=("why", "reviewed_at", "reviewed_by")),
    # as it stands, where nobody is left to correct it
    (str(S.RETURNED), str(S.ARCHIVED)): Move(Permission.REVIEW_VISITS, required=("why", "reviewed_at", "reviewed_by")),
}


class VisitEvent(Event):
    """History of a visit's record."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="events")


class VisitPhoto(models.Model):
    """A photo of a visit, never required; kept without the place and time that a phone hides in it."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="photos")
    file = models.FileField(_("file"), upload_to="visits/%Y/%m")
    sha256 = models.CharField(max_length=64)

    objects = OfVisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["visit", "sha256"], name="photo_once")]

    def __str__(self) -> str:
        return str(self.file)

    @property
    def file_name(self) -> str:
        """What the file is called where it is handed out, without its ending."""
        return f"visit-{self.visit_id}-{self.pk}"
