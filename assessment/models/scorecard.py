"""Scorecards: a pure function of tasks, visits, findings, clocks and ratings at a cut-off; frozen on publication."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessment.models.scheme import Scheme
from assessment.querysets import ScorecardQuerySet
from grids.permissions import Permission
from gridsup.events import Event
from gridsup.states import Move


class Scorecard(models.Model):
    """One area's score for one period, by one scheme; a later computation of a published one is a new version.

    `rank`: among the stations of the bureau, ties share it; empty for grids (no league table of persons). `total` and
    `grade` are empty when no line had anything to count. `digest`: SHA-256 over everything the card says.
    """

    class State(models.TextChoices):
        COMPUTED = "computed", _("computed")
        PUBLISHED = "published", _("published")
        SUPERSEDED = "superseded", _("superseded")

    class Grade(models.TextChoices):
        EXCELLENT = "excellent", _("excellent")
        QUALIFIED = "qualified", _("qualified")
        UNQUALIFIED = "unqualified", _("unqualified")

    scheme = models.ForeignKey(Scheme, models.PROTECT, related_name="cards", verbose_name=_("scheme"))
    period = models.CharField(_("period"), max_length=10)
    area_code = models.CharField(_("area code"), max_length=6)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    total = models.DecimalField(_("total"), max_digits=5, decimal_places=2, null=True, blank=True)
    grade = models.CharField(_("grade"), max_length=12, choices=Grade, blank=True)
    rank = models.PositiveSmallIntegerField(_("rank"), null=True, blank=True)
    cut_off = models.DateField(_("facts up to"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.COMPUTED)
    computed_at = models.DateTimeField(_("computed at"))
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    digest = models.CharField(_("digest"), max_length=64)

    objects = ScorecardQuerySet.as_manager()
    is_named_in_trail = True

    class Meta:
        verbose_name = _("scorecard")
        verbose_name_plural = _("scorecards")
        ordering = ["-period", "area_code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["area_code", "period", "version"], name="scorecard_version_once"),
            models.UniqueConstraint(
                fields=["area_code", "period"], condition=Q(state="published"), name="scorecard_one_published"
            ),
            models.UniqueConstraint(
                fields=["area_code", "period"], condition=Q(state="computed"), name="scorecard_one_computed"
            ),
            models.CheckConstraint(condition=Q(area_code__length__in=[2, 4, 6]), name="scorecard_area_length"),
            models.CheckConstraint(
                condition=Q(state__in=["computed", "published", "superseded"]), name="scorecard_state"
            ),
            models.CheckConstraint(
                condition=Q(state="computed", published_at__isnull=True)
                | (~Q(state="computed") & Q(published_at__isnull=False)),
                name="scorecard_published_iff_moment",
            ),
            models.CheckConstraint(
                # said outright: a comparison with nothing is neither true nor false, and would let a grade pass
                condition=Q(total__isnull=True, grade="")
                | (Q(total__isnull=False, total__gte=0, total__lte=100) & ~Q(grade="")),
                name="scorecard_total",
            ),
        ]
        indexes = [models.Index(fields=["period", "area_code"], name="scorecard_period")]

    def __str__(self) -> str:
        return f"{self.area_code} {self.period} v{self.version}"

    def get_absolute_url(self) -> str:
        return reverse("scorecard", args=[self.pk])


class ScoreLine(models.Model):
    """One line of a card: what was counted. `points` is empty where there was nothing to count."""

    card = models.ForeignKey(Scorecard, models.CASCADE, related_name="lines")  # part of its card
    indicator = models.CharField(_("indicator"), max_length=30)
    position = models.PositiveSmallIntegerField(_("position"))
    weight = models.PositiveSmallIntegerField(_("weight"))
    target_percent = models.PositiveSmallIntegerField(_("target, per cent"))
    numerator = models.PositiveIntegerField(_("numerator"))
    denominator = models.PositiveIntegerField(_("denominator"))
    # the weight after that of the empty lines was spread over the others, and what it brought; rounded to be shown,
    # the total is summed from exact fractions
    effective_weight = models.DecimalField(_("weight in effect"), max_digits=7, decimal_places=4, null=True, blank=True)
    points = models.DecimalField(_("points"), max_digits=7, decimal_places=4, null=True, blank=True)

    class Meta:
        verbose_name = _("line of a scorecard")
        verbose_name_plural = _("lines of a scorecard")
        ordering = ["card", "position"]
        constraints = [
            models.UniqueConstraint(fields=["card", "indicator"], name="scoreline_once"),
            models.CheckConstraint(condition=Q(numerator__lte=models.F("denominator")), name="scoreline_part_of_whole"),
            models.CheckConstraint(
                condition=Q(denominator=0, points__isnull=True) | Q(denominator__gt=0, points__isnull=False),
                name="scoreline_points_iff_counted",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.numerator}/{self.denominator}"


S = Scorecard.State
SCORECARD_MOVES = {
    (str(S.COMPUTED), str(S.PUBLISHED)): Move(Permission.PUBLISH_SCORES, required=("published_at",)),
    (str(S.PUBLISHED), str(S.SUPERSEDED)): Move(Permission.PUBLISH_SCORES, required=("why",)),
}


class ScorecardEvent(Event):
    """History of a scorecard."""

    card = models.ForeignKey(Scorecard, models.PROTECT, related_name="events")
