"""The ledger: subjects, the premises where they trade, and the dated rows of where and in which tier each stood."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grids.models import Bureau, Grid, Locality
from gridsup.events import Event
from subjects.models.policy import CreditEffect, Mode, Trade, TradeTier
from subjects.querysets import (
    SPREAD_PLACES,
    DatedQuerySet,
    MarketSubjectQuerySet,
    OfPremisesQuerySet,
    PremisesQuerySet,
)

models.CharField.register_lookup(Length)


class Status(models.TextChoices):
    """Where a subject or premises stands in business life; rows are closed, never deleted."""

    ACTIVE = "active", _("in business")
    SUSPENDED = "suspended", _("suspended")
    MISSING = "missing", _("not reachable")
    CLOSED = "closed", _("struck off")


class MarketSubject(models.Model):
    """Who trades: the registered subject, or an unlicensed trader without a number (handbook §3)."""

    class Kind(models.TextChoices):
        ENTERPRISE = "enterprise", _("enterprise")
        INDIVIDUAL = "individual", _("individual business")
        COOPERATIVE = "cooperative", _("farmers' co-operative")
        MARKET = "market", _("market")
        BRANCH = "branch", _("branch")
        UNLICENSED = "unlicensed", _("unlicensed trader")

    class Credit(models.TextChoices):
        A = "A", _("A good")
        B = "B", _("B ordinary")
        C = "C", _("C untrustworthy")
        D = "D", _("D gravely untrustworthy")

    bureau = models.ForeignKey(Bureau, models.PROTECT, to_field="code", related_name="+", verbose_name=_("bureau"))
    uscc = models.CharField(_("unified social credit code"), max_length=18, null=True, blank=True)
    legacy_no = models.CharField(_("registration number"), max_length=15, blank=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    capital = models.DecimalField(_("capital, 10,000 yuan"), max_digits=16, decimal_places=4, null=True, blank=True)
    representative = models.CharField(_("representative"), max_length=80, blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    credit = models.CharField(_("credit"), max_length=1, choices=Credit, blank=True)
    annual_report_year = models.PositiveSmallIntegerField(_("last annual report"), null=True, blank=True)
    registered_on = models.DateField(_("registered on"), null=True, blank=True)

    objects = MarketSubjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("market subject")
        verbose_name_plural = _("market subjects")
        ordering = ["pk"]
        constraints = [
            # One row a bureau: two bureaus may each keep the same subject, and a bureau is the unit of a shard.
            models.UniqueConstraint(
                fields=["bureau", "uscc"], condition=Q(uscc__isnull=False), name="subject_uscc_once"
            ),
            models.UniqueConstraint(
                fields=["bureau", "legacy_no"], condition=~Q(legacy_no=""), name="subject_legacy_no_once"
            ),
            models.CheckConstraint(condition=Q(uscc__isnull=True) | Q(uscc__length=18), name="subject_uscc_length"),
            models.CheckConstraint(condition=Q(legacy_no="") | Q(legacy_no__length=15), name="subject_legacy_length"),
            models.CheckConstraint(condition=~Q(name=""), name="subject_named"),
            models.CheckConstraint(
                condition=~Q(kind="unlicensed") | Q(uscc__isnull=True), name="subject_unlicensed_has_no_code"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["enterprise", "individual", "cooperative", "market", "branch", "unlicensed"]),
                name="subject_kind",
            ),
            models.CheckConstraint(condition=Q(credit__in=["", "A", "B", "C", "D"]), name="subject_credit"),
        ]
        indexes = [
            # an import finds the unlicensed again by name
            models.Index(fields=["bureau", "name"], condition=Q(uscc__isnull=True), name="subject_without_code"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def area_code(self) -> str:
        return self.bureau_id

    @property
    def number(self) -> str:
        """The unified code, or the older registration number; the unlicensed have neither."""
        return self.uscc or self.legacy_no


class Premises(models.Model):
    """A place of business in a grid's ledger: the unit that is visited.

    `area_code` is the grid's code, or the station's or bureau's while the premises is not placed. What the policy makes
    of it (tier, mode, interval, next due day) is stored with the rows that made it.
    """

    subject = models.ForeignKey(MarketSubject, models.PROTECT, related_name="premises", verbose_name=_("subject"))
    area_code = models.CharField(_("area code"), max_length=6)
    grid = models.ForeignKey(
        Grid, models.PROTECT, to_field="code", null=True, blank=True, related_name="premises", verbose_name=_("grid"),
        db_index=False,  # equals area_code where it is set
    )  # fmt: skip
    locality = models.ForeignKey(
        Locality, models.PROTECT, to_field="code", null=True, blank=True, related_name="premises",
        verbose_name=_("locality"),
    )  # fmt: skip
    address = models.CharField(_("address"), max_length=300, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True, help_text=_("degrees, WGS 84"))
    lat = models.FloatField(_("latitude"), null=True, blank=True, help_text=_("degrees, WGS 84"))
    trade = models.ForeignKey(
        Trade, models.PROTECT, to_field="code", null=True, blank=True, related_name="premises",
        verbose_name=_("trade"),
    )  # fmt: skip
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    entered_on = models.DateField(_("in the ledger since"))
    spread = models.PositiveSmallIntegerField(_("place in the interval"), default=0)

    tier_given = models.CharField(_("tier given"), max_length=12, blank=True, help_text=_("by the file or a person"))
    tier = models.CharField(_("tier"), max_length=12, blank=True)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode, default=Mode.EXEMPT)
    interval_months = models.PositiveSmallIntegerField(_("interval in months"), null=True, blank=True)
    tier_rule = models.ForeignKey(
        TradeTier, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=_("rule of the tier"),
    )  # fmt: skip
    effect_rule = models.ForeignKey(
        CreditEffect, models.PROTECT, null=True, blank=True, related_name="+", db_index=False,
        verbose_name=_("rule of the mode"),
    )  # fmt: skip
    last_visited_on = models.DateField(_("last visit"), null=True, blank=True)
    # Day of the last valid visit, or the due day of a cancelled one, which is not owed again at once.
    counts_from = models.DateField(_("interval counts from"), null=True, blank=True)
    next_due_on = models.DateField(_("next due"), null=True, blank=True)

    objects = PremisesQuerySet.as_manager()

    class Meta:
        verbose_name = _("premises")
        verbose_name_plural = _("premises")
        ordering = ["area_code", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(area_code__length__in=[2, 4, 6]), name="premises_area_length"),
            models.CheckConstraint(
                condition=Q(grid__isnull=True) | Q(grid=F("area_code")), name="premises_area_is_grid"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["active", "suspended", "missing", "closed"]), name="premises_status"
            ),
            models.CheckConstraint(condition=Q(mode__in=["key", "general", "exempt"]), name="premises_mode"),
            models.CheckConstraint(
                condition=Q(lon__isnull=True, lat__isnull=True)
                | Q(lon__gte=-180, lon__lte=180, lat__gte=-90, lat__lte=90),
                name="premises_point",
            ),
            models.CheckConstraint(condition=Q(spread__lt=SPREAD_PLACES), name="premises_spread"),
            models.CheckConstraint(
                condition=~Q(mode="exempt") | Q(next_due_on__isnull=True), name="premises_exempt_never_due"
            ),
        ]
        indexes = [
            # every list, count and job of an area; with the last columns the coverage on the dashboard and what falls
            # due in a quarter on the staffing page
            models.Index(
                fields=["area_code", "status", "next_due_on", "last_visited_on", "interval_months"],
                name="premises_area",
            ),
            # what is not placed: a few rows of the whole ledger
            models.Index(fields=["area_code", "status"], condition=Q(grid__isnull=True), name="premises_unplaced"),
            # generate_due_tasks and the officer's list: what falls due next
            models.Index(
                fields=["next_due_on"], condition=Q(status="active", next_due_on__isnull=False), name="premises_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} · {self.address}" if self.address else str(self.subject)

    def get_absolute_url(self) -> str:
        return reverse("premises", args=[self.pk])

    @property
    def geo_uri(self) -> str:
        """The point for the phone's own map (RFC 5870, WGS 84); nothing is loaded from outside."""
        return f"geo:{self.lat},{self.lon}" if self.lat is not None and self.lon is not None else ""


