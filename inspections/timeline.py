"""What the tasks, visits and findings of a premises add to its timeline, and each of their events in words."""

from django.utils.translation import gettext as _

from gridsup.scoping import HoldsAreas
from gridsup.timeline import Entry
from inspections.models import (
    CreditReview,
    CreditReviewEvent,
    Finding,
    FindingEvent,
    InspectionPlan,
    InspectionTask,
    PlanEvent,
    TaskEvent,
    Visit,
    VisitEvent,
)
from subjects.models import Premises


def entries(premises: Premises, *, officer: HoldsAreas) -> list[Entry]:
    """Every event of the premises' tasks, records and findings, and what it belongs to."""
    tasks = TaskEvent.objects.filter(task__premises=premises).select_related("task", "by")
    # what an officer puts aside is nobody else's business until it is handed in
    visits = VisitEvent.objects.filter(visit__premises=premises, what="state").exclude(new=Visit.State.DRAFT)
    seen = Finding.objects.of_lines(officer).filter(premises=premises).order_by().values("pk")
    findings = FindingEvent.objects.filter(finding__in=seen).select_related("finding", "by")
    return [
        *(entry_of(event, of_task=True) for event in tasks),
        *(visit_entry(event, of_visit=True) for event in visits.select_related("visit", "by")),
        *(finding_entry(event, of_finding=True) for event in findings),
    ]


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
    elif event.what == "visit":
        what = _("Task now done by the corrected record")
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


def visit_entry(event: VisitEvent, *, of_visit: bool = False) -> Entry:
    """One event of a visit's record in words; `of_visit`: with the outcome and a link."""
    states = dict(Visit.State.choices)
    if event.what == "state":
        what = _("Record of a visit %(state)s") % {"state": states.get(event.new, event.new)}
    else:
        what = {"photo": _("Photo added"), "dropped": _("Dropped")}.get(event.what, event.what)
    about, url = "", ""
    if of_visit:
        about = f"{event.visit.get_outcome_display()} · {event.visit.visited_on}"
        url = event.visit.get_absolute_url()
    detail = " · ".join(part for part in (about, event.why) if part)
    return Entry(at=event.at, what=what, detail=detail, by=str(event.by or ""), url=url)


def finding_entry(event: FindingEvent, *, of_finding: bool = False) -> Entry:
    """One event of a finding in words; `of_finding`: with its text and a link."""
    states = dict(Finding.State.choices)
    if event.what == "recheck":
        what = _("To be looked at again by %(day)s") % {"day": event.new}
    else:
        what = _("Finding %(state)s") % {"state": states.get(event.new, event.new)}
    about, url = (event.finding.text, event.finding.get_absolute_url()) if of_finding else ("", "")
    detail = " · ".join(part for part in (about, event.why) if part)
    return Entry(at=event.at, what=what, detail=detail, by=str(event.by or ""), url=url)


def review_entry(event: CreditReviewEvent) -> Entry:
    """One event of a credit review in words."""
    if event.what == "credit":
        what = _("Credit grade: %(old)s, now %(new)s") % {"old": event.old or _("none"), "new": event.new}
    else:
        states = dict(CreditReview.State.choices)
        what = _("Credit review: %(state)s") % {"state": states.get(event.new, event.new)}
    return Entry(at=event.at, what=what, detail=event.why, by=str(event.by or ""))
