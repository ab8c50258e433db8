from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from inspections.models import CreditReview, Finding, FindingEvent, InspectionTask, TaskEvent, Visit
from tests.cases import CaseReturnFactory, CreditReviewFactory
from tests.factories import (
    TODAY,
    FindingFactory,
    OfficerFactory,
    TaskFactory,
    VisitFactory,
    noon,
)

DAY = timedelta(days=1)


def assert_refused(constraint: str, make, **facts) -> None:
    """The database itself says no, and names the constraint."""
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make(**facts)


def changed(model, row, **facts) -> None:
    model._default_manager.filter(pk=row.pk).update(**facts)


@pytest.mark.parametrize("state", Visit.State.values)
def test_a_visit_in_every_state_is_stored(db, state):
    assert VisitFactory(state=state).state == state


@pytest.mark.parametrize(
    ("constraint", "facts"),
    [
        ("visit_state|visit_reviewed", {"state": "lost", "reviewed_at": None}),  # in no state is it neither
        ("visit_area_length", {"area_code": "050"}),
        ("visit_two_officers", {"partner": None}),
        ("visit_whole_unless_draft", {"outcome": ""}),
        ("visit_whole_unless_draft", {"entry_due_on": None}),
        ("visit_whole_unless_draft", {"submitted_at": None}),
        ("visit_whole_unless_draft", {"visited_at": None}),
        ("visit_whole_unless_draft", {"state": "draft", "submitted_on": TODAY, "submitted_at": noon(TODAY)}),
        ("visit_reviewed_iff_decided", {"reviewed_at": noon(TODAY)}),
        ("visit_reviewed_iff_decided", {"state": "archived", "reviewed_at": None}),
        ("visit_version_iff_corrects", {"version": 2}),
        ("visit_not_in_the_future", {"submitted_on": TODAY - DAY, "submitted_at": noon(TODAY)}),
    ],
)
def test_a_visit_that_makes_no_sense_is_refused(db, constraint, facts):
    assert_refused(constraint, VisitFactory, **facts)


def test_a_draft_may_lack_what_a_record_must_have(db):
    assert VisitFactory(state="draft", partner=None, outcome="", visited_at=None, entry_due_on=None).pk


def test_one_officer_is_not_two(db):
    officer = OfficerFactory()

    assert_refused("visit_officers_differ", VisitFactory, lead=officer, partner=officer)


def test_a_correction_is_a_later_version_and_there_is_one(db):
    first = VisitFactory(state="returned")
    VisitFactory(corrects=first, version=2)

    assert_refused("visit_version_iff_corrects", VisitFactory, corrects=VisitFactory(state="returned"))
    assert_refused("corrects", VisitFactory, corrects=first, version=2)


def test_a_form_number_comes_once(db):
    assert_refused("client_id", VisitFactory, client_id=VisitFactory().client_id)


@pytest.mark.parametrize("state", Finding.State.values)
def test_a_finding_in_every_state_is_stored(db, state):
    assert FindingFactory(state=state).state == state


@pytest.mark.parametrize(
    ("constraint", "facts"),
    [
        ("finding_state", {"state": "lost"}),
        ("finding_area_length", {"area_code": "05010"}),
        ("finding_ordered_has_limit", {"rectify_by": None}),
        ("finding_returned_iff_case", {"state": "closed", "case": None}),
        ("finding_ordered_has_limit", {"state": "escalated", "rectify_by": None}),
        ("finding_rectified_iff_day", {"rectified_on": TODAY}),
        ("finding_rectified_iff_day", {"state": "rectified", "rectified_on": None}),
    ],
)
def test_a_finding_that_makes_no_sense_is_refused(db, constraint, facts):
    assert_refused(constraint, FindingFactory, **facts)


def test_only_an_order_needs_a_last_day(db):
    assert FindingFactory(state="settled", disposition="admonish", rectify_by=None).pk


