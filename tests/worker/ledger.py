"""A small bureau with everything that generating a day's tasks meets, and its rows in a form that can be compared."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from gridsup.jobs import run_inline
from inspections.models import InspectionTask, TaskEvent
from subjects.actions import load_preset
from subjects.models import MarketSubject, Premises
from tests.factories import BureauFactory, GridFactory, PlanFactory, TaskFactory

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.get_default_timezone())
DAY = {"name": "generate_due_tasks", "period": "2026-11-22"}
STATIONS = ["0501", "0502", "0503", "0504"]
EACH = 100

Rows = tuple[list[tuple[object, ...]], list[tuple[object, ...]]]


def small_bureau() -> None:
    """Four stations of EACH premises due around the day, and some that were never placed; plans of two years."""
    bureau = BureauFactory(code="05")
    load_preset(bureau="05", name="FR", on=date(2026, 1, 1), now=NOON)
    for year in (2026, 2027):
        PlanFactory(bureau=bureau, year=year)
    areas = [GridFactory(code=f"{station}01").code for station in STATIONS] * EACH + [*STATIONS, "05", "05"]
    subjects = MarketSubject.objects.bulk_create(
        MarketSubject(bureau=bureau, name=f"Shop {n}", kind="individual", uscc=f"92610111MA{n:08d}", credit="A")
        for n in range(len(areas))
    )
    premises = Premises.objects.bulk_create(
        Premises(
            subject=subject, area_code=area, grid_id=area if len(area) == 6 else None, entered_on=date(2026, 1, 1),
            tier="high", mode="key", interval_months=2, next_due_on=TODAY + timedelta(days=n % 45 - 10),
        )
        for n, (subject, area) in enumerate(zip(subjects, areas, strict=True))
    )  # fmt: skip
    for n, row in enumerate(premises[::9]):
        _open_task(row, n)


def _open_task(premises: Premises, n: int) -> None:
    """One that will merge, one to be opened, one of a premises that has closed."""
    if n % 3 == 0:
        TaskFactory(premises=premises, reason="recheck", plan=None, due_on=TODAY, opens_on=TODAY)
    elif n % 3 == 1:
        TaskFactory(premises=premises, state="planned", due_on=TODAY + timedelta(days=9), opens_on=TODAY)
    else:
        TaskFactory(premises=premises)
        Premises.objects.filter(pk=premises.pk).update(status="closed")


def rows() -> Rows:
    """Every task and every event of it, by what they say; keys and moments left out."""
    tasks = InspectionTask.objects.order_by("premises", "reason", "due_on")
    events = TaskEvent.objects.order_by("task__premises", "task__reason", "task__due_on", "new")
    of_task = ("premises", "reason", "due_on", "area_code", "plan", "opens_on", "state", "merged_into__reason")
    return (
        list(tasks.values_list(*of_task)),
        list(events.values_list("task__premises", "task__reason", "task__due_on", "what", "old", "new", "why")),
    )


def undisturbed() -> Rows:
    """The rows after one run that nothing disturbed; the run itself is undone."""
    with transaction.atomic():
        job = run_inline(**DAY, area_code="05", now=timezone.now())
        assert job.state == "done", job.error
        assert job.counts["made"] > EACH
        result = rows()
        transaction.set_rollback(True)
    return result
