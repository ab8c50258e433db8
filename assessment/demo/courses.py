"""Writes the course of one case: who does what about it, when, and what it says, up to its end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from assessment.demo import grievances
from assessment.demo.calendar import DAY, moment
from assessment.demo.dice import Dice
from assessment.demo.grievances import Grievance
from assessment.demo.manners import Manner
from gridsup.workdays import WorkCalendar

# What is done that is no move of the workflow.
BESIDES = frozenset({"complete", "pause", "resume", "extend", "explain", "rate"})
VISITED = 0.5  # of reports and clues about a premises: the desk asks for a visit
STEP_MINUTES = 7
LAST_HOUR = 17
# Working days for each step; the second of a pair is late by the shipped limits (handbook §9).
ACCEPT = ((1, 5), (8, 12))
NOTICE = ((1, 4), (9, 11))
VERIFY = ((4, 13), (17, 34))
# Calendar days from acceptance to the end of mediation.
MEDIATION = ((6, 38), (63, 105))
DESK_IN_TIME = 0.93


@dataclass(frozen=True)
class Target:
    """A premises as complaints see it, in a grid; `key` names it in every database."""

    pk: int
    key: str
    area: str
    name: str
    address: str
    trade: str
    locality: str


@dataclass(frozen=True)
class Step:
    """One thing done: `to` is a state or one of BESIDES.

    `who`: an account, or the post of "desk", "office" or "head" in the bureau; empty for the person who asked.
    """

    at: datetime
    to: str
    who: str = ""
    why: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """What came in, and its course."""

    number: int
    kind: str
    channel: str
    at: datetime
    taken_by: str
    target: Target
    names_premises: bool
    matter: Grievance
    text: str
    person: str
    phone: str
    outside_number: str
    outside_due_on: date | None
    is_urgent: bool
    steps: tuple[Step, ...] = ()


@dataclass
class Course:
    """Writes the steps of one case, each later than the one before."""

    dice: Dice
    work: WorkCalendar
    key: object
    at: datetime
    steps: list[Step] = field(default_factory=list)

    @property
    def day(self) -> date:
        return timezone.localdate(self.at)

    def go(self, to: str, who: str, days: int = 0, why: str = "", **fields: object) -> None:
        """The next step, so many working days after the last."""
        free = not self.work.is_working(self.day) or timezone.localtime(self.at).hour >= LAST_HOUR
        self.on(self.work.after_working(self.day, days or int(free)).due, to, who, why, **fields)

    def on(self, day: date, to: str, who: str, why: str = "", **fields: object) -> None:
        """The next step, on a day or, where that is over or off, the first working day after it."""
        day = max(day, self.day)
        while not self.work.is_working(day):
            day += DAY
        planned = moment(day, self.dice.between(5, 440, self.key, len(self.steps), "minute"))
        self.at = max(planned, self.at + timedelta(minutes=STEP_MINUTES))
        self.steps.append(Step(self.at, to, who, why, fields))

    def days(self, spans: Sequence[tuple[int, int]], *, late: bool = False) -> int:
        """A number of days from the first span, or the second where it is late."""
        low, high = spans[int(late)]
        return self.dice.between(low, high, self.key, len(self.steps), "days")

    def happens(self, chance: float, what: str) -> bool:
        """Whether something happens at this point."""
        return self.dice.happens(chance, self.key, len(self.steps), what)

    def said(self, sentences: Sequence[str]) -> str:
        """One of the sentences, with its numbers."""
        sentence = self.dice.pick(sentences, self.key, len(self.steps), "said")
        return grievances.worded(sentence, self.dice, self.key, len(self.steps))


@dataclass
class Author:
    """The course of one case: who does what, when, and what it says."""

    course: Course
    case: Case
    manner: Manner
    handler: str = ""
    reviewer: str = ""

    def __post_init__(self) -> None:
        grid = self.case.target.area
        self.handler = f"manager{grid}" if self.course.happens(0.3, "manager") else f"lead{grid}"
        self.reviewer = f"chief{grid[:4]}"

    def dispute(self) -> None:
        """A consumer's dispute: accepted, mediated, told."""
        course = self.course
        wait = course.days(ACCEPT, late=not course.happens(DESK_IN_TIME, "desk"))
        if self.case.person and course.happens(0.07, "refused"):
            ground = course.dice.pick(list(grievances.REFUSALS), course.key, "ground")
            course.go("refused", "desk", wait, course.said(grievances.REFUSALS[ground]), refusal=ground)
            return
        if not self.case.person:
            course.go("returned", "desk", wait, grievances.BACK_TO_SENDER)
            if course.happens(0.4, "gone"):
                return
            course.go("received", "desk", course.days(ACCEPT), grievances.COMPLETED)
            number = self.case.number
            course.go("complete", "desk", name=grievances.person(number), phone=grievances.phone(number))
            wait = 1
        self._accepted(wait)
        if course.happens(0.03, "wrong grid"):
            course.go("received", self.handler, 1, grievances.WRONG_GRID)
            self._accepted(1)
        self._mediated(course.day)
        if course.happens(0.015, "reopened") and course.steps[-1].to == "closed":
            course.go("reopened", self.reviewer, 4, grievances.REOPENED)
            course.go("dispatched", "desk", 0, area_code=self.case.target.area)
            self._mediated(course.day)

    def _accepted(self, wait: int) -> None:
        self.course.go("accepted", "desk", wait)
        self.course.go("dispatched", "desk", 0, area_code=self.case.target.area)

    def _mediated(self, accepted_on: date) -> None:
        """From the grid's hand to the end."""
        course = self.course
        course.go("in_hand", self.handler, course.dice.between(0, 2, course.key, "in hand"))
        self._reported_up("in_hand")
        self._paused("mediation")
        late = not course.happens(self.manner.clock_met, "clock")
        ends = accepted_on + DAY * course.days(MEDIATION, late=late)
        if late:
            self._explained(ends, "mediation")
        if course.happens(0.7, "settled"):
            decision: tuple[str, dict[str, Any]] = ("settled", {"result": course.said(grievances.SETTLED)})
        else:
            ground = course.dice.pick(list(grievances.ENDINGS), course.key, "ending")
            result = course.said(grievances.ENDINGS[ground])
            decision = ("mediation_ended", {"result": result, "ending": ground})
        course.on(ends, decision[0], self.handler, **decision[1])
        self._to_the_end("in_hand", *decision)

    def report(self, repeats: Case | None) -> None:
        """A report or a clue: verified on site, handled, told."""
        course, grid = self.course, self.case.target.area
        if repeats:
            course.go("linked", "desk", 1, linked_to=repeats.number)
            return
        if course.happens(0.04, "transferred"):
            course.go("transferred", "desk", course.days(ACCEPT), course.said(grievances.TRANSFERRED))
            return
        received_on = course.day
        asked: dict[str, Any] = {"visit": True} if self.case.names_premises and course.happens(VISITED, "visit") else {}
        course.go("dispatched", "desk", course.dice.between(0, 2, course.key, "dispatched"), area_code=grid, **asked)
        course.go("verifying", self.handler, course.dice.between(0, 2, course.key, "verifying"))
        self._reported_up("verifying")
        self._paused("verify")
        late = not course.happens(self.manner.clock_met, "clock")
        ends = course.work.after_working(received_on, course.days(VERIFY, late=late)).due
        if late and course.happens(0.3, "extended"):
            course.on(course.work.after_working(received_on, VERIFY[0][1]).due, "extend", "head", grievances.EXTENDED)
        elif late:
            self._explained(ends, "verify")
        done = course.dice.weighted({"handled": 52, "not_upheld": 40, "handed_to_case": 8}, course.key, "done")
        words = {
            "handled": grievances.HANDLED,
            "not_upheld": grievances.NOT_UPHELD,
            "handed_to_case": grievances.TO_CASE,
        }
        result: dict[str, Any] = {"result": course.said(words[done])}
        course.on(ends, done, self.handler, **result)
        self._to_the_end("verifying", done, result)

    def enquiry(self) -> None:
        """Answered by the desk, closed by the grid office."""
        course = self.course
        asked = [matter for matter in grievances.MATTERS if matter.kind == "enquiry"]
        answer = grievances.ANSWERS[asked.index(self.case.matter)]
        course.go("answered", "desk", course.dice.between(0, 3, course.key, "answered"), result=answer)
        course.go("closed", "office", course.dice.between(1, 4, course.key, "closed"))

    def _reported_up(self, back: str) -> None:
        """Now and then the grid cannot do it: the chief takes it over, and the grid office reviews."""
        course, station = self.course, self.case.target.area[:4]
        if not course.happens(0.05, "reported up"):
            return
        course.go("escalated", self.handler, course.dice.between(2, 6, course.key, "up"),
                  course.said(grievances.ESCALATED), area_code=station)  # fmt: skip
        self.handler, self.reviewer = f"chief{station}", "office"
        course.go(back, self.handler, course.dice.between(1, 2, course.key, "took over"))

    def _paused(self, clock: str) -> None:
        """Now and then the clock stands still for a test."""
        course = self.course
        if course.happens(0.05, "test"):
            course.go(
                "pause", self.handler, course.dice.between(1, 3, course.key, "sent in"), grievances.PAUSED, clock=clock
            )
            course.go(
                "resume",
                self.handler,
                course.dice.between(4, 14, course.key, "tested"),
                grievances.RESUMED,
                clock=clock,
            )

    def _explained(self, ends: date, clock: str) -> None:
        """Whoever misses a limit mostly says why, some days later."""
        if self.course.happens(0.6, "explained"):
            self.course.on(ends - DAY, "explain", self.handler, self.course.said(grievances.LATE_BECAUSE), clock=clock)

    def _to_the_end(self, back: str, decision: str, fields: Mapping[str, Any]) -> None:
        """Review, notice, rating, closing."""
        course, decided_on = self.course, self.course.day
        if course.happens(0.03, "sent back"):
            course.go(back, self.reviewer, 1, course.said(grievances.SENT_BACK))
            course.go(decision, self.handler, 1, **fields)
            decided_on = course.day
        course.go("reviewed", self.reviewer, course.dice.between(0, 2, course.key, "reviewed"))
        late = not course.happens(DESK_IN_TIME, "notice")
        course.on(course.work.after_working(decided_on, course.days(NOTICE, late=late)).due,
                  "told", "desk", course.said(grievances.TOLD))  # fmt: skip
        is_rated = any(step.to == "rate" for step in course.steps)
        if self.case.person and not is_rated and course.happens(0.45, "rates"):
            course.go("rate", "", course.dice.between(1, 5, course.key, "rates"), **self._rating())
        course.go("closed", self.reviewer, course.dice.between(0, 3, course.key, "closing"))

    def _rating(self) -> dict[str, Any]:
        course = self.course
        if course.happens(self.manner.content, "content"):
            score = 5 if course.happens(0.6, "very") else 4
        else:
            score = course.dice.weighted({3: 6, 2: 3, 1: 1}, course.key, "score")
        return {"score": score, "comment": course.said(grievances.COMMENTS[score])}
