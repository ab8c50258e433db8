"""Linked cadres and consumer-service stations in the admin."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy

from grids.actions import end_support, link_cadre, open_service_station
from grids.admin.areas import AreaFilter
from grids.models import Grid, LinkedCadre, Officer, ServiceStation
from grids.permissions import Permission
from gridsup.backoffice.base import ScopedAdmin
from gridsup.backoffice.steps import Start, Step, StepForm


class SupportForm(StepForm):
    grid = forms.ModelChoiceField(label=gettext_lazy("grid"), queryset=Grid.objects.in_force(), to_field_name="code")
    name = forms.CharField(label=gettext_lazy("name"), max_length=80)
    from_day = forms.DateField(label=gettext_lazy("from"))
    phone = forms.CharField(label=gettext_lazy("phone"), max_length=30, required=False)


class CadreForm(SupportForm):
    position = forms.CharField(label=gettext_lazy("position"), max_length=80, required=False)
    officer = forms.ModelChoiceField(
        label=gettext_lazy("account"), queryset=Officer.objects.filter(is_active=True), required=False
    )


class ServiceStationForm(SupportForm):
    address = forms.CharField(label=gettext_lazy("address"), max_length=200, required=False)


class SupportEnd(StepForm):
    to_day = forms.DateField(label=gettext_lazy("last day"))


def _link(given: dict[str, Any], by: Any, now: datetime) -> LinkedCadre:
    return link_cadre(**given, by=by, now=now)


def _open(given: dict[str, Any], by: Any, now: datetime) -> ServiceStation:
    return open_service_station(**given, by=by, now=now)


def _end(row: Any, given: dict[str, Any], by: Any, now: datetime) -> Any:
    return end_support(support=row, on=given["to_day"], by=by, now=now)


class SupportAdmin(ScopedAdmin):
    """What stands beside a grid; it is ended, never edited."""

    list_filter = [AreaFilter]
    search_fields = ["grid__code", "name"]
    steps = (
        Step(
            "end", gettext_lazy("End it"), Permission.POST_OFFICERS, _end, SupportEnd,
            offered=lambda row: row.to_day is None, icon="event_busy",
        ),
    )  # fmt: skip


@admin.register(LinkedCadre)
class LinkedCadreAdmin(SupportAdmin):
    icon = "supervisor_account"
    list_display = ["grid_id", "name", "position", "from_day", "to_day"]
    starts = (Start("link", gettext_lazy("Link a cadre"), Permission.POST_OFFICERS, _link, CadreForm),)


@admin.register(ServiceStation)
class ServiceStationAdmin(SupportAdmin):
    icon = "support_agent"
    list_display = ["grid_id", "name", "address", "from_day", "to_day"]
    starts = (
        Start(
            "open", gettext_lazy("Register a service station"), Permission.POST_OFFICERS, _open, ServiceStationForm
        ),
    )  # fmt: skip
