"""Background work in the admin: what runs, what failed, run it again."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from gridsup.actions import request_job, run_again
from gridsup.backoffice.base import ScopedAdmin
from gridsup.backoffice.site import Decision
from gridsup.backoffice.steps import Start, Step, StepForm
from gridsup.composition import JOB_WORDS
from gridsup.models import Job
from gridsup.questions import CodeField


class JobForm(StepForm):
    name = forms.ChoiceField(label=gettext_lazy("name"), choices=list(JOB_WORDS.items()))
    period = forms.CharField(
        label=gettext_lazy("period"), max_length=10, help_text=gettext_lazy("as the job takes it: 2026-11-22 or 2026Q4")
    )
    area = CodeField(label=gettext_lazy("area code"), max_length=6)


def _request(given: dict[str, Any], by: Any, now: datetime) -> Job:
    return request_job(name=given["name"], period=given["period"], area_code=given["area"], by=by, now=now)


def _again(job: Job, given: dict[str, Any], by: Any, now: datetime) -> Job:
    return run_again(job=job, by=by, now=now)


class Standing(admin.SimpleListFilter):
    """Failed, and nobody ran it again since."""

    title = gettext_lazy("needs help")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("failed", gettext_lazy("failed and not run again"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.failed_for_good() if self.value() else queryset


class Named(admin.SimpleListFilter):
    """Jobs of a kind."""

    title = gettext_lazy("name")
    parameter_name = "name"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(JOB_WORDS.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(name=self.value()) if self.value() else queryset


@admin.register(Job)
class JobAdmin(ScopedAdmin):
    icon = "settings_suggest"
    list_display = ["called", "period", "area_code", "status", "progress", "queued_at", "finished_at", "by"]
    list_filter = [Standing, "state", Named]
    search_fields = ["period", "area_code"]
    fields = [
        "called", "period", "area_code", "state", "by", "attempts", "progress", "counts", "error", "lease_until",
        "queued_at", "finished_at",
    ]  # fmt: skip
    steps = (
        Step(
            "again", gettext_lazy("Run again"), "run_jobs", _again, icon="replay",
            offered=lambda job: job.state not in Job.ACTIVE,
        ),
    )  # fmt: skip
    starts = (Start("job", gettext_lazy("Queue a job"), "run_jobs", _request, JobForm),)

    @display(
        description=gettext_lazy("state"),
        label={
            Job.State.QUEUED: "default",
            Job.State.RUNNING: "info",
            Job.State.DONE: "success",
            Job.State.FAILED: "danger",
        },
        ordering="state",
    )
    def status(self, job: Job) -> tuple[str, Any]:
        return job.state, job.get_state_display()

    @display(description=gettext_lazy("name"), ordering="name")
    def called(self, job: Job) -> str:
        return job.label

    @display(description=gettext_lazy("progress"))
    def progress(self, job: Job) -> str:
        return format_html("{} / {}", len(job.steps_done), job.steps_total)


def waiting(officer: Any, on: date) -> list[Decision]:
    """Failed jobs in the areas where the officer may run them again."""
    if not officer.has_perm("view_jobs"):
        return []
    failed = Job.objects.visible_to(officer).failed_for_good().count()
    address = reverse("admin:gridsup_job_changelist") + "?standing=failed"
    return [Decision(_("Failed jobs"), failed, address, _("Look at the error, then run the job again."), urgent=True)]
