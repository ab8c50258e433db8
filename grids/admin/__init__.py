"""Areas, people and posts in the admin."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from grids.admin import areas, people
from grids.models import Grid, Officer
from grids.permissions import Permission
from gridsup.backoffice.site import Decision

__all__ = ["areas", "people", "waiting"]


def waiting(officer: Any, on: date) -> list[Decision]:
    """Certificates that run out, and grids that wait for approval."""
    found = []
    if officer.has_perm(Permission.POST_OFFICERS):
        known = Officer.objects.visible_to(officer).marking_known_to(officer).filter(is_known=True)
        found.append(
            Decision(
                _("Certificates that run out"),
                known.certificate_ends_by(people.notice_day(on)).count(),
                reverse("admin:grids_officer_changelist") + "?certificate=ending",
                _("Without a valid certificate nobody inspects: order a new one."),
            )
        )
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
