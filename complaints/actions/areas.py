"""What is open about complaints follows a change of areas."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from complaints.models import Clock, Complaint, ComplaintEvent
from complaints.querysets import ComplaintQuerySet
from gridsup.parts import Part


def follow_areas(
    *, moves: Any, station: str, to: str, heirs: dict[str, str], now: datetime, since: datetime | None
) -> None:
    """Open complaints go where their premises went, and those about a grid out of force to its heir; so do their
    running clocks. Nothing that has ended changes, nor what was reported up.

    `moves` says which premises went from where to where, `to` in which direction ("to_code" or "from_code"); `heirs`:
    code of a grid out of force → where goes what has no premises, unless its place lies in another grid by now;
    `since`: the moment of the change that is undone, which the events of what it moved carry.
    """
    former = "from_code" if to == "to_code" else "to_code"
    about = Complaint.objects.open().filter(premises__area_moves__in=moves.order_by().values("pk"))
    _bring(about.filter(area_code=F(f"premises__area_moves__{former}")), F(f"premises__area_moves__{to}"), now)
    if since is not None:
        _bring(_taken_along(station, since), F("events__old"), now)
    for code, heir in heirs.items():
        _bring(Complaint.objects.open().filter(area_code=code), Coalesce(F("locality__grid"), Value(heir)), now)
    running = Clock.objects.running().filter(Part.area(station).rows())
    behind = running.exclude(area_code=F("complaint__area_code"))
    behind.write_to(Clock, key="pk", area_code=F("complaint__area_code"))


def _taken_along(station: str, since: datetime) -> ComplaintQuerySet:
    """Open complaints without a premises that a change took to another grid, where they have been ever since."""
    later = ComplaintEvent.objects.filter(complaint=OuterRef("pk"), what="area", at__gt=since)
    there = Complaint.objects.open().in_area(station).filter(~Exists(later), premises=None)
    # by key: the event of the way back is itself a later one
    keys = list(there.order_by().values_list("pk", flat=True))
    return Complaint.objects.among(keys).filter(events__what="area", events__at=since, events__new=F("area_code"))


def _bring(complaints: ComplaintQuerySet, area: Any, now: datetime) -> None:
    """Writes the events first: they tell where each stood."""
    why = _("The areas were changed.")
    complaints.insert_into(
        ComplaintEvent, complaint=F("pk"), what="area", old=F("area_code"), new=area, at=now, why=why
    )
    complaints.write_to(Complaint, key="pk", area_code=area)
