"""Moving complaints, reports, clues and enquiries through their workflows, one or many at a time."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.actions.cleaning import longest
from complaints.actions.intake import BATCH, area_of, suggested_area
from complaints.actions.known import Known, batches
from complaints.models import Clock, Complaint, ComplaintEvent
from complaints.models.complaint import MOVES_OF
from complaints.records import MoveRecord
from complaints.rules import PAUSING, handled, is_review, level_above, run_clocks
from grids.models import Officer
from grids.permissions import Permission
from gridsup.errors import BadInput, DomainError, NotAllowed, Overtaken
from gridsup.states import advance, check, find_move
from inspections.actions import ask_visits
from inspections.models import InspectionTask
from subjects.models import Premises

S = Complaint.State
# A visit that is asked for: where, from which day and by which.
Wanted = tuple[Premises, date, date]
# What may be given with a move to a state; the days are the moves' own.
TAKES: dict[str, tuple[str, ...]] = {
    S.ACCEPTED: ("premises", "locality"),
    S.REFUSED: ("refusal",),
    S.LINKED: ("linked_to",),
    S.DISPATCHED: ("area_code", "premises", "locality", "visit"),
    S.ESCALATED: ("area_code",),
    S.SETTLED: ("result",),
    S.MEDIATION_ENDED: ("ending", "result"),
    S.HANDLED: ("result",),
    S.NOT_UPHELD: ("result",),
    S.HANDED_TO_CASE: ("result",),
    S.ANSWERED: ("result",),
}
# What stands in the place of a reason where nobody asks why.
HOW_TOLD = gettext_lazy("Say when and how the person was told.")
CHOICES = {"refusal": Complaint.Refusal, "ending": Complaint.Ending}
# What a clock may differ in after a move.
CLOCK_FIELDS = [
    "area_code", "due_on", "latest_on", "is_provisional", "paused_on", "paused_days", "met_on", "stopped_on",
]  # fmt: skip
# What a complaint may differ in after its moves.
FIELDS = [
    "state", "area_code", "premises", "locality", "accepted_on", "result", "refusal", "ending", "linked_to",
    "closed_on", "task",
]  # fmt: skip


def move(
    *, complaint: Complaint, to: str, by: Officer | None, now: datetime, why: str = "", **fields: Any
) -> Complaint:
    """Makes one move of the table of its kind, with its area, its clocks and its history.

    `fields`: those that TAKES names for the state, and those that the table requires. A dispatch without an area goes
    where the premises or place lies, else stays in its station or grid, and with `visit` asks for a visit of the
    premises; reported up, it goes one level up; sent back as wrong, to the desk that took it in. Raises WrongState,
    NotAllowed (also for whoever handled and would review or close), BadInput with the field, and Overtaken when the
    stored row has left the state in which it was read; the complaint handed in is then as it is stored.
    """
    record = MoveRecord(complaint, to, by, now, why.strip(), fields)
    try:
        return _move(record, Known([complaint]))
    except DomainError:
        complaint.refresh_from_db()
        raise


def _move(record: MoveRecord, known: Known) -> Complaint:
    complaint, to, by, now = record.complaint, record.to, record.by, record.now
    changes = _decided(record, known)
    old, area = complaint.state, complaint.area_code
    with transaction.atomic():
        _hold_linked(complaint, changes)
        advance(
            complaint, to, moves=MOVES_OF[complaint.kind], event=ComplaintEvent, owner="complaint", now=now, by=by,
            why=record.why, **changes,
        )  # fmt: skip
        if complaint.area_code != area:
            _moved_area(record, complaint, area).save()
        clocks = list(complaint.clocks.select_related("rule").select_for_update(of=("self",)).order_by("pk"))
        read = _values(clocks)
        _run(record, complaint, old, clocks, known)
        _store(clocks, read)
        if record.fields.get("visit") and complaint.premises is not None:
            visit = _visit(complaint.premises, clocks, now)
            Complaint.objects.filter(pk=complaint.pk).update(task=_ask([visit])[0])
            complaint.refresh_from_db()
    return complaint


def move_many(*, moves: Sequence[MoveRecord]) -> int:
    """The same for many at once, in their order, also several of one complaint; all or none. Returns how many.

    The complaints handed in are brought up to date. Set-based: history is entered so, by the rules of `move`.
    """
    complaints = list({record.complaint.pk: record.complaint for record in moves}.values())
    rows = {complaint.pk: complaint for complaint in complaints}
    before = {complaint.pk: complaint.state for complaint in complaints}
    with transaction.atomic():
        known = Known(complaints)
        _refuse_overtaken(before)
        clocks: dict[int, list[Clock]] = {pk: [] for pk in rows}
        for batch in batches(list(rows)):
            held = Clock.objects.filter(complaint__in=batch).select_for_update(of=("self",))
            for clock in held.select_related("rule").order_by("pk"):
                clocks[clock.complaint_id].append(clock)
        read = _values(clock for of_one in clocks.values() for clock in of_one)
        events: list[ComplaintEvent] = []
        visits: list[tuple[Complaint, Wanted]] = []
        for record in moves:
            row = rows[record.complaint.pk]
            events += _make(replace(record, complaint=row, why=record.why.strip()), clocks[row.pk], known)
            if record.fields.get("visit") and row.premises is not None:
                visits.append((row, _visit(row.premises, clocks[row.pk], record.now)))
        for (row, _wanted), task in zip(visits, _ask([wanted for _row, wanted in visits]), strict=True):
            row.task = task
        Complaint.objects.all().write_rows(complaints, FIELDS)
        ComplaintEvent.objects.bulk_create(events, batch_size=BATCH)
        _store([clock for of_one in clocks.values() for clock in of_one], read)
    for record in moves:
        if record.complaint is not rows[record.complaint.pk]:
            record.complaint.refresh_from_db()
    return len(moves)


def _decided(record: MoveRecord, known: Known) -> dict[str, Any]:
    """The columns that the move writes besides the state; {} where `advance` is to refuse it."""
    complaint, by = record.complaint, record.by
    step = MOVES_OF[complaint.kind].get((complaint.state, record.to))
    if step is None:
        return {}
    check(by, step.permission, complaint.area_code)
    _refuse_who_handled(record, known)
    if len(record.why) > longest(ComplaintEvent, "why"):
        raise BadInput(_("At most %(most)s characters.") % {"most": longest(ComplaintEvent, "why")}, field="why")
    if record.to == S.TOLD and not record.why:
        raise BadInput(HOW_TOLD, field="why")
    given = _given(record)
    if record.to == S.ACCEPTED and complaint.pk in known.nameless:
        raise BadInput(
            _("A complaint needs a real name and a telephone. Fill them in, or return it and ask for them."), field="to"
        )
    if record.to == S.LINKED:
        _refuse_link(complaint, given.get("linked_to"))
    _refuse_visit(complaint, given)
    area = _area(record, given, known)
    given.pop("visit", None)
    return {**given, **({} if area is None else {"area_code": area}), **_days(record)}


def _refuse_who_handled(record: MoveRecord, known: Known) -> None:
    """Those who supervise are not those who handle (handbook §6)."""
    complaint, by = record.complaint, record.by
    if by is None or not is_review(complaint.kind, complaint.state, record.to):
        return
    if handled(complaint.kind, known.made[complaint.pk][by.pk]):
        raise NotAllowed(_("You handled this yourself: somebody else has to review and close it."))


def _given(record: MoveRecord) -> dict[str, Any]:
    """The fields that came with the move, checked; those that a move of this kind takes and no other."""
    takes = TAKES.get(record.to, ())
    given: dict[str, Any] = {}
    for name, value in record.fields.items():
        if name not in takes:
            raise BadInput(_("This move takes nothing of the kind."), field=name)
        if value is None or value == "":
            continue
        given[name] = value.strip() if isinstance(value, str) else value
    for name, choices in CHOICES.items():
        if name in given and given[name] not in choices.values:
            raise BadInput(_("There is no such ground."), field=name)
    most = longest(Complaint, "result")
    if len(given.get("result", "")) > most:
        raise BadInput(_("At most %(most)s characters.") % {"most": most}, field="result")
    for name in ("premises", "locality"):
        row = given.get(name)
        if row is not None and row.area_code[:2] != record.complaint.area_code[:2]:
            raise BadInput(_("This lies in another bureau."), field=name)
    return given


def _refuse_link(complaint: Complaint, other: Complaint | None) -> None:
    """A repeat points to the first of its kind, so that no chain has to be followed (Art. 35)."""
    if other is None:
        return
    reports = {Complaint.Kind.REPORT, Complaint.Kind.CLUE}
    if other.pk == complaint.pk or other.kind not in reports or other.area_code[:2] != complaint.area_code[:2]:
        raise BadInput(_("Name another report or clue of this bureau."), field="linked_to")
    if other.received_at > complaint.received_at:
        raise BadInput(
            _("%(number)s was taken in after this one: link that one to this.") % {"number": other.number},
            field="linked_to",
        )
    if other.state == S.LINKED:
        first = other.linked_to
        raise BadInput(
            _("%(number)s is itself linked to %(first)s: link to that one.")
            % {"number": other.number, "first": first.number if first else ""},
            field="linked_to",
        )
    if complaint.repeats.exists():
        raise BadInput(_("Others are linked to this one: it has to stay."), field="linked_to")


def _hold_linked(complaint: Complaint, changes: Mapping[str, Any]) -> None:
    """Two that are linked to each other at the same moment would be a circle: one waits, and looks again."""
    other = changes.get("linked_to")
    if other is not None:
        rows = Complaint.objects.select_for_update().filter(pk__in=[complaint.pk, other.pk]).order_by("pk")
        _refuse_link(complaint, {row.pk: row for row in rows}[other.pk])


def _area(record: MoveRecord, given: dict[str, Any], known: Known) -> str | None:
    """Where the thing stands after the move; None where it stays."""
    complaint, area = record.complaint, given.pop("area_code", None)
    if record.to == S.DISPATCHED:
        found = area_of(given.get("premises"), given.get("locality"))
        return _target(record, area or (found if len(found) > 2 else suggested_area(complaint)), known)
    if record.to == S.ESCALATED:
        if len(complaint.area_code) == 2:
            raise BadInput(_("Above the bureau there is nobody to report to."), field="to")
        if area not in {None, level_above(complaint.area_code)}:
            raise BadInput(_("It goes up one level at a time."), field="area_code")
        return level_above(complaint.area_code)
    if record.to == S.RECEIVED and complaint.state == S.DISPATCHED:
        return known.desks.get(complaint.pk)
    return None


def _target(record: MoveRecord, area: str, known: Known) -> str:
    """The area that it is dispatched to; raises BadInput for none, and one that is not in force or not the desk's."""
    if not area:
        raise BadInput(_("Choose where it goes, or find the premises."), field="area_code")
    if area not in known.areas:
        raise BadInput(_("There is no area “%(code)s” in force.") % {"code": area[:40]}, field="area_code")
    by = record.by
    within = area.startswith(record.complaint.area_code[:2]) if by is None else by.may(Permission.DISPATCH, area)
    if not within or not area.startswith(record.complaint.area_code[:2]):
        raise BadInput(_("%(code)s lies outside of your desk's area.") % {"code": area}, field="area_code")
    return area


