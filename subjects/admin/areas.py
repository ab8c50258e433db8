"""Changes of areas in the admin."""

from datetime import date, datetime
from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from grids.admin.areas import AreaFilter
from grids.models import AreaChange
from grids.permissions import Permission
from gridsup.backoffice.base import ScopedAdmin, Shades
from gridsup.backoffice.site import Decision
from gridsup.backoffice.steps import Reason, Step
from gridsup.scoping import inside
from subjects.areas.deciding import approve_change, return_change, withdraw_change
from subjects.areas.effect import undo_change

S = AreaChange.State
COLOURS = Shades({S.PROPOSED: "warning", S.APPROVED: "info", S.IN_EFFECT: "success", S.RETURNED: "danger"})


def _approve(change: AreaChange, given: dict[str, Any], by: Any, now: datetime) -> AreaChange:
    return approve_change(change=change, by=by, now=now)


def _return(change: AreaChange, given: dict[str, Any], by: Any, now: datetime) -> AreaChange:
    return return_change(change=change, why=given["why"], by=by, now=now)


def _withdraw(change: AreaChange, given: dict[str, Any], by: Any, now: datetime) -> AreaChange:
    return withdraw_change(change=change, by=by, now=now)


def _undo(change: AreaChange, given: dict[str, Any], by: Any, now: datetime) -> AreaChange:
    return undo_change(change=change, why=given["why"], by=by, now=now)


def is_proposed(change: AreaChange) -> bool:
    """The change waits for the grid office."""
    return change.state == S.PROPOSED


def is_decided(change: AreaChange) -> bool:
    """The change can be given back to its station."""
    return change.state in {S.PROPOSED, S.APPROVED}


def is_with_station(change: AreaChange) -> bool:
    """The station can take it back."""
    return change.state in {S.PROPOSED, S.RETURNED}


def is_in_effect(change: AreaChange) -> bool:
    """The change holds."""
    return change.state == S.IN_EFFECT


@admin.register(AreaChange)
class AreaChangeAdmin(ScopedAdmin):
    icon = "call_split"
    list_display = ["id", "kind", "station", "status", "effective_on", "reason"]
    list_filter = [AreaFilter, "state", "kind"]
    list_select_related = ["station"]
    search_fields = ["reason"]
    fields = [
        "kind", "station", "state", "effective_on", "in_effect_on", "reason", "placing", "moved", "hindrance",
        "proposed_by", "proposed_at", "page",
    ]  # fmt: skip
    steps = (
        Step("approve", gettext_lazy("Approve the change"), Permission.APPROVE_GRIDS, _approve, offered=is_proposed,
             icon="check"),
        Step("return", gettext_lazy("Return the change"), Permission.APPROVE_GRIDS, _return, Reason, is_decided,
             icon="undo"),
        Step("withdraw", gettext_lazy("Withdraw it"), Permission.PROPOSE_GRIDS, _withdraw, offered=is_with_station,
             icon="close"),
        Step("undo", gettext_lazy("Undo the change"), Permission.APPROVE_GRIDS, _undo, Reason, is_in_effect,
             icon="history", many=False),
    )  # fmt: skip

    @display(description=gettext_lazy("state"), ordering="state", label=COLOURS)
    def status(self, change: AreaChange) -> tuple[str, Any]:
        return change.state, change.get_state_display()

    @display(description=gettext_lazy("maps and numbers"))
    def page(self, change: AreaChange) -> str:
        return format_html('<a href="{}">{}</a>', change.get_absolute_url(), change)


def changes_waiting(officer: Any, on: date) -> list[Decision]:
    """Changes to approve, those that could not take effect, and those that came back to the own station."""
    found = []
    if officer.has_perm(Permission.APPROVE_GRIDS):
        changes = AreaChange.objects.filter(inside(officer.area_codes(Permission.APPROVE_GRIDS), "station_id"))
        found.append(
            Decision(
                _("Changes of areas to approve"),
                changes.filter(state=S.PROPOSED).count(),
                reverse("areas") + "?state=proposed",
                _("Look at both maps, and at how many premises go where."),
            )
        )
        found.append(
            Decision(
                _("Changes of areas that could not take effect"),
                changes.filter(state=S.APPROVED).exclude(hindrance="").count(),
                reverse("areas") + "?state=approved",
                _("Their day has come, and they no longer fit: return them."),
                urgent=True,
            )
        )
    if officer.has_perm(Permission.PROPOSE_GRIDS):
        own = AreaChange.objects.filter(inside(officer.area_codes(Permission.PROPOSE_GRIDS), "station_id"))
        found.append(
            Decision(
                _("Changes of areas that came back"),
                own.filter(state=S.RETURNED).count(),
                reverse("areas") + "?state=returned",
                _("The grid office says why: correct them and propose them again."),
            )
        )
    return found
