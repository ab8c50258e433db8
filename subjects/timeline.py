"""What the ledger adds to the timeline of a premises."""

from datetime import date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from gridsup.timeline import Entry
from subjects.models import Premises


def entries(premises: Premises) -> list[Entry]:
    """Events, placements and tier periods of the premises."""
    return [*_events(premises), *_placements(premises), *_tiers(premises)]


def _events(premises: Premises) -> list[Entry]:
    """A decision on the tier is left out here: its tier period tells it with the reason."""
    words = {
        "entered": _("Entered in the ledger"),
        "corrected": _("Ledger corrected"),
        "moved": _("Moved"),
        "status": _("Status changed"),
        "closed": _("Struck off"),
    }
    return [
        Entry(
            at=event.at,
            what=words.get(event.what, event.what),
            detail=_change(event),
            by=str(event.by or ""),
        )
        for event in premises.events.exclude(what="tier").select_related("by")
    ]


def _change(event: Any) -> str:
    change = f"{event.old} → {event.new}" if event.old else event.new
    return " · ".join(part for part in (change, event.why) if part)


def _placements(premises: Premises) -> list[Entry]:
    return [
        Entry(at=morning(row.from_day), what=_("In the ledger of %(area)s") % {"area": row.area_code})
        for row in premises.placements.all()
    ]


def _tiers(premises: Premises) -> list[Entry]:
    return [
        Entry(
            at=morning(row.from_day),
            what=_("Tier %(tier)s") % {"tier": row.tier},
            detail=" · ".join(part for part in (str(row.get_reason_display()), row.why) if part),
            by=str(row.by or ""),
        )
        for row in premises.tier_periods.select_related("by")
    ]


def morning(day: date) -> datetime:
    """The first moment of a day."""
    return timezone.make_aware(datetime.combine(day, time.min))
