"""What the tasks of a premises add to its timeline."""

from django.utils.translation import gettext as _

from gridsup.timeline import Entry
from inspections.models import InspectionPlan, InspectionTask, PlanEvent, TaskEvent
from subjects.models import Premises


def entries(premises: Premises) -> list[Entry]:
    """Every event of the premises' tasks, and the task it belongs to."""
    events = TaskEvent.objects.filter(task__premises=premises).select_related("task", "by")
    return [entry_of(event, of_task=True) for event in events]


def plan_entry(event: PlanEvent) -> Entry:
    """One event of a yearly plan in words."""
    states = dict(InspectionPlan.State.choices)
    what = _("Plan %(state)s") % {"state": states.get(event.new, event.new)}
    return Entry(at=event.at, what=what, detail=event.why, by=str(event.by or ""))


def entry_of(event: TaskEvent, *, of_task: bool = False) -> Entry:
    """One event in words."""
    states = dict(InspectionTask.State.choices)
    if event.what == "state":
        what = _("Task %(state)s") % {"state": states.get(event.new, event.new)}
    elif event.what == "assignee":
        what = _("Task given to %(name)s") % {"name": event.new or _("whoever holds the grid")}
    else:
        what = event.what
    about = ""
    if of_task:
        about = _("%(reason)s visit due on %(day)s") % {
            "reason": event.task.get_reason_display(),
            "day": event.task.due_on,
        }
    detail = " · ".join(part for part in (about, event.why) if part)
    return Entry(at=event.at, what=what, detail=detail, by=str(event.by or ""))
