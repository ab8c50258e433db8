"""The ledger and the policy in the admin."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from grids.admin import AreaFilter
from grids.permissions import Permission
from gridsup.backoffice.base import ScopedAdmin, ScopedInline
from gridsup.backoffice.site import Decision
from gridsup.backoffice.steps import Reason, Step, StepForm
from subjects.actions import change_row, set_tier
from subjects.models import (
    CreditEffect,
    MarketSubject,
    Permit,
    Placement,
    PolicyFigure,
    Premises,
    Tier,
    TierPeriod,
    TradeTier,
)
from subjects.models.policy import Mode, PolicyRow

MODES = {Mode.KEY: "danger", Mode.GENERAL: "info", Mode.EXEMPT: "success"}


class Placed(admin.SimpleListFilter):
    title = gettext_lazy("placed")
    parameter_name = "placed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", gettext_lazy("not placed in a grid"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.unplaced().active() if self.value() else queryset


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


class TierPeriodInline(ScopedInline):
    model = TierPeriod
    fields = ["tier", "reason", "why", "by", "from_day", "to_day"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("by")


@admin.register(Premises)
class PremisesAdmin(ScopedAdmin):
    icon = "storefront"
    list_display = ["subject", "address", "area_code", "tier", "supervision", "next_due_on", "status"]
    list_filter = [AreaFilter, Placed, "mode", "tier", "status"]
    list_select_related = ["subject"]
    search_fields = ["subject__name", "subject__uscc", "address"]
    fields = [
        "subject", "area_code", "grid", "locality", "address", "lon", "lat", "trade", "status", "entered_on", "tier",
        "tier_given", "mode", "interval_months", "tier_rule", "effect_rule", "last_visited_on", "next_due_on",
    ]  # fmt: skip
    inlines = [PermitInline, PlacementInline, TierPeriodInline]
    steps = (Step("tier", gettext_lazy("Set the tier"), Permission.SET_TIER, _set_tier, TierForm, icon="flag"),)

    @display(description=gettext_lazy("supervision"), ordering="mode", label=MODES)
    def supervision(self, premises: Premises) -> tuple[str, Any]:
        return premises.mode, premises.get_mode_display()


class PremisesInline(ScopedInline):
    model = Premises
    fields = ["area_code", "address", "tier", "mode", "next_due_on", "status"]


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


class ChangeForm(Reason):
    """A dated change of one policy row: the row ends, and one with other values begins."""

    on = forms.DateField(label=gettext_lazy("from"), help_text=gettext_lazy("the first day of the new row"))
    field_order = ["on"]


def change_form(model: type[PolicyRow], *names: str) -> type[ChangeForm]:
    """The form for the values of one kind of policy row, showing those in force."""
    fields = forms.fields_for_model(model, fields=names)

    def start(self: Any, *args: Any, rows: list[Any], **kwargs: Any) -> None:
        shown = {name: getattr(rows[0], name) for name in names} if rows else {}
        ChangeForm.__init__(self, *args, rows=rows, initial=shown, **kwargs)

    return type(f"Change{model.__name__}", (ChangeForm,), {**fields, "__init__": start})


def _change(row: PolicyRow, given: dict[str, Any], by: Any, now: datetime) -> PolicyRow:
    values = {name: value for name, value in given.items() if name not in {"on", "why"}}
    return change_row(row=row, on=given["on"], why=given["why"], values=values, by=by, now=now)


class PolicyAdmin(ScopedAdmin):
    """Rows of the policy; one that has ended stays as it was."""

    icon = "gavel"
    list_filter = ["preset"]

    @staticmethod
    def changed_by(model: type[PolicyRow], *names: str) -> tuple[Step, ...]:
        """The one step: a dated change of these values."""
        form = change_form(model, *names)
        return (
            Step(
                "change", gettext_lazy("Change from a day"), Permission.EDIT_POLICY, _change, form,
                offered=lambda row: row.to_day is None, icon="edit_calendar", many=False,
                help=gettext_lazy("The past keeps the old row. The ledger follows when the policy is applied."),
            ),
        )  # fmt: skip


@admin.register(Tier)
class TierAdmin(PolicyAdmin):
    list_display = ["name", "key", "rank", "interval_months", "bureau_id", "preset", "from_day", "to_day"]
    steps = PolicyAdmin.changed_by(Tier, "name", "colour", "rank", "interval_months")


@admin.register(TradeTier)
class TradeTierAdmin(PolicyAdmin):
    list_display = ["prefix", "kind", "tier_key", "bureau_id", "preset", "from_day", "to_day"]
    search_fields = ["prefix", "kind", "tier_key"]
    steps = PolicyAdmin.changed_by(TradeTier, "tier_key")


@admin.register(CreditEffect)
class CreditEffectAdmin(PolicyAdmin):
    list_display = ["tier_key", "credit", "mode", "rhythm_key", "bureau_id", "preset", "from_day", "to_day"]
    steps = PolicyAdmin.changed_by(CreditEffect, "mode", "rhythm_key")


@admin.register(PolicyFigure)
class PolicyFigureAdmin(PolicyAdmin):
    list_display = ["key", "value", "bureau_id", "preset", "from_day", "to_day", "source"]
    steps = PolicyAdmin.changed_by(PolicyFigure, "value")


def waiting(officer: Any, on: date) -> list[Decision]:
    """Premises in business that stand in no grid's ledger."""
    if not officer.has_perm(Permission.CORRECT_LEDGER):
        return []
    count = Premises.objects.visible_to(officer).unplaced().active().count()
    address = reverse("admin:subjects_premises_changelist") + "?placed=no"
    return [Decision(_("Premises not placed"), count, address, _("Nobody is responsible for them until they are."))]
