"""What happened to a grid or a change of areas, for its page."""

from django.utils.translation import gettext as _

from grids.models import AreaChange, AreaPart, Grid
from gridsup.events import Event
from gridsup.timeline import Entry


def entries_of(change: AreaChange) -> list[Entry]:
    """The course of a change, the latest first."""
    states = dict(AreaChange.State.choices)
    return [
        _entry(
            event, _("coordinate system confirmed") if event.what == "system" else str(states.get(event.new, event.new))
        )
        for event in _latest(change)
    ]


def entries_of_grid(grid: Grid) -> list[Entry]:
    """The course of a grid, the latest first."""
    states = dict(Grid.State.choices)
    return [
        _entry(event, _("redrawn or renamed") if event.what == "changed" else str(states.get(event.new, event.new)))
        for event in _latest(grid)
    ]


def why_never(grid: Grid) -> str:
    """Why a grid of no period was in force on no day."""
    return {
        Grid.State.PROPOSED: _("Not in force yet."),
        Grid.State.RETURNED: _("Never in force: its proposal was returned or withdrawn."),
        Grid.State.RETIRED: _why_gone(grid.code),
    }.get(Grid.State(grid.state), "")


def _why_gone(code: str) -> str:
    """What ended a grid on the day it was made: another change in effect that took it in, else the undoing."""
    gone = AreaPart.objects.filter(code=code, role=AreaPart.Role.RETIRED, change__state=AreaChange.State.IN_EFFECT)
    if heir := gone.order_by("-pk").values_list("successor", flat=True).first():
        return _("In force on no day: grid %(heir)s took it in on the day it was made.") % {"heir": heir}
    return _("In force on no day: the change that made it was undone on the same day.")


def why_returned(change: AreaChange) -> str:
    """What the grid office said when it gave the change back, as long as it is not proposed again."""
    if change.state != AreaChange.State.RETURNED:
        return ""
    return change.events.filter(what="state", new=AreaChange.State.RETURNED).latest("at", "pk").why


def _latest(row: AreaChange | Grid) -> list[Event]:
    return list(row.events.select_related("by").order_by("-at", "-pk"))


def _entry(event: Event, what: str) -> Entry:
    return Entry(at=event.at, what=what, detail=event.why, by=str(event.by or ""))
