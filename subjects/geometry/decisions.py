"""What waits for whoever draws areas or lets them take effect."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from grids.models import Officer
from grids.permissions import Permission
from gridsup.backoffice.site import Decision
from subjects.models import GeometryFault


def waiting(officer: Officer, on: date) -> list[Decision]:
    """Open faults of the drawing in one's areas; premises in no grid wait by themselves."""
    if not (officer.has_perm(Permission.PROPOSE_GRIDS) or officer.has_perm(Permission.APPROVE_GRIDS)):
        return []
    faults = GeometryFault.objects.visible_to(officer).still_open().of_shapes()
    todo = _("Gaps have nobody responsible, overlaps have two: draw the boundaries anew.")
    return [Decision(_("Faults of the drawing"), faults.count(), reverse("geometry"), todo)]
