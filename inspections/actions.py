"""Writes to tasks: made from the plan, given to somebody, merged, cancelled, brought into line with the ledger."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, F, QuerySet, Sum, Value, Window
from django.db.models.functions import Coalesce, RowNumber, Substr
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.models import Officer
from grids.permissions import Permission
from gridsup.dates import AddDays
from gridsup.errors import BadInput, Overtaken
from gridsup.parts import Part
from gridsup.states import advance, check
from inspections.models import InspectionPlan, InspectionTask, PlanEvent, PlanLine, TaskEvent
from inspections.models.plan import PLAN_MOVES
from inspections.models.task import TASK_MOVES
from inspections.querysets import TaskQuerySet, foreseen
from subjects.actions import count_from, figure
from subjects.models import Premises
from subjects.querysets import PremisesQuerySet

State = InspectionTask.State
PlanState = InspectionPlan.State
# Rows a statement: SQLite bounds the number of its parameters.
EVENT_BATCH = 1_000


def propose_plan(
    *,
    bureau: str,
    year: int,
    on: date,
    now: datetime,
    by: Officer | None = None,
    cap: int | None = None,
    cap_basis: str = InspectionPlan.CapBasis.PREMISES,
    cap_reason: str = "",
) -> InspectionPlan:
    """Drafts the next version of a bureau's plan for a year from the ledger's rhythm, cut to the cap.

    `cap`: visits a year at most; None takes the policy's figure. Raises NotAllowed, BadInput without a policy, for a
    year that is over, or for a cap above the policy's figure without a reason.
    """
    check(by, Permission.PLAN, bureau)
    usual = figure(bureau, "yearly_cap", on)
    cap = usual if cap is None else cap
    if year < on.year:
        raise BadInput(_("%(year)s is over: a plan looks ahead.") % {"year": year}, field="year")
    if cap < 1 or (cap > usual and not cap_reason.strip()):
        raise BadInput(_("A cap above %(usual)s visits needs a reason.") % {"usual": usual}, field="cap_reason")
    with transaction.atomic():
        earlier = InspectionPlan.objects.filter(bureau_id=bureau, year=year).order_by("-version").first()
        plan = InspectionPlan.objects.create(
            bureau_id=bureau,
            year=year,
            version=earlier.version + 1 if earlier else 1,
            yearly_cap=cap,
            cap_basis=cap_basis,
            cap_reason=cap_reason,
            proposed_on=on,
        )
        PlanLine.objects.bulk_create(_lines(plan))
        PlanEvent.objects.create(plan=plan, what="state", new=plan.state, by=by, at=now, why=cap_reason)
    return plan


def approve_plan(*, plan: InspectionPlan, by: Officer, now: datetime) -> InspectionPlan:
    """The head approves a draft."""
    advance(plan, PlanState.APPROVED, moves=PLAN_MOVES, event=PlanEvent, owner="plan", now=now, by=by)
    return plan


def publish_plan(*, plan: InspectionPlan, on: date, by: Officer, now: datetime) -> InspectionPlan:
    """The grid office publishes an approved plan; the version that was in force until now is closed."""
    with transaction.atomic():
        for former in InspectionPlan.objects.filter(
            bureau_id=plan.bureau_id, year=plan.year, state=PlanState.PUBLISHED
        ).exclude(pk=plan.pk):
            close_plan(plan=former, why=_("Version %(n)s takes its place.") % {"n": plan.version}, by=by, now=now)
        advance(
            plan, PlanState.PUBLISHED, moves=PLAN_MOVES, event=PlanEvent, owner="plan", now=now, by=by, published_on=on
        )
    return plan


def close_plan(*, plan: InspectionPlan, why: str, by: Officer, now: datetime) -> InspectionPlan:
    """The grid office ends a plan or drops a draft, with a reason; no task is made from it any more."""
    advance(plan, PlanState.CLOSED, moves=PLAN_MOVES, event=PlanEvent, owner="plan", now=now, by=by, why=why.strip())
    return plan


def assign_task(*, task: InspectionTask, to: Officer | None, by: Officer, now: datetime) -> InspectionTask:
    """Gives an open task to somebody by name, or back to whoever holds the grid (`to` None).

    Raises NotAllowed, BadInput for somebody who has no post here that inspects, Overtaken when the task moved on.
    """
    check(by, Permission.ASSIGN, task.area_code)
    able = Officer.objects.inspecting(task.area_code, timezone.localdate(now))
    if to is not None and not able.filter(pk=to.pk).exists():
        raise BadInput(
            _("%(name)s holds no post here that inspects, or no valid certificate.") % {"name": to}, field="officer"
        )
    with transaction.atomic():
        stored = InspectionTask.objects.open().filter(pk=task.pk, assignee=task.assignee_id)
        if not stored.update(assignee=to):
            raise Overtaken(_("Somebody else changed this first. Load it again and look."))
        TaskEvent.objects.create(
            task=task, what="assignee", old=str(task.assignee or ""), new=str(to or ""), by=by, at=now
        )
    task.refresh_from_db()
    return task


def cancel_task(*, task: InspectionTask, why: str, by: Officer, now: datetime) -> InspectionTask:
    """Cancels an open task on a ground; a routine visit is then owed again one interval after the cancelled due day."""
    with transaction.atomic():
        advance(task, State.CANCELLED, moves=TASK_MOVES, event=TaskEvent, owner="task", now=now, by=by, why=why.strip())
        if task.reason == InspectionTask.Reason.ROUTINE:
            count_from(premises=task.premises, day=task.due_on, on=timezone.localdate(now))
    return task


def follow_ledger(*, bureau: str, now: datetime) -> dict[str, int]:
    """Brings the open tasks of a bureau into line with its ledger: their area, and none for a closed premises."""
    with transaction.atomic():
        return follow_part(part=Part.area(bureau), now=now)


def follow_part(*, part: Part, now: datetime) -> dict[str, int]:
    """One part of `follow_ledger`; returns {"changed": tasks moved or cancelled}."""
    ours = InspectionTask.objects.open().filter(part.rows())
    elsewhere = ours.exclude(area_code=F("premises__area_code"))
    moved = elsewhere.write_to(InspectionTask, key="pk", area_code=F("premises__area_code"))
    gone = ours.exclude(premises__status="active")
    return {"changed": moved + _end(gone, State.CANCELLED, now, _("The premises is no longer in business."))}


def make_tasks(*, part: Part, plan: InspectionPlan, on: date, lead: int) -> dict[str, int]:
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
    opening.insert_into(TaskEvent, **_moved(State.DUE, now, ""))
    return {"changed": opening.update(state=State.DUE)}


def merge_near(*, part: Part, span: int, now: datetime) -> dict[str, int]:
    """Open tasks of one premises due within `span` days become one visit's list: the later joins the earliest."""
    pairs = InspectionTask.objects.all().near_pairs(part, span)
    if not pairs:
        return {"changed": 0}
    # Held until the end of the step: a visit that comes in meanwhile must not be merged away.
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


