from datetime import timedelta

import pytest
from django.utils import timezone

from grids.actions import end_posting, hand_over, stand_in
from grids.actions.handover import NO_SUCCESSOR
from grids.handing import count_strays, lines_of, strays_of
from grids.models import Officer, Posting
from grids.successors import successors
from gridsup.errors import BadInput, NotAllowed
from inspections.models import InspectionTask, Visit
from tests.certified import certified
from tests.factories import OfficerFactory, PostingFactory, PremisesFactory, TaskFactory, VisitFactory

NOW = timezone.now()
TODAY = timezone.localdate()


@pytest.fixture
def tasks(district):
    """Two tasks in the lead's grid and one in the next, all given to the manager by name."""
    next_door = PremisesFactory(area_code="050102")
    return [
        TaskFactory(assignee=district.manager),
        TaskFactory(assignee=district.manager),
        TaskFactory(assignee=district.manager, premises=next_door),
    ]


def draft(officer, **facts):
    return VisitFactory(lead=officer, partner=None, state="draft", draft={"narrative": "half"}, **facts)


def holders(tasks):
    return [InspectionTask.objects.get(pk=task.pk).assignee for task in tasks]


def test_work_goes_to_the_successor_where_that_one_inspects_and_else_back_to_the_area(district, tasks):
    moved = hand_over(officer=district.manager, to=district.lead, by=district.chief, now=NOW)

    assert tuple(moved["tasks"]) == (2, 1, 0)
    assert holders(tasks) == [district.lead, district.lead, None]
    event = tasks[0].events.get()
    assert (event.what, event.old, event.new, event.by) == ("assignee", "manager", "lead", district.chief)
    told = [(event.what, event.old, event.new) for event in district.manager.events.order_by("pk")]
    assert told == [("handed_over", "2", "lead"), ("handed_back", "", "1")]


def test_without_a_successor_tasks_go_back_and_what_is_half_written_stays(district, tasks):
    aside = draft(district.manager, premises=tasks[0].premises)

    moved = hand_over(officer=district.manager, to=None, by=district.chief, now=NOW)

    assert (tuple(moved["tasks"]), tuple(moved["drafts"])) == ((0, 3, 0), (0, 0, 1))
    assert holders(tasks) == [None] * 3
    assert Visit.objects.get(pk=aside.pk).lead == district.manager


def test_a_visit_put_aside_goes_to_a_successor_who_inspects_there(district, tasks):
    aside = draft(district.manager, premises=tasks[0].premises)

    hand_over(officer=district.manager, to=district.lead, by=district.chief, now=NOW)

    assert Visit.objects.get(pk=aside.pk).lead == district.lead
    assert Visit.objects.put_aside(district.lead).get().draft == {"narrative": "half"}
    assert [event.new for event in aside.events.all()] == ["lead"]


def test_handing_over_takes_as_many_queries_for_thirty_tasks_as_for_three(
    district, tasks, django_assert_max_num_queries
):
    for _ in range(27):
        TaskFactory(assignee=district.manager)

    with django_assert_max_num_queries(40):
        moved = hand_over(officer=district.manager, to=district.lead, by=district.chief, now=NOW)

    assert moved["tasks"].to_successor == 29


def test_a_hand_over_twice_changes_nothing_more(district, tasks):
    for _ in range(2):
        hand_over(officer=district.manager, to=district.lead, by=district.chief, now=NOW)

    assert tasks[0].events.count() == 1
    assert district.manager.events.count() == 2


def test_whoever_can_do_none_of_it_takes_nothing_over(client, district, tasks):
    gone = PostingFactory(officer=certified(OfficerFactory(username="away")), duty="case_team", area_code="0501")
    stand_in(posting=gone, officer=certified(district.nobody), from_day=TODAY, to_day=TODAY, now=NOW)
    for wrong in (district.by_duty["informant"], district.neighbour_lead, district.chief, gone.officer):
        with pytest.raises(BadInput, match=str(NO_SUCCESSOR)):
            hand_over(officer=district.manager, to=wrong, by=district.chief, now=NOW)
    client.force_login(district.chief)
    body = {"to": district.supervisor.pk}

    reply = client.post(f"/api/v1/officers/{district.manager.pk}/hand-over", body, content_type="application/json")

    assert (reply.status_code, reply.json()["errors"][0]["field"]) == (400, "to")
    assert holders(tasks) == [district.manager] * 3


def test_the_page_that_ends_a_post_shows_what_goes_where_before_anything_moves(client, district, tasks):
    post = district.manager.postings.get()
    client.force_login(district.chief)
    body = {"to_day": str(timezone.localdate()), "to": district.lead.pk}

    page = client.post(f"/posts/{post.pk}/end/", {**body, "look": "1"})

    assert [tuple(line.shares) for line in page.context["lines"] if line.by_name] == [(2, 0, 0)]
    assert Posting.objects.get(pk=post.pk).to_day is None
    client.post(f"/posts/{post.pk}/end/", body)
    assert holders(tasks) == [district.lead, district.lead, district.manager]


