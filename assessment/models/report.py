"""Reports: files built by a job from what stood in the database at that moment."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessment.querysets import ReportQuerySet
from gridsup.models import Job


class Report(models.Model):
    """One area's report of a month or a quarter, as a sheet with its rows and a text that a clerk can edit."""

    area_code = models.CharField(_("area code"), max_length=6)
    period = models.CharField(_("period"), max_length=10)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    job = models.OneToOneField(Job, models.PROTECT, related_name="report", verbose_name=_("job"))
    sheet = models.FileField(_("sheet"), upload_to="reports/%Y", blank=True)
    text = models.FileField(_("text"), upload_to="reports/%Y", blank=True)
    requested_at = models.DateTimeField(_("requested at"))
    built_at = models.DateTimeField(_("built at"), null=True, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("on an area", "report")
        verbose_name_plural = pgettext_lazy("on an area", "reports")
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["area_code", "period", "version"], name="report_version_once"),
            models.CheckConstraint(condition=Q(area_code__length__in=[2, 4]), name="report_area_length"),
            models.CheckConstraint(
                condition=Q(built_at__isnull=True) | (~Q(sheet="") & ~Q(text="")), name="report_built_has_files"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area_code} {self.period} v{self.version}"
