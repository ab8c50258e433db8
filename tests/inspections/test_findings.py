from contextlib import suppress
from datetime import date, timedelta
from itertools import product

import pytest
from django.db import connection

from gridsup.errors import BadInput, DomainError, NotAllowed, Overtaken, WrongState
from gridsup.parts import Part
from inspections.actions import (
    ask_recheck,
    close_finding,
    escalate_findings,
    follow_ledger,
    hand_over,
    open_decision,
    return_case,
    return_visit,
    submit_visit,
)
from inspections.models import Finding, FindingEvent, InspectionTask, Visit
from inspections.models.finding import FINDING_MOVES
from inspections.records import Problem
from subjects.models import Premises
from tests.factories import TODAY, FindingFactory, TaskFactory, VisitFactory, noon
from tests.visits import NOON, ORDER, load_policy, record, shop, submitted

WEEK = timedelta(days=7)
S = Finding.State
OUTCOME = {"number": "灞市监罚〔2026〕7号", "decision": "Fine of 500", "closed_on": TODAY}
# The disposition with which a finding comes into a state by its record alone.
BORN = {S.OPEN: "report", S.SETTLED: "admonish", S.HANDED_OVER: "case"}


@pytest.fixture(autouse=True)
def policy(district):
    load_policy()


@pytest.fixture
def ordered(district):
    """An order of today with a week's time, and its re-check."""
    problem = {"text": ORDER.text, "disposition": "order", "rectify_by": TODAY + WEEK}
    return submitted(district, outcome="problem", problems=[Problem(**problem)]).findings.get()


def found(district, state, **facts) -> Finding:
    """A finding in a state, of a visit by lead and manager."""
    visit = VisitFactory(premises=shop(), lead=district.lead, partner=district.manager, outcome="problem")
    disposition = BORN.get(state, "order")
    return FindingFactory(visit=visit, state=state, disposition=disposition, rectify_by=TODAY, **facts)


def withdrawn(district, finding) -> None:
    visit = Visit.objects.get(pk=finding.visit_id)
    return_visit(visit=visit, why="?", by=district.chief, now=NOON)
    corrected(district, finding, corrects=visit)


def corrected(district, finding, **facts) -> None:
    given = record(district, premises=finding.premises, visited_at=noon(TODAY), **facts)
    submit_visit(record=given, by=district.lead, now=NOON)


def tried(district, finding, to) -> None:
    """The one way into each state."""
    above, case = {"by": district.chief, "now": NOON, "why": "so"}, district.by_duty["case_team"]
    ways = {
        S.OPEN: lambda: open_decision(finding=finding, to=to, **above),
        S.SETTLED: lambda: open_decision(finding=finding, to=to, **above),
        S.ORDERED: lambda: open_decision(finding=finding, to=to, rectify_by=TODAY, **above),
        S.HANDED_OVER: lambda: hand_over(
            finding=finding, why="so", now=NOON, by=district.chief if finding.state == S.OPEN else district.lead
        ),
        S.CASE_RETURNED: lambda: return_case(finding=finding, **OUTCOME, by=case, now=NOON),
        S.CLOSED: lambda: close_finding(finding=finding, **above),
        S.RECTIFIED: lambda: corrected(district, finding, corrected=[finding.pk]),
        S.ESCALATED: lambda: escalate_findings(part=Part.area("05"), on=TODAY + WEEK, now=NOON),
        S.WITHDRAWN: lambda: withdrawn(district, finding),
    }
    with suppress(DomainError):
        ways[to]()


@pytest.mark.parametrize(("old", "to"), list(product(S.values, S.values)))
def test_a_finding_moves_as_the_table_says_and_not_otherwise(district, old, to):
    finding = found(district, S(old))

    tried(district, finding, S(to))

    stored = Finding.objects.get(pk=finding.pk)
    allowed = (old, to) in FINDING_MOVES
    assert stored.state == (to if allowed else old)
    assert [(event.old, event.new) for event in stored.events.all()] == ([(old, to)] if allowed else [])


