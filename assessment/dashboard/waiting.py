"""What waits for a decision of whoever looks at the dashboard."""

from datetime import date

from django.urls import reverse
from django.utils.module_loading import import_string

from grids.models import Officer
from grids.permissions import Permission
from gridsup.backoffice.site import Decision
from gridsup.composition import WAITING


def waiting(officer: Officer, on: date) -> list[Decision]:
    """What the apps know to wait for this officer, the urgent first; nothing that they may not open."""
    found = [decision for path in WAITING for decision in import_string(path)(officer, on) if decision.count]
    if not officer.has_perm(Permission.USE_ADMIN):
        inside = reverse("admin:index")
        found = [decision for decision in found if not decision.url.startswith(inside)]
    return sorted(found, key=lambda decision: not decision.urgent)
