"""What waits for a decision about complaints, for whoever opens the dashboard."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from complaints.models import Complaint
from grids.permissions import Permission
from gridsup.backoffice.site import Decision


def escalated(officer: Any, on: date) -> list[Decision]:
    """What was reported up to the officer's level: the level below cannot solve it (handbook §6)."""
    if not officer.has_perm(Permission.HANDLE):
        return []
    state = Complaint.State.ESCALATED
    count = Complaint.objects.visible_to(officer).filter(state=state).count()
    address = f"{reverse('complaints')}?{urlencode({'state': state})}"
    why = _("Take them on, or send them to whom they concern.")
    return [Decision(_("Complaints reported up"), count, address, why, urgent=True)]