class TestGraveDanger:
    """It was reported at once and stays open until somebody above decides."""

    @pytest.fixture
    def grave(self, district):
        problem = Problem(text="Gas bottles", disposition="report")
        return submitted(district, outcome="problem", problems=[problem]).findings.get()

    def decide(self, district, grave, to="ordered", **facts):
        usual = {"why": "seen it", "by": district.chief, "now": NOON, "rectify_by": TODAY}
        return open_decision(finding=grave, to=to, **{**usual, **facts})

    def test_an_order_gets_its_re_check(self, district, grave):
        self.decide(district, grave, rectify_by=TODAY + WEEK)

        stored = Finding.objects.get()
        assert (stored.state, stored.rectify_by, stored.recheck.due_on) == ("ordered", TODAY + WEEK, TODAY + WEEK)

    def test_it_is_looked_at_again_with_others_of_the_day(self, district, grave):
        task = TaskFactory(premises=grave.premises, reason="recheck", plan=None, due_on=TODAY + WEEK)

        self.decide(district, grave, rectify_by=TODAY + WEEK)

        assert Finding.objects.get().recheck == task

    @pytest.mark.parametrize(
        "fault", [{"rectify_by": None}, {"rectify_by": TODAY - WEEK}, {"rectify_by": date(2126, 1, 1)}, {"why": " "}]
    )
    def test_an_order_needs_a_reason_and_a_day_to_come(self, district, grave, fault):
        with pytest.raises(BadInput):
            self.decide(district, grave, **fault)
        assert (Finding.objects.get().state, InspectionTask.objects.count()) == ("open", 0)

    @pytest.mark.parametrize("who", ["lead", "manager", "far_chief", "supervisor", "outsider", "district_office"])
    @pytest.mark.parametrize("to", ["ordered", "settled", "handed_over"])
    def test_only_the_station_decides(self, district, grave, who, to):
        with pytest.raises(NotAllowed):
            self.decide(district, grave, to, by=getattr(district, who))
        assert Finding.objects.get().state == "open"

    @pytest.mark.parametrize("to", ["ordered", "settled", "handed_over"])
    def test_the_second_of_two_decisions_is_told(self, district, grave, to):
        stale = Finding.objects.get()
        self.decide(district, grave, "settled")

        with pytest.raises(Overtaken):
            self.decide(district, stale, to)
        assert (Finding.objects.get().state, InspectionTask.objects.count()) == ("settled", 0)


class TestHandedOver:
    def test_the_re_check_goes_with_its_last_finding(self, district, ordered):
        hand_over(finding=ordered, why="will not", by=district.lead, now=NOON)

        task = InspectionTask.objects.get()
        assert (task.state, task.events.get().by) == ("cancelled", district.lead)
        assert ordered.events.last().why == "will not"

    def test_it_stays_for_another_finding_and_for_what_was_merged_into_it(self, district, ordered):
        other = FindingFactory(visit=ordered.visit, recheck=ordered.recheck)
        hand_over(finding=ordered, why="will not", by=district.lead, now=NOON)
        assert InspectionTask.objects.get().state == "due"

        TaskFactory(premises=ordered.premises, state="merged", merged_into=ordered.recheck)
        hand_over(finding=other, why="will not", by=district.lead, now=NOON)
        assert InspectionTask.objects.get(reason="recheck").state == "due"

    @pytest.mark.parametrize("who", ["chief", "neighbour_lead", "supervisor", "outsider"])
    def test_it_is_the_officers_on_site_who_hand_over(self, district, ordered, who):
        with pytest.raises(NotAllowed):
            hand_over(finding=ordered, why="x", by=getattr(district, who), now=NOON)

    @pytest.mark.parametrize("who", ["chief", "lead"])
    def test_what_was_escalated_is_handed_over_by_the_station_too(self, district, ordered, who):
        escalate_findings(part=Part.area("05"), on=TODAY + 2 * WEEK, now=NOON)
        finding = Finding.objects.get()
        for stranger in (district.far_chief, district.neighbour_lead, district.supervisor):
            with pytest.raises(NotAllowed):
                hand_over(finding=finding, why="x", by=stranger, now=NOON)

        hand_over(finding=finding, why="will not", by=getattr(district, who), now=NOON)

        assert finding.state == "handed_over"

    def test_the_case_team_returns_and_the_chief_closes(self, district, ordered):
        case = district.by_duty["case_team"]
        hand_over(finding=ordered, why="will not", by=district.lead, now=NOON)

        with pytest.raises(NotAllowed):
            return_case(finding=ordered, **OUTCOME, by=district.lead, now=NOON)
        return_case(finding=ordered, **OUTCOME, by=case, now=NOON)
        with pytest.raises(NotAllowed):
            close_finding(finding=ordered, why="paid", by=case, now=NOON)
        close_finding(finding=ordered, why="paid", by=district.chief, now=NOON)

        whys = [event.why for event in ordered.events.all()]
        assert whys == ["", "will not", f"灞市监罚〔2026〕7号 · Fine of 500 · {TODAY}", "paid"]

    @pytest.mark.parametrize("why", ["", "  "])
    def test_handing_over_and_closing_need_their_reason(self, district, ordered, why):
        for step, by in ((hand_over, district.lead), (close_finding, district.chief)):
            with pytest.raises(BadInput):
                step(finding=ordered, why=why, by=by, now=NOON)
            step(finding=ordered, why="so", by=by, now=NOON)
            if step is hand_over:
                return_case(finding=ordered, **OUTCOME, by=district.by_duty["case_team"], now=NOON)
        assert ordered.state == "closed"

    def test_the_second_of_two_is_told(self, district, ordered):
        stale = Finding.objects.get()
        hand_over(finding=ordered, why="one", by=district.lead, now=NOON)

        with pytest.raises(Overtaken):
            hand_over(finding=stale, why="two", by=district.manager, now=NOON)


