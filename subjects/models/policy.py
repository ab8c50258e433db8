"""Policy as dated rows of each bureau: tiers, which trade falls into which, what credit does to it, and figures.

Every row says from which preset it was copied and from which source its figure comes (handbook §4, §9).
"""

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from grids.models import Bureau
from gridsup.events import Event
from subjects.querysets import PolicyQuerySet


class Trade(models.Model):
    """A trade of the national classification GB/T 4754-2017; classes have four digits."""

    code = models.CharField(_("code"), max_length=4, unique=True)
    name = models.CharField(_("name"), max_length=120)
    section = models.CharField(_("section"), max_length=1)
    parent = models.ForeignKey("self", models.PROTECT, to_field="code", null=True, blank=True, related_name="children")

    class Meta:
        verbose_name = _("trade")
        verbose_name_plural = _("trades")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PolicyRow(models.Model):
    """A dated, sourced row of one bureau's policy; `to_day` is its last day."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, to_field="code", related_name="+", verbose_name=_("bureau"))
    preset = models.CharField(_("preset"), max_length=10)
    from_day = models.DateField(_("from"))
    to_day = models.DateField(_("last day"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(to_day__isnull=True) | Q(to_day__gte=F("from_day")), name="%(class)s_days"
            )
        ]

    @property
    def area_code(self) -> str:
        return self.bureau_id


class Tier(PolicyRow):
    """A risk tier with its rhythm; no interval means no routine visit by time."""

    key = models.CharField(_("key"), max_length=12, validators=[RegexValidator(r"^[A-Za-z]+\Z")])
    name = models.CharField(_("name"), max_length=40)
    colour = models.CharField(_("colour"), max_length=10)
    rank = models.PositiveSmallIntegerField(_("rank"), help_text=_("1 is the highest risk"))
    interval_months = models.PositiveSmallIntegerField(_("interval in months"), null=True, blank=True)

    class Meta(PolicyRow.Meta):
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ["bureau", "rank", "from_day"]
        constraints = [
            *PolicyRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["bureau", "key"], condition=Q(to_day__isnull=True), name="tier_once_in_force"
            ),
            models.CheckConstraint(
                condition=Q(interval_months__isnull=True) | Q(interval_months__gte=1), name="tier_interval_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TradeTier(PolicyRow):
    """Trades that start with `prefix` fall into a tier; the longest prefix wins, the empty one is the rest.

    With `kind` the row speaks of one kind of subject whatever its trade, and goes before the trades.
    """

    prefix = models.CharField(
        _("trade starts with"), max_length=4, blank=True, validators=[RegexValidator(r"^\d{0,4}\Z")]
    )
    kind = models.CharField(_("kind"), max_length=12, blank=True)
    tier_key = models.CharField(_("tier"), max_length=12)

    class Meta(PolicyRow.Meta):
        verbose_name = _("tier of a trade")
        verbose_name_plural = _("tiers of trades")
        ordering = ["bureau", "kind", "prefix", "from_day"]
        constraints = [
            *PolicyRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["bureau", "kind", "prefix"], condition=Q(to_day__isnull=True), name="tradetier_once_in_force"
            ),
            models.CheckConstraint(condition=Q(kind="") | Q(prefix=""), name="tradetier_kind_or_prefix"),
        ]

    def __str__(self) -> str:
        return f"{self.kind or self.prefix or '*'} → {self.tier_key}"


class Mode(models.TextChoices):
    """How a premises is supervised (handbook §4 R)."""

    KEY = "key", _("key patrol")
    GENERAL = "general", _("general patrol")
    EXEMPT = "exempt", _("exempt")


class CreditEffect(PolicyRow):
    """Tier × credit → supervision mode, and the tier whose rhythm counts; exempt has none.

    The empty credit is that of a subject without a grade.
    """

    tier_key = models.CharField(_("tier"), max_length=12)
    credit = models.CharField(_("credit"), max_length=1, blank=True)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode)
    rhythm_key = models.CharField(_("rhythm of tier"), max_length=12, blank=True)

    class Meta(PolicyRow.Meta):
        verbose_name = _("effect of credit")
        verbose_name_plural = _("effects of credit")
        ordering = ["bureau", "tier_key", "credit", "from_day"]
        constraints = [
            *PolicyRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["bureau", "tier_key", "credit"],
                condition=Q(to_day__isnull=True),
                name="crediteffect_once_in_force",
            ),
            models.CheckConstraint(condition=Q(mode__in=["key", "general", "exempt"]), name="crediteffect_mode"),
            models.CheckConstraint(
                condition=~Q(mode="exempt") | Q(rhythm_key=""), name="crediteffect_exempt_no_rhythm"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tier_key} × {self.credit or '–'} → {self.get_mode_display()}"


class PolicyFigure(PolicyRow):
    """A number of the policy: a limit in days, a cap, a share."""

    class Key(models.TextChoices):
        FIRST_VISIT_DAYS = "first_visit_days", _("first visit after entry, days")
        TASK_LEAD_DAYS = "task_lead_days", _("a task opens before its due day, days")
        MERGE_SPAN_DAYS = "merge_span_days", _("obligations merge when due within, days")
        YEARLY_CAP = "yearly_cap", _("planned visits a year at most")
        LEAST_CERTIFIED = "least_certified", _("certified officers of a grid at least")
        LEAST_SUPERVISORS = "least_supervisors", _("supervisors of a grid at least")
        MOST_SUPERVISORS = "most_supervisors", _("supervisors of a grid at most")
        ROTATION_NOTICE_MONTHS = "rotation_notice_months", _("rotation comes near after, months on one grid")
        ROTATION_MONTHS = "rotation_months", _("rotation is due after, months on one grid")
        LEAST_GRID_PREMISES = "least_grid_premises", _("premises of a grid at least")
        MOST_GRID_PREMISES = "most_grid_premises", _("premises of a grid at most")
        LEAST_OFFICER_PREMISES = "least_officer_premises", _("premises for one officer at least")
        MOST_OFFICER_PREMISES = "most_officer_premises", _("premises for one officer at most")
        LEAST_GRID_OFFICERS = "least_grid_officers", _("officers of a grid at least")
        MOST_GRID_OFFICERS = "most_grid_officers", _("officers of a grid at most")
        SMALL_STATION_PREMISES = "small_station_premises", _("a station is small below, premises")
        SMALL_STATION_GRIDS = "small_station_grids", _("grids of a small station")
        LEAST_STATION_GRIDS = "least_station_grids", _("grids of a larger station at least")
        MOST_STATION_GRIDS = "most_station_grids", _("grids of a larger station at most")
        ESCALATION_DAYS = "escalation_days", _("an overdue limit goes up one more level after, days")
        CASE_REVISIT_DAYS = "case_revisit_days", _("revisit after a case within, days")
        CLOCK_WARN_DAYS = "clock_warn_days", _("a time limit is near from, days before its end")

    key = models.CharField(_("key"), max_length=30, choices=Key)
    value = models.PositiveIntegerField(_("value"))

    class Meta(PolicyRow.Meta):
        verbose_name = _("policy figure")
        verbose_name_plural = _("policy figures")
        ordering = ["bureau", "key", "from_day"]
        constraints = [
            *PolicyRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["bureau", "key"], condition=Q(to_day__isnull=True), name="policyfigure_once_in_force"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_key_display()}: {self.value}"


class CheckItem(PolicyRow):
    """What is looked at on a visit: for every tier or one, for every trade or those that start with `prefix`."""

    code = models.SlugField(_("code"), max_length=30)
    tier_key = models.CharField(_("tier"), max_length=12, blank=True)
    prefix = models.CharField(
        _("trade starts with"), max_length=4, blank=True, validators=[RegexValidator(r"^\d{0,4}\Z")]
    )
    line = models.CharField(_("line of business"), max_length=40)
    text = models.CharField(_("what is checked"), max_length=200)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta(PolicyRow.Meta):
        verbose_name = _("check item")
        verbose_name_plural = _("check items")
        ordering = ["bureau", "tier_key", "position", "code", "from_day"]
        constraints = [
            *PolicyRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["bureau", "tier_key", "prefix", "code"],
                condition=Q(to_day__isnull=True),
                name="checkitem_once_in_force",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class TimeLimit(PolicyRow):
    """A statutory or own time limit, in working or calendar days (handbook §9); `source` names the article."""

    class Key(models.TextChoices):
        ACCEPT = "accept", _("accept or refuse a complaint")
        MEDIATION = "mediation", _("mediation")
        NOTICE = "notice", _("notice of the result")
        VERIFY = "verify", _("verify a report or clue")
        DISPUTE = "dispute", _("settle who is competent")
        VISIT_ENTRY = "visit_entry", _("enter the record of a visit")
        RECTIFY = "rectify", _("correct a problem, unless the order says otherwise")

    class Unit(models.TextChoices):
        WORKING = "working", _("working days")
        CALENDAR = "calendar", _("calendar days")

    key = models.CharField(_("key"), max_length=20, choices=Key)
    days = models.PositiveSmallIntegerField(_("days"))
    unit = models.CharField(_("unit"), max_length=10, choices=Unit)
    extension_days = models.PositiveSmallIntegerField(_("may be extended once by, days"), default=0)

    class Meta(PolicyRow.Meta):
        verbose_name = _("time limit")
        verbose_name_plural = _("time limits")
        ordering = ["bureau", "key", "from_day"]
        constraints = [
            *PolicyRow.Meta.constraints,
            models.UniqueConstraint(
                fields=["bureau", "key"], condition=Q(to_day__isnull=True), name="timelimit_once_in_force"
            ),
            models.CheckConstraint(condition=Q(unit__in=["working", "calendar"]), name="timelimit_unit"),
            models.CheckConstraint(condition=Q(days__gte=1), name="timelimit_days_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.get_key_display()}: {self.days} {self.get_unit_display()}"


class PolicyEvent(Event):
    """History of a bureau's policy: presets loaded, figures changed, policy applied."""

    bureau = models.ForeignKey(Bureau, models.PROTECT, to_field="code", related_name="policy_events")
