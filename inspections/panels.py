"""What inspections add to the file of a premises."""

from datetime import date

from grids.models import Officer
from gridsup.timeline import Panel
from inspections.models import InspectionTask
from subjects.models import Premises


def open_tasks(premises: Premises, *, officer: Officer, on: date) -> Panel:
    """The open tasks of a premises that the officer may see."""
    tasks = InspectionTask.objects.visible_to(officer).open().filter(premises=premises).select_related("assignee")
    return Panel("inspections/_open_tasks.html", {"tasks": tasks, "on": on})