class TestEscalation:
    def escalated(self, day, area="05"):
        return escalate_findings(part=Part.area(area), on=day, now=NOON)["changed"]

    def test_an_order_goes_up_once_when_its_last_day_is_over(self, district, ordered):
        assert self.escalated(TODAY + WEEK) == 0
        assert self.escalated(TODAY + WEEK + timedelta(days=1)) == 1
        assert self.escalated(TODAY + 2 * WEEK) == 0

        stored = Finding.objects.get()
        assert stored.state == "escalated"
        assert [(event.new, event.by) for event in stored.events.all()] == [
            ("ordered", district.lead),
            ("escalated", None),
        ]

    def test_another_area_is_left_alone(self, district, ordered):
        assert self.escalated(TODAY + 2 * WEEK, "0502") == 0
        assert self.escalated(TODAY + 2 * WEEK, "050101") == 1

    def test_what_was_put_right_late_does_not_go_up(self, district, ordered):
        Finding.objects.update(state="rectified", rectified_on=TODAY)

        assert self.escalated(TODAY + 2 * WEEK) == 0
        assert FindingEvent.objects.count() == 1

    def test_it_takes_the_same_statements_for_many(self, district, django_assert_num_queries):
        FindingFactory.create_batch(12)

        # savepoint and release among them; where there is more than one writer the premises are held first
        with django_assert_num_queries(4 + connection.features.has_select_for_update):
            assert self.escalated(TODAY + 10 * WEEK) == 12
        assert FindingEvent.objects.filter(new="escalated").count() == 12


