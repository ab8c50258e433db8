"""What the ledger adds to the timeline of a premises."""

from dataclasses import replace
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _

from grids.models import AreaChange
from gridsup.scoping import HoldsAreas
from gridsup.timeline import Entry
from subjects.areas.story import Step, steps_of
from subjects.models import PolicyEvent, Premises, PremisesEvent, Tier
from subjects.models.ledger import Status


def entries(premises: Premises, *, officer: HoldsAreas) -> list[Entry]:
    """Events, placements and tier periods of the premises."""
    return [*_tiers(premises), *_placements(premises), *_events(premises, officer)]


def policy_entry(event: PolicyEvent) -> Entry:
    """One change of a bureau's policy in words."""
    if event.what == "preset":
        what = _("Preset %(name)s became the policy") % {"name": event.new}
    else:
        what = _("Row changed: %(old)s, now %(new)s") % {"old": event.old, "new": event.new}
    return Entry(at=event.at, what=what, detail=event.why, by=str(event.by or ""))


def _events(premises: Premises, officer: HoldsAreas) -> list[Entry]:
    """A decision on the tier is left out here: its tier period tells it with the reason. A move by a change of areas
    names those who decided it."""
    words = {
        "entered": _("Entered in the ledger"),
        "corrected": _("Ledger corrected"),
        "moved": _("Moved"),
        "point": _("Point set"),
        "credit": _("Credit grade changed"),
        "status": _("Status changed"),
        "closed": _("Struck off"),
    }
    steps = steps_of(AreaChange.objects.filter(moves__premises=premises), officer)
    found = []
    for event in premises.events.exclude(what="tier").select_related("by"):
        what, by = words.get(event.what, event.what), str(event.by or "")
        entry = Entry(at=event.at, what=what, detail=_change(event), by=by)
        step = steps.get(event.at) if event.what == "moved" else None
        found.append(_moved(entry, step) if step else entry)
    return found


def _moved(entry: Entry, step: Step) -> Entry:
    back = step.state == AreaChange.State.UNDONE
    what = _("Moved back: the change of areas was undone") if back else _("Moved by a change of areas")
    return step.tell(replace(entry, what=what))


def _change(event: PremisesEvent) -> str:
    states = dict(Status.choices)
    old, new = (str(states.get(value, value)) for value in (event.old, event.new))
    change = f"{old} → {new}" if old else new
    return " · ".join(part for part in (change, event.why) if part)


def _placements(premises: Premises) -> list[Entry]:
    return [
        Entry(at=morning(row.from_day), what=_("In the ledger of %(area)s") % {"area": row.area_code}, day_only=True)
        for row in premises.placements.all()
    ]


def _tiers(premises: Premises) -> list[Entry]:
    names = dict(Tier.objects.in_area(premises.area_code).order_by("from_day").values_list("key", "name"))
    return [
        Entry(
            at=morning(row.from_day),
            what=_("Tier %(tier)s") % {"tier": names.get(row.tier, row.tier)},
            detail=" · ".join(part for part in (str(row.get_reason_display()), row.why) if part),
            by=str(row.by or ""),
            day_only=True,
        )
        for row in premises.tier_periods.select_related("by")
    ]


def morning(day: date) -> datetime:
    """The first moment of a day."""
    return timezone.make_aware(datetime.combine(day, time.min))
