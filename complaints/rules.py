"""What the workflows mean, without a database: which clocks a move starts and ends, and until when each runs.

Sources: handbook §9 (SAMR Order 121, Arts. 15, 22, 23, 27, 33, 35, 45); tables.md, "States".
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from complaints.models import Clock, Complaint
from complaints.models.complaint import MOVES_OF
from grids.permissions import Permission
from gridsup.workdays import ONE_DAY, Deadline, WorkCalendar
from subjects.models import TimeLimit

S, C, K = Complaint.State, Clock.Kind, Complaint.Kind

# The limit that a thing of each kind is under while nobody has decided on it; an enquiry has none.
ON_RECEIPT: Mapping[str, str] = {K.COMPLAINT: C.ACCEPT, K.REPORT: C.VERIFY, K.CLUE: C.VERIFY}
# The limit of whoever handles it, by kind.
OF_HANDLING: Mapping[str, str] = {K.COMPLAINT: C.MEDIATION, K.REPORT: C.VERIFY, K.CLUE: C.VERIFY}
# Handled, one way or the other, and waiting for the review.
DECIDED = frozenset({S.SETTLED, S.MEDIATION_ENDED, S.HANDLED, S.NOT_UPHELD, S.HANDED_TO_CASE})
# It went back, away or to another: an answer was given, and nobody here handles it.
TURNED_AWAY = frozenset({S.REFUSED, S.RETURNED, S.TRANSFERRED, S.LINKED})
# Being handled.
AT_WORK = frozenset({S.IN_HAND, S.VERIFYING})
# Limits that stand still while a test or an appraisal is made (Arts. 22, 27).
PAUSING = frozenset({C.MEDIATION, C.VERIFY})
# Who answers for a limit: one of these permissions, to explain why it was missed.
ANSWERING = {
    C.ACCEPT: (Permission.ACCEPT,),
    C.DISPUTE: (Permission.DISPATCH,),
    C.MEDIATION: (Permission.HANDLE,),
    C.VERIFY: (Permission.HANDLE, Permission.DISPATCH),
    C.NOTICE: (Permission.FOLLOW_UP,),
    C.OUTSIDE: (Permission.HANDLE, Permission.FOLLOW_UP),
}


class Limits(Protocol):
    """The rules of a bureau and the calendar by which they are counted."""

    @property
    def calendar(self) -> WorkCalendar:
        """Which days are worked."""

    def rule(self, kind: str, on: date) -> TimeLimit:
        """The rule in force on the day for a kind of clock."""


@dataclass(frozen=True)
class Effect:
    """What a move does to the clocks, by kind.

    `meet`: what they asked for is done. `stop`: nobody owes it any more. `go_on`: what was done did not stand, the same
    limit runs on. `start`: a limit of its own begins on the day of the move.
    """

    meet: tuple[str, ...] = ()
    stop: tuple[str, ...] = ()
    go_on: tuple[str, ...] = ()
    start: tuple[str, ...] = ()


def effect(kind: str, old: str, new: str) -> Effect:
    """What the move from `old` to `new` does to the clocks of a thing of this kind; `old` is empty on receipt."""
    first, handling = _one(ON_RECEIPT, kind), _one(OF_HANDLING, kind)
    table = (
        (not old, Effect(start=first)),
        (old == S.RETURNED, Effect(start=first, go_on=(C.OUTSIDE,))),
        (old == S.DISPATCHED and new == S.RECEIVED, Effect(start=(C.DISPUTE,))),
        (new == S.ACCEPTED, Effect(meet=(C.ACCEPT,), start=(C.MEDIATION,))),
        # a report that went to the competent department was decided on; a mediation that will not be is not owed
        (new in TURNED_AWAY, Effect(meet=(C.ACCEPT, C.VERIFY, C.DISPUTE, C.OUTSIDE), stop=(C.MEDIATION,))),
        (new == S.DISPATCHED, Effect(meet=(C.DISPUTE,))),
        (new in DECIDED, Effect(meet=handling, start=(C.NOTICE,))),
        (old in DECIDED and new in AT_WORK, Effect(stop=(C.NOTICE,), go_on=handling)),
        (new in {S.TOLD, S.ANSWERED}, Effect(meet=(C.NOTICE, C.OUTSIDE))),
        (new == S.REOPENED, Effect(start=handling)),
    )
    return next((does for holds, does in table if holds), Effect())


def _one(table: Mapping[str, str], kind: str) -> tuple[str, ...]:
    """The clock of the kind, or none."""
    return tuple(found for key, found in table.items() if key == kind)


def deadline(
    rule: TimeLimit, started_on: date, calendar: WorkCalendar, *, paused: int = 0, extended: int = 0
) -> Deadline:
    """When a limit ends; `paused` and `extended` are further days in the rule's own unit."""
    return calendar.after(started_on, rule.days + paused + extended, rule.unit)


