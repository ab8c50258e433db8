"""The ledger and the policy in the admin."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from grids.permissions import Permission
from gridsup.backoffice.site import Decision
from subjects.admin import areas, geometry, ledger, policy
from subjects.admin.areas import changes_waiting
from subjects.models import Premises

__all__ = ["areas", "changes_waiting", "geometry", "ledger", "policy", "waiting"]


def waiting(officer: Any, on: date) -> list[Decision]:
    """Premises in business that stand in no grid's ledger."""
    if not officer.has_perm(Permission.CORRECT_LEDGER):
        return []
    count = Premises.objects.visible_to(officer).unplaced().active().count()
    address = reverse("ledger") + "?placed=no&status=active"
    todo = _("Open each and put it into a grid, or give the grid codes in the ledger file and import it again.")
    return [Decision(_("Premises not placed"), count, address, todo)]
