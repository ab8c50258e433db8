"""Tells the complaints of the story week by week, through the actions of the desk, the grids and their chiefs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID, uuid5

from django.utils import timezone

from assessment.demo.calendar import Calendar, Week
from assessment.demo.cases import Inbox
from assessment.demo.courses import BESIDES, Case, Step, Target
from assessment.demo.dice import Dice
from assessment.demo.manners import manners
from complaints.actions import (
    complete,
    explain,
    extend_clock,
    move,
    move_many,
    pause_clock,
    rate,
    register,
    register_many,
    resume_clock,
)
from complaints.models import Clock, Complaint
from complaints.records import Intake, MoveRecord
from grids.models import Locality, Officer
from gridsup.holidays import calendar as holidays
from subjects.models import Premises
from subjects.models.ledger import Status

FORMS = UUID("0d3a1c52-9f0e-4b0e-8d43-3c0c2d0f9b21")
# Cases a day for so many premises of a ledger; a small bureau has a few all the same.
A_DAY, OF_PREMISES = 6.9, 12_112
FEWEST = 12
# One case in so many goes through the single forms, the others through the bulk forms.
SINGLE_EVERY = 40
# Posts that a step names without an account.
POSTS = {
    "05": {"desk": "desk05", "office": "district", "head": "head05"},
    "06": {"desk": "desk06", "office": "district06", "head": "head06"},
}


@dataclass
class Complaints:
    """The complaints of one bureau."""

    bureau: str
    calendar: Calendar
    dice: Dice
    officers: Mapping[str, Officer]
    premises: Mapping[int, Premises]

    @cached_property
    def cases(self) -> list[Case]:
        """Everything that comes in before today, with its whole course."""
        targets = [
            Target(
                pk=row.pk,
                key=f"{row.subject.number or row.subject.name}|{row.address}",
                area=row.area_code,
                name=row.subject.name,
                address=row.address,
                trade=row.trade_id or "",
                locality=row.locality_id or "",
            )
            for row in self.premises.values()
            if len(row.area_code) == 6 and row.status == Status.ACTIVE
        ]
        targets.sort(key=lambda target: target.key)
        weeks = self.calendar.weeks
        first, last = weeks[0].first, weeks[-1].last
        areas = sorted({target.area for target in targets})
        inbox = Inbox(self.dice, holidays(), manners(areas, self.dice), targets, self.bureau)
        a_day = max(A_DAY * len(self.premises) / OF_PREMISES, FEWEST / (last - first).days)
        return inbox.cases(first, last, a_day)

    @cached_property
    def received(self) -> dict[date, list[Case]]:
        """What comes in on each day."""
        found = defaultdict(list)
        for case in sorted(self.cases, key=lambda case: case.at):
            found[timezone.localdate(case.at)].append(case)
        return found

    @cached_property
    def steps(self) -> dict[date, list[tuple[int, Step]]]:
        """What is done on each day, with the number of the case."""
        found = defaultdict(list)
        for case in self.cases:
            for step in case.steps:
                found[timezone.localdate(step.at)].append((case.number, step))
        return found

    @cached_property
    def localities(self) -> dict[str, Locality]:
        return {row.code: row for row in Locality.objects.in_area(self.bureau)}

    def tell(self, week: Week) -> int:
        """What came in during a week and what was done about this and the earlier; returns how many came in."""
        new = [case for day in week.days for case in self.received.get(day, ())]
        register_many(bureau=self.bureau, intakes=[self._intake(case) for case in new if not self._is_single(case)])
        for case in new:
            if self._is_single(case):
                register(bureau=self.bureau, **vars(self._intake(case)))
        todo: dict[int, list[Step]] = defaultdict(list)
        for day in week.days:
            for number, step in self.steps.get(day, ()):
                todo[number].append(step)
        rows = self._rows(todo)
        while todo:
            self._run(todo, rows)
            todo = {number: steps for number, steps in todo.items() if steps}
        return len(new)

    def form(self, number: int) -> UUID:
        """The number of the form by which a case came in."""
        return uuid5(FORMS, f"{self.dice.seed}|{self.bureau}|{number}")

    def officer(self, who: str) -> Officer:
        """The account of a post."""
        return self.officers[POSTS[self.bureau].get(who, who)]

    @staticmethod
    def _is_single(case: Case) -> bool:
        return case.number % SINGLE_EVERY == 0

    def _rows(self, numbers: Iterable[int]) -> dict[int, Complaint]:
        """The stored complaints of cases, also of those that they are linked to."""
        forms = {self.form(number): number for number in numbers}
        rows = Complaint.objects.filter(client_id__in=forms).select_related("premises", "locality")
        return {forms[row.client_id]: row for row in rows if row.client_id}

    def _run(self, todo: Mapping[int, list[Step]], rows: Mapping[int, Complaint]) -> None:
        """Takes of each case what goes in one piece: moves, together with those of the others, or one thing besides."""
        moves: list[MoveRecord] = []
        besides: list[tuple[Complaint, Step]] = []
        for number, steps in todo.items():
            if steps[0].to in BESIDES:
                besides.append((rows[number], steps.pop(0)))
                continue
            while steps and steps[0].to not in BESIDES:
                record = self._move(rows[number], steps.pop(0))
                if number % SINGLE_EVERY:
                    moves.append(record)
                else:
                    self._make(record)
        move_many(moves=sorted(moves, key=lambda record: record.now))
        for complaint, step in sorted(besides, key=lambda pair: pair[1].at):
            self._do(complaint, step)

    def _move(self, complaint: Complaint, step: Step) -> MoveRecord:
        """One move of the workflow."""
        fields = dict(step.fields)
        if "linked_to" in fields:
            fields["linked_to"] = self._rows([int(str(fields["linked_to"]))]).popitem()[1]
        return MoveRecord(complaint, step.to, self.officer(step.who), step.at, step.why, fields)

    @staticmethod
    def _make(record: MoveRecord) -> None:
        """One move through the single form."""
        complaint, fields = record.complaint, record.fields
        move(complaint=complaint, to=record.to, by=record.by, now=record.now, why=record.why, **fields)

    def _do(self, complaint: Complaint, step: Step) -> None:
        """What is done besides the moves; a clock that is not in the way of it is left alone."""
        fields = dict(step.fields)
        if step.to == "complete":
            complete(complaint=complaint, by=self.officer(step.who), now=step.at, **fields)
        elif step.to == "rate":
            rate(complaint=complaint, now=step.at, **fields)
        else:
            kind = str(fields.get("clock", Clock.Kind.VERIFY))
            clock = complaint.clocks.running().filter(kind=kind).select_related("rule").first()
            if clock is not None:
                self._tend(clock, step)

    def _tend(self, clock: Clock, step: Step) -> None:
        """Pauses, resumes, extends or explains a clock, where it is in the state for it."""
        by, is_late = self.officer(step.who), clock.is_overdue(timezone.localdate(step.at))
        if step.to == "explain" and is_late:
            explain(clock=clock, by=by, text=step.why, now=step.at)
        elif step.to == "pause" and not is_late:
            pause_clock(clock=clock, why=step.why, by=by, now=step.at)
        elif step.to == "resume" and clock.paused_on is not None:
            resume_clock(clock=clock, by=by, now=step.at, why=step.why)
        elif step.to == "extend" and not is_late:
            extend_clock(clock=clock, why=step.why, by=by, now=step.at)

    def _intake(self, case: Case) -> Intake:
        """What the desk, the grid or the public page takes in."""
        target = case.target
        premises = self.premises[target.pk] if case.names_premises else None
        is_about = case.kind != "enquiry"
        return Intake(
            kind=case.kind,
            channel=case.channel,
            text=case.text,
            now=case.at,
            by=self.officer(case.taken_by) if case.taken_by else None,
            name=case.person,
            phone=case.phone,
            about=target.name if is_about else "",
            place_given=target.address if is_about else "",
            premises=premises,
            locality=self.localities.get(target.locality) if is_about and premises is None else None,
            category=case.matter.category,
            line=case.matter.line,
            outside_number=case.outside_number,
            outside_due_on=case.outside_due_on,
            is_urgent=case.is_urgent,
            client_id=self.form(case.number),
        )
