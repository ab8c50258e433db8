"""Tells the visits of the story week by week, through the actions that officers and chiefs use."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from uuid import UUID, uuid5

from django.utils import timezone

from assessment.demo import findings
from assessment.demo.calendar import DAY, Calendar, Week, moment
from assessment.demo.dice import Dice
from assessment.demo.manners import manners
from assessment.demo.rounds import Outing, Owed, Place, Rounds
from grids.models import Officer
from gridsup.holidays import calendar as holidays
from gridsup.workdays import WorkCalendar
from inspections.actions import (
    archive_visits,
    close_finding,
    hand_over,
    open_decision,
    reject_review,
    return_case,
    return_visit,
    save_draft,
    submit_visit,
    submit_visits,
)
from inspections.models import CreditReview, Finding, InspectionTask, Visit
from inspections.records import Problem, VisitRecord
from subjects.actions import may_set_credit
from subjects.items import Items
from subjects.models import CheckItem, MarketSubject, Premises

# Names the forms of the story: the same visit has the same number in every database.
FORMS = UUID("6f0c1f0e-5d8c-4d8e-9a55-0d5d39a6f7d1")
# Working days that a record waits for its chief, and that a returned one waits for its correction at most.
REVIEW_DAYS, CORRECTION_DAYS = 1, 3
REVIEW_MINUTE, DESK_WORK = 390, 480
# Days after which a finding moves on: a grave danger is decided on, a case comes back and is closed (counted from the
# finding), an order that went up goes to the case team (counted from its limit).
FOLLOWED_AFTER = {"open": (2, 5), "handed_over": (20, 60), "case_returned": (27, 67), "escalated": (20, 90)}
# Of every so many grids one has a record that came back yesterday; every one has a draft.
RETURNED_EVERY = 2
# Cases of a year are numbered up to this; a proposal to review a credit grade waits so many days for its chief.
CASE_NUMBERS, GRADE_WAITS = 9_999, 21
MINUTE = timedelta(minutes=1)
INSIDE = ("no_problem", "problem", "unlicensed")


@dataclass
class Visits:
    """The visits of one bureau."""

    bureau: str
    calendar: Calendar
    dice: Dice
    officers: Mapping[str, Officer]
    premises: Mapping[int, Premises]

    @cached_property
    def places(self) -> dict[int, Place]:
        """The premises as a round sees them."""
        return {
            row.pk: Place(
                pk=row.pk,
                key=f"{row.subject.number or row.subject.name}|{row.address}",
                area=row.area_code,
                trade=row.trade_id or "",
                tier=row.tier,
                credit=row.subject.credit,
                is_unlicensed=row.subject.kind == MarketSubject.Kind.UNLICENSED,
            )
            for row in self.premises.values()
        }

    @cached_property
    def work(self) -> WorkCalendar:
        return holidays()

    @cached_property
    def items(self) -> Items:
        return Items(CheckItem.objects.in_area(self.bureau))

    @cached_property
    def rounds(self) -> Rounds:
        """The plan of rounds, with the items of each tier."""
        codes: dict[str, list[str]] = defaultdict(list)
        rows = CheckItem.objects.in_force(self.bureau, self.calendar.today).order_by("position", "code")
        for tier in {place.tier for place in self.places.values()}:
            codes[tier] = [row.code for row in rows if row.tier_key in {"", tier}]
        areas = {place.area for place in self.places.values() if len(place.area) == 6}
        return Rounds(self.dice, manners(sorted(areas), self.dice), self.work, codes)

    def tell(self, week: Week) -> int:
        """What the officers of the bureau did in a week; returns how many visits came in."""
        planned = self.rounds.of_week(self.owed(), week)
        waiting = self._to_correct()
        told = (self._sent_after(outing, waiting.get(outing.place.pk, ())) for outing in planned)
        outings = [outing for outing in told if not self.calendar.over(outing.sent_at)]
        records = [(self._record(outing, waiting), outing) for outing in outings]
        plain = [(record, outing.sent_at) for record, outing in records if not outing.is_returned]
        submit_visits(records=sorted(plain, key=lambda pair: pair[1]))
        for record, outing in records:
            if outing.is_returned:
                self._come_back(record, outing)
        self._review(week)
        self._follow(week)
        self._keep_grades(week)
        if week.last == self.calendar.ago(1):
            self._leave_unfinished(week)
        return len(records)

    def owed(self) -> list[Owed]:
        """The open tasks of the bureau."""
        rows = InspectionTask.objects.in_area(self.bureau).open().order_by("pk")
        return [
            Owed(pk, self.places[premises], reason, opens_on, due_on)
            for pk, premises, reason, opens_on, due_on in rows.values_list(
                "pk", "premises", "reason", "opens_on", "due_on"
            )
        ]

    def _to_correct(self) -> dict[int, list[Finding]]:
        """What is still to be put right, by premises."""
        found = defaultdict(list)
        for finding in Finding.objects.in_area(self.bureau).to_rectify().select_related("visit").order_by("pk"):
            found[finding.premises_id].append(finding)
        return found

    @staticmethod
    def _sent_after(outing: Outing, orders: Sequence[Finding]) -> Outing:
        """A re-check is sent after the record that ordered it, however late that was entered."""
        entered = [finding.visit.submitted_at for finding in orders if finding.visit.submitted_at is not None]
        earliest = max(entered, default=outing.sent_at) + MINUTE
        if not outing.is_recheck or earliest <= outing.sent_at:
            return outing
        return replace(outing, sent_at=earliest, sent_on=timezone.localdate(earliest))

    def _record(self, outing: Outing, waiting: Mapping[int, Sequence[Finding]]) -> VisitRecord:
        """The form as the two officers of the grid hand it in."""
        place = outing.place
        seen = [
            finding.pk
            for finding in waiting.get(place.pk, ())
            if outing.is_recheck and outing.outcome in INSIDE and finding.found_on <= outing.day
        ]
        return VisitRecord(
            client_id=uuid5(FORMS, f"{self.dice.seed}|{place.key}|{outing.day}"),
            premises=self.premises[place.pk],
            visited_at=outing.at,
            lead=self.officers[f"lead{place.area}"],
            partner=self.officers[f"manager{place.area}"],
            outcome=outing.outcome,
            answers=self._answers(outing),
            narrative=outing.narrative,
            problems=[
                Problem(trouble.text, trouble.disposition, item=trouble.item, rectify_by=trouble.rectify_by)
                for trouble in outing.troubles
            ],
            corrected=seen,
            tasks=outing.tasks if outing.outcome != "refused" else (),
        )

    def _answers(self, outing: Outing) -> list[dict[str, str]]:
        """Every item of the premises, answered; none where nobody got in."""
        if outing.outcome not in INSIDE:
            return []
        wrong = {trouble.item for trouble in outing.troubles}
        items = self.items.of(self.premises[outing.place.pk], outing.day)
        return [{"code": item.code, "result": "problem" if item.code in wrong else "ok"} for item in items]

    def _come_back(self, record: VisitRecord, outing: Outing) -> None:
        """One record through the single forms: handed in, returned by the chief, handed in again."""
        key = (outing.place.key, outing.day)
        visit = submit_visit(record=record, by=record.lead, now=outing.sent_at)
        returned_on = self.work.after_working(outing.sent_on, self.dice.between(1, REVIEW_DAYS, *key, "back")).due
        if returned_on >= self.calendar.today:
            return
        why = self.dice.pick(findings.RETURN_REASONS, *key, "why")
        chief = self.officers[f"chief{outing.place.area[:4]}"]
        return_visit(visit=visit, why=why, by=chief, now=moment(returned_on, REVIEW_MINUTE))
        again_on = self.work.after_working(returned_on, self.dice.between(1, CORRECTION_DAYS, *key, "again")).due
        if again_on < self.calendar.today:
            corrected = replace(
                record,
                client_id=uuid5(record.client_id, "2"),
                narrative=f"{record.narrative}（按退回意见补充依据并核对事项。）",
                corrected=(),
                tasks=(),
                corrects=visit,
            )
            submit_visit(record=corrected, by=record.lead, now=moment(again_on, REVIEW_MINUTE))

    def _review(self, week: Week) -> None:
        """The chiefs archive what has waited for some working days."""
        day = self._last_working_day(week)
        now, before = moment(day, REVIEW_MINUTE), self._days_before(day)
        waiting = Visit.objects.in_area(self.bureau).to_review().filter(submitted_on__lt=before)
        for name, chief in sorted(self.officers.items()):
            if name.startswith(f"chief{self.bureau}"):
                archive_visits(visits=waiting, by=chief, now=now, were_read=True)

    def _follow(self, week: Week) -> None:
        """What becomes of grave dangers, of cases, and of orders that nobody follows."""
        on = self._last_working_day(week)
        state, now = Finding.State, moment(on, REVIEW_MINUTE)
        followed = [state.OPEN, state.HANDED_OVER, state.CASE_RETURNED, state.ESCALATED]
        known = Finding.objects.in_area(self.bureau).filter(state__in=followed, visit__submitted_at__lt=now)
        for finding in known.order_by("pk"):
            key = (self.places[finding.premises_id].key, finding.found_on, finding.text)
            since = (on - (finding.rectify_by or finding.found_on)).days
            low, high = FOLLOWED_AFTER[finding.state]
            if since >= self.dice.between(low, high, *key, finding.state):
                self._decide(finding, now)

    def _decide(self, finding: Finding, now: datetime) -> None:
        """The next step of a finding, by whose turn it is."""
        chief = self.officers[f"chief{finding.area_code[:4]}"]
        if finding.state == Finding.State.OPEN:
            why = findings.DANGER
            open_decision(finding=finding, to=Finding.State.HANDED_OVER, why=why, by=chief, now=now)
        elif finding.state == Finding.State.ESCALATED:
            lead = self.officers[f"lead{finding.area_code}"]
            hand_over(finding=finding, why=findings.NOT_FOLLOWED, by=lead, now=now)
        elif finding.state == Finding.State.CASE_RETURNED:
            close_finding(finding=finding, why=findings.CASE_CLOSED, by=chief, now=now)
        elif case_team := self.officers.get(f"case{self.bureau}"):
            on = timezone.localdate(now)
            number = (
                f"演示案〔{on.year}〕{self.dice.between(1, CASE_NUMBERS, finding.text, finding.found_on, 'case')}号"
            )
            decision = findings.CASE_RETURNED
            return_case(finding=finding, number=number, decision=decision, closed_on=on, by=case_team, now=now)

    def _keep_grades(self, week: Week) -> None:
        """Chiefs keep the grade where a case was the first one; the newest proposals wait."""
        day = self._last_working_day(week)
        waiting = CreditReview.objects.in_area(self.bureau).waiting().filter(proposed_on__lt=day - DAY * GRADE_WAITS)
        for review in waiting.with_file().order_by("pk"):
            chief = self.officers[f"chief{review.area_code[:4]}"]
            if may_set_credit(subject=review.case.premises.subject, by=chief):
                reject_review(review=review, why=findings.GRADE_KEPT, by=chief, now=moment(day, REVIEW_MINUTE))

    def _leave_unfinished(self, week: Week) -> None:
        """What waits on the officers' phones today: in every grid a form put aside, in some a record that came back."""
        day = self._last_working_day(week)
        owed = sorted(self.owed(), key=lambda task: (task.due_on, task.place.key))
        for number, area in enumerate(sorted(self.rounds.manners)):
            lead, chief = self.officers[f"lead{area}"], self.officers[f"chief{area[:4]}"]
            ahead = [task for task in owed if task.place.area == area and task.due_on >= self.calendar.today]
            if ahead:
                self._put_aside(ahead[0], lead, moment(day, DESK_WORK))
            waiting = Visit.objects.in_area(area).to_review().filter(submitted_on__lt=day)
            newest = waiting.order_by("-submitted_at", "-pk").first()
            if newest is not None and number % RETURNED_EVERY == 0:
                why = self.dice.pick(findings.RETURN_REASONS, area, "why")
                return_visit(visit=newest, why=why, by=chief, now=moment(day, DESK_WORK))

    def _put_aside(self, task: Owed, lead: Officer, now: datetime) -> None:
        """A form as the phone keeps it, begun and not handed in."""
        partner = self.officers[f"manager{task.place.area}"]
        held = {
            "partner": [str(partner.pk)],
            "outcome": ["checked"],
            "tasks": [str(task.task)],
            "narrative": [findings.UNFINISHED],
        }
        client_id = uuid5(FORMS, f"{self.dice.seed}|{task.place.key}|draft")
        save_draft(client_id=client_id, premises=self.premises[task.place.pk], by=lead, now=now, held=held)

    def _last_working_day(self, week: Week) -> date:
        """The last working day up to the end of the week, which may lie before it."""
        day = week.last
        while not self.work.is_working(day):
            day -= DAY
        return day

    def _days_before(self, day: date) -> date:
        """The working day so many as REVIEW_DAYS before a day."""
        left = REVIEW_DAYS
        while left:
            day -= DAY
            left -= self.work.is_working(day)
        return day
