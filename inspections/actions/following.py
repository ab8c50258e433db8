"""What follows from a finding or a corrected record: tasks to look again, withdrawals, tasks without an object."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from grids.models import Officer
from inspections.models import Finding, FindingEvent, InspectionTask, TaskEvent

if TYPE_CHECKING:
    from inspections.actions.entering import Ready

Reason = InspectionTask.Reason
TaskState = InspectionTask.State
# A finding, the day by which to look again, the day from which one may, the day on which it is asked for.
Again = tuple[Finding, date, date, date]


def rechecks(wanted: Collection[Again], known: Iterable[InspectionTask]) -> dict[tuple[int, date], InspectionTask]:
    """The open re-check of each (premises, day) that findings ask for, made where `known` has none.

    No plan: a re-check is owed by law, whatever the cap (handbook §9).
    """
    found = {(task.premises_id, task.due_on): task for task in known if task.reason == Reason.RECHECK and task.is_open}
    made: dict[tuple[int, date], InspectionTask] = {}
    for finding, due_on, opens_on, made_on in wanted:
        key = finding.premises_id, due_on
        if key not in found and key not in made:
            made[key] = InspectionTask(
                premises_id=finding.premises_id, area_code=finding.area_code, reason=Reason.RECHECK, due_on=due_on,
                opens_on=opens_on, made_on=made_on, state=TaskState.DUE,
            )  # fmt: skip
    InspectionTask.objects.bulk_create(made.values())
    return found | made


def withdraw(replaced: Sequence["Ready"]) -> list[tuple[int, Officer | None, datetime]]:
    """Lets corrected records take the place of those they name: findings that nobody acted on are withdrawn, the tasks
    and what was seen put right belong to the new version.

    Returns the re-checks of what was withdrawn, with who corrected and when.
    """
    by_earlier = {one.earlier.pk: one for one in replaced if one.earlier is not None}
    findings = list(
        Finding.objects.filter(visit__in=by_earlier).untouched().select_for_update(of=("self",)).order_by("pk")
    )
    tasks = list(InspectionTask.objects.filter(visit__in=by_earlier).select_for_update(of=("self",)).order_by("pk"))
    seen = list(Finding.objects.filter(rectified_by__in=by_earlier).select_for_update(of=("self",)).order_by("pk"))
    why = _("Withdrawn: the record was corrected.")
    events, task_events, rest = [], [], []
    for finding in findings:
        one = by_earlier[finding.visit_id]
        facts = {"old": finding.state, "new": Finding.State.WITHDRAWN, "by": one.given.by, "at": one.given.at}
        events.append(FindingEvent(finding=finding, what="state", why=why, **facts))
        finding.state = Finding.State.WITHDRAWN
        if finding.recheck_id is not None:
            rest.append((finding.recheck_id, one.given.by, one.given.at))
    for task in tasks:
        one = by_earlier[task.visit_id or 0]
        facts = {
            "old": str(one.visit.version - 1),
            "new": str(one.visit.version),
            "by": one.given.by,
            "at": one.given.at,
        }
        task_events.append(TaskEvent(task=task, what="visit", **facts))
        task.visit, task.done_on = one.visit, one.day
    for finding in seen:
        one = by_earlier[finding.rectified_by_id or 0]
        finding.rectified_by, finding.rectified_on = one.visit, one.day
    FindingEvent.objects.bulk_create(events)
    TaskEvent.objects.bulk_create(task_events)
    Finding.objects.all().write_rows(findings, ["state"])
    Finding.objects.all().write_rows(seen, ["rectified_by", "rectified_on"])
    InspectionTask.objects.all().write_rows(tasks, ["visit", "done_on"])
    return rest


def drop_rechecks(rechecks: Collection[tuple[int, Officer | None, datetime]]) -> int:
    """Cancels those re-checks that have nothing left to look at: no finding, and no task merged into them."""
    who = {key: (by, at) for key, by, at in rechecks}
    waiting = Finding.objects.to_rectify().filter(recheck=OuterRef("pk"))
    joined = InspectionTask.objects.filter(merged_into=OuterRef("pk"))
    empty = InspectionTask.objects.open().filter(~Exists(waiting), ~Exists(joined), pk__in=who, reason=Reason.RECHECK)
    tasks = list(empty.select_for_update(of=("self",)).order_by("pk"))
    why = _("Nothing is left to look at again.")
    TaskEvent.objects.bulk_create(
        TaskEvent(
            task=task, what="state", old=task.state, new=TaskState.CANCELLED, by=who[task.pk][0], at=who[task.pk][1],
            why=why,
        )
        for task in tasks
    )  # fmt: skip
    return InspectionTask.objects.filter(pk__in=[task.pk for task in tasks]).update(state=TaskState.CANCELLED)
