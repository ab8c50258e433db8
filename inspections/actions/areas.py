"""What is open about visits follows a change of areas."""

from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from gridsup.parts import Part
from inspections.actions.tasks import follow_part
from inspections.models import Finding, InspectionTask, Visit


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


def open_in(codes: list[str]) -> list[tuple[str, list[int]]]:
    """What is open in the grids: words, and the premises of each row."""
    tasks = InspectionTask.objects.open().filter(area_code__in=codes).order_by()
    findings = Finding.objects.to_follow().filter(area_code__in=codes).order_by()
    drafts = Visit.objects.filter(state="draft", submitted_at__isnull=True, area_code__in=codes).exclude(draft={})
    returned = Visit.objects.uncorrected().filter(area_code__in=codes)
    rows: list[tuple[str, QuerySet[Any]]] = [
        (_("open tasks"), tasks),
        (_("open findings"), findings),
        (_("forms of visits put aside"), drafts),
        (_("returned records still to be corrected"), returned),
    ]
    return [(words, list(found.order_by().values_list("premises", flat=True))) for words, found in rows]
