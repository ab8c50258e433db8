from datetime import timedelta

import pytest

from grids.actions import change_team, end_posting, stand_in
from grids.models import Posting
from gridsup.errors import BadInput, NotAllowed, Overtaken, WrongState
from tests.factories import TODAY, OfficerFactory, noon

NOW = noon(TODAY)


@pytest.fixture
def post(district):
    """The manager's post, in no group."""
    return district.manager.postings.get()


def put(post, team, was="", **facts):
    return change_team(posting=post, team=team, was=was, now=NOW, **facts)


def test_a_post_comes_into_a_group_and_out_of_it_and_the_history_tells_it(district, post):
    put(post, " 巡查一组 ", by=district.chief, why="相邻网格")
    put(post, "", was="巡查一组", by=district.chief)

    assert Posting.objects.get(pk=post.pk).team == ""
    told = list(post.events.filter(what="team").values_list("old", "new", "why", "by"))
    assert told == [("", "巡查一组", "相邻网格", district.chief.pk), ("巡查一组", "", "", district.chief.pk)]


def test_whoever_stands_in_goes_along(district, post):
    days = {"from_day": TODAY, "to_day": TODAY + timedelta(days=3)}
    certified = OfficerFactory(certificate_no="S-5", certificate_valid_to=TODAY + timedelta(days=99))
    standing = stand_in(posting=post, officer=certified, **days, now=NOW)

    put(post, "巡查一组")

    assert Posting.objects.get(pk=standing.pk).team == "巡查一组"


def test_the_second_of_two_is_told_and_what_cannot_be_is_refused(district, post):
    put(post, "巡查一组")

    with pytest.raises(Overtaken):
        put(post, "巡查二组", was="")
    with pytest.raises(BadInput):
        put(post, "巡查一组", was="巡查一组")
    with pytest.raises(NotAllowed):
        put(post, "巡查二组", was="巡查一组", by=district.far_chief)
    end_posting(posting=post, on=TODAY - timedelta(days=1), now=NOW)
    with pytest.raises(WrongState):
        put(post, "", was="巡查一组")
    assert Posting.objects.get(pk=post.pk).team == "巡查一组"
    assert post.events.filter(what="team").count() == 1


def test_the_page_names_the_groups_of_the_station_and_keeps_what_was_typed(client, district, post):
    put(district.neighbour_lead.postings.get(), "巡查一组")
    client.force_login(district.chief)

    page = client.get(f"/posts/{post.pk}/team/")
    put(post, "巡查二组")
    sent = client.post(f"/posts/{post.pk}/team/", {"team": "巡查一组", "was": ""})

    assert "巡查一组" in str(page.context["form"]["team"].help_text)
    assert sent.context["form"]["team"].value() == "巡查一组"
    assert sent.context["form"].non_field_errors()
    assert Posting.objects.get(pk=post.pk).team == "巡查二组"
