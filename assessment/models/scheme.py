"""Schemes of assessment: which indicators count, with which weight and target (handbook §7; tables.md)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessment.querysets import SchemeQuerySet
from grids.models import Bureau
from gridsup.events import Event


class Scheme(models.Model):
    """A bureau's dated scheme; bands are the grades of Y. Copied from a shipped preset, then the bureau's own."""

    bureau = models.ForeignKey(
        Bureau, models.PROTECT, to_field="code", related_name="schemes", verbose_name=_("bureau")
    )
    preset = models.CharField(_("preset"), max_length=10)
    name = models.CharField(_("name"), max_length=80)
    excellent_from = models.PositiveSmallIntegerField(_("excellent from, points"))
    qualified_from = models.PositiveSmallIntegerField(_("qualified from, points"))
    from_day = models.DateField(_("from"))
    to_day = models.DateField(_("last day"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300)

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = _("scheme")
        verbose_name_plural = _("schemes")
        ordering = ["bureau", "from_day"]
        constraints = [
            models.UniqueConstraint(fields=["bureau"], condition=Q(to_day__isnull=True), name="scheme_one_in_force"),
            models.CheckConstraint(
                condition=Q(to_day__isnull=True) | Q(to_day__gte=models.F("from_day")), name="scheme_days"
            ),
            models.CheckConstraint(
                condition=Q(excellent_from__gt=models.F("qualified_from"), excellent_from__lte=100),
                name="scheme_bands",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def area_code(self) -> str:
        return self.bureau_id


class SchemeLine(models.Model):
    """One indicator of a scheme: its weight in points and its target in per cent."""

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="lines")
    indicator = models.CharField(_("indicator"), max_length=30)
    weight = models.PositiveSmallIntegerField(_("weight"))
    target_percent = models.PositiveSmallIntegerField(_("target, per cent"))
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        verbose_name = _("line of a scheme")
        verbose_name_plural = _("lines of a scheme")
        ordering = ["scheme", "position"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "indicator"], name="schemeline_once"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="schemeline_weight"),
            models.CheckConstraint(
                condition=Q(target_percent__gte=1, target_percent__lte=100), name="schemeline_target"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.weight}"


class SchemeEvent(Event):
    """History of a bureau's schemes."""

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="events")
