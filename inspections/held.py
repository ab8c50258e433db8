"""Open work of inspections for hand-over: tasks given by name, drafts of visits, findings to follow."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grids.models import Officer
from grids.querysets import without_post
from gridsup.holding import HeldRow, Moved
from gridsup.scoping import inside
from inspections.models import Finding, InspectionTask, TaskEvent, Visit, VisitEvent


def inspects_in(to: Officer, on: date) -> Q:
    """Rows in the areas where somebody may inspect on the day: a post whose duty inspects, and a valid certificate."""
    if not to.is_active or not to.certified_on(on):
        return Q(pk__in=[])
    return inside(set(to.postings.on(on).that_inspect().values_list("area_code", flat=True)))


def keys_of(rows: QuerySet[Any]) -> list[int]:
    """The rows' keys, the rows locked in the order of keys until the end of the transaction."""
    return list(rows.order_by("pk").select_for_update().values_list("pk", flat=True))


def by_whom(by: Any) -> dict[str, int]:
    """Who did it, as a column of an event; a job is nobody."""
    return {"by": by.pk} if by else {}


class Tasks:
    """Open tasks given to somebody by name; without a successor they go back to whoever holds the grid."""

    key = "tasks"
    label: str | Promise = _("due visits")

    def by_name(self, officer: Officer) -> QuerySet[Any]:
        return InspectionTask.objects.open().filter(assignee=officer).with_file().order_by("due_on", "pk")

    def strays(self, on: date) -> QuerySet[Any]:
        tasks = (
            InspectionTask.objects.open()
            .with_file()
            .filter(assignee__isnull=False)
            .annotate(holder_id=F("assignee_id"))
        )
        return tasks.filter(without_post("assignee", on)).order_by("assignee", "due_on", "pk")

    def of_areas(self, codes: Collection[str]) -> QuerySet[Any]:
        ours = InspectionTask.objects.open().filter(area_code__in=codes, assignee=None)
        return ours.with_file().order_by("due_on", "pk")

    def listed(self, code: str) -> str:
        return f"{reverse('tasks')}?{urlencode({'area': code, 'exact': 1, 'state': 'open', 'given': 'area'})}"

    def show(self, row: Any) -> HeldRow:
        return HeldRow(str(row.premises), str(row), row.area_code, reverse("task", args=[row.pk]))

    def shares(self, rows: QuerySet[Any], to: Officer | None, on: date) -> Moved:
        count = rows.count()
        given = rows.filter(inspects_in(to, on)).count() if to else 0
        return Moved(given, count - given, 0)

    def move(self, rows: QuerySet[Any], to: Officer | None, *, by: Any, on: date, now: datetime) -> Moved:
        keys = keys_of(rows)
        given = keys_of(InspectionTask.objects.filter(inspects_in(to, on), pk__in=keys)) if to else []
        back = sorted(set(keys) - set(given))
        self._give(given, to, by, now)
        self._give(back, None, by, now)
        return Moved(len(given), len(back), 0)

    def _give(self, keys: Collection[int], to: Officer | None, by: Any, now: datetime) -> None:
        if keys:
            held = InspectionTask.objects.filter(pk__in=keys)
            columns = {"task": F("pk"), "what": "assignee", "old": F("assignee__name"), "new": str(to or "")}
            held.insert_into(TaskEvent, **columns, why="", at=now, **by_whom(by))
            held.update(assignee=to)


class Drafts:
    """Visits that somebody put aside half written; without a successor they stay, so that nothing is lost."""

    key = "drafts"
    label: str | Promise = _("visits put aside")

    def by_name(self, officer: Officer) -> QuerySet[Any]:
        return Visit.objects.put_aside(officer).with_file().order_by("pk")

    def strays(self, on: date) -> QuerySet[Any]:
        drafts = (
            Visit.objects.with_file()
            .filter(state="draft", submitted_at__isnull=True, corrects__isnull=True)
            .exclude(draft={})
        )
        return drafts.annotate(holder_id=F("lead_id")).filter(without_post("lead", on)).order_by("lead", "pk")

    def of_areas(self, codes: Collection[str]) -> QuerySet[Any]:
        return Visit.objects.none()

    def listed(self, code: str) -> str:
        return ""

    def show(self, row: Any) -> HeldRow:
        return HeldRow(str(row.premises), str(_("put aside")), row.area_code, row.premises.get_absolute_url())

    def shares(self, rows: QuerySet[Any], to: Officer | None, on: date) -> Moved:
        count = rows.count()
        given = self._fitting(rows, to, on).count() if to else 0
        return Moved(given, 0, count - given)

    def move(self, rows: QuerySet[Any], to: Officer | None, *, by: Any, on: date, now: datetime) -> Moved:
        shares = self.shares(rows, to, on)
        keys = keys_of(self._fitting(rows, to, on)) if to else []
        if keys:
            chosen = Visit.objects.filter(pk__in=keys)
            columns = {"visit": F("pk"), "what": "lead", "old": F("lead__name"), "new": str(to), "why": ""}
            chosen.insert_into(VisitEvent, **columns, at=now, **by_whom(by))
            chosen.update(lead=to)
        return shares

    def _fitting(self, rows: QuerySet[Any], to: Officer, on: date) -> QuerySet[Any]:
        """Where the successor may inspect and is not the second officer already."""
        return rows.filter(Q(partner__isnull=True) | ~Q(partner=to)).filter(inspects_in(to, on))


class Findings:
    """Findings that are not at their end: they belong to the area, whoever holds it follows them."""

    key = "findings"
    label: str | Promise = _("findings to follow")

    def by_name(self, officer: Officer) -> None:
        return None

    def strays(self, on: date) -> None:
        return None

    def of_areas(self, codes: Collection[str]) -> QuerySet[Any]:
        return Finding.objects.to_follow().with_file().filter(area_code__in=codes)

    def listed(self, code: str) -> str:
        return f"{reverse('findings')}?{urlencode({'area': code, 'exact': 1, 'state': 'to_follow'})}"

    def show(self, row: Any) -> HeldRow:
        return HeldRow(row.text, str(row.premises), row.area_code, row.get_absolute_url())

    def shares(self, rows: QuerySet[Any], to: Officer | None, on: date) -> Moved:
        return Moved(0, 0, rows.count())

    def move(self, rows: QuerySet[Any], to: Officer | None, *, by: Any, on: date, now: datetime) -> Moved:
        return self.shares(rows, to, on)


TASKS, DRAFTS, FINDINGS = Tasks(), Drafts(), Findings()
