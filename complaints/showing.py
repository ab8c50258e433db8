"""What the page of a complaint shows of the person and of the time limits, as finished values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from complaints.actions import lacks_identity
from complaints.models import Clock, Complainant, Complaint, ComplaintEvent
from complaints.reckoning import Pause, Reckoning, reckonings
from complaints.rules import ANSWERING, PAUSING, handled
from grids.models import Officer, Posting
from grids.permissions import Permission
from gridsup.privacy import masked_name, masked_phone


@dataclass(frozen=True)
class Who:
    """Who asked: masked, or in full for somebody who just gave a reason."""

    name: str
    phone: str
    address: str
    is_full: bool
    is_nobody: bool
    is_missing: bool  # a complaint that cannot be accepted so
    may_reveal: bool
    may_complete: bool


def who_of(complaint: Complaint, officer: Officer, revealed: Complainant | None) -> Who:
    """The complainant as the officer may see them."""
    known = revealed or getattr(complaint, "complainant", None) or Complainant()
    area = complaint.area_code
    return Who(
        name=known.name if revealed else masked_name(known.name),
        phone=known.phone if revealed else masked_phone(known.phone),
        address=known.address if revealed else "",
        is_full=revealed is not None,
        is_nobody=not (known.name or known.phone or known.address),
        is_missing=complaint.kind == Complaint.Kind.COMPLAINT and lacks_identity(known),
        may_reveal=officer.may(Permission.REVEAL, area),
        may_complete=officer.may(Permission.TAKE_IN, area),
    )


def lacks_reviewer(complaint: Complaint, events: Iterable[ComplaintEvent], officer: Officer, on: date) -> bool:
    """Nobody but the officer and those who handled it may review it on the day; asked only of whoever could review it
    otherwise, since what a grid handles has its station above it. One query at most.
    """
    if not officer.may(Permission.REVIEW_COMPLAINTS, complaint.area_code):
        return False
    made: dict[int, list[tuple[str, str]]] = {officer.pk: []}
    for event in events:
        if event.what == "state" and event.by_id is not None:
            made.setdefault(event.by_id, []).append((event.old, event.new))
    out = [pk for pk, moves in made.items() if pk == officer.pk or handled(complaint.kind, moves)]
    reviewers = Posting.objects.that_permit(Permission.REVIEW_COMPLAINTS, complaint.area_code, on)
    return not reviewers.exclude(officer__in=out).exists()


@dataclass(frozen=True)
class Limit:
    """One clock, how its end is counted, and what the officer may do with it now."""

    clock: Clock
    reckoning: Reckoning | None
    acts: list[str]

    @property
    def is_missed(self) -> bool:
        """Its latest day was over before it was met or stopped; `explanation` answers for it."""
        return "explain" in self.acts or bool(self.clock.explanation)


def limits_of(clocks: Sequence[Clock], pauses: Sequence[Pause], officer: Officer, on: date) -> list[Limit]:
    """Every limit of a complaint, those that run first."""
    counted = {found.clock.pk: found for found in reckonings(clocks, pauses)}
    ordered = sorted(clocks, key=lambda clock: (not clock.is_running, clock.due_on, clock.pk))
    return [Limit(clock, counted.get(clock.pk), acts_on(clock, officer, on)) for clock in ordered]


def acts_on(clock: Clock, officer: Officer, on: date) -> list[str]:
    """What the officer may do with a clock: pause, resume, extend, explain."""
    ended = clock.met_on or clock.stopped_on or on
    is_missed = ended > clock.latest_on and clock.paused_on is None
    may_handle = officer.may(Permission.HANDLE, clock.area_code)
    runs = clock.is_running and not is_missed
    acts = []
    if runs and clock.kind in PAUSING and may_handle:
        acts.append("resume" if clock.paused_on else "pause")
    extendable = clock.rule is not None and clock.rule.extension_days and not clock.extension_days
    if runs and extendable and officer.may(Permission.EXTEND_CLOCK, clock.area_code):
        acts.append("extend")
    if is_missed and any(officer.may(needed, clock.area_code) for needed in ANSWERING[Clock.Kind(clock.kind)]):
        acts.append("explain")
    return acts


def pauses_of(events: Iterable[ComplaintEvent]) -> list[Pause]:
    """From which day to which a limit stood still, by the history; None: until the limit ended, or still.

    A complaint has one kind of limit that pauses, so its pauses need no name.
    """
    found: list[Pause] = []
    since: date | None = None
    for event in events:
        if event.what == "pause":
            since = timezone.localdate(event.at)
        elif event.what == "resume" and since is not None:
            found.append((since, timezone.localdate(event.at)))
            since = None
    return found if since is None else [*found, (since, None)]
