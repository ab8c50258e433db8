"""Ledgers that were written to a file in the background."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gridsup.models import Job
from subjects.querysets import LedgerExportQuerySet

models.CharField.register_lookup(Length)


class LedgerExport(models.Model):
    """The four ledgers of an area on a day, as one workbook; it goes with its file after some days."""

    area_code = models.CharField(_("area code"), max_length=6, db_index=True)
    day = models.DateField(_("day"))
    job = models.OneToOneField(Job, models.PROTECT, related_name="ledger_export", verbose_name=_("job"))
    file = models.FileField(_("file"), upload_to="ledgers", blank=True)
    rows = models.PositiveIntegerField(pgettext_lazy("a file", "rows"), default=0)
    requested_at = models.DateTimeField(_("requested at"))
    built_at = models.DateTimeField(_("built at"), null=True, blank=True)

    objects = LedgerExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("export of the ledgers")
        verbose_name_plural = _("exports of the ledgers")
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(area_code__length__in=[2, 4, 6]), name="ledgerexport_area_length"),
            models.CheckConstraint(
                condition=Q(built_at__isnull=True) | ~Q(file=""), name="ledgerexport_built_has_file"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area_code} {self.day.isoformat()}"
