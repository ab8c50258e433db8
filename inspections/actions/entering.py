"""Entering records of visits: every rule first, then what they change, in a fixed number of statements a batch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from gridsup.errors import Overtaken
from inspections import rules
from inspections.actions import following
from inspections.facts import Facts, gather
from inspections.models import Finding, FindingEvent, InspectionTask, TaskEvent, Visit, VisitEvent
from inspections.records import Problem, Submission
from subjects.actions import count_visits
from subjects.models import CheckItem

State = Visit.State
FindingState = Finding.State
TaskState = InspectionTask.State


@dataclass
class Ready:
    """A record that every rule lets through, with the rows that it writes."""

    given: Submission
    visit: Visit
    was: str  # the state of the draft that it completes, or nothing
    findings: list[Finding] = field(default_factory=list)
    tasks: list[InspectionTask] = field(default_factory=list)
    corrected: list[Finding] = field(default_factory=list)
    earlier: Visit | None = None

    @property
    def day(self) -> date:
        """The day of the visit."""
        return timezone.localdate(self.given.record.visited_at)

    @property
    def discharges(self) -> bool:
        """What was owed is done: anything but a refused entry."""
        return self.visit.outcome in Visit.DISCHARGING


def enter(*, submissions: Sequence[Submission]) -> list[tuple[Visit, bool]]:
    """The visit of each record and whether it is new, at most one new for each premises; in a transaction.

    Raises what the rules raise, and nothing is written then.
    """
    facts = gather(submissions)
    visits: list[tuple[Visit, bool]] = []
    ready: list[Ready] = []
    for given in submissions:
        stored = facts.stored.get(given.record.client_id)
        if stored is not None:
            rules.same_form(stored, given, facts)
        if stored is None or stored.state == State.DRAFT:
            one = _checked(given, facts, stored)
            facts.stored[given.record.client_id] = one.visit
            ready.append(one)
            visits.append((one.visit, True))
        else:
            visits.append((stored, False))
    if ready:
        _write(ready, facts)
    return visits


def _checked(given: Submission, facts: Facts, draft: Visit | None) -> Ready:
    """The record with every rule applied to it, ready to be written."""
    record = given.record
    premises = facts.premises[record.premises.pk]
    on = timezone.localdate(record.visited_at)
    rules.check_moment(record.visited_at, premises, given.at)
    area = facts.area_of(record, on)
    rules.check_officers(given, facts, area, on)
    rules.check_outcome(record)
    rules.check_new(record, facts)
    earlier = rules.check_correction(record, given, facts)
    items = facts.items.of(premises, on)
    answers = rules.answers_of(record, items)
    corrected = rules.corrected_of(record, facts, on)
    visit = draft or Visit(client_id=record.client_id, premises=premises, lead=record.lead)
    was = State.DRAFT.value if draft is not None else ""
    # A correction is prompt when it follows the return as fast as a first record has to follow the visit.
    starts = timezone.localdate(earlier.reviewed_at) if earlier is not None and earlier.reviewed_at else on
    values: dict[str, object] = {
        "area_code": area, "lead": record.lead, "partner": record.partner, "outcome": record.outcome,
        "answers": answers, "narrative": record.narrative.strip(), "draft": {}, "visited_on": on,
        "state": State.SUBMITTED.value,
        "visited_at": record.visited_at, "submitted_at": given.at, "submitted_on": timezone.localdate(given.at),
        "entry_due_on": facts.ends(premises.area_code[:2], "visit_entry", starts, on),
        "content_sha256": rules.content(record, facts), "corrects": earlier,
        "version": earlier.version + 1 if earlier is not None else 1,
    }  # fmt: skip
    for name, value in values.items():
        setattr(visit, name, value)
    findings = _findings(visit, record.problems, items, facts, on)
    tasks = rules.covered_of(record, facts, corrected, on)
    return Ready(given, visit, was, findings, tasks, corrected, earlier)


def _findings(
    visit: Visit, problems: Sequence[Problem], items: Sequence[CheckItem], facts: Facts, on: date
) -> list[Finding]:
    """The problems as rows: in the state where each disposition leads at once, an order with its last day."""
    lines = {item.code: item.line for item in items}
    here, rows = facts.premises[visit.premises_id].area_code, []
    for number, problem in enumerate(problems, 1):
        rules.check_problem(number, problem, lines, on)
        rectify_by = problem.rectify_by
        if problem.disposition == Finding.Disposition.ORDER and rectify_by is None:
            rectify_by = facts.ends(visit.area_code[:2], "rectify", on, on)
        disposition = Finding.Disposition(problem.disposition)
        state = Finding.FIRST_STATE[disposition]
        rows.append(
            Finding(
                visit=visit, premises=visit.premises, item=problem.item, found_on=on, rectify_by=rectify_by,
                line=problem.line or lines.get(problem.item, ""), text=problem.text.strip(), disposition=disposition,
                state=state, area_code=here if state in Finding.TO_FOLLOW else visit.area_code,
            )
        )  # fmt: skip
    return rows


def _write(ready: Sequence[Ready], facts: Facts) -> None:
    """Everything that the records change, the record itself first."""
    Visit.objects.bulk_create([one.visit for one in ready if not one.was])
    for one in ready:
        if one.was:
            _complete(one.visit)
    VisitEvent.objects.bulk_create(
        VisitEvent(visit=one.visit, what="state", old=one.was, new=one.visit.state, by=one.given.by, at=one.given.at)
        for one in ready
    )
    replaced = [one for one in ready if one.earlier is not None]
    withdrawn = following.withdraw(replaced) if replaced else []
    _discharge(ready)
    _put_right(ready)
    _find(ready, facts)
    if withdrawn:
        following.drop_rechecks(withdrawn)
    done = [one.visit for one in ready if one.discharges]
    if done:
        count_visits(
            visits=Visit.objects.filter(pk__in=[visit.pk for visit in done]),
            premises=[visit.premises_id for visit in done],
            on=max(timezone.localdate(one.given.at) for one in ready),
        )


def _complete(visit: Visit) -> None:
    """A draft becomes the record; raises Overtaken when it was handed in meanwhile."""
    names = [column.attname for column in Visit._meta.concrete_fields if not column.primary_key]
    values = {name: getattr(visit, name) for name in names}
    if not Visit.objects.filter(pk=visit.pk, state=State.DRAFT).update(**values):
        raise Overtaken(_("Somebody else changed this first. Load it again and look."))


def _discharge(ready: Iterable[Ready]) -> None:
    """The tasks that the visits cover are done."""
    events, tasks = [], []
    for one in ready:
        for task in one.tasks:
            events.append(
                TaskEvent(task=task, what="state", old=task.state, new=TaskState.DONE, by=one.given.by, at=one.given.at)
            )
            task.state, task.done_on, task.visit = TaskState.DONE, one.day, one.visit
            tasks.append(task)
    TaskEvent.objects.bulk_create(events)
    InspectionTask.objects.all().write_rows(tasks, ["state", "done_on", "visit"])


def _put_right(ready: Iterable[Ready]) -> None:
    """What a visit saw corrected is rectified."""
    events, findings = [], []
    for one in ready:
        for finding in one.corrected:
            events.append(_event(one, finding, finding.state, FindingState.RECTIFIED))
            finding.state, finding.rectified_on, finding.rectified_by = FindingState.RECTIFIED, one.day, one.visit
            findings.append(finding)
    FindingEvent.objects.bulk_create(events)
    Finding.objects.all().write_rows(findings, ["state", "rectified_on", "rectified_by"])


def _find(ready: Sequence[Ready], facts: Facts) -> None:
    """Stores the problems, each order with the task to look again on its last day; one task for a premises and day.

    An order whose re-check was done before its last day, without being seen put right, gets another.
    """
    again = [(one, finding) for one in ready for finding in _left_over(one, facts)]
    ordered = [(one, row) for one in ready for row in one.findings if row.state == FindingState.ORDERED]
    wanted = [
        (row, row.rectify_by, one.day, timezone.localdate(one.given.at))
        for one, row in [*again, *ordered]
        if row.rectify_by is not None
    ]
    tasks = following.rechecks(wanted, [task for rows in facts.tasks.values() for task in rows])
    for row, due_on, *_days in wanted:
        row.recheck = tasks[row.premises_id, due_on]
    Finding.objects.all().write_rows([finding for _one, finding in again], ["recheck"])
    Finding.objects.bulk_create(finding for one in ready for finding in one.findings)
    FindingEvent.objects.bulk_create(_event(one, row, "", row.state) for one in ready for row in one.findings)


def _left_over(one: Ready, facts: Facts) -> list[Finding]:
    """Orders of the premises, still to be corrected and within their limit, that no open task looks at any more."""
    done = {task.pk for task in one.tasks}
    still = {task.pk for task in facts.tasks[one.visit.premises_id]} - done
    return [
        finding
        for finding in (facts.findings[one.visit.premises_id] if done else [])
        if finding.state == FindingState.ORDERED
        and (one.earlier is None or finding.visit_id != one.earlier.pk)
        and finding.rectify_by is not None
        and finding.rectify_by > one.day
        and finding.recheck is not None
        and not {finding.recheck_id, finding.recheck.merged_into_id} & still
    ]


def _event(one: Ready, finding: Finding, old: str, new: str) -> FindingEvent:
    return FindingEvent(finding=finding, what="state", old=old, new=new, by=one.given.by, at=one.given.at)