class TestAskedAgain:
    """A re-check on request, when the one of the order is over and nothing was put right."""

    @pytest.fixture
    def late(self, district, ordered):
        submitted(district, premises=ordered.premises, visited_at=noon(TODAY + WEEK))
        escalate_findings(part=Part.area("05"), on=TODAY + 2 * WEEK, now=NOON)
        return Finding.objects.get()

    def test_there_is_another_task_and_the_limit_stays(self, district, late):
        task = ask_recheck(finding=late, due_on=TODAY + 3 * WEEK, by=district.chief, now=NOON)

        stored = Finding.objects.get()
        assert (stored.recheck, stored.rectify_by, stored.state) == (task, TODAY + WEEK, "escalated")
        assert (task.reason, task.state, task.due_on, task.opens_on) == ("recheck", "due", TODAY + 3 * WEEK, TODAY)
        assert [event.what for event in stored.events.all()] == ["state", "state", "recheck"]

    def test_not_while_one_is_open_and_not_for_a_day_that_is_over_or_more_than_a_year_ahead(self, district, late):
        for day in (TODAY - WEEK, TODAY + timedelta(days=367), date.max):
            with pytest.raises(BadInput):
                ask_recheck(finding=late, due_on=day, by=district.chief, now=NOON)
        ask_recheck(finding=late, due_on=TODAY, by=district.lead, now=NOON)
        with pytest.raises(WrongState):
            ask_recheck(finding=late, due_on=TODAY, by=district.lead, now=NOON)

    def test_a_re_check_past_its_day_stays_owed_beside_the_new_one(self, district, ordered):
        later = noon(TODAY + 2 * WEEK)
        escalate_findings(part=Part.area("05"), on=TODAY + 2 * WEEK, now=later)
        stale = Finding.objects.get()

        task = ask_recheck(finding=stale, due_on=TODAY + 3 * WEEK, by=district.chief, now=later)

        assert (stale.recheck, task.due_on) == (task, TODAY + 3 * WEEK)
        assert set(InspectionTask.objects.values_list("due_on", "state")) == {
            (TODAY + WEEK, "due"), (TODAY + 3 * WEEK, "due")
        }  # fmt: skip
        with pytest.raises(WrongState):
            ask_recheck(finding=stale, due_on=TODAY + 4 * WEEK, by=district.chief, now=later)
        hand_over(finding=stale, why="will not", by=district.chief, now=later)
        assert set(InspectionTask.objects.values_list("state", flat=True)) == {"cancelled"}

    def test_one_visit_does_both(self, district, ordered):
        later = noon(TODAY + 2 * WEEK)
        escalate_findings(part=Part.area("05"), on=TODAY + 2 * WEEK, now=later)
        ask_recheck(finding=Finding.objects.get(), due_on=TODAY + 2 * WEEK, by=district.chief, now=later)

        submitted(district, premises=ordered.premises, visited_at=later, corrected=[ordered.pk])

        assert set(InspectionTask.objects.values_list("state", flat=True)) == {"done"}

    def test_not_by_who_gives_no_tasks_here(self, district, late):
        for officer in (district.manager, district.far_chief, district.supervisor):
            with pytest.raises(NotAllowed):
                ask_recheck(finding=late, due_on=TODAY + WEEK, by=officer, now=NOON)

    def test_not_for_what_is_over(self, district, late):
        hand_over(finding=late, why="so", by=district.lead, now=NOON)

        with pytest.raises(WrongState):
            ask_recheck(finding=late, due_on=TODAY + WEEK, by=district.chief, now=NOON)


def test_open_findings_move_with_their_premises_and_ended_ones_stay(district):
    still, over = FindingFactory(), FindingFactory(state="rectified")
    Premises.objects.update(area_code="0502", grid=None)

    assert follow_ledger(bureau="05", now=NOON)["changed"] == 1

    assert [Finding.objects.get(pk=row.pk).area_code for row in (still, over)] == ["0502", "050101"]


class TestOfARecordThatWasReturned:
    """Its problems may still be withdrawn: nobody sees them put right before it is corrected."""

    @pytest.fixture
    def returned(self, district, ordered):
        return_visit(visit=ordered.visit, why="?", by=district.chief, now=NOON)
        return ordered

    def test_no_other_visit_puts_its_problem_right(self, district, returned, english):
        sentence = f"Record {returned.visit_id}, in which the problem “Sold goods past their date” stands, was returned"
        with pytest.raises(WrongState, match=sentence):
            corrected(district, returned, corrected=[returned.pk])

        assert Finding.objects.get().state == "ordered"
        assert Visit.objects.count() == 1

    def test_once_it_is_corrected_the_problem_of_the_new_version_is_put_right(self, district, returned):
        problem = Problem(text="The same", disposition="order", rectify_by=TODAY + WEEK)
        corrected(district, returned, corrects=returned.visit, outcome="problem", problems=[problem])
        kept = Finding.objects.get(text="The same")

        corrected(district, kept, corrected=[kept.pk])

        assert set(Finding.objects.values_list("text", "state")) == {
            (returned.text, "withdrawn"),
            ("The same", "rectified"),
        }

    def test_one_that_was_escalated_meanwhile_stays_with_the_old_version_and_is_put_right(self, district, returned):
        Finding.objects.update(state="escalated")
        corrected(district, returned, corrects=returned.visit)

        corrected(district, returned, corrected=[returned.pk])

        assert Finding.objects.get().state == "rectified"

    def test_one_that_was_put_right_before_stays_so_whatever_the_new_version_says(self, district, ordered):
        seen = submitted(district, premises=ordered.premises, visited_at=noon(TODAY), corrected=[ordered.pk])
        return_visit(visit=ordered.visit, why="?", by=district.chief, now=NOON)

        corrected(district, ordered, corrects=ordered.visit)

        finding = Finding.objects.get()
        assert (finding.state, finding.rectified_by, finding.recheck.state) == ("rectified", seen, "done")
        assert list(seen.rectified.all()) == [finding]
        assert [event.new for event in finding.events.all()][-1] == "rectified"
