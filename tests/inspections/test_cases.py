"""What follows when the station closes a case: a revisit, and a review of the credit grade."""

from contextlib import suppress
from datetime import timedelta
from itertools import product

import pytest
from django.db import connection

from gridsup.errors import BadInput, DomainError, NotAllowed, Overtaken, WrongState
from inspections.actions import close_finding, confirm_review, follow_case, reject_review, return_case
from inspections.models import CaseReturn, CreditReview, InspectionTask
from inspections.models.case import CREDIT_MOVES
from subjects.actions import change_row
from subjects.models import PolicyFigure, Premises, PremisesEvent, TierPeriod
from tests.cases import CaseReturnFactory, CreditReviewFactory
from tests.factories import (
    TODAY,
    FindingFactory,
    GridFactory,
    PremisesFactory,
    SubjectFactory,
    VisitFactory,
    noon,
)
from tests.visits import NOON, load_policy, shop, submitted

DAY = timedelta(days=1)
S = CreditReview.State


@pytest.fixture(autouse=True)
def policy(district):
    load_policy()


@pytest.fixture
def premises(district):
    return shop(subject=SubjectFactory(credit="B"), tier_given="medium")


@pytest.fixture
def finding(premises):
    return handed_over(premises)


def handed_over(premises, **facts):
    return FindingFactory(visit=VisitFactory(premises=premises), state="handed_over", disposition="case", **facts)


def reported(district, finding, **facts):
    outcome = {"number": "7/2026", "decision": "Fine of 500", "closed_on": TODAY, **facts}
    return return_case(finding=finding, **outcome, by=district.by_duty["case_team"], now=NOON)


def closed(district, finding, now=NOON):
    """The finding at its end, closed by its station."""
    return close_finding(finding=reported(district, finding), why="paid", by=district.chief, now=now)


def revisits():
    return InspectionTask.objects.filter(reason="case_return")


class TestReported:
    def test_a_case_is_kept_with_number_decision_and_day(self, district, finding):
        reported(district, finding, number=" 7/2026 ")

        case = CaseReturn.objects.get()
        assert finding.case == case
        assert (case.number, case.decision, case.closed_on, case.revisit) == ("7/2026", "Fine of 500", TODAY, None)
        assert not CreditReview.objects.exists()

    @pytest.mark.parametrize(
        ("fault", "field"),
        [
            ({"number": " "}, "number"),
            ({"decision": ""}, "decision"),
            ({"closed_on": None}, "closed_on"),
            ({"closed_on": TODAY + DAY}, "closed_on"),
            ({"closed_on": TODAY - 400 * DAY}, "closed_on"),
        ],
    )
    def test_nothing_of_it_may_be_missing_or_impossible(self, district, finding, fault, field):
        with pytest.raises(BadInput) as refusal:
            reported(district, finding, **fault)

        assert refusal.value.field == field
        assert not CaseReturn.objects.exists()

    def test_several_findings_go_into_one_case(self, district, finding):
        other = handed_over(finding.premises)
        reported(district, finding)
        reported(district, other)

        assert finding.case == other.case

    @pytest.mark.parametrize("other", [{"decision": "Dismissed"}, {"closed_on": TODAY - DAY}])
    def test_a_number_that_was_reported_otherwise_is_refused(self, district, finding, other, english):
        again = handed_over(finding.premises, found_on=TODAY - 9 * DAY)
        reported(district, finding)

        with pytest.raises(BadInput, match=r"7/2026 was reported as “Fine of 500”"):
            reported(district, again, **other)
        again.refresh_from_db()
        assert again.state == "handed_over"


class TestRevisit:
    def test_closing_makes_it_due_by_the_figure_of_the_policy(self, district, finding):
        closed(district, finding)

        task = revisits().get()
        assert (task.premises, task.state, task.plan) == (finding.premises, "due", None)
        assert (task.opens_on, task.due_on) == (TODAY, TODAY + 30 * DAY)
        assert CaseReturn.objects.get().revisit == task

    def test_another_figure_gives_another_day(self, district, finding):
        row = PolicyFigure.objects.get(key="case_revisit_days")
        why = {"why": "soon", "by": district.district_office, "now": NOON}
        change_row(row=row, on=TODAY, values={"value": 10}, **why)

        closed(district, finding)

        assert revisits().get().due_on == TODAY + 10 * DAY

    def test_nothing_is_made_before_the_station_closes(self, district, finding):
        reported(district, finding)

        assert not revisits().exists()

    def test_one_case_has_one_revisit_and_one_review_however_often(self, district, finding):
        other = handed_over(finding.premises)
        closed(district, finding)
        submitted(district, premises=finding.premises)  # the revisit is done before the second problem is closed
        closed(district, other)
        follow_case(case=finding.case, by=None, now=noon(TODAY + DAY))

        assert revisits().count() == 1
        assert CreditReview.objects.get().events.count() == 1

    def test_a_visit_discharges_it_as_any_other_task(self, district, finding):
        closed(district, finding)

        visit = submitted(district, premises=finding.premises, now=noon(TODAY + DAY), visited_at=noon(TODAY + DAY))

        task = revisits().get()
        assert (task.state, task.visit, task.done_on) == ("done", visit, TODAY + DAY)

    def test_nobody_is_sent_where_nobody_trades_any_more(self, district, finding):
        Premises.objects.update(status="closed")

        closed(district, finding)

        assert not revisits().exists()
        assert CreditReview.objects.get().state == "proposed"

    def test_without_a_figure_the_case_stays_open(self, district, finding):
        reported(district, finding)
        PolicyFigure.objects.filter(key="case_revisit_days").delete()

        with pytest.raises(BadInput):
            close_finding(finding=finding, why="paid", by=district.chief, now=NOON)
        finding.refresh_from_db()
        assert finding.state == "case_returned"


