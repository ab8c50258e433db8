"""A change is seen by whoever views some of its station; people and open work of it only where they view."""

import pytest

from subjects.areas.preview import preview_draft
from subjects.areas.seeing import seen_by
from tests.api import api_as
from tests.factories import TODAY, ComplaintFactory, FindingFactory, TaskFactory
from tests.splitting import NOON, draw_station, in_effect, merge_draft, premises_at, split_draft


@pytest.fixture(autouse=True)
def paper(district, english, monkeypatch):
    draw_station()
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)


def at_work(x, **facts):
    premises = premises_at(x, **facts)
    TaskFactory(premises=premises)
    FindingFactory(visit__premises=premises)
    ComplaintFactory(premises=premises, area_code=premises.area_code)


@pytest.fixture
def change(district):
    """050101 gave its eastern square, with work in it, to 050103."""
    at_work(1.5)
    return in_effect(district, split_draft(district))


def read(client, officer, change):
    client.force_login(officer, backend="grids.backends.DutyBackend")
    client.cookies["django_language"] = "en"
    return client.get(change.get_absolute_url())


def test_the_lead_of_another_grid_reads_the_change_without_people_and_work(client, district, change):
    page = read(client, district.neighbour_lead, change)

    assert (page.context["preview"].moving, page.context["preview"].work, page.context["preview"].left) == (1, [], [])
    assert [line.posts for line in page.context["preview"].lines] == [None, None]
    assert district.lead.name not in page.text
    assert client.get(f"/areas/changes/{change.pk}/rows/?what=tasks").context["picked"].count == 0


def test_whoever_views_a_grid_concerned_reads_its_people_and_work(client, district, change):
    for officer in (district.lead, district.chief):
        page = read(client, officer, change)

        assert [told.count for told in page.context["preview"].work]
        assert district.lead.name in page.text
        assert client.get(f"/areas/changes/{change.pk}/rows/?what=tasks").context["picked"].count == 1


def test_the_sentences_about_people_are_for_those_who_see_them(district):
    preview = preview_draft(merge_draft(district), on=TODAY)

    assert any("Posts on grid 050102 end" in words for words in preview.notes)
    assert not any("050102 end" in words for words in seen_by(preview, district.lead).notes)
    assert seen_by(preview, district.chief).notes == preview.notes


def test_the_api_tells_no_more(district, change):
    told = [
        api_as(officer).get(f"/api/v1/area-changes/{change.pk}/").json()["preview"]["work"]
        for officer in (district.neighbour_lead, district.lead)
    ]

    assert (told[0], bool(told[1])) == ({}, True)
