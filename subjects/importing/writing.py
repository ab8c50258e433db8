"""Writes the changes of an import in a few statements each; the caller holds the transaction."""

from collections.abc import Sequence
from datetime import date, timedelta

from django.db.models import Model

from subjects.importing.comparing import Changes
from subjects.models import MarketSubject, Permit, Placement, Premises, PremisesEvent

BATCH = 2_000  # rows a statement; more brings nothing
ONE_DAY = timedelta(days=1)  # the day before: a period's last day

SUBJECT_FIELDS = ["uscc", "legacy_no", "name", "kind", "credit", "registered_on"]
PREMISES_FIELDS = ["area_code", "grid", "locality", "address", "lon", "lat", "trade", "status", "tier_given"]


def write(changes: Changes, *, on: date) -> None:
    """New rows, changed rows, moves and events; a failure leaves the undoing to the caller's transaction."""
    MarketSubject.objects.bulk_create(changes.new_subjects, batch_size=BATCH)
    overwrite(changes.subjects, SUBJECT_FIELDS)
    Premises.objects.bulk_create(changes.new_premises, batch_size=BATCH)
    overwrite(changes.premises, PREMISES_FIELDS)
    entered = [Placement(premises_id=row.pk, area_code=row.area_code, from_day=on) for row in changes.new_premises]
    Placement.objects.bulk_create(entered, batch_size=BATCH)
    Permit.objects.bulk_create(changes.new_permits, batch_size=BATCH)
    overwrite(changes.permits, ["valid_to"])
    move(changes.moved, on=on)
    PremisesEvent.objects.bulk_create(changes.events, batch_size=BATCH)


def overwrite(rows: Sequence[Model], fields: list[str]) -> None:
    """Brings stored rows to what the objects say: an insert that meets its own key and updates, many rows at once."""
    if rows:
        type(rows[0])._default_manager.bulk_create(
            rows, batch_size=BATCH, update_conflicts=True, unique_fields=["id"], update_fields=fields
        )


def move(moved: Sequence[Premises], *, on: date) -> None:
    """Ends each placement the day before and begins another; one that began on the day itself is corrected."""
    if not moved:
        return
    areas = {row.pk: row.area_code for row in moved}
    current = Placement.objects.filter(premises__in=list(areas), to_day=None)
    young = list(current.filter(from_day__gte=on))
    for placement in young:
        placement.area_code = areas.pop(placement.premises_id)
    overwrite(young, ["area_code"])
    current.filter(premises__in=list(areas), from_day__lt=on).update(to_day=on - ONE_DAY)
    begun = [Placement(premises_id=key, area_code=area, from_day=on) for key, area in areas.items()]
    Placement.objects.bulk_create(begun, batch_size=BATCH)
