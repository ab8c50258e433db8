from contextlib import suppress
from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest

from gridsup.errors import BadInput, DomainError, NotAllowed, Overtaken
from inspections.actions import archive_visit, archive_visits, return_visit, save_draft, submit_visit
from inspections.models import Visit, VisitEvent
from inspections.models.visit import VISIT_MOVES
from tests.factories import TODAY, VisitFactory
from tests.visits import NOON, load_policy, record, shop

S = Visit.State


@pytest.fixture(autouse=True)
def policy(district):
    load_policy()


def made(district, state="submitted", **facts) -> Visit:
    """A visit by lead and manager in a state."""
    officers = {"lead": district.lead, "partner": district.manager}
    return VisitFactory(**{"premises": shop(), **officers, "state": state, **facts})


def tried(district, visit, to) -> None:
    """The one way into each state."""
    given = record(district, premises=visit.premises, client_id=visit.client_id)
    ways = {
        S.DRAFT: lambda: save_draft(
            client_id=visit.client_id, premises=visit.premises, held={}, by=district.lead, now=NOON
        ),
        S.SUBMITTED: lambda: submit_visit(record=given, by=district.lead, now=NOON),
        S.ARCHIVED: lambda: archive_visit(visit=visit, by=district.chief, now=NOON),
        S.RETURNED: lambda: return_visit(visit=visit, why="so", by=district.chief, now=NOON),
    }
    with suppress(DomainError):
        ways[to]()


@pytest.mark.parametrize(("old", "to"), list(product(S.values, S.values)))
def test_a_record_moves_as_the_table_says_and_not_otherwise(district, old, to):
    visit = made(district, old)

    tried(district, visit, S(to))

    stored = Visit.objects.get(pk=visit.pk)
    allowed = (old, to) in VISIT_MOVES
    assert stored.state == (to if allowed else old)
    assert [(event.old, event.new) for event in stored.events.all()] == ([(old, to)] if allowed else [])


@pytest.mark.parametrize("who", ["lead", "manager", "far_chief", "district_office", "supervisor", "outsider"])
def test_only_the_chief_of_the_station_reviews(district, who):
    visit = made(district, lead=VisitFactory().lead, partner=VisitFactory().lead)

    with pytest.raises(NotAllowed):
        archive_visit(visit=visit, by=getattr(district, who), now=NOON)
    with pytest.raises(NotAllowed):
        return_visit(visit=visit, why="x", by=getattr(district, who), now=NOON)
    assert Visit.objects.get(pk=visit.pk).state == "submitted"


@pytest.mark.parametrize("who", ["lead", "manager", "district_office", "supervisor", "outsider"])
def test_many_at_once_neither(district, who):
    made(district)

    with pytest.raises(NotAllowed):
        archive_visits(visits=Visit.objects.all(), by=getattr(district, who), now=NOON)


def test_whoever_made_the_visit_does_not_review_it(district, english):
    own = made(district, partner=district.chief)

    with pytest.raises(NotAllowed, match="does not review"):
        archive_visit(visit=own, by=district.chief, now=NOON)
    assert archive_visits(visits=Visit.objects.all(), by=district.chief, now=NOON) == 0


def test_a_decision_is_kept_with_who_and_when(district):
    visit = return_visit(visit=made(district), why=" Which goods? ", by=district.chief, now=NOON)

    assert (visit.state, visit.reviewed_by, visit.reviewed_at) == ("returned", district.chief, NOON)
    event = visit.events.get()
    assert (event.old, event.new, event.by, event.why) == ("submitted", "returned", district.chief, "Which goods?")


@pytest.mark.parametrize("why", ["", "  "])
def test_a_return_needs_a_reason(district, why):
    with pytest.raises(BadInput):
        return_visit(visit=made(district), why=why, by=district.chief, now=NOON)


def test_the_second_of_two_reviewers_is_told(district, english):
    visit = made(district)
    stale = Visit.objects.get()
    return_visit(visit=visit, why="x", by=district.chief, now=NOON)

    with pytest.raises(Overtaken, match="Somebody else"):
        archive_visit(visit=stale, by=district.chief, now=NOON)
    assert Visit.objects.get().state == "returned"


def test_forty_records_without_a_problem_are_archived_in_one_step(district, django_assert_max_num_queries):
    for _ in range(40):
        made(district)

    with django_assert_max_num_queries(8):
        count = archive_visits(visits=Visit.objects.all(), by=district.chief, now=NOON)

    assert count == Visit.objects.filter(state="archived", reviewed_by=district.chief, reviewed_at=NOON).count() == 40
    assert VisitEvent.objects.filter(old="submitted", new="archived", by=district.chief).count() == 40


@pytest.mark.parametrize(
    "facts",
    [
        {"outcome": "problem"},
        {"outcome": "unlicensed"},
        {"outcome": "refused"},
        {"outcome": "not_found"},
        {"outcome": "closed"},
        {"state": "draft"},
        {"state": "returned"},
        {"area_code": "050201"},
    ],
)
def test_what_is_not_free_of_problems_waiting_and_ours_is_left_out(district, facts):
    visit = made(district, **facts)

    assert archive_visits(visits=Visit.objects.all(), by=district.chief, now=NOON) == 0
    assert Visit.objects.get(pk=visit.pk).state == facts.get("state", "submitted")


def test_only_those_that_were_chosen(district):
    one, other = made(district), made(district)

    archive_visits(visits=Visit.objects.filter(pk=one.pk), by=district.chief, now=NOON)

    assert [Visit.objects.get(pk=visit.pk).state for visit in (one, other)] == ["archived", "submitted"]


def test_the_record_itself_says_when_it_was_made(district):
    visit = made(district, visited_on=TODAY - timedelta(days=3))

    archive_visit(visit=visit, by=district.chief, now=NOON)

    assert (visit.visited_on, visit.submitted_on) == (TODAY - timedelta(days=3), TODAY - timedelta(days=3))


def test_a_form_of_another_number_is_another_visit(district):
    first, second = record(district), record(district)

    for given in (first, second):
        submit_visit(record=given, by=district.lead, now=NOON)

    assert Visit.objects.filter(client_id__in=[first.client_id, second.client_id, uuid4()]).count() == 2


def test_history_whose_records_were_read_one_by_one_is_archived_together(district):
    for outcome in ("no_problem", "problem", "unlicensed", "not_found"):
        made(district, outcome=outcome)
    made(district, outcome="problem", area_code="050201")

    assert archive_visits(visits=Visit.objects.all(), by=district.chief, now=NOON, were_read=True) == 4
    assert Visit.objects.get(state="submitted").area_code == "050201"
