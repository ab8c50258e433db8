"""Subjects, premises and permits in the admin."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from grids.admin.areas import AreaFilter
from grids.permissions import Permission
from gridsup.backoffice.base import ScopedAdmin, ScopedInline
from gridsup.backoffice.steps import Step, StepForm
from subjects.actions import set_tier
from subjects.admin.tiers import NamesTier
from subjects.models import MarketSubject, Permit, Placement, Premises, Tier, TierPeriod
from subjects.models.policy import Mode
from subjects.tiers import Tiers

MODES = {Mode.KEY: "danger", Mode.GENERAL: "info", Mode.EXEMPT: "success"}


class Placed(admin.SimpleListFilter):
    title = gettext_lazy("placed")
    parameter_name = "placed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", gettext_lazy("not placed in a grid"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.unplaced().active() if self.value() else queryset


class InTier(admin.SimpleListFilter):
    """The tiers by the names that the policy of today gives them."""

    title = gettext_lazy("tier")
    parameter_name = "tier"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return Tiers(request.user, timezone.localdate()).choices()  # type: ignore[arg-type]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(tier=self.value()) if self.value() else queryset


class TierForm(StepForm):
    tier = forms.ChoiceField(label=gettext_lazy("tier"))
    why = forms.CharField(label=gettext_lazy("reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        bureaus = {row.area_code[:2] for row in self.rows}  # type: ignore[attr-defined]
        tiers = Tier.objects.visible_to(self.officer).on(timezone.localdate()).filter(bureau__in=bureaus)
        field = self.fields["tier"]
        field.choices = field.widget.choices = list(dict(tiers.values_list("key", "name")).items())  # type: ignore[attr-defined]


def _set_tier(premises: Premises, given: dict[str, Any], by: Any, now: datetime) -> Premises:
    return set_tier(premises=premises, **given, by=by, on=timezone.localdate(now), now=now)


class PermitInline(ScopedInline):
    model = Permit


class PlacementInline(ScopedInline):
    model = Placement


class TierPeriodInline(NamesTier, ScopedInline):
    model = TierPeriod
    tier_area = "premises__area_code"
    fields = ["risk", "reason", "why", "by", "from_day", "to_day"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("by")


@admin.register(Premises)
class PremisesAdmin(NamesTier, ScopedAdmin):
    icon = "storefront"
    list_display = ["subject", "address", "area_code", "risk", "supervision", "next_due_on", "status"]
    list_filter = [AreaFilter, Placed, "mode", InTier, "status"]
    list_select_related = ["subject"]
    search_fields = ["subject__name", "subject__uscc", "address"]
    fields = [
        "subject", "area_code", "grid", "locality", "address", "lon", "lat", "trade", "status", "entered_on", "risk",
        "mode", "interval_months", "tier_rule", "effect_rule", "last_visited_on", "next_due_on",
    ]  # fmt: skip
    inlines = [PermitInline, PlacementInline, TierPeriodInline]
    steps = (Step("tier", gettext_lazy("Set the tier"), Permission.SET_TIER, _set_tier, TierForm, icon="flag"),)

    @display(description=gettext_lazy("supervision"), ordering="mode", label=MODES)
    def supervision(self, premises: Premises) -> tuple[str, Any]:
        return premises.mode, premises.get_mode_display()


class PremisesInline(NamesTier, ScopedInline):
    model = Premises
    fields = ["area_code", "address", "risk", "mode", "next_due_on", "status"]


@admin.register(MarketSubject)
class SubjectAdmin(ScopedAdmin):
    icon = "domain"
    list_display = ["name", "uscc", "kind", "credit", "registered_on"]
    list_filter = [AreaFilter, "kind", "credit"]
    search_fields = ["name", "uscc", "legacy_no"]
    inlines = [PremisesInline]


class Expiry(admin.SimpleListFilter):
    title = gettext_lazy("validity")
    parameter_name = "validity"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("over", gettext_lazy("has run out"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(valid_to__lt=timezone.localdate()) if self.value() else queryset


@admin.register(Permit)
class PermitAdmin(ScopedAdmin):
    icon = "license"
    list_display = ["number", "kind", "premises", "valid_to"]
    list_filter = [AreaFilter, Expiry]
    list_select_related = ["premises__subject"]
    search_fields = ["number", "premises__subject__name"]
