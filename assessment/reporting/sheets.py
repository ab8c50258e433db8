"""The row sheets of a report: which rows, and what is shown of each. Never who complained, nor any free text of theirs.

The rows of a rate are those of its indicator, so that what is listed is what was counted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessment.indicators import INDICATORS, Span
from complaints.models import Clock, Complaint
from gridsup.scoping import ScopedQuerySet
from inspections.models import Finding, InspectionTask, Visit
from subjects.lines import LINES

DAY, TEXT, NUMBER, YES = "day", "text", "number", "yes"
# Widths of columns, in characters of Latin letters; a Chinese one takes two.
SHORT, USUAL, MIDDLE, WIDE, WIDER, WIDEST = 10, 16, 22, 34, 46, 54


@dataclass(frozen=True)
class Column:
    """One column: where its value comes from, what kind it is, and the words for its codes."""

    label: str | Promise
    source: str
    kind: str = TEXT
    width: int = USUAL
    words: Mapping[Any, Any] | None = None


@dataclass(frozen=True)
class Sheet:
    """One sheet of rows. `groups`: the column by whose values the rows are counted besides by area."""

    name: str
    label: str | Promise
    rows: Callable[[Span], ScopedQuerySet[Any]]
    columns: tuple[Column, ...]
    order: str
    groups: str = ""
    indicator: str = ""


def _of(name: str) -> Callable[[Span], ScopedQuerySet[Any]]:
    """The rows that an indicator counts."""
    return INDICATORS[name].rows


def _found(span: Span) -> ScopedQuerySet[Any]:
    """Problems found in the period and known at the cut-off, but for those of a record that was corrected."""
    rows = Finding.objects.in_area(span.area).exclude(state=Finding.State.WITHDRAWN)
    last = min(span.period.last, span.cut_off)
    return rows.filter(found_on__range=(span.period.first, last), visit__submitted_on__lte=span.cut_off)


def _received(span: Span) -> ScopedQuerySet[Any]:
    """Complaints, reports, clues and enquiries received in the period."""
    last = min(span.period.last, span.cut_off)
    return Complaint.objects.in_area(span.area).filter(received_on__range=(span.period.first, last))


def _words(choices: list[tuple[Any, Any]]) -> dict[Any, Any]:
    return dict(choices)


PREMISES = (
    Column(_("Premises"), "premises__subject__name", width=WIDE),
    Column(_("Address"), "premises__address", width=WIDER),
)
MET = Column(_("Counted as met"), "is_met", YES, SHORT)
DISPOSITION = Column(_("Disposition"), "disposition", words=_words(Finding.Disposition.choices), width=MIDDLE)
PROBLEM = (
    Column(pgettext_lazy("of a problem", "Found on"), "found_on", DAY),
    Column(_("What was found"), "text", width=WIDEST),
    Column(_("Line of business"), "line", words=LINES),
    DISPOSITION,
    Column(_("State"), "state", words=_words(Finding.State.choices)),
    Column(_("To be corrected by"), "rectify_by", DAY),
    Column(_("Corrected on"), "rectified_on", DAY),
)

TASKS = Sheet(
    "tasks",
    _("Visits due"),
    _of("visits_on_time"),
    (
        *PREMISES,
        Column(_("Why visited"), "reason", words=_words(InspectionTask.Reason.choices)),
        Column(_("Due"), "due_on", DAY),
        Column(_("Done on"), "done_on", DAY),
        Column(_("State"), "state", words=_words(InspectionTask.State.choices)),
        MET,
    ),
    order="due_on",
    indicator="visits_on_time",
)
VISITS = Sheet(
    "visits",
    _("Visits recorded"),
    _of("entered_promptly"),
    (
        *PREMISES,
        Column(_("Visited on"), "visited_on", DAY),
        Column(_("Outcome"), "outcome", words=_words(Visit.Outcome.choices)),
        Column(_("First officer"), "lead__name"),
        Column(_("Second officer"), "partner__name"),
        Column(_("Submitted on"), "submitted_on", DAY),
        Column(_("To be entered by"), "entry_due_on", DAY),
        Column(_("State"), "state", words=_words(Visit.State.choices)),
        MET,
    ),
    order="visited_on",
    groups="outcome",
    indicator="entered_promptly",
)
FINDINGS = Sheet("findings", _("Problems found"), _found, (*PREMISES, *PROBLEM), order="found_on", groups="disposition")
RECTIFICATIONS = Sheet(
    "rectifications",
    _("Rectifications due"),
    _of("rectified_on_time"),
    (*PREMISES, *PROBLEM, MET),
    order="rectify_by",
    indicator="rectified_on_time",
)
NUMBERED = Column(_("Number"), "number")
COMPLAINTS = Sheet(
    "complaints",
    _("Complaints received"),
    _received,
    (
        NUMBERED,
        Column(_("Kind"), "kind", words=_words(Complaint.Kind.choices), width=MIDDLE),
        Column(_("Channel"), "channel", words=_words(Complaint.Channel.choices)),
        Column(_("Received on"), "received_on", DAY),
        Column(_("Premises"), "premises__subject__name", width=WIDE),
        Column(_("Category"), "category"),
        Column(_("Line of business"), "line", words=LINES),
        Column(_("Urgent"), "is_urgent", YES, SHORT),
        Column(_("State"), "state", words=_words(Complaint.State.choices)),
        Column(_("Accepted on"), "accepted_on", DAY),
        Column(_("Closed on"), "closed_on", DAY),
    ),
    order="received_on",
    groups="kind",
)
CLOCKS = Sheet(
    "clocks",
    _("Time limits ended"),
    _of("complaints_on_time"),
    (
        Column(_("Number"), "complaint__number"),
        Column(_("Kind"), "complaint__kind", words=_words(Complaint.Kind.choices), width=MIDDLE),
        Column(_("Time limit"), "kind", words=_words(Clock.Kind.choices)),
        Column(_("Runs from"), "started_on", DAY),
        Column(_("Warned from"), "due_on", DAY),
        Column(_("Last day"), "latest_on", DAY),
        Column(_("Provisional"), "is_provisional", YES, SHORT),
        Column(_("Days paused"), "paused_days", NUMBER, SHORT),
        Column(_("Days extended"), "extension_days", NUMBER, SHORT),
        Column(_("Met on"), "met_on", DAY),
        Column(_("Reported up on"), "escalated_on", DAY),
        MET,
    ),
    order="latest_on",
    groups="kind",
    indicator="complaints_on_time",
)
RATINGS = Sheet(
    "ratings",
    _("Ratings given"),
    _of("satisfaction"),
    (
        Column(_("Number"), "complaint__number"),
        Column(_("Given on"), "given_on", DAY),
        Column(_("Points of 5"), "score", NUMBER, SHORT),
        MET,
    ),
    order="given_on",
    indicator="satisfaction",
)

SHEETS = (TASKS, VISITS, FINDINGS, RECTIFICATIONS, COMPLAINTS, CLOCKS, RATINGS)


def has_data(span: Span) -> bool:
    """Some row of some sheet lies in the span."""
    return any(sheet.rows(span).exists() for sheet in SHEETS)
