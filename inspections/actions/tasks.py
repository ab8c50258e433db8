"""Writes to tasks: made from the plan, given to somebody, merged, cancelled, brought into line with the ledger."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Value, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.models import Officer, Posting
from grids.permissions import Permission
from gridsup.dates import AddDays
from gridsup.errors import BadInput, Overtaken
from gridsup.parts import Part
from gridsup.states import advance, check
from gridsup.workdays import ONE_DAY
from inspections.facts import hold, hold_those_of
from inspections.models import Finding, InspectionPlan, InspectionTask, TaskEvent
from inspections.models.task import TASK_MOVES
from inspections.querysets import TaskQuerySet
from subjects.actions import count_from
from subjects.models import Premises
from subjects.querysets import PremisesQuerySet

State = InspectionTask.State
# Rows a statement: SQLite bounds the number of its parameters.
EVENT_BATCH = 1_000


def assign_task(*, task: InspectionTask, to: Officer | None, by: Officer, now: datetime) -> InspectionTask:
    """Gives an open task to somebody by name, or back to whoever holds the grid (`to` None).

    Raises NotAllowed, BadInput for somebody who has no post here that inspects or is on leave, Overtaken when the task
    moved on.
    """
    check(by, Permission.ASSIGN, task.area_code)
    if to is not None:
        _check_there(to, task.area_code, timezone.localdate(now))
    with transaction.atomic():
        stored = InspectionTask.objects.open().filter(pk=task.pk, assignee=task.assignee_id)
        if not stored.update(assignee=to):
            raise Overtaken(_("Somebody else changed this first. Load it again and look."))
        TaskEvent.objects.create(
            task=task, what="assignee", old=str(task.assignee or ""), new=str(to or ""), by=by, at=now
        )
    task.refresh_from_db()
    return task


def _check_there(officer: Officer, area_code: str, on: date) -> None:
    """Raises BadInput for who does not inspect there, and for who is on leave on the day."""
    if not Officer.objects.inspecting(area_code, on).filter(pk=officer.pk).exists():
        raise BadInput(
            _("%(name)s holds no post here that inspects, or no valid certificate.") % {"name": officer},
            field="officer",
        )
    leaves = Posting.objects.on(on).substitutions().filter(stands_in_for__officer=officer)
    if leave := leaves.select_related("officer").order_by("-to_day").first():
        raise BadInput(
            _("%(name)s is on leave until %(day)s, and %(other)s stands in: choose somebody else.")
            % {"name": officer, "day": leave.to_day, "other": leave.officer},
            field="officer",
        )


def ask_visits(*, reason: str, wanted: Sequence[tuple[Premises, date, date]]) -> list[InspectionTask]:
    """For each premises, first day and last day the open task that brings somebody there for the reason, in order.

    One that is due within these days serves; else it is made, due on the last day. The first day is the one on which
    the visit is asked for. For reasons that need no plan.
    Raises BadInput for a premises that is not in business.
    """
    if any(premises.status != "active" for premises, _first, _last in wanted):
        raise BadInput(_("This premises is not in business: there is nothing to visit."), field="premises")
    keys = sorted({premises.pk for premises, _first, _last in wanted})
    known: dict[int, list[InspectionTask]] = defaultdict(list)
    asked = []
    with transaction.atomic():
        for start in range(0, len(keys), EVENT_BATCH):
            batch = keys[start : start + EVENT_BATCH]
            hold(batch)  # of two who ask at the same moment the second sees what the first made
            for task in InspectionTask.objects.filter(premises__in=batch, reason=reason).order_by("due_on"):
                known[task.premises_id].append(task)
        for premises, first, last in wanted:
            serving = (task for task in known[premises.pk] if task.is_open and first <= task.due_on <= last)
            task = next(serving, None) or _new_visit(premises, reason, first, last, known[premises.pk])
            asked.append(task)
        InspectionTask.objects.bulk_create({id(task): task for task in asked if task.pk is None}.values())
    return asked


def _new_visit(premises: Premises, reason: str, first: date, last: date, known: list[InspectionTask]) -> InspectionTask:
    """A task due on the last day; a task that stands on that day, done or not, keeps it."""
    while any(task.due_on == last for task in known):
        last += ONE_DAY
    task = InspectionTask(
        premises=premises, area_code=premises.area_code, reason=reason, due_on=last, opens_on=first, made_on=first,
        state=State.DUE,
    )  # fmt: skip
    known.append(task)
    return task


def cancel_task(*, task: InspectionTask, why: str, by: Officer, now: datetime) -> InspectionTask:
    """Cancels an open task on a ground; a routine visit is then owed again one interval after the cancelled due day."""
    with transaction.atomic():
        hold([task.premises_id])
        advance(task, State.CANCELLED, moves=TASK_MOVES, event=TaskEvent, owner="task", now=now, by=by, why=why.strip())
        if task.reason == InspectionTask.Reason.ROUTINE:
            count_from(premises=task.premises, day=task.due_on, on=timezone.localdate(now))
    return task


def follow_ledger(*, bureau: str, now: datetime) -> dict[str, int]:
    """Brings open tasks and findings of a bureau into line with its ledger: their area, and no task for a closed
    premises."""
    with transaction.atomic():
        return follow_part(part=Part.area(bureau), now=now)


def follow_part(*, part: Part, now: datetime) -> dict[str, int]:
    """One part of `follow_ledger`; returns {"changed": tasks and findings moved, tasks cancelled}."""
    ours = InspectionTask.objects.open().filter(part.rows())
    elsewhere = ours.exclude(area_code=F("premises__area_code"))
    strays = Finding.objects.to_follow().filter(part.rows()).exclude(area_code=F("premises__area_code"))
    gone = ours.exclude(premises__status="active")
    hold_those_of(elsewhere, gone, strays)
    moved = elsewhere.write_to(InspectionTask, key="pk", area_code=F("premises__area_code"))
    moved += strays.write_to(Finding, key="pk", area_code=F("premises__area_code"))
    return {"changed": moved + _end(gone, State.CANCELLED, now, _("The premises is no longer in business."))}


def make_tasks(*, part: Part, plan: InspectionPlan, on: date, lead: int, now: datetime) -> dict[str, int]:
    """One routine task for every premises of the part that falls due by `on` + `lead` days in the plan's year.

    What fell due in an earlier year and is still owed belongs to the year of `on`. Nothing is made for a premises with
    an open routine task or at the plan's cap. Returns {"read": premises due in the window, "made"}.
    """
    due = falling_due(part=part, year=plan.year, on=on, lead=lead)
    # Sets found once, never a look-up a row: PostgreSQL would plan that, on an empty table, as a scan of what is new.
    ours = InspectionTask.objects.filter(part.rows("premises__area_code"))
    wanted = due.exclude(pk__in=ours.open().filter(reason=InspectionTask.Reason.ROUTINE).values("premises"))
    if plan.cap_basis == InspectionPlan.CapBasis.PREMISES:
        wanted = wanted.exclude(pk__in=ours.at_cap(plan))
    else:
        # Two premises of one subject may fall due in the same run: the later one must count the earlier.
        place = Window(RowNumber(), partition_by=[F("subject")], order_by=[F("next_due_on"), F("pk")])
        used = Coalesce(InspectionTask.objects.used_by_subject(plan), 0)
        wanted = wanted.annotate(used=used, place=place).filter(place__lte=plan.yearly_cap - F("used"))
    made = wanted.insert_into(
        InspectionTask,
        premises=F("pk"),
        area_code=F("area_code"),
        reason=InspectionTask.Reason.ROUTINE.value,
        plan=plan.pk,
        due_on=F("next_due_on"),
        opens_on=AddDays(F("next_due_on"), Value(-lead)),
        made_on=timezone.localdate(now),
        state=State.DUE.value,
    )
    return {"read": due.count(), "made": made}


def falling_due(*, part: Part, year: int, on: date, lead: int) -> PremisesQuerySet:
    """Active premises of the part due by `on` + `lead` days whose visit belongs to the plan of the year.

    Years before that of `on` are over: what they left undone belongs to the year of `on`.
    """
    due = Premises.objects.active().filter(part.rows(), next_due_on__lte=on + timedelta(days=lead))
    if year > on.year:
        return due.filter(next_due_on__year=year)
    return due.filter(next_due_on__year__lte=year)


def open_planned(*, part: Part, on: date, now: datetime) -> dict[str, int]:
    """Planned tasks whose window is open on the day become due; returns {"changed"}."""
    opening = InspectionTask.objects.filter(part.rows(), state=State.PLANNED, opens_on__lte=on)
    hold_those_of(opening)
    opening.insert_into(TaskEvent, **_moved(State.DUE, now, ""))
    return {"changed": opening.update(state=State.DUE)}


def merge_near(*, part: Part, span: int, now: datetime) -> dict[str, int]:
    """Open tasks of one premises due within `span` days become one visit's list: the later joins the earliest."""
    pairs = InspectionTask.objects.all().near_pairs(part, span)
    if not pairs:
        return {"changed": 0}
    # Held until the end of the step: a visit that comes in meanwhile must not be merged away.
    hold_those_of(InspectionTask.objects.filter(pk__in=pairs))
    held = InspectionTask.objects.open().select_for_update().in_bulk({*pairs, *pairs.values()})
    joining = [held[task] for task, into in pairs.items() if task in held and into in held]
    why = _("Near each other on one premises: one visit.")
    TaskEvent.objects.bulk_create(
        TaskEvent(task=task, what="state", old=task.state, new=State.MERGED, at=now, why=why) for task in joining
    )
    for task in joining:
        task.state, task.merged_into_id = State.MERGED, pairs[task.pk]
    InspectionTask.objects.bulk_update(joining, ["state", "merged_into"], batch_size=EVENT_BATCH)
    return {"changed": len(joining)}


def _end(tasks: TaskQuerySet, to: InspectionTask.State, now: datetime, why: str) -> int:
    """Ends tasks by a job: the events first, each once, then the move, in the transaction of the caller."""
    tasks.insert_into(TaskEvent, **_moved(to, now, why))
    return tasks.update(state=to)


def _moved(to: InspectionTask.State, now: datetime, why: str) -> dict[str, object]:
    """Columns of the event of a move made by a job."""
    return {"task": F("pk"), "what": "state", "old": F("state"), "new": to.value, "at": now, "why": why}
