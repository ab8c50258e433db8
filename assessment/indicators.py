"""The indicators: what is counted, of which rows, and when a row counts as met (tables.md, "First scheme").

An indicator is a share of obligations that were met; never a count of visits, cases or fines (handbook §9). Each is a
pure function of the streams at a cut-off: what was written down later is not known yet. An obligation that somebody
ended on a ground (cancelled, merged, withdrawn, handed over, stopped) is left out; the ground stands in its history. A
task that was cancelled when its due day was over is a miss: what was owed in time cannot be cancelled away afterwards.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db.models import Case, Count, F, Model, OuterRef, Q, Subquery, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from complaints.models import Clock, Rating
from gridsup.periods import Period
from gridsup.scoping import ScopedQuerySet, inside
from gridsup.workdays import ONE_DAY
from inspections.models import Finding, FindingEvent, InspectionTask, TaskEvent, Visit

Rows = ScopedQuerySet[Any]


@dataclass(frozen=True)
class Span:
    """What is looked at: an area with all below it, a period, and the last day whose facts are known.

    `alone`: what stands at this very level, in none of the areas below it.
    """

    area: str
    period: Period
    cut_off: date
    alone: bool = False

    @property
    def known_before(self) -> datetime:
        """The first moment whose facts are not known any more."""
        return timezone.make_aware(datetime.combine(self.cut_off + ONE_DAY, time.min))


@dataclass(frozen=True)
class Shown:
    """One row as a list shows it: its name and address, what it is about, its last day and what was done on which;
    `ground`: why and when somebody ended it."""

    url: str
    name: str
    detail: str
    due_on: date
    done_on: date | None
    ground: str = ""


@dataclass(frozen=True)
class Indicator:
    """One indicator, declared once for the job, the pages and the API.

    `day`: the column whose day decides the period. `counted`: which rows of the span are the denominator. `met`: which
    of these are the numerator. `show`: a row for a list, which needs the relations of `with_file` and what `beside`
    looks up for each row.
    """

    name: str
    label: Promise
    whole: Promise
    part: Promise
    model: type[Model]
    day: str
    counted: Callable[[Span], Q]
    met: Callable[[Span], Q]
    show: Callable[[Any], Shown]
    with_file: tuple[str, ...]
    beside: Mapping[str, Subquery] = field(default_factory=dict)

    def filed(self, rows: Rows) -> Rows:
        """The rows with everything that `show` needs."""
        filed: Rows = rows.annotate(**self.beside).select_related(*self.with_file)
        return filed

    def stream(self, span: Span) -> Rows:
        """Every row of the area whose day lies in the period, left out or not."""
        rows: Rows = self.model._default_manager.all()  # type: ignore[assignment]
        rows = rows.filter(area_code=span.area) if span.alone else rows.in_area(span.area)
        return rows.filter(**{f"{self.day}__range": (span.period.first, span.period.last)})

    def rows(self, span: Span) -> Rows:
        """The denominator: the rows that count, each with `is_met`."""
        is_met = Case(When(self.met(span), then=Value(True)), default=Value(False))
        return self.stream(span).filter(self.counted(span)).annotate(is_met=is_met)

    def left_out(self, span: Span) -> Rows:
        """Rows of the period that do not count: ended on a ground, or not known at the cut-off."""
        return self.stream(span).exclude(pk__in=self.stream(span).filter(self.counted(span)).values("pk"))

    def counts(self, span: Span) -> dict[str, tuple[int, int]]:
        """Numerator and denominator by the area code that the rows carry, in one statement."""
        rows = self.stream(span).filter(self.counted(span)).order_by().values("area_code")
        sums = rows.annotate(numerator=Count("pk", filter=self.met(span)), denominator=Count("pk"))
        return {area: (part, whole) for area, part, whole in sums.values_list("area_code", "numerator", "denominator")}


def _stands(span: Span, standing: Sequence[str], *, states: Sequence[str], events: Any, owner: str, day: str) -> Q:
    """Rows whose obligation stands, or stood until after the cut-off.

    The set of the latter is found once and is small: it is named by the states in which it is, not by those in which it
    is not, so that PostgreSQL comes to it over the rows of the period and not over the whole history.
    """
    ended = [state for state in states if state not in standing]
    of_span = {f"{owner}__{day}__range": (span.period.first, span.period.last), f"{owner}__state__in": ended}
    left = {"what": "state", "old__in": standing, "new__in": ended, "at__gte": span.known_before}
    later = events.filter(inside([span.area], f"{owner}__area_code"), **of_span, **left)
    return Q(state__in=standing) | Q(pk__in=later.values(owner))


def _tasks(span: Span) -> Q:
    state = InspectionTask.State
    standing = [state.PLANNED, state.DUE, state.DONE]
    stands = _stands(span, standing, states=state.values, events=TaskEvent.objects, owner="task", day="due_on")
    return Q(made_on__lte=span.cut_off) & (stands | Q(pk__in=_cancelled_late(span).values("task")))


def _cancelled_late(span: Span) -> Any:
    """The events with which tasks of the span were cancelled when their due day was over."""
    of_span = {"task__due_on__range": (span.period.first, span.period.last), "task__state": "cancelled"}
    cancelled = TaskEvent.objects.filter(inside([span.area], "task__area_code"), what="state", new="cancelled")
    return cancelled.filter(**of_span, at__date__gt=F("task__due_on"))


def _known(record: str, span: Span) -> Q:
    """The visit had been entered by the cut-off; a corrected record stands for one that had come in before it."""
    return Q(**{f"{record}__submitted_on__lte": span.cut_off}) | Q(**{f"{record}__version__gt": 1})


def _visited_in_time(span: Span) -> Q:
    return Q(state=InspectionTask.State.DONE, done_on__lte=F("due_on")) & _known("visit", span)


def _first_records(span: Span) -> Q:
    return Q(corrects__isnull=True, submitted_on__lte=span.cut_off)


def _entered_promptly(span: Span) -> Q:
    return Q(submitted_on__lte=F("entry_due_on"))


def _ordered(span: Span) -> Q:
    state = Finding.State
    standing = [state.ORDERED, state.ESCALATED, state.RECTIFIED]
    stands = _stands(
        span, standing, states=state.values, events=FindingEvent.objects, owner="finding", day="rectify_by"
    )
    return stands & _known("visit", span)


def _rectified_in_time(span: Span) -> Q:
    seen = Q(rectified_by__isnull=True) | _known("rectified_by", span)
    return Q(state=Finding.State.RECTIFIED, rectified_on__lte=F("rectify_by")) & seen


def _clocks(span: Span) -> Q:
    """A clock that stands still when its last day passes has not ended."""
    stopped = Q(stopped_on__isnull=True) | Q(stopped_on__gt=span.cut_off)
    runs = Q(paused_on__isnull=True) | Q(paused_on__gt=F("latest_on")) | Q(met_on__isnull=False)
    return stopped & runs


def _answered_in_time(span: Span) -> Q:
    return Q(met_on__lte=F("latest_on"))


def _ratings(span: Span) -> Q:
    return Q(given_on__lte=span.cut_off)


# How many of the five points a satisfied person gives at least (tables.md, "4 or 5 of 5").
SATISFIED = 4


def _satisfied(span: Span) -> Q:
    return Q(score__gte=SATISFIED)


def _task(task: InspectionTask) -> Shown:
    place = task.premises
    detail = f"{task.get_reason_display()} · {place.address}"
    if task.made_on > task.due_on:
        detail += " · " + _("made on %(day)s, when its due day was over") % {"day": task.made_on}
    ground, at = getattr(task, "ended_why", None), getattr(task, "ended_at", None)
    said = {"state": task.get_state_display(), "day": timezone.localdate(at) if at else "", "why": ground}
    ended = _("%(state)s on %(day)s: %(why)s") % said if ground else ""
    return Shown(reverse("task", args=[task.pk]), place.subject.name, detail, task.due_on, task.done_on, str(ended))


def _visit(visit: Visit) -> Shown:
    detail = _("visited on %(day)s") % {"day": visit.visited_on}
    due = visit.entry_due_on or date.max
    return Shown(visit.get_absolute_url(), visit.premises.subject.name, str(detail), due, visit.submitted_on)


def _finding(finding: Finding) -> Shown:
    due = finding.rectify_by or date.max
    return Shown(finding.get_absolute_url(), finding.premises.subject.name, finding.text, due, finding.rectified_on)


def _clock(clock: Clock) -> Shown:
    file = clock.complaint
    return Shown(file.get_absolute_url(), file.number, clock.get_kind_display(), clock.latest_on, clock.met_on)


def _rating(rating: Rating) -> Shown:
    file = rating.complaint
    detail = _("%(score)s of 5 points") % {"score": rating.score}
    return Shown(file.get_absolute_url(), file.number, str(detail), rating.given_on, rating.given_on)


# How a task came to its end without a visit.
ENDS = TaskEvent.objects.filter(task=OuterRef("pk"), what="state", new__in=["cancelled", "merged"]).order_by("-pk")
OF_TASK = {"ended_why": Subquery(ENDS.values("why")[:1]), "ended_at": Subquery(ENDS.values("at")[:1])}
OF_PREMISES = ("premises__subject",)
INDICATORS: dict[str, Indicator] = {
    indicator.name: indicator
    for indicator in (
        Indicator(
            "visits_on_time",
            _("Visits on time"),
            _("tasks whose due day lies in the period, but for those merged, or cancelled by their due day"),
            _("visited by the due day"),
            InspectionTask, "due_on", _tasks, _visited_in_time, _task, OF_PREMISES, OF_TASK,
        ),
        Indicator(
            "entered_promptly",
            _("Entered promptly"),
            _("visits of the period that were submitted; of a corrected record the first version"),
            _("submitted by the last day for the entry"),
            Visit, "visited_on", _first_records, _entered_promptly, _visit, OF_PREMISES,
        ),
        Indicator(
            "rectified_on_time",
            _("Rectified on time"),
            _("findings whose limit ends in the period, but for those withdrawn or handed to the case team"),
            _("seen to be rectified by the limit"),
            Finding, "rectify_by", _ordered, _rectified_in_time, _finding, OF_PREMISES,
        ),
        Indicator(
            "complaints_on_time",
            _("Complaints on time"),
            _("time limits of complaints and reports that end in the period, but for those stopped or paused"),
            _("met by the last day"),
            Clock, "latest_on", _clocks, _answered_in_time, _clock, ("complaint",),
        ),
        Indicator(
            "satisfaction",
            _("Satisfaction"),
            _("ratings given in the period"),
            _("four or five of five points"),
            Rating, "given_on", _ratings, _satisfied, _rating, ("complaint",),
        ),
    )
}  # fmt: skip
