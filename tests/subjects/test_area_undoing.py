"""The undoing of a change of areas: what goes back, what stays, and when it is refused."""

from datetime import timedelta

import pytest

from grids.actions import find_area, link_cadre, open_service_station
from grids.models import AreaChange, Grid, GridPeriod, Posting
from gridsup.errors import BadInput
from subjects.areas.deciding import propose_change
from subjects.areas.drafts import merge
from subjects.areas.effect import undo_change
from subjects.areas.preview import preview_draft
from subjects.areas.story import entries_of_grid, why_never
from subjects.models import Placement, Premises
from tests.factories import TODAY, PostingFactory, TaskFactory
from tests.splitting import (
    NOON,
    area_of,
    drafted,
    draw_station,
    in_effect,
    merge_draft,
    placements,
    premises_at,
    split_draft,
)

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def paper(district):
    draw_station()


def entered(premises, on=TODAY - 30 * DAY):
    Placement.objects.create(premises=premises, area_code=premises.area_code, from_day=on)
    return premises


def test_an_undone_split_brings_everything_back(district):
    west, east = entered(premises_at(0.5)), entered(premises_at(1.5))
    task = TaskFactory(premises=east)
    before = Grid.objects.get(code="050101").boundary
    change = in_effect(district, split_draft(district))
    undo_change(change=change, why="错了", by=district.district_office, now=NOON + DAY)

    task.refresh_from_db()
    assert (change.state, area_of(west), area_of(east), task.area_code) == ("undone", "050101", "050101", "050101")
    assert (Grid.objects.get(code="050101").boundary, find_area("050103").state) == (before, "retired")
    assert placements(east)[1:] == [("050103", TODAY, TODAY), ("050101", TODAY + DAY, None)]
    assert [event.new for event in east.events.all()] == ["050103", "050101"]
    assert GridPeriod.objects.on(TODAY).get(grid="050101").boundary != before
    assert GridPeriod.objects.on(TODAY + DAY).get(grid="050101").boundary == before


def test_an_undone_merge_lets_the_grid_and_its_posts_go_on(district):
    shop = premises_at(2.5, area_code="050102")
    change = in_effect(district, merge_draft(district))
    undo_change(change=change, why="错了", by=district.district_office, now=NOON)

    assert (find_area("050102").state, area_of(shop)) == ("approved", "050102")
    post = Posting.objects.get(officer=district.neighbour_lead)
    assert post.to_day is None
    assert [event.what for event in post.events.all()] == ["ended", "reopened"]
    assert str(post.events.last()) == "任岗继续，网格调整已回退"


def test_cadres_and_service_stations_end_with_their_grid_and_go_on_when_that_is_undone(district, english):
    known = {"grid": district.neighbour_grid, "by": district.district_office, "now": NOON}
    cadre = link_cadre(name="分管副局长", from_day=TODAY - timedelta(days=9), **known)
    later = open_service_station(name="商场服务站", from_day=TODAY + timedelta(days=9), **known)
    told = " ".join(preview_draft(merge_draft(district), on=TODAY).remarks)
    assert "Of grid 050102 these end with it: 分管副局长、商场服务站. Begin them anew in 050101" in told

    change = in_effect(district, merge_draft(district))

    cadre.refresh_from_db()
    later.refresh_from_db()
    assert (cadre.to_day, later.to_day) == (TODAY - timedelta(days=1), later.from_day)
    assert "cadre no longer linked: 分管副局长" in {
        entry.what for entry in entries_of_grid(district.neighbour_grid, district.district_office)
    }

    undo_change(change=change, why="错了", by=district.district_office, now=NOON)

    cadre.refresh_from_db()
    later.refresh_from_db()
    assert (cadre.to_day, later.to_day) == (None, None)


def test_an_undone_merge_gives_posts_with_a_last_day_that_day_back(district):
    lead = district.neighbour_lead.postings.get()
    facts = {"duty": "grid_lead", "area_code": "050102", "stands_in_for": lead}
    ahead = PostingFactory(from_day=TODAY + 5 * DAY, to_day=TODAY + 9 * DAY, **facts)
    soon = PostingFactory(from_day=TODAY - DAY, to_day=TODAY + DAY, **facts)
    change = in_effect(district, merge_draft(district))
    undo_change(change=change, why="错了", by=district.district_office, now=NOON + 3 * DAY)

    for post in (ahead, soon, lead):
        post.refresh_from_db()
    assert (ahead.to_day, lead.to_day) == (TODAY + 9 * DAY, None)
    assert soon.to_day == TODAY - DAY  # its days are over: nothing to go on with
    assert str(ahead.events.last()) == f"任岗继续，网格调整已回退：{TODAY + 5 * DAY} → {TODAY + 9 * DAY}"


