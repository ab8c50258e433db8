"""Forms that were put aside and are not wanted any more."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from grids.models import Officer
from gridsup.errors import NotAllowed, WrongState
from inspections.models import Visit, VisitEvent


def drop_draft(*, visit: Visit, by: Officer, now: datetime) -> Visit:
    """Empties a form that was put aside, its photos with it; the row stays, as the number of a form that led nowhere.

    A returned record that it was to correct can be corrected anew. Raises NotAllowed for anybody but whoever put it
    aside, WrongState once it was handed in.
    """
    if visit.lead_id != by.pk:
        raise NotAllowed(_("Only whoever put a form aside drops it."))
    with transaction.atomic():
        photos = list(visit.photos.all())
        emptied: dict[str, Any] = {"draft": {}, "corrects": None, "version": 1}
        if not Visit.objects.filter(pk=visit.pk, state=Visit.State.DRAFT).update(**emptied):
            raise WrongState(_("This visit was handed in: it is no draft any more."))
        visit.photos.all().delete()
        VisitEvent.objects.create(visit=visit, what="dropped", by=by, at=now)
        for photo in photos:
            transaction.on_commit(lambda file=photo.file: file.delete(save=False))  # type: ignore[misc]
    visit.refresh_from_db()
    return visit
