"""Schemes and scorecards in the admin: to be read; loading a scheme and computing scores are steps."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.decorators import display

from assessment import schemes
from assessment.actions import load_scheme, request_scores
from assessment.indicators import INDICATORS
from assessment.models import Scheme, SchemeLine, Scorecard, ScoreLine
from grids.admin.areas import AreaFilter
from grids.models import Bureau
from grids.permissions import Permission
from gridsup.backoffice.base import ReadOnly, ScopedAdmin
from gridsup.backoffice.site import Decision
from gridsup.backoffice.steps import Start, StepForm

State = Scorecard.State


class PartInline(ReadOnly, TabularInline):
    """Lines, which belong to the row of the page and share its scope."""

    extra = 0
    show_change_link = False

    def has_view_permission(self, request: Any, obj: Any = None) -> bool:
        return True

    @display(description=gettext_lazy("indicator"))
    def label(self, line: Any) -> str:
        return str(INDICATORS[line.indicator].label) if line.indicator in INDICATORS else line.indicator


class SchemeLineInline(PartInline):
    model = SchemeLine
    fields = readonly_fields = ["label", "weight", "target_percent"]


class ScoreLineInline(PartInline):
    model = ScoreLine
    fields = readonly_fields = [
        "label", "numerator", "denominator", "target_percent", "weight", "effective_weight", "points",
    ]  # fmt: skip


class SchemeForm(StepForm):
    bureau = forms.ModelChoiceField(label=gettext_lazy("bureau"), queryset=Bureau.objects.all())
    name = forms.ChoiceField(label=gettext_lazy("scheme"), choices=[(name, name) for name in schemes.names()])
    on = forms.DateField(label=gettext_lazy("from"), widget=forms.DateInput)


class ScoresForm(StepForm):
    bureau = forms.ModelChoiceField(label=gettext_lazy("bureau"), queryset=Bureau.objects.all())
    period = forms.CharField(
        label=gettext_lazy("period"), max_length=10, help_text=gettext_lazy("one that is over: 2026Q3, 2026-09, 2026H1")
    )


def _load(given: dict[str, Any], by: Any, now: datetime) -> Scheme:
    return load_scheme(bureau=given["bureau"].code, name=given["name"], on=given["on"], by=by, now=now)


def _compute(given: dict[str, Any], by: Any, now: datetime) -> str:
    job = request_scores(bureau=given["bureau"].code, period=given["period"], by=by, now=now)
    return _("Queued: %(job)s. The scores appear here within minutes.") % {"job": job}


@admin.register(Scheme)
class SchemeAdmin(ScopedAdmin):
    icon = "rule"
    list_display = ["name", "bureau", "preset", "from_day", "to_day"]
    list_select_related = ["bureau"]
    inlines = [SchemeLineInline]
    starts = (Start("scheme", gettext_lazy("Load a scheme"), Permission.EDIT_SCHEME, _load, SchemeForm),)


@admin.register(Scorecard)
class ScorecardAdmin(ScopedAdmin):
    icon = "leaderboard"
    list_display = ["period", "area_code", "version", "status", "total", "grade", "rank", "cut_off"]
    list_filter = [AreaFilter, "state", "grade"]
    search_fields = ["area_code", "period"]
    fields = [
        "period", "area_code", "version", "state", "total", "grade", "rank", "scheme", "cut_off", "computed_at",
        "published_at", "digest",
    ]  # fmt: skip
    inlines = [ScoreLineInline]
    starts = (Start("scores", gettext_lazy("Compute scores"), Permission.SCORE, _compute, ScoresForm),)

    @display(
        description=gettext_lazy("state"),
        ordering="state",
        label={State.PUBLISHED: "success", State.COMPUTED: "warning", State.SUPERSEDED: "default"},
    )
    def status(self, card: Scorecard) -> tuple[str, Any]:
        return card.state, card.get_state_display()


def waiting(officer: Any, on: date) -> list[Decision]:
    """Computed scores that wait for their publication."""
    if not officer.has_perm(Permission.PUBLISH_SCORES):
        return []
    cards = Scorecard.objects.visible_to(officer).filter(state=State.COMPUTED, area_code__length=4)
    todo = _("Look at them, then publish them: the ranking of the stations follows from them.")
    return [Decision(_("Scores to publish"), cards.count(), reverse("scores"), todo)]
