"""Areas: bureaus, stations, grids and the places inside them (handbook §1)."""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Substr
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from grids.permissions import Permission
from grids.querysets import GridPeriodQuerySet, GridQuerySet, LocalityQuerySet
from gridsup.events import Event
from gridsup.scoping import AreaQuerySet
from gridsup.states import Move

models.CharField.register_lookup(Length)


def digits(length: int) -> RegexValidator:
    """A code of exactly so many digits."""
    return RegexValidator(
        rf"^[0-9]{{{length}}}\Z", format_lazy(_("This code has exactly {length} digits."), length=length)
    )


def code_is(length: int, name: str) -> models.CheckConstraint:
    """The database's own refusal of a code that is not so many digits."""
    return models.CheckConstraint(condition=Q(code__regex=rf"^[0-9]{{{length}}}$"), name=name)


class Bureau(models.Model):
    """A district bureau; its level names are a setting because documents name the levels differently."""

    code = models.CharField(_("code"), max_length=2, unique=True, validators=[digits(2)])
    name = models.CharField(_("name"), max_length=80)
    district_code = models.CharField(_("district code"), max_length=6, blank=True, validators=[digits(6)])
    level_names = models.JSONField(_("level names"), default=list, blank=True)
    outline = models.JSONField(_("outline"), null=True, blank=True, help_text=_("GeoJSON geometry, WGS 84"))
    synthetic = models.BooleanField(_("is synthetic"), default=False)

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("bureau")
        verbose_name_plural = _("bureaus")
        ordering = ["code"]
        constraints = [code_is(2, "bureau_code_digits")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def area_code(self) -> str:
        return self.code


class Station(models.Model):
    """A market-supervision station of a bureau."""

    code = models.CharField(_("code"), max_length=4, unique=True, validators=[digits(4)])
    bureau = models.ForeignKey(
        Bureau, models.PROTECT, to_field="code", related_name="stations", verbose_name=_("bureau")
    )
    name = models.CharField(_("name"), max_length=80)
    outline = models.JSONField(_("outline"), null=True, blank=True, help_text=_("GeoJSON geometry, WGS 84"))
    outline_synthetic = models.BooleanField(_("outline is synthetic"), default=False)

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("station")
        verbose_name_plural = _("stations")
        ordering = ["code"]
        constraints = [
            code_is(4, "station_code_digits"),
            models.CheckConstraint(condition=Q(bureau_id=Substr("code", 1, 2)), name="station_code_under_bureau"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def area_code(self) -> str:
        return self.code


class Grid(models.Model):
    """The smallest area, with officers of its own; takes effect when the district grid office approved it."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        RETURNED = "returned", _("returned")
        APPROVED = "approved", _("approved")
        RETIRED = "retired", _("retired")

    code = models.CharField(_("code"), max_length=6, unique=True, validators=[digits(6)])
    station = models.ForeignKey(
        Station, models.PROTECT, to_field="code", related_name="grids", verbose_name=_("station")
    )
    name = models.CharField(_("name"), max_length=80)
    extent = models.TextField(_("extent in words"), blank=True)
    boundary = models.JSONField(_("boundary"), null=True, blank=True, help_text=_("GeoJSON geometry, WGS 84"))
    synthetic = models.BooleanField(_("is synthetic"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)

    objects = GridQuerySet.as_manager()

    class Meta:
        verbose_name = _("grid")
        verbose_name_plural = _("grids")
        ordering = ["code"]
        constraints = [
            code_is(6, "grid_code_digits"),
            models.CheckConstraint(condition=Q(station_id=Substr("code", 1, 4)), name="grid_code_under_station"),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "returned", "approved", "retired"]), name="grid_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def area_code(self) -> str:
        return self.code


G = Grid.State
# A station draws its grids and the district grid office lets them take effect (handbook §1).
GRID_MOVES = {
    (str(G.PROPOSED), str(G.APPROVED)): Move(Permission.APPROVE_GRIDS),
    (str(G.PROPOSED), str(G.RETURNED)): Move(Permission.APPROVE_GRIDS, required=("why",)),
    (str(G.RETURNED), str(G.PROPOSED)): Move(Permission.PROPOSE_GRIDS),
    (str(G.APPROVED), str(G.RETIRED)): Move(Permission.APPROVE_GRIDS, required=("why",)),
    # the change of areas that retired it was undone
    (str(G.RETIRED), str(G.APPROVED)): Move("", required=("why",)),
}


class GridEvent(Event):
    """History of a grid: proposed, returned, approved, retired."""

    grid = models.ForeignKey(Grid, models.PROTECT, to_field="code", related_name="events")


class GridPeriod(models.Model):
    """What a grid was called and where it lay while in force: areas "as of" a day are one join (handbook §3)."""

    grid = models.ForeignKey(Grid, models.PROTECT, to_field="code", related_name="periods", verbose_name=_("grid"))
    name = models.CharField(_("name"), max_length=80)
    extent = models.TextField(_("extent in words"), blank=True)
    boundary = models.JSONField(_("boundary"), null=True, blank=True, help_text=_("GeoJSON geometry, WGS 84"))
    localities = models.JSONField(_("localities"), default=list, blank=True, help_text=_("their codes"))
    from_day = models.DateField(_("from"))
    to_day = models.DateField(_("last day"), null=True, blank=True)

    objects = GridPeriodQuerySet.as_manager()

    class Meta:
        verbose_name = _("grid of its days")
        verbose_name_plural = _("grids of their days")
        ordering = ["grid", "from_day"]
        constraints = [
            models.UniqueConstraint(fields=["grid"], condition=Q(to_day__isnull=True), name="gridperiod_one_current"),
            models.UniqueConstraint(fields=["grid", "from_day"], name="gridperiod_begins_once"),
            models.CheckConstraint(
                condition=Q(to_day__isnull=True) | Q(to_day__gte=F("from_day")), name="gridperiod_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grid_id} {self.name} {self.from_day}–{self.to_day or ''}"

    @property
    def area_code(self) -> str:
        return self.grid_id


class Locality(models.Model):
    """A street, village or community: the places inside a grid, by their 12-digit statistical code."""

    class Kind(models.TextChoices):
        STREET = "street", _("street")
        COMMUNITY = "community", _("community")
        VILLAGE = "village", _("village")

    code = models.CharField(_("code"), max_length=12, unique=True, validators=[digits(12)])
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    street = models.ForeignKey(
        "self", models.PROTECT, to_field="code", null=True, blank=True, related_name="places", verbose_name=_("street")
    )
    area_code = models.CharField(_("area code"), max_length=6, db_index=True)
    grid = models.ForeignKey(
        Grid, models.PROTECT, to_field="code", null=True, blank=True, related_name="localities", verbose_name=_("grid")
    )

    objects = LocalityQuerySet.as_manager()

    class Meta:
        verbose_name = _("locality")
        verbose_name_plural = _("localities")
        ordering = ["code"]
        constraints = [
            code_is(12, "locality_code_digits"),
            models.CheckConstraint(
                condition=Q(kind="street", street__isnull=True) | (~Q(kind="street") & Q(street__isnull=False)),
                name="locality_street_iff_place",
            ),
            models.CheckConstraint(
                condition=Q(grid__isnull=True) | Q(grid=F("area_code")), name="locality_area_is_grid"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def full_name(self) -> str:
        """With the street it lies in."""
        return f"{self.street.name} {self.name}" if self.street else self.name
