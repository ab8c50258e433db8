"""Plans the officers' rounds of a week: which of the visits owed are made on which day, and what is found.

Pure: what is owed goes in, outings come out, the same for the same seed however often and in whatever pieces it is
asked.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from assessment.demo import findings
from assessment.demo.calendar import DAY, Week, moment
from assessment.demo.dice import Dice
from assessment.demo.manners import Manner
from gridsup.workdays import WorkCalendar

# Days before the due day on which a visit in time is made, at most; days after it for one that is late.
EARLIEST, LATEST = 24, 44
# Days from a dispatch to the visit that it asked for.
AFTER_DISPATCH = (1, 6)
# A trader who misses the limit is found to have put things right so many days later at most, or longer not.
CORRECTED_LATE, NOT_FOR_LONG = 24, 80
STUBBORN = 0.25
# Working days from a visit to its entry: in time, and late.
PROMPT_ENTRY = {0: 6.0, 1: 3.0, 2: 1.0}
LATE_ENTRY = {3: 3.0, 4: 2.0, 5: 2.0, 7: 1.0, 9: 1.0}
# The working day of a round, in minutes after opening; entries are made when it is over.
FIRST_VISIT, BETWEEN_VISITS, MOST_A_DAY = 15, 45, 9
DESK_WORK, DESK_LENGTH = 460, 90
PROBLEM_CHANCE = {"high": 0.15, "medium": 0.10, "low": 0.07}
C_MEANS = 2.5  # how much more often something is wrong where credit is C
SECOND_PROBLEM = 0.2
ELSEWHERE = {"not_found": 0.012, "refused": 0.004}
UNLICENSED_GONE = 0.18
RETURNED = 0.004


@dataclass(frozen=True)
class Place:
    """A premises as a round sees it; `key` names it in every database."""

    pk: int
    key: str
    area: str
    trade: str
    tier: str
    credit: str
    is_unlicensed: bool = False


@dataclass(frozen=True)
class Owed:
    """An open task."""

    task: int
    place: Place
    reason: str
    opens_on: date
    due_on: date


@dataclass(frozen=True)
class Trouble:
    """A problem found: the item it belongs to, what is done about it, and the last day of an order."""

    item: str
    text: str
    disposition: str
    rectify_by: date | None = None


@dataclass(frozen=True)
class Outing:
    """A visit made, with the tasks it is for; `is_returned`: the chief will send its record back."""

    place: Place
    tasks: tuple[int, ...]
    day: date
    outcome: str
    troubles: tuple[Trouble, ...]
    narrative: str
    is_recheck: bool
    is_returned: bool
    sent_on: date
    at: datetime
    sent_at: datetime


@dataclass(frozen=True)
class Rounds:
    """What a plan of rounds needs: dice, how each area works, the days off, and the codes of items by tier."""

    dice: Dice
    manners: Mapping[str, Manner]
    work: WorkCalendar
    items: Mapping[str, Sequence[str]]

    def of_week(self, owed: Iterable[Owed], week: Week) -> list[Outing]:
        """The visits of a week, in the order of their days and places."""
        by_place = defaultdict(list)
        for task in owed:
            if len(task.place.area) == 6:  # nobody holds what is not placed in a grid
                by_place[task.place.pk].append(task)
        wanted = [(max(week.first, min(map(self.day_for, tasks))), tasks) for tasks in by_place.values()]
        wanted.sort(key=lambda pair: (pair[0], min(task.due_on for task in pair[1]), pair[1][0].place.key))
        made: Counter[tuple[str, date]] = Counter()
        outings = []
        for first, tasks in wanted:
            area, day = tasks[0].place.area, first
            while day <= week.last and (not self.work.is_working(day) or made[area, day] == MOST_A_DAY):
                day += DAY
            if day in week and (covered := self._covered(tasks, day)):
                made[area, day] += 1
                outings.append(self._outing(covered, day))
        return self._timed(sorted(outings, key=lambda outing: (outing.place.area, outing.day, outing.place.key)))

    def _covered(self, tasks: list[Owed], day: date) -> list[Owed]:
        """What a visit on the day is for: no re-check before things are put right."""
        return [
            task for task in tasks if task.opens_on <= day and (task.reason != "recheck" or self.day_for(task) <= day)
        ]

    def day_for(self, task: Owed) -> date:
        """The working day on which the officers go, or the trader has put right what a re-check is about."""
        manner, key = self.manners[task.place.area], (task.place.key, task.reason, task.due_on)
        is_recheck = task.reason == "recheck"
        if task.reason == "complaint":
            return task.opens_on + DAY * self.dice.between(*AFTER_DISPATCH, *key, "sent")
        if self.dice.happens(manner.corrected if is_recheck else manner.on_time, *key, "in time"):
            ahead = (task.due_on - task.opens_on).days if is_recheck else EARLIEST
            day = task.due_on - DAY * int(self.dice.share(*key, "early") ** 2 * ahead)
            while day > task.opens_on and not self.work.is_working(day):
                day -= DAY
            return day
        furthest = LATEST
        if is_recheck:
            furthest = NOT_FOR_LONG if self.dice.happens(STUBBORN, *key, "stubborn") else CORRECTED_LATE
        return task.due_on + DAY * (1 + int(self.dice.share(*key, "late") ** 2 * furthest))

    def _outing(self, covered: list[Owed], day: date) -> Outing:
        """One visit on the day."""
        place = covered[0].place
        is_recheck = any(task.reason == "recheck" for task in covered)
        outcome, troubles = self._found(place, day, is_recheck=is_recheck)
        is_returned = self.dice.happens(RETURNED, place.key, day, "returned")
        sent_on = self._sent_on(place, day)
        limits = [trouble.rectify_by for trouble in troubles if trouble.rectify_by is not None]
        if limits:  # a record that comes back is corrected before the limit as well
            sent_on = self._no_later(sent_on, day, day if is_returned else min(limits))
        return Outing(
            place=place,
            tasks=tuple(task.task for task in covered),
            day=day,
            outcome=outcome,
            troubles=troubles,
            narrative=self._narrative(outcome, is_recheck, place.key, day),
            is_recheck=is_recheck,
            is_returned=is_returned,
            sent_on=sent_on,
            at=moment(day),
            sent_at=moment(sent_on, DESK_WORK + self.dice.between(0, DESK_LENGTH, place.key, day, "desk")),
        )

    def _sent_on(self, place: Place, day: date) -> date:
        """The day on which the record is entered."""
        is_prompt = self.dice.happens(self.manners[place.area].prompt, place.key, day, "prompt")
        days = self.dice.weighted(PROMPT_ENTRY if is_prompt else LATE_ENTRY, place.key, day, "entry")
        return self.work.after_working(day, days).due

    def _no_later(self, sent_on: date, day: date, last: date) -> date:
        """The day of entry, or the last working day up to `last`: an order goes up once its limit is over, and nobody
        enters it after that."""
        while sent_on > day and (sent_on > last or not self.work.is_working(sent_on)):
            sent_on -= DAY
        return sent_on

    def _found(self, place: Place, day: date, *, is_recheck: bool) -> tuple[str, tuple[Trouble, ...]]:
        """The outcome of a visit, with its problems; a re-check is made when things are put right."""
        if is_recheck:
            return "no_problem", ()
        share = self.dice.share(place.key, day, "outcome")
        if place.is_unlicensed:
            if share < UNLICENSED_GONE:
                return "not_found", ()
            return "unlicensed", self._troubles(place, day, findings.UNLICENSED, 1)
        for outcome, chance in ELSEWHERE.items():
            if share < chance:
                return outcome, ()
            share -= chance
        chance = PROBLEM_CHANCE.get(place.tier, 0) * (C_MEANS if place.credit == "C" else 1)
        wrongs = findings.suited(place.trade, self.items.get(place.tier, ()))
        if share >= chance or not wrongs:
            return "no_problem", ()
        several = 2 if self.dice.happens(SECOND_PROBLEM, place.key, day, "second") else 1
        return "problem", self._troubles(place, day, wrongs, several)

    def _troubles(self, place: Place, day: date, wrongs: Sequence[findings.Wrong], count: int) -> tuple[Trouble, ...]:
        """So many different problems, each with its disposition and limit."""
        found = []
        start = int(self.dice.share(place.key, day, "wrong") * len(wrongs))
        for number in range(min(count, len(wrongs))):
            wrong, key = wrongs[(start + number) % len(wrongs)], (place.key, day, number)
            disposition = self.dice.weighted(findings.DISPOSITIONS[wrong.grave], *key, "disposition")
            limit = day + DAY * self.dice.pick(findings.LIMITS, *key, "limit") if disposition == "order" else None
            text = findings.worded(wrong, self.dice, day.year - 1, *key)
            found.append(Trouble(wrong.item, text, disposition, limit))
        return tuple(found)

    def _narrative(self, outcome: str, is_recheck: bool, *key: object) -> str:
        """The record in a sentence or two."""
        sentences = findings.CORRECTED if is_recheck else findings.NARRATIVES[outcome]
        return self.dice.pick(sentences, *key, "narrative")

    def _timed(self, outings: Sequence[Outing]) -> list[Outing]:
        """One visit after another on each grid's day."""
        by_day = defaultdict(list)
        for outing in outings:
            by_day[outing.place.area, outing.day].append(outing)
        timed = []
        for (_area, day), ours in by_day.items():
            minutes = range(FIRST_VISIT, FIRST_VISIT + BETWEEN_VISITS * len(ours), BETWEEN_VISITS)
            timed += [replace(outing, at=moment(day, at)) for outing, at in zip(ours, minutes, strict=True)]
        return timed
