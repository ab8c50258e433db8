"""Changes of areas: a station proposes how its grids are to be, the district grid office lets it take effect (§1)."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grids.models.areas import Grid, Station
from grids.models.people import Officer
from grids.permissions import Permission
from grids.querysets import AreaChangeQuerySet, AreaPartQuerySet
from gridsup.events import Event
from gridsup.states import Move


class AreaChange(models.Model):
    """What is to become of some grids of a station on a day, and what became of it.

    Proposed with its parts, one for each grid concerned; `listed` names premises that go to a grid whatever their point
    says ({code: [primary keys]}), `carried` what was open about the premises that moved ({kind: {"from to": [primary
    keys]}}). A change in effect may be undone while nothing later builds on it.
    """

    class Kind(models.TextChoices):
        CREATE = "create", _("new grid")
        REDRAW = "redraw", _("grid redrawn or renamed")
        SPLIT = "split", _("grid split")
        MERGE = "merge", _("grids merged")
        RETIRE = "retire", _("grid retired")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        RETURNED = "returned", _("returned")
        APPROVED = "approved", _("approved")
        IN_EFFECT = "in_effect", _("in effect")
        UNDONE = "undone", _("undone")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Placing(models.TextChoices):
        POLYGON = "polygon", _("by the boundary: the point decides")
        LOCALITIES = "localities", _("by communities and villages")
        LIST = "list", _("by the list alone")

    # Still to come, and therefore in the way of another change of the same grids.
    OPEN = ("proposed", "returned", "approved")

    station = models.ForeignKey(
        Station, models.PROTECT, to_field="code", related_name="area_changes", verbose_name=_("station")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PROPOSED)
    effective_on = models.DateField(_("takes effect on"))
    reason = models.CharField(_("reason"), max_length=500)
    placing = models.CharField(_("how premises are placed"), max_length=10, choices=Placing, default=Placing.POLYGON)
    listed = models.JSONField(_("premises by list"), default=dict, blank=True)
    proposed_by = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    in_effect_on = models.DateField(_("in effect since"), null=True, blank=True)
    moved = models.PositiveIntegerField(_("premises moved"), default=0)
    carried = models.JSONField(_("open work of what moved"), default=dict, blank=True)
    hindrance = models.CharField(_("why it could not take effect"), max_length=500, blank=True)

    objects = AreaChangeQuerySet.as_manager()
    is_named_in_trail = True

    class Meta:
        verbose_name = _("change of areas")
        verbose_name_plural = _("changes of areas")
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "returned", "approved", "in_effect", "undone", "withdrawn"]),
                name="areachange_state",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["create", "redraw", "split", "merge", "retire"]), name="areachange_kind"
            ),
            models.CheckConstraint(
                condition=Q(placing__in=["polygon", "localities", "list"]), name="areachange_placing"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["in_effect", "undone"], in_effect_on__isnull=False)
                | (~Q(state__in=["in_effect", "undone"]) & Q(in_effect_on__isnull=True)),
                name="areachange_in_effect_on_iff_it_was",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="areachange_reasoned"),
        ]
        indexes = [
            # the nightly job: what is approved and due
            models.Index(fields=["effective_on"], condition=Q(state="approved"), name="areachange_due"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.station_id} #{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("area_change", args=[self.pk])

    @property
    def area_code(self) -> str:
        return self.station_id


S = AreaChange.State
AREA_MOVES = {
    (str(S.PROPOSED), str(S.APPROVED)): Move(Permission.APPROVE_GRIDS),
    (str(S.PROPOSED), str(S.RETURNED)): Move(Permission.APPROVE_GRIDS, required=("why",)),
    (str(S.PROPOSED), str(S.WITHDRAWN)): Move(Permission.PROPOSE_GRIDS),
    (str(S.RETURNED), str(S.PROPOSED)): Move(Permission.PROPOSE_GRIDS),
    (str(S.RETURNED), str(S.WITHDRAWN)): Move(Permission.PROPOSE_GRIDS),
    # an approval is taken back before its day
    (str(S.APPROVED), str(S.RETURNED)): Move(Permission.APPROVE_GRIDS, required=("why",)),
    (str(S.APPROVED), str(S.IN_EFFECT)): Move("", required=("in_effect_on",)),
    (str(S.IN_EFFECT), str(S.UNDONE)): Move(Permission.APPROVE_GRIDS, required=("why",)),
}


class AreaPart(models.Model):
    """What becomes of one grid in a change: made, changed or retired; `before` keeps what an undoing brings back."""

    class Role(models.TextChoices):
        NEW = "new", _("newly made")
        CHANGED = "changed", _("changed")
        RETIRED = "retired", pgettext_lazy("what becomes of a grid", "retired")

    change = models.ForeignKey(AreaChange, models.CASCADE, related_name="parts")  # part of its change
    code = models.CharField(_("code"), max_length=6)
    role = models.CharField(_("role"), max_length=8, choices=Role)
    name = models.CharField(_("name"), max_length=80)
    extent = models.TextField(_("extent in words"), blank=True)
    boundary = models.JSONField(_("boundary"), null=True, blank=True, help_text=_("GeoJSON geometry, WGS 84"))
    localities = models.JSONField(_("localities"), default=list, blank=True, help_text=_("their codes"))
    successor = models.CharField(_("successor"), max_length=6, blank=True)
    before = models.JSONField(pgettext_lazy("a change", "before"), default=dict, blank=True)

    objects = AreaPartQuerySet.as_manager()

    class Meta:
        verbose_name = _("grid of a change")
        verbose_name_plural = _("grids of a change")
        ordering = ["change", "code"]
        constraints = [
            models.UniqueConstraint(fields=["change", "code"], name="areapart_once"),
            models.CheckConstraint(condition=Q(role__in=["new", "changed", "retired"]), name="areapart_role"),
            models.CheckConstraint(
                condition=Q(role="retired", successor__length=6) | (~Q(role="retired") & Q(successor="")),
                name="areapart_successor_iff_retired",
            ),
            models.CheckConstraint(condition=~Q(successor=F("code")), name="areapart_other_successor"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.get_role_display()}"

    @property
    def area_code(self) -> str:
        return self.code

    @property
    def grid(self) -> Grid:
        """The grid of this code."""
        return Grid.objects.get(code=self.code)


class AreaChangeEvent(Event):
    """History of a change of areas."""

    change = models.ForeignKey(AreaChange, models.PROTECT, related_name="events")