class PremisesEvent(Event):
    """History of a premises: entered, corrected, moved, tier raised or lowered, closed."""

    premises = models.ForeignKey(Premises, models.PROTECT, related_name="events")


class OfPremises(models.Model):
    """A dated row of a premises; scoped by the premises, so that who sees a premises sees its whole file."""

    from_day = models.DateField(_("from"))
    to_day = models.DateField(_("last day"), null=True, blank=True)

    objects = DatedQuerySet.as_manager()

    class Meta:
        abstract = True


class Placement(OfPremises):
    """In whose ledger a premises stood, from day to day: any ledger "as of" a day is one join."""

    premises = models.ForeignKey(Premises, models.PROTECT, related_name="placements")
    area_code = models.CharField(_("area code"), max_length=6)

    class Meta:
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        ordering = ["premises", "from_day"]
        constraints = [
            models.UniqueConstraint(
                fields=["premises"], condition=Q(to_day__isnull=True), name="placement_one_current"
            ),
            models.CheckConstraint(
                condition=Q(to_day__isnull=True) | Q(to_day__gte=F("from_day")), name="placement_days"
            ),
        ]
        indexes = [
            # a page of the ledger of an area on a day, and how many rows it has, from the index alone
            models.Index(fields=["area_code", "premises", "from_day", "to_day"], name="placement_of_area"),
        ]

    def __str__(self) -> str:
        return f"{self.area_code} {self.from_day}–{self.to_day or ''}"


class TierPeriod(OfPremises):
    """In which tier a premises stood, and why; `by` is empty where a rule or file decided."""

    class Reason(models.TextChoices):
        RULE = "rule", _("by the policy")
        FILE = "file", _("from file")
        PERSON = "person", _("by decision")

    premises = models.ForeignKey(Premises, models.PROTECT, related_name="tier_periods")
    tier = models.CharField(_("tier"), max_length=12)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    why = models.CharField(_("why"), max_length=300, blank=True)
    by = models.ForeignKey(
        "grids.Officer", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("tier period")
        verbose_name_plural = _("tier periods")
        ordering = ["premises", "from_day"]
        constraints = [
            models.UniqueConstraint(
                fields=["premises"], condition=Q(to_day__isnull=True), name="tierperiod_one_current"
            ),
            models.CheckConstraint(
                condition=Q(to_day__isnull=True) | Q(to_day__gte=F("from_day")), name="tierperiod_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tier} {self.from_day}–{self.to_day or ''}"


class Permit(models.Model):
    """A special permit held for a premises, with its expiry."""

    premises = models.ForeignKey(Premises, models.PROTECT, related_name="permits", verbose_name=_("premises"))
    kind = models.CharField(_("kind"), max_length=40, blank=True)
    number = models.CharField(_("number"), max_length=60)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = OfPremisesQuerySet.as_manager()

    class Meta:
        verbose_name = _("permit")
        verbose_name_plural = _("permits")
        ordering = ["premises", "number"]
        constraints = [models.UniqueConstraint(fields=["premises", "number"], name="permit_once")]

    def __str__(self) -> str:
        return self.number
