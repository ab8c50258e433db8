"""Faults of the drawing in the admin, read only: what mends them is a change of areas or of the ledger."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from grids.admin.areas import AreaFilter
from grids.geometry import reason_words
from gridsup.backoffice.base import ScopedAdmin
from subjects.geometry.wording import square
from subjects.models import GeometryFault


class StillOpen(admin.SimpleListFilter):
    title = gettext_lazy("mended or not")
    parameter_name = "mended"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("no", gettext_lazy("not mended")), ("yes", gettext_lazy("mended"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.filter(mended_on__isnull=self.value() == "no") if self.value() in {"no", "yes"} else queryset


@admin.register(GeometryFault)
class GeometryFaultAdmin(ScopedAdmin):
    icon = "map"
    list_display = ["kind", "where", "size", "count", "since", "mended_on"]
    list_filter = [AreaFilter, StillOpen, "kind"]
    fields = ["kind", "area_code", "other_code", "size", "count", "reason", "since", "checked_at", "mended_on"]
    readonly_fields = ["size", "reason"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("geometry")

    @display(description=gettext_lazy("area code"), ordering="area_code")
    def where(self, fault: GeometryFault) -> str:
        return fault.areas

    @display(description=gettext_lazy("size"), ordering="square_metres")
    def size(self, fault: GeometryFault) -> str:
        return "" if fault.square_metres is None else square(fault.square_metres)

    @display(description=gettext_lazy("detail"))
    def reason(self, fault: GeometryFault) -> str:
        return reason_words(fault.detail)
