"""Areas and people: who is responsible for which place, and since when (handbook §§1, 2)."""

from collections.abc import Collection
from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Substr
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from grids.permissions import AREA_LENGTHS, DUTIES, HEADS, START_PAGES, Duty, Permission
from grids.querysets import GridQuerySet, LocalityQuerySet, OfficerManager, PostingQuerySet
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
}


class GridEvent(Event):
    """History of a grid: proposed, returned, approved, retired."""

    grid = models.ForeignKey(Grid, models.PROTECT, to_field="code", related_name="events")


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


class Officer(AbstractUser):
    """A person with an account; what they may see and do follows from their postings alone."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("name"), max_length=80)
    bureau = models.ForeignKey(
        Bureau, models.PROTECT, to_field="code", null=True, blank=True, related_name="accounts",
        verbose_name=_("bureau that keeps the account"),
    )  # fmt: skip
    certificate_no = models.CharField(_("enforcement certificate"), max_length=40, blank=True)
    certificate_valid_to = models.DateField(_("certificate valid to"), null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)

    objects: ClassVar[OfficerManager] = OfficerManager()

    class Meta:
        verbose_name = _("officer")
        verbose_name_plural = _("officers")
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                condition=Q(certificate_no="", certificate_valid_to__isnull=True)
                | (~Q(certificate_no="") & Q(certificate_valid_to__isnull=False)),
                name="officer_certificate_with_expiry",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    def certified_on(self, day: date) -> bool:
        """Holds an enforcement certificate that is valid on the day."""
        return self.certificate_valid_to is not None and self.certificate_valid_to >= day

    @cached_property
    def current_postings(self) -> list["Posting"]:
        """Postings of today, read once for this object (one request)."""
        return list(self.postings.on(timezone.localdate()).order_by("area_code", "duty"))

    def area_codes(self, permission: str) -> Collection[str]:
        """Areas where a duty of today carries the permission, none inside another; empty for a deactivated account."""
        if not self.is_active:
            return []
        codes = sorted({post.area_code for post in self.current_postings if permission in DUTIES[Duty(post.duty)]})
        return [code for code in codes if not any(code != wider and code.startswith(wider) for wider in codes)]

    def may(self, permission: str, area_code: str) -> bool:
        """A duty of today carries the permission at or above the area."""
        return any(area_code.startswith(code) for code in self.area_codes(permission))

    def permissions(self) -> frozenset[Permission]:
        """Everything that the duties of today permit somewhere."""
        return frozenset().union(*(DUTIES[Duty(post.duty)] for post in self.current_postings))

    def start_page(self) -> str:
        """Name of the route where the person starts; without a post it is the account page, which says whom to ask."""
        held = {post.duty for post in self.current_postings} if self.is_active else set()
        return next((page for duty, page in START_PAGES.items() if duty in held), "account")

    # A superuser flag opens nothing: the table of duties is the only source (design §3). Django would answer yes here.
    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Some duty of today carries the permission; with `obj`, at or above the object's area."""
        if obj is not None and hasattr(obj, "area_code"):
            return self.may(perm, obj.area_code)
        return self.is_active and perm in self.permissions()

    def has_module_perms(self, app_label: str) -> bool:
        """Admin index: whoever may use the admin sees the apps that hold something for them."""
        return self.has_perm(Permission.USE_ADMIN)


class Posting(models.Model):
    """A post as a dated period; it is ended, never edited, so that "who was responsible then" stays answerable."""

    officer = models.ForeignKey(Officer, models.PROTECT, related_name="postings", verbose_name=_("officer"))
    duty = models.CharField(_("duty"), max_length=20, choices=Duty)
    area_code = models.CharField(_("area code"), max_length=6, db_index=True)
    line = models.CharField(_("line of business"), max_length=40, blank=True)
    team = models.CharField(_("team"), max_length=40, blank=True)
    from_day = models.DateField(_("from"))
    to_day = models.DateField(_("last day"), null=True, blank=True)

    objects = PostingQuerySet.as_manager()

    class Meta:
        verbose_name = _("posting")
        verbose_name_plural = _("postings")
        ordering = ["area_code", "duty", "from_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_day__isnull=True) | Q(to_day__gte=F("from_day")), name="posting_days"
            ),
            models.CheckConstraint(condition=Q(area_code__regex=r"^([0-9]{2}){1,3}$"), name="posting_area_digits"),
            models.CheckConstraint(
                condition=Q(
                    *(
                        Q(duty=str(duty), area_code__length__in=list(lengths))
                        for duty, lengths in sorted(AREA_LENGTHS.items())
                    ),
                    _connector=Q.OR,
                ),
                name="posting_area_follows_duty",
            ),
            models.UniqueConstraint(
                fields=["area_code", "duty"],
                condition=Q(to_day__isnull=True, duty__in=sorted(str(duty) for duty in HEADS)),
                name="posting_one_current_head",
            ),
        ]
        indexes = [models.Index(fields=["officer", "to_day"], name="posting_of_officer")]

    def __str__(self) -> str:
        return f"{self.area_code} {self.get_duty_display()}: {self.officer}"

    def permits(self) -> list[Permission]:
        """What the duty of this post permits, in the order of the table."""
        return [permission for permission in Permission if permission in DUTIES[Duty(self.duty)]]


class PostingEvent(Event):
    """Who posted an officer and who ended the post (handbook §2: every change of who is responsible is kept)."""

    posting = models.ForeignKey(Posting, models.PROTECT, related_name="events")


class ApiToken(models.Model):
    """An expiring key to the API; only its hash is kept."""

    # CASCADE: a key means nothing without its owner.
    officer = models.ForeignKey(Officer, models.CASCADE, related_name="api_tokens", verbose_name=_("officer"))
    key_hash = models.CharField(max_length=64, unique=True)
    created = models.DateTimeField(_("created"))
    expires = models.DateTimeField(_("expires"))

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [models.CheckConstraint(condition=Q(expires__gt=F("created")), name="token_expires_later")]

    def __str__(self) -> str:
        return f"{self.officer} → {self.expires:%Y-%m-%d %H:%M}"
