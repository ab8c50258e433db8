from contextlib import suppress
from datetime import timedelta
from itertools import product
from uuid import uuid4

import pytest

from grids.models import Posting
from gridsup.errors import BadInput, DomainError, NotAllowed, Overtaken, WrongState
from inspections.actions import archive_visit, archive_visits, return_visit, save_draft, submit_visit
from inspections.decisions import reviews
from inspections.models import Visit, VisitEvent
from inspections.models.visit import VISIT_MOVES
from tests.factories import TODAY, OfficerFactory, PostingFactory, VisitFactory
from tests.visits import NOON, load_policy, record, shop

S = Visit.State


@pytest.fixture(autouse=True)
def policy(district):
    load_policy()


def made(district, state="submitted", **facts) -> Visit:
    """A visit by lead and manager in a state."""
    officers = {"lead": district.lead, "partner": district.manager}
    return VisitFactory(**{"premises": shop(), **officers, "state": state, **facts})


def gone(*officers) -> None:
    """Their posts are over."""
    Posting.objects.filter(officer__in=officers).update(to_day=TODAY - timedelta(days=1))


def nobody_left(district) -> None:
    """Neither lead nor manager nor the case team inspects in the bureau any more."""
    gone(district.lead, district.manager, district.by_duty["case_team"])


def tried(district, visit, to) -> None:
    """The one way into each state."""
    if (visit.state, to) == (S.RETURNED, S.ARCHIVED):
        nobody_left(district)
    given = record(district, premises=visit.premises, client_id=visit.client_id)
    ways = {
        S.DRAFT: lambda: save_draft(
            client_id=visit.client_id, premises=visit.premises, held={}, by=district.lead, now=NOON
        ),
        S.SUBMITTED: lambda: submit_visit(record=given, by=district.lead, now=NOON),
        S.ARCHIVED: lambda: archive_visit(visit=visit, why="so", by=district.chief, now=NOON),
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


class TestOfAReturnedRecordThatNobodyIsLeftToCorrect:
    @pytest.fixture
    def returned(self, district):
        return made(district, "returned", version=1)

    def stuck(self):
        return list(Visit.objects.beyond_correction(TODAY))

    def test_the_chief_archives_it_as_it_stands_with_a_reason(self, district, returned):
        nobody_left(district)

        archive_visit(visit=returned, why=" both have left ", by=district.chief, now=NOON)

        assert (returned.state, returned.reviewed_by, returned.reviewed_at) == ("archived", district.chief, NOON)
        event = returned.events.get()
        assert (event.old, event.new, event.why, event.by) == ("returned", "archived", "both have left", district.chief)
        assert self.stuck() == []
        with pytest.raises(BadInput) as refusal:
            archive_visit(visit=made(district, "returned"), why=" ", by=district.chief, now=NOON)
        assert refusal.value.field == "why"

    @pytest.mark.parametrize(
        ("left", "is_stuck"),
        [
            ({}, True),
            ({"officer": "lead", "area_code": "050201"}, False),  # who signed may correct from anywhere in the bureau
            ({"officer": "lead", "area_code": "060101"}, True),
            ({"officer": "nobody", "area_code": "050101"}, False),  # whoever inspects there
            ({"officer": "nobody", "area_code": "050102"}, True),
            ({"officer": "nobody", "area_code": "0501", "duty": "case_team"}, False),
            ({"officer": "nobody", "area_code": "050101", "duty": "supervisor"}, True),
            ({"officer": "closed", "area_code": "050101"}, True),
        ],
    )
    def test_nobody_is_left_when_nobody_there_nor_either_officer_inspects(self, district, returned, left, is_stuck):
        nobody_left(district)
        if left:
            name = left.pop("officer")
            officer = OfficerFactory(is_active=False) if name == "closed" else getattr(district, name)
            PostingFactory(officer=officer, **{"duty": "manager", **left})

        assert self.stuck() == ([returned] if is_stuck else [])
        if not is_stuck:
            with pytest.raises(WrongState):
                archive_visit(visit=returned, why="so", by=district.chief, now=NOON)

    def test_who_inspects_where_its_premises_stands_by_now_is_left(self, district, returned):
        nobody_left(district)
        PostingFactory(area_code="050102", duty="manager")
        assert self.stuck() == [returned]

        returned.premises.area_code, returned.premises.grid = "050102", district.neighbour_grid
        returned.premises.save(update_fields=["area_code", "grid"])

        assert self.stuck() == []

    def test_one_that_was_corrected_stays_as_it_is(self, district, returned):
        made(district, premises=returned.premises, corrects=returned, version=2)
        nobody_left(district)

        with pytest.raises(WrongState):
            archive_visit(visit=returned, why="so", by=district.chief, now=NOON)

    @pytest.mark.parametrize("who", ["far_chief", "district_office", "lead"])
    def test_nobody_but_the_chief_does(self, district, returned, who):
        nobody_left(district)

        with pytest.raises(NotAllowed):
            archive_visit(visit=returned, why="so", by=getattr(district, who), now=NOON)

    def test_the_chief_is_told_opens_the_rows_and_decides_on_the_page(self, client, district, returned, time_machine):
        time_machine.move_to(NOON, tick=False)
        client.cookies["django_language"] = "en"
        client.force_login(district.chief)
        before = client.get(f"/visits/{returned.pk}/").text
        nobody_left(district)

        (waits,) = [one for one in reviews(district.chief, TODAY) if "stuck" in one.url]
        listed = client.get(waits.url).context["page"]
        page = client.get(f"/visits/{returned.pk}/").text
        refused = client.post(f"/visits/{returned.pk}/archived/", {"why": ""})
        client.post(f"/visits/{returned.pk}/archived/", {"why": "both have left"})

        assert "Archive as it stands" not in before
        assert (waits.count, list(listed)) == (1, [returned])
        assert "Archive as it stands" in page
        assert "A reason is needed" in refused.text
        assert Visit.objects.get(pk=returned.pk).state == "archived"


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
