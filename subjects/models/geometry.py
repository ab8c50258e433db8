"""What is wrong with the drawing of areas, and how much of each area is covered by grids (handbook §1)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from subjects.geometry.querysets import CoverageQuerySet, GeometryFaultQuerySet
from subjects.models.ledger import Premises
from subjects.querysets import OfPremisesQuerySet


class GeometryFault(models.Model):
    """One fault of the drawing: found by the job, open until a later run no longer finds it, never deleted.

    `area_code` is the narrowest area that has to mend it; of an overlap `other_code` is the second grid. `place` tells
    several holes of one area apart: degrees of a point inside, as the hole was found first.
    """

    class Kind(models.TextChoices):
        OVERLAP = "overlap", _("grids overlap")
        GAP = "gap", _("gap")
        OUTSIDE_BUREAU = "outside_bureau", _("beyond the district's outline")
        OUTSIDE_STATION = "outside_station", _("beyond the station's outline")
        INVALID = "invalid", _("boundary is no valid polygon")
        UNDRAWN = "undrawn", _("grid without a boundary")
        ASTRAY = "astray", _("premises outside their grid's boundary")
        UNPLACED = "unplaced", _("premises in no grid")
        POINTLESS = "pointless", _("premises without coordinates")

    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    area_code = models.CharField(_("area code"), max_length=6)
    other_code = models.CharField(_("other grid"), max_length=6, blank=True)
    place = models.CharField(_("place"), max_length=24, blank=True, help_text=_("longitude and latitude, degrees"))
    square_metres = models.FloatField(_("area, m²"), null=True, blank=True)
    count = models.PositiveIntegerField(_("premises"), null=True, blank=True)
    geometry = models.JSONField(_("geometry"), null=True, blank=True, help_text=_("GeoJSON geometry, WGS 84"))
    detail = models.CharField(_("detail"), max_length=120, blank=True, help_text=_("as the geometry library says it"))
    since = models.DateField(_("since"))
    checked_at = models.DateTimeField(_("last seen"))
    mended_on = models.DateField(_("mended on"), null=True, blank=True)

    objects = GeometryFaultQuerySet.as_manager()

    class Meta:
        verbose_name = _("fault of the drawing")
        verbose_name_plural = _("faults of the drawing")
        ordering = ["kind", "area_code", "other_code", "place"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "area_code", "other_code", "place"],
                condition=Q(mended_on__isnull=True),
                name="geometryfault_open_once",
            ),
            models.CheckConstraint(
                condition=Q(mended_on__isnull=True) | Q(mended_on__gte=F("since")), name="geometryfault_days"
            ),
            models.CheckConstraint(
                condition=Q(kind="overlap", other_code__gt="") | (~Q(kind="overlap") & Q(other_code="")),
                name="geometryfault_other_iff_overlap",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["astray", "unplaced", "pointless"], count__isnull=False)
                | Q(kind__in=["overlap", "gap", "outside_bureau", "outside_station"], square_metres__isnull=False)
                | Q(kind__in=["invalid", "undrawn"]),
                name="geometryfault_has_its_size",
            ),
        ]
        indexes = [
            # the page and its counts: what is open in an area
            models.Index(fields=["area_code", "kind"], condition=Q(mended_on__isnull=True), name="geometryfault_open"),
        ]

    def __str__(self) -> str:
        return f"{self.areas}: {self.get_kind_display()}"

    @property
    def areas(self) -> str:
        """The codes concerned, as people read them."""
        return f"{self.area_code}, {self.other_code}" if self.other_code else self.area_code

    @property
    def is_open(self) -> bool:
        return self.mended_on is None


class Astray(models.Model):
    """A premises whose point lies outside the boundary of the grid that keeps it; written anew by each check."""

    # CASCADE: both say what the last check saw, and mean nothing without their row.
    premises = models.OneToOneField(Premises, models.CASCADE, related_name="astray", verbose_name=_("premises"))
    metres = models.FloatField(_("metres outside"))

    objects = OfPremisesQuerySet.as_manager()

    class Meta:
        verbose_name = _("premises outside its grid's boundary")
        verbose_name_plural = _("premises outside their grid's boundary")
        ordering = ["-metres"]
        constraints = [models.CheckConstraint(condition=Q(metres__gt=0), name="astray_is_outside")]

    def __str__(self) -> str:
        return f"{self.premises_id}: {self.metres:.0f} m"


class Coverage(models.Model):
    """How much of a bureau or station lies in grids in force, by day: areas in m², counts of what is in business.

    `ground` is the area inside the outline, None without one; `gaps` what of it lies in no grid.
    """

    area_code = models.CharField(_("area code"), max_length=6)
    day = models.DateField(_("day"))
    ground = models.FloatField(_("inside the outline, m²"), null=True, blank=True)
    gaps = models.FloatField(_("in no grid, m²"), default=0)
    overlaps = models.FloatField(_("in several grids, m²"), default=0)
    faults = models.PositiveIntegerField(_("open faults"), default=0)
    premises = models.PositiveIntegerField(_("premises in business"), default=0)
    checked_at = models.DateTimeField(_("checked at"))

    objects = CoverageQuerySet.as_manager()

    class Meta:
        verbose_name = _("coverage by grids")
        verbose_name_plural = _("coverage by grids")
        ordering = ["area_code", "-day"]
        constraints = [
            models.UniqueConstraint(fields=["area_code", "day"], name="coverage_once_a_day"),
            models.CheckConstraint(condition=Q(gaps__gte=0, overlaps__gte=0), name="coverage_not_negative"),
            models.CheckConstraint(condition=Q(ground__isnull=True) | Q(ground__gte=0), name="coverage_ground"),
        ]

    def __str__(self) -> str:
        return f"{self.area_code} {self.day}"

    @property
    def percent(self) -> float | None:
        """The share of the ground that lies in some grid, 0 to 100; None without an outline."""
        if not self.ground:
            return None
        return 100 * max(0.0, 1 - self.gaps / self.ground)