def decided(review, to, by):
    """The one way into each state."""
    ways = {
        S.PROPOSED: lambda: follow_case(case=review.case, by=by, now=NOON),
        S.CONFIRMED: lambda: confirm_review(review=review, credit="D", by=by, now=NOON),
        S.REJECTED: lambda: reject_review(review=review, why="so", by=by, now=NOON),
    }
    ways[to]()


@pytest.mark.parametrize(("old", "to"), list(product(S.values, S.values)))
def test_a_review_moves_as_the_table_says_and_not_otherwise(district, premises, old, to):
    review = CreditReviewFactory(case__premises=premises, state=old)

    with suppress(DomainError):
        decided(review, S(to), district.chief)

    allowed = (old, to) in CREDIT_MOVES
    stored = CreditReview.objects.get()
    assert stored.state == (to if allowed else old)
    assert [(event.old, event.new) for event in stored.events.filter(what="state")] == ([(old, to)] if allowed else [])


class TestDecision:
    @pytest.fixture
    def review(self, premises):
        return CreditReviewFactory(case=CaseReturnFactory(premises=premises))

    def test_another_grade_changes_mode_and_rhythm_of_all_places(self, district, review, premises):
        second = PremisesFactory(subject=premises.subject, tier_given="medium")
        Premises.objects.update(mode="key")
        tiers = TierPeriod.objects.count()

        confirm_review(review=review, credit="A", by=district.chief, now=NOON, why="served it")

        rows = Premises.objects.filter(pk__in=[premises.pk, second.pk]).select_related("subject")
        assert {(row.subject.credit, row.tier, row.mode) for row in rows} == {("A", "medium", "general")}
        told = PremisesEvent.objects.filter(what="credit").values_list("premises", "old", "new", "why", "by")
        assert set(told) == {(row.pk, "B", "A", "served it", district.chief.pk) for row in rows}
        assert TierPeriod.objects.count() == tiers

    def test_what_was_decided_is_kept(self, district, review):
        confirm_review(review=review, credit="C", by=district.chief, now=NOON)

        assert (review.state, review.credit, review.decided_on, review.decided_by) == (
            "confirmed", "C", TODAY, district.chief,
        )  # fmt: skip
        assert [(event.what, event.old, event.new) for event in review.events.all()] == [
            ("state", "proposed", "confirmed"),
            ("credit", "B", "C"),
        ]
        assert review.case.number in review.events.first().why

    def test_a_grade_that_stays_has_a_reason_and_changes_nothing(self, district, review, premises):
        with pytest.raises(BadInput):
            reject_review(review=review, why=" ", by=district.chief, now=NOON)
        reject_review(review=review, why="a first slip", by=district.chief, now=NOON)

        premises.subject.refresh_from_db()
        assert (review.state, premises.subject.credit, review.events.get().why) == ("rejected", "B", "a first slip")
        assert not PremisesEvent.objects.filter(what="credit").exists()

    @pytest.mark.parametrize("grade", ["", "E", "B"])
    def test_a_new_grade_is_another_one_that_there_is(self, district, review, grade):
        with pytest.raises(BadInput) as refusal:
            confirm_review(review=review, credit=grade, by=district.chief, now=NOON)

        assert refusal.value.field == "credit"
        assert (review.state, review.events.count()) == ("proposed", 0)

    @pytest.mark.parametrize("who", ["lead", "manager", "far_chief", "supervisor", "outsider", "head"])
    def test_only_who_decides_on_tiers_here_decides(self, district, review, who):
        for act in (S.CONFIRMED, S.REJECTED):
            with pytest.raises(NotAllowed):
                decided(review, act, getattr(district, who))

    def test_a_subject_of_two_stations_is_for_who_holds_both(self, district, review, premises):
        grid = GridFactory(code="050201")
        PremisesFactory(subject=premises.subject, area_code=grid.code, grid=grid)
        mine = CreditReview.objects.decidable

        for act in (S.CONFIRMED, S.REJECTED):
            with pytest.raises(NotAllowed):
                decided(review, act, district.chief)
        assert [mine(who).exists() for who in (district.chief, district.district_office)] == [False, True]
        decided(review, S.CONFIRMED, district.district_office)

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="the other counts on its statistics")
    def test_the_embedded_database_does_not_begin_at_the_ledger(self, district, review):
        for rows in (CreditReview.objects.waiting().decidable, CreditReview.objects.visible_to):
            read = [
                line
                for line in rows(district.district_office).order_by().explain().splitlines()
                if "inspections_" in line or "premises" in line
            ]

            assert "premises USING" not in read[0], read

    @pytest.mark.parametrize("to", [S.CONFIRMED, S.REJECTED])
    def test_the_second_who_decides_is_told(self, district, review, to):
        stale = CreditReview.objects.get()
        confirm_review(review=review, credit="C", by=district.chief, now=NOON)

        with pytest.raises(Overtaken):
            decided(stale, to, district.district_office)
        with pytest.raises(WrongState):
            decided(CreditReview.objects.get(), to, district.district_office)
        assert CreditReview.objects.get().credit == "C"

    def test_a_grade_that_a_file_changed_meanwhile_is_told(self, district, review):
        stale = CreditReview.objects.with_file().get()
        type(stale.case.premises.subject).objects.update(credit="D")

        with pytest.raises(Overtaken):
            confirm_review(review=stale, credit="C", by=district.chief, now=NOON)
        assert (stale.state, CreditReview.objects.get().state) == ("proposed", "proposed")
