"""What is open about visits follows a change of areas."""

from datetime import datetime
from typing import Any

from django.db.models import F

from gridsup.parts import Part
from inspections.actions.tasks import follow_part
from inspections.models import Visit


def follow_areas(
    *, moves: Any, station: str, to: str, heirs: dict[str, str], now: datetime, since: datetime | None
) -> None:
    """Open tasks, open findings and drafts go where their premises went; what is done keeps the area of its day.

    `station`: whose premises moved; the other arguments are those of `subjects.areas.carrying.follow`: every task,
    finding and draft has a premises, with which it also comes back.
    """
    part = Part.area(station)
    follow_part(part=part, now=now)
    drafts = Visit.objects.filter(part.rows(), state=Visit.State.DRAFT).exclude(area_code=F("premises__area_code"))
    drafts.write_to(Visit, key="pk", area_code=F("premises__area_code"))
