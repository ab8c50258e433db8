"""Who and what stands beside a grid without belonging to its staff (handbook §2, B)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grids.models.areas import Grid
from grids.models.people import Officer
from grids.querysets import SupportQuerySet


class Support(models.Model):
    """Something that stands beside a grid from day to day; it is ended, never edited; the grid's events say by whom."""

    grid = models.ForeignKey(Grid, models.PROTECT, to_field="code", related_name="%(class)ss", verbose_name=_("grid"))
    name = models.CharField(_("name"), max_length=80)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    from_day = models.DateField(_("from"))
    to_day = models.DateField(_("last day"), null=True, blank=True)

    objects = SupportQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["grid", "from_day", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_day__isnull=True) | Q(to_day__gte=F("from_day")), name="%(class)s_days"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="%(class)s_named"),
            models.UniqueConstraint(
                fields=["grid", "name"], condition=Q(to_day__isnull=True), name="%(class)s_once_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grid_id} {self.name}"

    @property
    def area_code(self) -> str:
        return self.grid_id


class LinkedCadre(Support):
    """A leading cadre linked to a grid (包抓, B): answers above the grid lead; need not have an account."""

    position = models.CharField(_("position"), max_length=80, blank=True)
    officer = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="linked_grids", verbose_name=_("account")
    )

    class Meta(Support.Meta):
        verbose_name = _("linked cadre")
        verbose_name_plural = _("linked cadres")


class ServiceStation(Support):
    """A consumer-service station in a grid (消费维权服务站, B): a place where consumers are helped on the spot."""

    address = models.CharField(_("address"), max_length=200, blank=True)

    class Meta(Support.Meta):
        verbose_name = _("consumer-service station")
        verbose_name_plural = _("consumer-service stations")
