"""Counts for the dashboard: a fixed number of statements, each with one row an area or a day, whatever they count."""

from datetime import date
from typing import Any, TypeVar, cast

from django.db.models import Count, F, Q, QuerySet

from assessment.dashboard.areas import Scope
from assessment.dashboard.stretches import Stretch
from complaints.models import Clock, Complaint
from gridsup.scoping import ScopedQuerySet
from inspections.models import Finding, InspectionTask
from subjects.models import Premises

Counts = dict[str, int]
ByArea = dict[str, Counts]
Rows = TypeVar("Rows", bound=ScopedQuerySet[Any])

# What is counted of obligations. An aggregate over columns of the index: of the key PostgreSQL would fetch every row.
TALLY = {
    "due": Count("*"),
    "done": Count("done_on"),
    "in_time": Count("area_code", filter=Q(done_on__lte=F("due_on"))),
}


def counts_by_area(scope: Scope, stretch: Stretch) -> ByArea:
    """Area code as stored on the rows → counts by name, of everything at or below the areas of the scope."""
    found: ByArea = {}
    for groups in (
        premises(scope, stretch),
        unplaced(scope),
        obligations(scope, stretch),
        overdue(scope, stretch.on),
        rectifications(scope, stretch.on),
    ):
        for group in groups:
            counts = cast(dict[str, Any], group)
            found.setdefault(counts.pop("area_code"), {}).update(counts)
    for area, colours in _of(Clock.objects.all(), scope).colours_by_area(stretch.on).items():
        found.setdefault(area, {}).update(colours)
    return found


def premises(scope: Scope, stretch: Stretch) -> QuerySet[Any, Any]:
    """Premises in business; those visited since the stretch began; those not, though due by its last day."""
    seen = Q(last_visited_on__gte=stretch.first)
    unseen = Q(last_visited_on__isnull=True) | Q(last_visited_on__lt=stretch.first)
    return _each_area(
        _of(Premises.objects.all(), scope).active(),
        premises=Count("*"),
        seen=Count("area_code", filter=seen),
        owed=Count("area_code", filter=unseen & Q(next_due_on__lte=stretch.last)),
    )


def unplaced(scope: Scope) -> QuerySet[Any, Any]:
    """Premises in business that lie in no grid."""
    rows = _of(Premises.objects.all(), scope).active().unplaced()
    return _each_area(rows, unplaced=Count("*"))


def obligations(scope: Scope, stretch: Stretch) -> QuerySet[Any, Any]:
    """Visits whose due day lies in the stretch, those made, and those made by the due day."""
    rows = _of(InspectionTask.objects.all(), scope).counted().filter(due_on__range=stretch.days)
    return _each_area(rows, **TALLY)


def overdue(scope: Scope, on: date) -> QuerySet[Any, Any]:
    """Visits of any period whose due day is over."""
    rows = _of(InspectionTask.objects.all(), scope).overdue(on)
    return _each_area(rows, overdue=Count("*"))


def rectifications(scope: Scope, on: date) -> QuerySet[Any, Any]:
    """Findings ordered to be corrected that are not yet, and those of them whose last day is over."""
    rows = _of(Finding.objects.all(), scope).to_rectify()
    return _each_area(rows, to_rectify=Count("*"), unrectified=Count("area_code", filter=Q(rectify_by__lt=on)))


def tally_by_day(scope: Scope, first: date, last: date) -> dict[date, Counts]:
    """Due day → what fell due then; one row a day of the areas together."""
    rows = _seen(InspectionTask.objects.all(), scope).counted().filter(due_on__range=(first, last))
    days = rows.order_by().values("due_on").annotate(**TALLY)
    return {day.pop("due_on"): day for day in cast(list[dict[str, Any]], days)}


def tally(scope: Scope, first: date, last: date) -> Counts:
    """What fell due from the first to the last day, in all areas together."""
    rows = _of(InspectionTask.objects.all(), scope).counted().filter(due_on__range=(first, last))
    return rows.order_by().aggregate(**TALLY)


def received(scope: Scope, stretch: Stretch) -> Counts:
    """Complaints, reports, clues and enquiries that came in: {"now", "before"}."""
    spans = {"now": stretch.days, "before": stretch.days_before}
    rows = _of(Complaint.objects.all(), scope).filter(received_on__range=(stretch.days_before[0], stretch.last))
    counts = {name: Count("area_code", filter=Q(received_on__range=span)) for name, span in spans.items()}
    return rows.order_by().aggregate(**counts)


def _of(rows: Rows, scope: Scope) -> Rows:
    """Rows of the areas, named one by one; all lie where the officer views business rows."""
    return rows.filter(area_code__in=scope.codes).of_lines(scope.officer)


def _seen(rows: Rows, scope: Scope) -> Rows:
    """The same rows as ranges of codes, for statements that walk the days of all areas together."""
    seen = rows.visible_to(scope.officer)
    return seen.in_area(scope.area) if scope.area else seen


def _each_area(rows: ScopedQuerySet[Any], **counts: Count) -> QuerySet[Any, Any]:
    groups: QuerySet[Any, Any] = rows.order_by().values("area_code").annotate(**counts)
    return groups
