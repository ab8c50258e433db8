"""Areas, people and posts in the admin."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from grids.admin import areas, letters, people, support
from grids.models import Grid
from grids.permissions import Permission
from gridsup.backoffice.site import Decision

__all__ = ["areas", "letters", "people", "support", "waiting"]


def waiting(officer: Any, on: date) -> list[Decision]:
    """Grids that wait for approval."""
    found: list[Decision] = []
    if officer.has_perm(Permission.APPROVE_GRIDS):
        found.append(
            Decision(
                _("Grids to approve"),
                Grid.objects.visible_to(officer).filter(state=Grid.State.PROPOSED).count(),
                reverse("admin:grids_grid_changelist") + "?state__exact=proposed",
                _("A grid takes effect when the district approved it."),
            )
        )
    return found
