"""Tables of the shared parts; none has a foreign key into an app."""

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from gridsup.audit.models import AuditEntry, AuditSeal
from gridsup.scoping import ScopedQuerySet

__all__ = ["Attempt", "AuditEntry", "AuditSeal", "CalendarDay", "Job", "JobQuerySet"]


class JobQuerySet(ScopedQuerySet["Job"]):
    """Background work; seen by who may see jobs in its area."""

    view_permission = "view_jobs"

    def active(self) -> "JobQuerySet":
        """Queued or running: at most one for each name, period and area."""
        return self.filter(state__in=Job.ACTIVE)

    def abandoned(self, now: datetime) -> "JobQuerySet":
        """Running with a lease that ran out: the worker is gone."""
        return self.filter(state=Job.State.RUNNING, lease_until__lt=now)

    def failed_for_good(self) -> "JobQuerySet":
        """Failed, and nobody asked for the same work again since."""
        again = Job.objects.filter(
            name=OuterRef("name"), period=OuterRef("period"), area_code=OuterRef("area_code"), pk__gt=OuterRef("pk")
        )
        return self.filter(~Exists(again), state=Job.State.FAILED)


class Job(models.Model):
    """Ledger and lock of one piece of background work: what is to be done, who works on it until when, what came out.

    A worker holds it by `state` and `attempts`: each step writes to the row on these two in the transaction of its own
    effect, so that a worker whose job was given to another can change nothing more (docs/jobs.md).
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    ACTIVE: ClassVar = [State.QUEUED, State.RUNNING]

    name = models.CharField(_("name"), max_length=40)
    period = models.CharField(_("period"), max_length=10, help_text=_("2026-11-22, 2026-11, 2026Q4, 2026H2 or 2026"))
    area_code = models.CharField(_("area code"), max_length=6)
    arguments = models.JSONField(_("arguments"), default=dict, blank=True)
    by = models.CharField(_("by"), max_length=150, blank=True, help_text=_("user name; empty: nobody in person"))
    scheduled = models.BooleanField(_("is from the schedule"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(_("lease until"), null=True, blank=True)
    steps_done = models.JSONField(_("steps done"), default=list, blank=True)
    steps_total = models.PositiveSmallIntegerField(_("steps in all"), default=0)
    counts = models.JSONField(_("counts"), default=dict, blank=True)
    error = models.TextField(_("error"), blank=True)
    queued_at = models.DateTimeField(_("queued at"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True, help_text=_("the first attempt"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-queued_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["name", "period", "area_code"],
                condition=Q(state__in=["queued", "running"]),
                name="job_active_once",
            ),
            # a firing that comes twice, or is caught up by two sweepers at once, is one piece of work even when done
            models.UniqueConstraint(
                fields=["name", "period", "area_code"], condition=Q(scheduled=True), name="job_scheduled_once"
            ),
            models.CheckConstraint(condition=Q(state__in=["queued", "running", "done", "failed"]), name="job_state"),
            models.CheckConstraint(
                condition=Q(state="running", lease_until__isnull=False)
                | (~Q(state="running") & Q(lease_until__isnull=True)),
                name="job_leased_iff_running",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["done", "failed"], finished_at__isnull=False)
                | Q(state__in=["queued", "running"], finished_at__isnull=True),
                name="job_finished_iff_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(started_at__isnull=False), name="job_running_has_started"
            ),
        ]
        indexes = [
            # the sweeper's look every minute
            models.Index(fields=["state", "lease_until"], name="job_sweep"),
            models.Index(fields=["area_code"], name="job_area"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.period} {self.area_code}"

    @property
    def label(self) -> str:
        """What people call the job; the name in the code of one that is no more."""
        from gridsup.composition import JOB_WORDS

        return str(JOB_WORDS.get(self.name, self.name))

    @property
    def progress(self) -> tuple[int, int]:
        """Steps done and steps in all; (0, 0) before the first attempt has listed them."""
        return len(self.steps_done), max(self.steps_total, len(self.steps_done))

    @property
    def duration(self) -> timedelta | None:
        """From the first attempt to the end, waiting between attempts included; None while it has not ended."""
        if self.started_at is None or self.finished_at is None:
            return None
        return self.finished_at - self.started_at


class CalendarDay(models.Model):
    """A statutory day off, or a weekend day that is worked to make up for one."""

    day = models.DateField(_("day"), unique=True)
    name = models.CharField(_("name"), max_length=40)
    is_off = models.BooleanField(_("is a day off"))
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class Attempt(models.Model):
    """Something that somebody without an account did from an address; counted to slow down floods and guessing.

    `source`: a keyed hash of the address, never the address itself.
    """

    kind = models.CharField(_("kind"), max_length=20)
    source = models.CharField(_("source"), max_length=64)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ["-at"]
        indexes = [models.Index(fields=["kind", "source", "at"], name="attempt_window")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"