def _days(record: MoveRecord) -> dict[str, Any]:
    """The days that a move sets; the first acceptance stands until the thing is taken in anew."""
    on = timezone.localdate(record.now)
    old, to, complaint = record.complaint.state, record.to, record.complaint
    if to == S.ACCEPTED:
        return {"accepted_on": complaint.accepted_on or on}
    if old == S.RETURNED:
        return {"accepted_on": None}
    if to == S.CLOSED:
        return {"closed_on": on}
    return {"closed_on": None} if old == S.CLOSED else {}


def _moved_area(record: MoveRecord, complaint: Complaint, old: str) -> ComplaintEvent:
    """Who answered for it until now and who does from now on."""
    return ComplaintEvent(
        complaint=complaint, what="area", old=old, new=complaint.area_code, by=record.by, at=record.now
    )


def _make(record: MoveRecord, clocks: list[Clock], known: Known) -> list[ComplaintEvent]:
    """Makes a move in memory, on the complaint and its clocks; returns its history."""
    row, old, area = record.complaint, record.complaint.state, record.complaint.area_code
    changes = _decided(record, known)
    find_move(row, record.to, moves=MOVES_OF[row.kind], by=record.by, why=record.why, **changes)
    row.state = S(record.to)
    for name, value in changes.items():
        setattr(row, name, value)
    events = [
        ComplaintEvent(complaint=row, what="state", old=old, new=record.to, by=record.by, at=record.now, why=record.why)
    ]
    if record.by is not None:
        known.made[row.pk][record.by.pk].add((old, record.to))
    if row.area_code != area:
        events.append(_moved_area(record, row, area))
        known.desks.setdefault(row.pk, area)
    _run(record, row, old, clocks, known)
    return events


