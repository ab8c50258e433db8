"""Writes to findings: decided, handed over, returned, closed, escalated, looked at again."""

from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.models import Officer
from grids.permissions import Permission
from gridsup.errors import BadInput, Overtaken, WrongState
from gridsup.parts import Part
from gridsup.states import advance, check
from inspections.actions import following
from inspections.actions.cases import follow_case, record_case
from inspections.facts import hold
from inspections.models import Finding, FindingEvent, InspectionTask
from inspections.models.finding import FINDING_MOVES
from inspections.rules import check_within_a_year

State = Finding.State
# What somebody above may decide of a grave danger.
DECISIONS = (State.SETTLED, State.ORDERED, State.HANDED_OVER)


def open_decision(
    *, finding: Finding, to: str, why: str, by: Officer, now: datetime, rectify_by: date | None = None
) -> Finding:
    """Decides on a grave danger that was reported: settled, ordered to be corrected by a day, or handed to the case
    team.

    Raises NotAllowed, WrongState for anything but an open finding, BadInput without a reason or a day that is to come,
    Overtaken for the second of two.
    """
    if to not in DECISIONS:
        raise WrongState(_("A grave danger is settled, ordered to be corrected, or handed to the case team."))
    if to != State.ORDERED:
        return _move(finding, to, why, by, now)
    check(by, Permission.REVIEW_VISITS, finding.area_code)
    today = timezone.localdate(now)
    if rectify_by is None or rectify_by < today:
        raise BadInput(_("Say by which day it is to be corrected: today or later."), field="rectify_by")
    check_within_a_year(rectify_by, today, "rectify_by")
    with transaction.atomic():
        hold([finding.premises_id])
        _move(finding, to, why, by, now, rectify_by=rectify_by)
        _look_again(finding, today, rectify_by)
    return finding


def hand_over(*, finding: Finding, why: str, by: Officer, now: datetime) -> Finding:
    """Hands a finding that was not put right to the case team; the re-check goes with its last finding."""
    if finding.state == State.OPEN:
        return open_decision(finding=finding, to=State.HANDED_OVER, why=why, by=by, now=now)
    with transaction.atomic():
        hold([finding.premises_id])
        _move(finding, State.HANDED_OVER, why, by, now)
        # one that was overdue when another look was asked for has nothing left to look at, either
        past = Q(premises=finding.premises_id, due_on__lt=timezone.localdate(now))
        rest = InspectionTask.objects.open().filter(Q(pk=finding.recheck_id) | past)
        following.drop_rechecks([(key, by, now) for key in rest.values_list("pk", flat=True)])
    return finding


def return_case(
    *, finding: Finding, number: str, decision: str, closed_on: date | None, by: Officer, now: datetime
) -> Finding:
    """The case team reports what became of a finding: the number of its case, the decision, and when it was closed.

    Several findings of a premises may have gone into one case. Raises NotAllowed, WrongState, Overtaken, and BadInput
    with the field, also for a number that was reported with something else.
    """
    check(by, Permission.TAKE_CASE, finding.area_code)
    today = timezone.localdate(now)
    with transaction.atomic():
        premises = hold([finding.premises_id])[finding.premises_id]
        case = record_case(
            premises=premises, number=number, decision=decision, closed_on=closed_on, since=finding.found_on, on=today
        )
        why = f"{case.number} · {case.decision} · {case.closed_on}"
        _move(finding, State.CASE_RETURNED, why, by, now, case=case)
    return finding


def close_finding(*, finding: Finding, why: str, by: Officer, now: datetime) -> Finding:
    """The station closes what the case team returned: a revisit becomes due, a review of the credit grade is proposed.

    Raises NotAllowed, WrongState, Overtaken, and BadInput without a reason or a policy that says how soon to revisit.
    """
    with transaction.atomic():
        hold([finding.premises_id])
        _move(finding, State.CLOSED, why, by, now)
        if finding.case is not None:
            follow_case(case=finding.case, by=by, now=now)
    return finding


def ask_recheck(*, finding: Finding, due_on: date, by: Officer, now: datetime) -> InspectionTask:
    """Asks for another look at a finding that is still to be put right and that no open task of a day to come looks at.

    Its limit stays what it was, and a re-check that is overdue stays owed beside the new one. Raises NotAllowed,
    WrongState for a finding that is over or will be looked at, BadInput for a day that is over or too far.
    """
    check(by, Permission.ASSIGN, finding.area_code)
    today = timezone.localdate(now)
    if due_on < today:
        raise BadInput(_("Choose today or a later day."), field="due_on")
    check_within_a_year(due_on, today, "due_on")
    with transaction.atomic():
        hold([finding.premises_id])
        held = Finding.objects.select_related("recheck").get(pk=finding.pk)
        if held.state not in Finding.TO_RECTIFY:
            raise WrongState(_("There is nothing to be put right any more."))
        if held.recheck is not None and held.is_looked_at(today):
            raise WrongState(_("Somebody will look at this again on %(day)s.") % {"day": held.recheck.due_on})
        task = _look_again(held, today, due_on)
        facts = {"what": "recheck", "new": due_on.isoformat(), "by": by, "at": now}
        FindingEvent.objects.create(finding=held, **facts)
    finding.refresh_from_db()
    return task


def escalate_findings(*, part: Part, on: date, now: datetime) -> dict[str, int]:
    """Orders whose last day is over go up once: they are the station's to decide on; returns {"changed"}."""
    late = Finding.objects.filter(part.rows(), state=State.ORDERED, rectify_by__lt=on)
    with transaction.atomic():
        if connection.features.has_select_for_update:  # in the order in which a visit holds them
            list(late.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk"))
        changed = late.update(state=State.ESCALATED)
        # After the update, which holds the rows: what was put right meanwhile gets no event. Those told before are left
        # out by the database, which is quicker than to look for them.
        if changed:
            up = Finding.objects.filter(part.rows(), state=State.ESCALATED)
            facts = {"what": "state", "old": State.ORDERED.value, "new": State.ESCALATED.value, "at": now}
            up.insert_into(FindingEvent, finding=F("pk"), why=_("Its last day is over."), **facts)
    return {"changed": changed}


def _move(finding: Finding, to: str, why: str, by: Officer, now: datetime, **fields: object) -> Finding:
    advance(
        finding, to, moves=FINDING_MOVES, event=FindingEvent, owner="finding", now=now, by=by, why=why.strip(), **fields
    )
    return finding


def _look_again(finding: Finding, today: date, day: date) -> InspectionTask:
    """The open re-check of the premises on the day, made today if there is none, as that of the finding."""
    known = InspectionTask.objects.open().filter(premises=finding.premises_id, reason=InspectionTask.Reason.RECHECK)
    task = following.rechecks([(finding, day, today, today)], known)[finding.premises_id, day]
    if not Finding.objects.filter(pk=finding.pk, state__in=Finding.TO_RECTIFY).update(recheck=task):
        raise Overtaken(_("Somebody else changed this first. Load it again and look."))
    finding.recheck = task
    return task