class TestOfWhoIsOffered:
    """Only whoever can do the work that is handed over, nearest first."""

    def case_team(self, name, area, **facts):
        return PostingFactory(
            officer=certified(OfficerFactory(username=name, **facts)), duty="case_team", area_code=area
        )

    def offered(self, district, areas=None):
        return [(one.username, one.nearest) for one in successors(district.manager, district.chief, areas)]

    def test_who_inspects_there_stands_in_the_list_nearest_first(self, district, tasks):
        certified(district.neighbour_lead)
        self.case_team("a_team", "05")
        self.case_team("b_team", "0501")
        # whoever looks sees the people of the own station
        assert self.offered(district) == [("lead", "050101"), ("neighbour", "050102"), ("b_team", "0501")]
        assert self.offered(district, ["050101"]) == [("lead", "050101"), ("b_team", "0501")]
        names = [one.username for one in successors(district.manager, district.district_office)]
        assert names == ["lead", "neighbour", "b_team", "a_team"]

    def test_nobody_who_cannot_do_it_is_offered(self, district, tasks):
        """Auditors and chiefs inspect nothing; the neighbour has no certificate; one cannot log in, one is away."""
        for name in ("auditor", "station_chief"):
            certified(district.by_duty[name])
        self.case_team("closed", "0501", is_active=False)
        self.case_team("shut", "0501", password="!")
        gone = self.case_team("away", "0501")
        stand_in(posting=gone, officer=certified(district.nobody), from_day=TODAY, to_day=TODAY, now=NOW)

        assert self.offered(district) == [("lead", "050101"), ("nobody", "0501")]

    def test_where_nothing_is_held_nobody_is_offered(self, district):
        assert self.offered(district) == []

    @pytest.mark.parametrize("page", ["/people/{person}/work/", "/posts/{post}/end/"])
    def test_the_pages_offer_and_take_nobody_else(self, client, district, tasks, page):
        client.cookies["django_language"] = "en"
        client.force_login(district.chief)
        path = page.format(person=district.manager.pk, post=district.manager.postings.get().pk)

        shown = client.get(path)
        reply = client.post(path, {"to": district.supervisor.pk, "to_day": str(TODAY)})

        values = [str(value) for value, _label in shown.context["form"].fields["to"].choices]
        assert values == ["", str(district.lead.pk)]
        assert "lead · 050101" in shown.text
        assert "holds a post there that inspects" in reply.text
        assert holders(tasks) == [district.manager] * 3


def test_only_work_of_the_own_areas_is_handed_over(district, tasks):
    hand_over(officer=district.manager, to=None, by=district.lead, now=NOW)

    assert holders(tasks) == [None, None, district.manager]
    for stranger in (district.manager, district.by_duty["system_admin"]):
        with pytest.raises(NotAllowed):
            hand_over(officer=district.manager, to=None, by=stranger, now=NOW)


def test_nobody_takes_over_from_themselves_or_with_a_closed_account(district):
    Officer.objects.filter(pk=district.lead.pk).update(is_active=False)
    for wrong in (district.manager, Officer.objects.get(pk=district.lead.pk)):
        with pytest.raises(BadInput):
            hand_over(officer=district.manager, to=wrong, by=district.chief, now=NOW)


def test_work_held_without_a_post_there_is_found(district, tasks):
    draft(district.manager, premises=tasks[0].premises)
    assert count_strays(district.chief, TODAY) == 1  # the task next door

    end_posting(posting=district.manager.postings.get(), on=TODAY - timedelta(days=1), now=NOW)

    found = strays_of(district.chief, TODAY)
    assert [kind.count for kind in found] == [3, 1]
    assert {person for kind in found for person, _row in kind.rows} == {district.manager}
    assert count_strays(district.far_chief, TODAY) == 0


def test_work_of_a_closed_account_is_held_by_nobody(district, tasks):
    Officer.objects.filter(pk=district.manager.pk).update(is_active=False)

    assert count_strays(district.chief, TODAY) == 3


def test_a_page_shows_what_goes_where_before_anything_moves(client, district, tasks):
    client.force_login(district.chief)
    path = f"/people/{district.manager.pk}/work/"

    page = client.get(path, {"to": district.lead.pk})
    assert [tuple(line.shares) for line in page.context["lines"] if line.by_name] == [(2, 1, 0)]
    assert holders(tasks) == [district.manager] * 3
    client.post(path, {"to": district.lead.pk})

    assert holders(tasks) == [district.lead, district.lead, None]


def test_what_lies_in_an_area_is_told_and_stays(district):
    TaskFactory()

    lines = lines_of(district.lead, district.chief)

    assert [(line.count, line.by_name) for line in lines] == [(1, False)]


def test_the_list_of_strays_takes_as_many_queries_for_thirty_as_for_three(client, district, count_queries, tasks):
    client.force_login(district.chief)
    Officer.objects.filter(pk=district.manager.pk).update(is_active=False)
    few = count_queries(client, "/people/work/")
    for _ in range(27):
        TaskFactory(assignee=district.manager)

    assert count_queries(client, "/people/work/") == few


def test_a_substitute_holds_what_is_given_by_name_to_whom_they_stand_in_for(district, tasks):
    post, somebody = district.manager.postings.get(), certified(district.nobody)
    stand_in(posting=post, officer=somebody, from_day=TODAY, to_day=TODAY, now=NOW)
    substitute = Officer.objects.get(pk=district.nobody.pk)

    assert set(InspectionTask.objects.mine(substitute)) == set(tasks[:2])
