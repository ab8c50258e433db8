"""What happened to a grid or a change of areas, for its page."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.models import AreaChange, AreaChangeEvent, AreaPart, Grid
from gridsup.events import Event
from gridsup.scoping import HoldsAreas
from gridsup.timeline import Entry

S = AreaChange.State


@dataclass(frozen=True)
class Step:
    """What was done with a change of areas at a moment: by whom (empty: the system), who had decided it, and where it
    is read, for those who may."""

    state: str
    by: str
    decided: str
    url: str

    def tell(self, entry: Entry) -> Entry:
        """The entry of a row that the change touched, with those who answer for it."""
        detail = " · ".join(part for part in (entry.detail, self.decided) if part)
        return replace(entry, detail=detail, by=entry.by or self.by, url=self.url)


def steps_of(changes: QuerySet[AreaChange], officer: HoldsAreas) -> dict[datetime, Step]:
    """Moment → what was done with these changes then: every row that a change touches has an event of that moment. One
    query."""
    seen = AreaChange.objects.visible_to(officer).filter(pk=OuterRef("change"))
    events = AreaChangeEvent.objects.filter(change__in=changes.order_by().values("pk"), what="state")
    found: dict[datetime, Step] = {}
    latest: dict[int, dict[str, AreaChangeEvent]] = defaultdict(dict)
    for event in events.select_related("by").annotate(is_seen=Exists(seen)).order_by("at", "pk"):
        so_far = latest[event.change_id]
        so_far[event.new] = event
        url = reverse("area_change", args=[event.change_id]) if event.is_seen else ""
        decided = _decided(so_far) if event.new == S.IN_EFFECT else ""
        found[event.at] = Step(event.new, str(event.by or ""), decided, url)
    return found


def _decided(events: dict[str, AreaChangeEvent]) -> str:
    """Who proposed and who approved a change, each with the day; whoever has no account is left out."""
    words = {S.PROPOSED: _("proposed by %(name)s on %(day)s"), S.APPROVED: _("approved by %(name)s on %(day)s")}
    known = [(words[state], events[state]) for state in words if state in events and events[state].by]
    return " · ".join(word % {"name": event.by, "day": timezone.localdate(event.at)} for word, event in known)


def entries_of(change: AreaChange) -> list[Entry]:
    """The course of a change, the latest first."""
    states = dict(AreaChange.State.choices)
    return [
        _entry(
            event, _("coordinate system confirmed") if event.what == "system" else str(states.get(event.new, event.new))
        )
        for event in _latest(change)
    ]


def entries_of_grid(grid: Grid, officer: HoldsAreas) -> list[Entry]:
    """The course of a grid, the latest first; what a change of areas did names those who decided it."""
    states: dict[str, Any] = dict(Grid.State.choices)
    words = {
        "changed": _("redrawn or renamed"),
        "cadre_begun": _("linked cadre: %(name)s"),
        "cadre_ended": _("cadre no longer linked: %(name)s"),
        "station_begun": _("consumer-service station: %(name)s"),
        "station_ended": _("consumer-service station closed: %(name)s"),
    }
    steps = steps_of(AreaChange.objects.filter(parts__code=grid.code), officer)
    found = []
    for event in _latest(grid):
        what = words[event.what] % {"name": event.new} if event.what in words else str(states.get(event.new, event.new))
        step, entry = steps.get(event.at), _entry(event, what)
        found.append(step.tell(entry) if step else entry)
    return found


def why_never(grid: Grid) -> str:
    """Why a grid of no period was in force on no day."""
    return {
        Grid.State.PROPOSED: _("Not in force yet."),
        Grid.State.RETURNED: _("Never in force: its proposal was returned or withdrawn."),
        Grid.State.RETIRED: _why_gone(grid),
    }.get(Grid.State(grid.state), "")


def heir_of(grid: Grid) -> str:
    """Code of the grid that took a retired one in; empty where none did."""
    if grid.state != Grid.State.RETIRED:
        return ""
    gone = AreaPart.objects.filter(code=grid.code, role=AreaPart.Role.RETIRED, change__state=AreaChange.State.IN_EFFECT)
    return gone.order_by("-pk").values_list("successor", flat=True).first() or ""


def last_heir_of(grid: Grid) -> str:
    """Code of the grid that has today what a retired one had, however often it was taken in since; empty for none."""
    passed = [grid.code]
    while (code := heir_of(grid)) and code not in passed:
        passed.append(code)
        grid = Grid.objects.defer("boundary").get(code=code)
    return passed[-1] if len(passed) > 1 else ""


def _why_gone(grid: Grid) -> str:
    """What ended a grid on the day it was made: another change in effect that took it in, else the undoing."""
    if heir := heir_of(grid):
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
