"""The policy in the admin: rows are read, and changed from a day on."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy

from grids.permissions import Permission
from gridsup.backoffice.base import ScopedAdmin
from gridsup.backoffice.steps import Reason, Step
from subjects.actions import change_row
from subjects.models import CheckItem, CreditEffect, PolicyFigure, Tier, TimeLimit, TradeTier
from subjects.models.policy import PolicyRow


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

    @admin.display(description=gettext_lazy("bureau"), ordering="bureau_id")
    def of_bureau(self, row: Any) -> str:
        return str(row.bureau_id)

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
    list_display = ["name", "key", "rank", "interval_months", "of_bureau", "preset", "from_day", "to_day"]
    steps = PolicyAdmin.changed_by(Tier, "name", "colour", "rank", "interval_months")


@admin.register(TradeTier)
class TradeTierAdmin(PolicyAdmin):
    list_display = ["prefix", "kind", "tier_key", "of_bureau", "preset", "from_day", "to_day"]
    search_fields = ["prefix", "kind", "tier_key"]
    steps = PolicyAdmin.changed_by(TradeTier, "tier_key")


@admin.register(CreditEffect)
class CreditEffectAdmin(PolicyAdmin):
    list_display = ["tier_key", "credit", "mode", "rhythm_key", "of_bureau", "preset", "from_day", "to_day"]
    steps = PolicyAdmin.changed_by(CreditEffect, "mode", "rhythm_key")


@admin.register(PolicyFigure)
class PolicyFigureAdmin(PolicyAdmin):
    list_display = ["key", "value", "of_bureau", "preset", "from_day", "to_day", "source"]
    steps = PolicyAdmin.changed_by(PolicyFigure, "value")


@admin.register(CheckItem)
class CheckItemAdmin(PolicyAdmin):
    list_display = ["text", "line", "tier_key", "prefix", "position", "of_bureau", "preset", "from_day", "to_day"]
    list_filter = ["preset", "line", "tier_key"]
    search_fields = ["text", "code", "line", "prefix"]
    steps = PolicyAdmin.changed_by(CheckItem, "line", "text", "position")


@admin.register(TimeLimit)
class TimeLimitAdmin(PolicyAdmin):
    list_display = ["key", "days", "unit", "extension_days", "of_bureau", "preset", "from_day", "to_day", "source"]
    steps = PolicyAdmin.changed_by(TimeLimit, "days", "unit", "extension_days")
