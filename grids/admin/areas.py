"""Areas in the admin."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from grids.actions import approve_grid, return_grid
from grids.models import Grid, Locality, Station
from grids.permissions import Permission
from gridsup.backoffice.base import ScopedAdmin, Shades
from gridsup.backoffice.steps import Reason, Step


class AreaFilter(admin.SimpleListFilter):
    """The stations of one's areas, and the grids of one station; never an area outside them."""

    title = gettext_lazy("area")
    parameter_name = "area"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        places: list[Station | Grid] = list(Station.objects.visible_to(request.user))  # type: ignore[arg-type]
        stations = [place.code for place in places]
        chosen = (self.value() or "")[:4]
        opened = chosen if chosen in stations else stations[0] if len(stations) == 1 else ""
        if opened:
            places += Grid.objects.visible_to(request.user).in_area(opened).defer("boundary")  # type: ignore[arg-type]
        return [(place.code, str(place)) for place in sorted(places, key=lambda place: place.code)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.value()
        known = {code for code, _name in self.lookup_choices}
        return queryset.in_area(chosen) if chosen in known else queryset


def _approve(grid: Grid, given: dict[str, Any], by: Any, now: datetime) -> Grid:
    return approve_grid(grid=grid, by=by, now=now)


def _return(grid: Grid, given: dict[str, Any], by: Any, now: datetime) -> Grid:
    return return_grid(grid=grid, why=given["why"], by=by, now=now)


def is_proposed(grid: Grid) -> bool:
    """The grid waits for the district's approval."""
    return grid.state == Grid.State.PROPOSED


@admin.register(Station)
class StationAdmin(ScopedAdmin):
    icon = "apartment"
    list_display = ["code", "name", "bureau"]
    list_select_related = ["bureau"]
    search_fields = ["code", "name"]


@admin.register(Grid)
class GridAdmin(ScopedAdmin):
    icon = "grid_on"
    list_display = ["code", "name", "station", "status", "synthetic"]
    list_filter = [AreaFilter, "state"]
    list_select_related = ["station"]
    search_fields = ["code", "name", "extent"]
    fields = ["code", "name", "station", "extent", "state", "synthetic"]
    steps = (
        Step(
            "approve",
            gettext_lazy("Approve the grid"),
            Permission.APPROVE_GRIDS,
            _approve,
            offered=is_proposed,
            icon="check",
        ),
        Step(
            "return",
            gettext_lazy("Return the proposal"),
            Permission.APPROVE_GRIDS,
            _return,
            Reason,
            is_proposed,
            icon="undo",
        ),
    )

    @display(description=gettext_lazy("state"), ordering="state", label=Shades(approved="success", proposed="warning"))
    def status(self, grid: Grid) -> tuple[str, Any]:
        return grid.state, grid.get_state_display()


@admin.register(Locality)
class LocalityAdmin(ScopedAdmin):
    icon = "location_city"
    list_display = ["code", "name", "kind", "street", "area_code"]
    list_filter = [AreaFilter, "kind"]
    list_select_related = ["street"]
    search_fields = ["code", "name"]