def days_paused(unit: str, since: date, until: date, calendar: WorkCalendar) -> int:
    """Days after `since` up to `until` that do not count, in the unit of the limit."""
    if unit == TimeLimit.Unit.CALENDAR:
        return (until - since).days
    days, day = 0, since
    while day < until:
        day += ONE_DAY
        days += calendar.is_working(day)
    return days


def begin(complaint: Complaint, kind: str, on: date, limits: Limits) -> Clock:
    """A clock that starts on the day, by the rule in force then; not stored yet."""
    rule = limits.rule(kind, on)
    end = deadline(rule, on, limits.calendar)
    return Clock(
        complaint=complaint, area_code=complaint.area_code, kind=kind, rule=rule, started_on=on,
        due_on=end.due, latest_on=end.latest, is_provisional=end.provisional,
    )  # fmt: skip


def begin_outside(complaint: Complaint, on: date, due_on: date) -> Clock:
    """The limit that the outside system set; it is given, not counted."""
    return Clock(
        complaint=complaint, area_code=complaint.area_code, kind=C.OUTSIDE, started_on=on, due_on=due_on,
        latest_on=due_on,
    )  # fmt: skip


def recount(clock: Clock, calendar: WorkCalendar) -> None:
    """Counts the end of a clock anew from its rule, pauses and extension; the outside system's limit stays."""
    if clock.rule is None:
        return
    end = deadline(
        clock.rule, clock.started_on, calendar, paused=clock.paused_days, extended=clock.extension_days
    )  # fmt: skip
    clock.due_on, clock.latest_on, clock.is_provisional = end.due, end.latest, end.provisional


def resume(clock: Clock, on: date, calendar: WorkCalendar) -> None:
    """Lets a paused clock run on: the days of the pause are added to its end."""
    if clock.paused_on is None or clock.rule is None:
        return
    clock.paused_days += days_paused(clock.rule.unit, clock.paused_on, on, calendar)
    clock.paused_on = None
    recount(clock, calendar)


def run_clocks(complaint: Complaint, old: str, clocks: list[Clock], on: date, limits: Limits) -> None:
    """Does to `clocks` (all of the complaint, the oldest first) what its move out of `old` on the day means.

    Clocks are changed in place, new ones are put at the end; nothing is stored.
    """
    does = effect(complaint.kind, old, complaint.state)
    for clock in [clock for clock in clocks if clock.is_running]:
        clock.area_code = complaint.area_code
        if clock.kind in {*does.meet, *does.stop}:
            resume(clock, on, limits.calendar)
        if clock.kind in does.meet:
            clock.met_on = on
        elif clock.kind in does.stop:
            clock.stopped_on = on
    for kind in does.go_on:
        last = next((clock for clock in reversed(clocks) if clock.kind == kind), None)
        if last is not None:
            last.met_on, last.area_code = None, complaint.area_code
    for kind in does.start:
        if not any(clock.kind == kind and clock.is_running for clock in clocks):
            clocks.append(begin(complaint, kind, _first_day(complaint, kind, on), limits))


def _first_day(complaint: Complaint, kind: str, on: date) -> date:
    """Mediation runs from the acceptance that stands, also where that is found out later; the others from the move."""
    if kind == C.MEDIATION and complaint.state == S.ACCEPTED and complaint.accepted_on is not None:
        return complaint.accepted_on
    return on


def is_review(kind: str, old: str, new: str) -> bool:
    """The move belongs to whoever supervises: also sending back, so that it is not taken for handling."""
    move = MOVES_OF[kind].get((old, new))
    return move is not None and move.permission == Permission.REVIEW_COMPLAINTS


def handled(kind: str, moves: Collection[tuple[str, str]]) -> bool:
    """Somebody who made these moves (old, new) handled the thing (handbook §6: two axes)."""
    return any(new in Complaint.HANDLING and not is_review(kind, old, new) for old, new in moves)


def level_above(code: str) -> str:
    """The area one level up; a bureau's own head is the last to be told."""
    return code[: max(2, len(code) - 2)]
