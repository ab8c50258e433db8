"""The course of a complaint as the person who sent it may see it: what happened on which day, and nobody's name.

The result is shown when it was told, not before: until then a review may still change it. Reasons are shown where they
are meant for the person (refused, returned, transferred), and never where one desk wrote them to another.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from complaints.models import Clock, Complaint
from complaints.models.complaint import ComplaintEvent

S = Complaint.State
RECEIVED, SENT, HANDLING, CHECKING = "received", "sent", "handling", "checking"

# What a state is for the person; several of ours are one of theirs.
STAGES: dict[str, str] = {
    S.RECEIVED: RECEIVED,
    S.DISPATCHED: SENT,
    S.IN_HAND: HANDLING,
    S.VERIFYING: HANDLING,
    S.ESCALATED: HANDLING,
    S.SETTLED: CHECKING,
    S.MEDIATION_ENDED: CHECKING,
    S.HANDLED: CHECKING,
    S.NOT_UPHELD: CHECKING,
    S.HANDED_TO_CASE: CHECKING,
    S.REVIEWED: CHECKING,
    **{state: str(state) for state in (
        S.ACCEPTED, S.REFUSED, S.RETURNED, S.TRANSFERRED, S.LINKED, S.ANSWERED, S.TOLD, S.CLOSED, S.REOPENED,
    )},
}  # fmt: skip
WORDS: dict[str, Promise] = {
    RECEIVED: _("We received it."),
    SENT: _("It was sent to the officers who answer for the place."),
    HANDLING: _("Officers are looking into it."),
    CHECKING: _("It was handled. Somebody who did not handle it checks the result."),
    S.ACCEPTED: _("It was accepted: we mediate between you and the trader."),
    S.REFUSED: _("It was not accepted."),
    S.RETURNED: _("It was returned to you: something is missing."),
    S.TRANSFERRED: _("It was passed on to the department that is competent."),
    S.LINKED: _("The same matter was reported before; both are handled as one."),
    S.ANSWERED: _("Your question was answered."),
    S.TOLD: _("You were told the result."),
    S.CLOSED: _("It is closed."),
    S.REOPENED: _("It was taken up again."),
}
# Whose reason was written to the person.
REASONED = {S.REFUSED, S.RETURNED, S.TRANSFERRED}
# Once it came back after these, what follows is a course of its own.
AFRESH = {str(S.REOPENED), str(S.RETURNED)}
SHOWS_RESULT = {S.TOLD, S.CLOSED, S.ANSWERED}

LIMITS: dict[str, Promise] = {
    Clock.Kind.ACCEPT: _("We decide by then whether it is accepted"),
    Clock.Kind.MEDIATION: _("Mediation ends at the latest"),
    Clock.Kind.VERIFY: _("We look into it by then"),
    Clock.Kind.NOTICE: _("We tell you the result by then"),
}


@dataclass(frozen=True)
class Stage:
    """One thing that happened, on which day; `reason` is meant for the person."""

    day: date
    words: Any
    reason: str = ""


@dataclass(frozen=True)
class Limit:
    """By when the next thing is owed to the person; paused while a test is made."""

    words: Any
    by: date
    is_provisional: bool
    is_paused: bool


@dataclass(frozen=True)
class Course:
    """All that its page shows, the latest stage last."""

    complaint: Complaint
    stages: list[Stage]
    limits: list[Limit]
    result: str


def course_of(complaint: Complaint) -> Course:
    """The course of a complaint; two queries."""
    return Course(complaint, stages_of(complaint), limits_of(complaint), result_of(complaint))


def stages_of(complaint: Complaint) -> list[Stage]:
    """Each stage once, on its first day; moves between our own desks do not show."""
    events = complaint.events.filter(what="state").order_by("at", "pk")
    found, seen = [], set[str]()
    for event in events:
        stage = STAGES.get(event.new, "")
        if not stage or stage in seen:
            continue
        seen = set() if stage in AFRESH else seen | {stage}
        found.append(Stage(timezone.localdate(event.at), WORDS[stage], reason_of(complaint, event)))
    return found


def reason_of(complaint: Complaint, event: ComplaintEvent) -> str:
    """The reason that was written to the person, with its ground."""
    if event.new not in REASONED:
        return ""
    ground = complaint.get_refusal_display() if event.new == S.REFUSED else ""
    return " · ".join(str(part) for part in (ground, event.why) if part)


def limits_of(complaint: Complaint) -> list[Limit]:
    """The limits that run and are owed to the person."""
    return [
        Limit(LIMITS[clock.kind], clock.due_on, clock.is_provisional, clock.paused_on is not None)
        for clock in complaint.clocks.running()
        if clock.kind in LIMITS
    ]


def result_of(complaint: Complaint) -> str:
    """What was told; empty until then."""
    return complaint.result if complaint.state in SHOWS_RESULT else ""
