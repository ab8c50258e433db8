"""Plans what comes in at the desk and the course of each: complaints, reports, clues and enquiries with their moves.

Pure: premises and the manner of each grid go in, cases come out, the same for the same seed. A case is planned to its
end; the story tells what lies before the day the demonstration is built for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils import timezone

from assessment.demo import grievances
from assessment.demo.calendar import DAY, moment
from assessment.demo.courses import Author, Case, Course, Target
from assessment.demo.dice import Dice
from assessment.demo.manners import Manner
from gridsup.workdays import WorkCalendar

KINDS = {"complaint": 50.0, "report": 33.0, "clue": 7.0, "enquiry": 10.0}
CHANNELS: Mapping[str, Mapping[str, float]] = {
    "complaint": {"12315": 52, "12345": 28, "public": 8, "phone": 6, "desk": 4, "transfer": 2},
    "report": {"12315": 46, "12345": 30, "public": 9, "phone": 5, "desk": 3, "media": 2, "transfer": 3, "superior": 2},
    "clue": {"daily_check": 40, "grid": 36, "transfer": 12, "media": 6, "superior": 6},
    "enquiry": {"12345": 50, "phone": 30, "desk": 12, "public": 8},
}
# Outside systems give their own number; 12345 also its own limit, here in days from receipt.
NUMBERED = ("12315", "12345")
OUTSIDE_DAYS = {"complaint": 45, "report": 35, "enquiry": 9}
ROUND_THE_CLOCK = ("12315", "12345", "public", "media")
WEEKEND = 0.4
# A report may be anonymous; a complaint needs a name, and comes back to its sender without one.
ANONYMOUS, NAMELESS = 0.45, 0.03
WITHOUT_PREMISES = 0.12
REPEATED_AFTER = 40  # cases


@dataclass
class Inbox:
    """Everything that comes in at one bureau over some days."""

    dice: Dice
    work: WorkCalendar
    manners: Mapping[str, Manner]
    targets: Sequence[Target]
    bureau: str

    def cases(self, first: date, last: date, a_day: float) -> list[Case]:
        """The cases of the days, numbered from 1, about so many a day; more on working days."""
        found: list[Case] = []
        day = first
        while day <= last:
            often = a_day if self.work.is_working(day) else a_day * WEEKEND
            for number in range(int(often + self.dice.share(self.bureau, day, "cases"))):
                found.append(self._case(len(found) + 1, day, number, found))
            day += DAY
        return found

    def _case(self, number: int, day: date, place: int, earlier: Sequence[Case]) -> Case:
        """One case of a day with its whole course."""
        key = (self.bureau, day, place)
        kind = self.dice.weighted(KINDS, *key, "kind")
        channel = self.dice.weighted(CHANNELS[kind], *key, "channel")
        repeats = self._repeated(kind, earlier, *key)
        target = repeats.target if repeats else self.dice.pick(self.targets, *key, "target")
        matter = (
            repeats.matter
            if repeats
            else self.dice.pick(grievances.suited(kind, target.trade, channel), *key, "matter")
        )
        at = self._received(channel, day, place, *key)
        days = OUTSIDE_DAYS.get(kind) if channel == "12345" else None
        unnamed = {"complaint": 0.0 if channel == "public" else NAMELESS, "clue": 1.0}.get(kind, ANONYMOUS)
        is_named = not self.dice.happens(unnamed, *key, "unnamed")
        by_grid = channel in {"daily_check", "grid"}
        case = Case(
            number=number,
            kind=kind,
            channel=channel,
            at=at,
            taken_by="" if channel == "public" else f"lead{target.area}" if by_grid else "desk",
            target=target,
            names_premises=kind != "enquiry" and not self.dice.happens(WITHOUT_PREMISES, *key, "nowhere"),
            matter=matter,
            text=repeats.text if repeats else grievances.worded(matter.text, self.dice, *key),
            person=grievances.person(number) if is_named else "",
            phone=grievances.phone(number) if is_named else "",
            outside_number=f"{channel}-演示{timezone.localdate(at):%Y%m%d}{number:05}" if channel in NUMBERED else "",
            outside_due_on=day + days * DAY if days else None,
            is_urgent=self.dice.happens(0.02, *key, "urgent"),
        )
        return self._with_course(case, repeats)

    def _repeated(self, kind: str, earlier: Sequence[Case], *key: object) -> Case | None:
        """An earlier case of the kind that this one repeats, now and then."""
        if kind != "report" or not self.dice.happens(0.05, *key, "repeats"):
            return None
        before = [case for case in earlier[-REPEATED_AFTER:] if case.kind == kind and case.steps[0].to != "linked"]
        return before[0] if before else None

    def _received(self, channel: str, day: date, place: int, *key: object) -> datetime:
        """When it came in: what needs somebody at the desk, in working hours; never two at the same moment."""
        while channel not in ROUND_THE_CLOCK and not self.work.is_working(day):
            day += DAY
        low, high = (-90, 690) if channel in ROUND_THE_CLOCK else (0, 470)
        minutes = self.dice.between(low, high, *key, "received")
        return moment(day, minutes) + timedelta(seconds=place, microseconds=int(self.bureau))

    def _with_course(self, case: Case, repeats: Case | None) -> Case:
        course = Course(self.dice, self.work, (self.bureau, case.number), case.at)
        author = Author(course, case, self.manners[case.target.area])
        if case.kind == "complaint":
            author.dispute()
        elif case.kind == "enquiry":
            author.enquiry()
        else:
            author.report(repeats)
        return replace(case, steps=tuple(course.steps))