def _lines(plan: InspectionPlan) -> list[PlanLine]:
    """The plan by station, tier and mode; a cap counted by subject cuts the later premises of a subject first."""
    ledger = foreseen(
        Premises.objects.in_area(plan.bureau_id).active().filter(next_due_on__lte=plan.last_day),
        plan.year,
        plan.yearly_cap,
    )
    key = ("station", "tier", "mode")
    groups = ledger.annotate(station=Substr("area_code", 1, 4)).order_by().values(*key)
    rows = groups.annotate(premises=Count("pk"), visits=Sum("wanted"), planned=Sum("capped"))
    beyond = _beyond_subject_cap(plan, ledger) if plan.cap_basis == InspectionPlan.CapBasis.SUBJECT else Counter()
    return [
        PlanLine(
            plan=plan,
            area_code=row["station"],
            tier=row["tier"],
            mode=row["mode"],
            premises=row["premises"],
            wanted=row["visits"],
            planned=row["planned"] - beyond[row["station"], row["tier"], row["mode"]],
        )
        for row in rows
    ]


def _beyond_subject_cap(plan: InspectionPlan, ledger: QuerySet[Any]) -> Counter[tuple[str, str, str]]:
    """Visits by (station, tier, mode) that each premises may have alone but its subject may not have in all."""
    several = (
        Premises.objects.in_area(plan.bureau_id).active().values("subject").annotate(n=Count("pk")).filter(n__gt=1)
    )
    beyond: Counter[tuple[str, str, str]] = Counter()
    left: dict[int, int] = {}
    shared = ledger.filter(subject__in=several.values("subject")).order_by("next_due_on", "pk")
    for subject, area, tier, mode, capped in shared.values_list("subject", "area_code", "tier", "mode", "capped"):
        rest = left.get(subject, plan.yearly_cap)
        left[subject] = max(0, rest - capped)
        beyond[area[:4], tier, mode] += max(0, capped - rest)
    return beyond
