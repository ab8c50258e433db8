"""What inspections add to the file of a premises."""

from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from grids.models import Officer
from grids.permissions import Permission
from gridsup.timeline import Action, Panel
from inspections.models import Finding, InspectionTask, Visit
from inspections.rules import why_not_visited
from subjects.models import Premises

# Visits shown in a file: a year's, where the rhythm is two months; the timeline has them all.
LAST = 6


def open_tasks(premises: Premises, *, officer: Officer, on: date) -> Panel:
    """The open tasks of a premises that the officer may see."""
    tasks = InspectionTask.objects.visible_to(officer).open().filter(premises=premises).select_related("assignee")
    return Panel("inspections/_open_tasks.html", {"tasks": tasks, "on": on})


def last_visits(premises: Premises, *, officer: Officer, on: date) -> Panel:
    """The latest records of a premises that the officer may see, each in its last version."""
    visits = Visit.objects.visible_to(officer).valid().filter(premises=premises).select_related("lead", "partner")
    return Panel("inspections/_last_visits.html", {"visits": visits[:LAST], "on": on})


def open_findings(premises: Premises, *, officer: Officer, on: date) -> Panel:
    """Findings of a premises that the officer may see and that are not at their end."""
    findings = Finding.objects.visible_to(officer).to_follow().filter(premises=premises)
    return Panel("inspections/_open_findings.html", {"findings": findings, "on": on})


def actions(premises: Premises, *, officer: Officer, on: date) -> list[Action]:
    """A visit, by whoever may inspect here."""
    if why_not_visited(premises) or not officer.may(Permission.INSPECT, premises.area_code):
        return []
    return [Action(_("Record a visit"), reverse("visit_new", args=[premises.pk]))]