def _refuse_visit(complaint: Complaint, given: Mapping[str, Any]) -> None:
    """Somebody can be sent only to a premises that is known."""
    if given.get("visit") and given.get("premises", complaint.premises) is None:
        raise BadInput(_("Name the premises that is to be visited."), field="premises")


def _visit(premises: Premises, clocks: Iterable[Clock], now: datetime) -> Wanted:
    """The visit that goes with a dispatch: from today, within the limit of its handling; one that is over, at once."""
    on = timezone.localdate(now)
    limit = next((clock.due_on for clock in clocks if clock.is_running and clock.kind in PAUSING), on)
    return premises, on, max(limit, on)


def _ask(visits: Sequence[Wanted]) -> list[InspectionTask]:
    return ask_visits(reason=InspectionTask.Reason.COMPLAINT, wanted=visits)


def _refuse_overtaken(before: Mapping[int, str]) -> None:
    """Holds the rows, and raises Overtaken when one left the state in which it was read."""
    for batch in batches(list(before)):
        rows = Complaint.objects.select_for_update().filter(pk__in=batch).order_by("pk")
        if any(before[pk] != state for pk, state in rows.values_list("pk", "state")):
            raise Overtaken(_("Somebody else changed this first. Load it again and look."))


def _run(record: MoveRecord, complaint: Complaint, old: str, clocks: list[Clock], known: Known) -> None:
    """Runs the clocks of one complaint after a move."""
    on = timezone.localdate(record.now)
    run_clocks(complaint, old, clocks, on, known.limits(complaint.area_code[:2]))


def _values(clocks: Iterable[Clock]) -> dict[int, list[Any]]:
    """What stored clocks hold, to see later which were changed."""
    return {clock.pk: [getattr(clock, name) for name in CLOCK_FIELDS] for clock in clocks}


def _store(clocks: Collection[Clock], read: Mapping[int, list[Any]]) -> None:
    """Writes the clocks that are new and those that no longer hold what was read."""
    changed = [clock for clock in clocks if clock.pk and _values([clock])[clock.pk] != read[clock.pk]]
    Clock.objects.all().write_rows(changed, CLOCK_FIELDS)
    Clock.objects.bulk_create([clock for clock in clocks if clock.pk is None], batch_size=BATCH)