def test_a_head_whose_place_is_taken_by_the_undoing_does_not_go_on(district):
    lead = district.neighbour_lead.postings.get()
    facts = {"duty": "grid_lead", "area_code": "050102", "from_day": TODAY + DAY, "to_day": TODAY + 9 * DAY}
    substitute = PostingFactory(stands_in_for=lead, **facts)
    change = in_effect(district, merge_draft(district))
    PostingFactory(**facts)
    undo_change(change=change, why="错了", by=district.district_office, now=NOON)

    for post in (lead, substitute):
        post.refresh_from_db()
    assert (lead.to_day, substitute.to_day) == (TODAY - DAY, TODAY + DAY)


def test_what_came_into_a_new_grid_later_goes_back_with_it(district):
    change = in_effect(district, split_draft(district))
    late = premises_at(1.5, area_code="050103")
    undo_change(change=change, why="错了", by=district.district_office, now=NOON)

    assert area_of(late) == "050101"


def test_what_went_elsewhere_since_stays_there(district):
    east = premises_at(1.5)
    change = in_effect(district, split_draft(district))
    Premises.objects.filter(pk=east.pk).update(area_code="050102", grid="050102")
    undo_change(change=change, why="错了", by=district.district_office, now=NOON)

    assert area_of(east) == "050102"


def test_a_change_on_which_a_later_one_builds_is_not_undone(district):
    first = in_effect(district, split_draft(district))
    second = in_effect(district, merge_draft(district))

    with pytest.raises(BadInput, match=str(second.pk)):
        undo_change(change=first, why="错了", by=district.district_office, now=NOON)
    undo_change(change=second, why="错了", by=district.district_office, now=NOON)
    undo_change(change=first, why="错了", by=district.district_office, now=NOON)

    assert AreaChange.objects.filter(state="undone").count() == 2
    assert set(Grid.objects.in_area("0501").in_force().values_list("code", flat=True)) == {"050101", "050102"}


def test_a_change_with_a_proposal_on_its_grids_is_not_undone(district):
    first = in_effect(district, split_draft(district))
    propose_change(draft=merge_draft(district), by=district.chief, now=NOON)

    with pytest.raises(BadInput):
        undo_change(change=first, why="错了", by=district.district_office, now=NOON)
    assert AreaChange.objects.get(pk=first.pk).state == "in_effect"


def test_what_goes_back_is_told_that_the_change_was_undone_and_why(district):
    premises = entered(premises_at(1.5))
    change = in_effect(district, split_draft(district))

    undo_change(change=change, why="划错了", by=district.district_office, now=NOON + DAY)

    told = premises.events.filter(what="moved").last()
    assert told.why == f"第{change.pk}号网格调整已回退：划错了"


def test_a_grid_made_and_taken_in_on_one_day_says_so_and_not_that_something_was_undone(district, english):
    in_effect(district, split_draft(district))
    made, heir = Grid.objects.get(code="050103"), Grid.objects.get(code="050101")
    in_effect(district, drafted("merge", merge([made], into=heir)))
    made.refresh_from_db()

    assert why_never(made) == "In force on no day: grid 050101 took it in on the day it was made."


def test_the_page_of_a_retired_grid_names_who_took_it_in_until_that_is_undone(client, district):
    change = in_effect(district, merge_draft(district))
    client.cookies["django_language"] = "en"
    client.force_login(district.chief, backend="grids.backends.DutyBackend")
    told = 'Taken in by</dt><dd><a href="/areas/grids/050101/">'

    assert told in client.get("/areas/grids/050102/").text
    assert "Taken in by" not in client.get("/areas/grids/050101/").text
    undo_change(change=change, why="错了", by=district.district_office, now=NOON)
    assert "Taken in by" not in client.get("/areas/grids/050102/").text


def test_the_page_of_a_retired_grid_names_the_grid_in_force_that_has_its_ground_by_now(client, district):
    in_effect(district, split_draft(district))
    second, third = Grid.objects.get(code="050102"), Grid.objects.get(code="050103")
    in_effect(district, drafted("merge", merge([second], into=third)))
    third.refresh_from_db()
    in_effect(district, drafted("merge", merge([third], into=Grid.objects.get(code="050101"))))
    client.force_login(district.chief, backend="grids.backends.DutyBackend")

    for code in ("050102", "050103"):
        assert client.get(f"/areas/grids/{code}/").context["heir"].code == "050101"
    Grid.objects.filter(code="050101").update(state="retired")
    assert '</a> <span class="quiet">已撤销</span></dd>' in client.get("/areas/grids/050102/").text