@pytest.mark.parametrize(
    ("constraint", "facts"),
    [
        ("task_done_iff_visit", {"done_on": TODAY}),
        ("task_done_iff_visit", {"state": "done", "visit": None}),
        ("task_opens_before_due", {"opens_on": TODAY + DAY}),
        ("task_routine_planned", {"plan": None}),
    ],
)
def test_a_task_that_makes_no_sense_is_refused(db, constraint, facts):
    assert_refused(constraint, TaskFactory, **facts)


def test_a_re_check_is_open_once_a_day_and_may_come_again_when_it_was_done(db):
    facts = {"reason": "recheck", "plan": None}
    first = TaskFactory(**facts)

    assert_refused("task_one_recheck|UNIQUE", TaskFactory, **facts, premises=first.premises)
    visit = VisitFactory(premises=first.premises)
    changed(InspectionTask, first, state="done", done_on=TODAY, visit=visit)
    assert TaskFactory(**facts, premises=first.premises).due_on == first.due_on


@pytest.mark.parametrize("reason", ["draw", "campaign", "complaint", "case_return", "registration"])
def test_another_reason_comes_once_for_a_premises_and_day_whatever_became_of_it(db, reason):
    first = TaskFactory(reason=reason, plan=None, state="cancelled")

    assert_refused("task_once|UNIQUE", TaskFactory, reason=reason, plan=None, premises=first.premises)


def test_a_task_comes_into_each_state_once(db):
    task = TaskFactory()
    for state in ("due", "done"):
        TaskEvent.objects.create(task=task, what="state", new=state, at=noon(TODAY))

    assert_refused(
        "task_moves_once|UNIQUE", TaskEvent.objects.create, task=task, what="state", new="done", at=noon(TODAY)
    )


def test_a_finding_is_escalated_once(db):
    told = {"finding": FindingFactory(), "what": "state", "at": noon(TODAY)}
    FindingEvent.objects.create(**told, new="ordered")
    FindingEvent.objects.create(**told, new="escalated")

    assert_refused("finding_escalated_once|UNIQUE", FindingEvent.objects.create, **told, new="escalated")


def test_a_finding_has_a_case_only_once_it_was_returned(db):
    finding = FindingFactory(state="handed_over")
    case = CaseReturnFactory(premises=finding.premises)

    with pytest.raises(IntegrityError, match="finding_returned_iff_case"), transaction.atomic():
        changed(Finding, finding, case=case)


@pytest.mark.parametrize("fault", [{"number": ""}, {"decision": ""}])
def test_a_case_has_its_number_and_decision(db, fault):
    assert_refused("case_said", CaseReturnFactory, **fault)


def test_a_case_of_a_premises_is_stored_once(db):
    case = CaseReturnFactory()

    assert CaseReturnFactory(number=case.number).pk
    assert_refused("case_once|premises", CaseReturnFactory, premises=case.premises, number=case.number)


@pytest.mark.parametrize("state", CreditReview.State.values)
def test_a_credit_review_in_every_state_is_stored(db, state):
    assert CreditReviewFactory(state=state).state == state


@pytest.mark.parametrize(
    ("constraint", "facts"),
    [
        ("creditreview_state|creditreview_decided", {"state": "lost"}),
        ("creditreview_confirmed_iff_grade", {"state": "confirmed", "credit": ""}),
        ("creditreview_confirmed_iff_grade", {"state": "confirmed", "credit": "E"}),
        ("creditreview_confirmed_iff_grade", {"state": "rejected", "credit": "C"}),
        ("creditreview_decided_iff_day", {"decided_on": TODAY}),
        ("creditreview_decided_iff_day", {"state": "rejected", "decided_on": None}),
    ],
)
def test_a_credit_review_that_makes_no_sense_is_refused(db, constraint, facts):
    assert_refused(constraint, CreditReviewFactory, **facts)


def test_a_case_proposes_one_review(db):
    assert_refused("case", CreditReviewFactory, case=CreditReviewFactory().case)
