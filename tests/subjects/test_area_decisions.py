"""A refused decision on a change leaves on the page what was typed; a grid links only to pages that are there."""

import pytest
from django.urls import reverse

from subjects.areas.deciding import approve_change, propose_change, return_change
from tests.splitting import NOON, draw_station, in_effect, merge_draft, split_draft

TYPED = "界线与河道不符，见附图"


@pytest.fixture(autouse=True)
def paper(district, monkeypatch):
    draw_station()
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)


@pytest.fixture
def office(client, district):
    client.force_login(district.district_office, backend="grids.backends.DutyBackend")
    client.cookies["django_language"] = "en"
    return client


def decided(client, change, to, why=TYPED):
    return client.post(reverse("area_change_move", args=[change.pk, to]), {"why": why})


def test_a_reason_stays_in_its_field_where_that_is_still_there(office, district):
    change = in_effect(district, split_draft(district))
    in_effect(district, merge_draft(district))

    page = decided(office, change, "undone")

    assert page.context["moves"] == ["undone"]
    assert page.text.count(TYPED) == 1
    assert f'value="{TYPED}"' in page.text


def test_a_reason_stands_on_the_page_where_the_decision_came_too_late(office, district):
    change = propose_change(draft=split_draft(district), by=district.chief, now=NOON)
    return_change(change=change, why="别的", by=district.district_office, now=NOON)

    page = decided(office, change, "returned")

    assert page.status_code == 200
    assert page.context["lost"] == TYPED
    assert page.text.count(TYPED) == 1


def test_a_reason_is_not_taken_for_that_of_another_decision(office, district):
    change = propose_change(draft=split_draft(district), by=district.chief, now=NOON)
    approve_change(change=change, by=district.district_office, now=NOON)

    page = decided(office, change, "returned")

    assert page.context["moves"] == ["undone"]
    assert (page.context["lost"], f'value="{TYPED}"' in page.text) == (TYPED, False)


def test_a_page_reloaded_after_a_refusal_is_that_of_the_change(office, district):
    change = in_effect(district, split_draft(district))

    assert office.get(reverse("area_change_move", args=[change.pk, "returned"])).url == change.get_absolute_url()


def test_a_grid_out_of_force_links_to_no_staffing_that_is_not_there(office, district):
    propose_change(draft=split_draft(district), by=district.chief, now=NOON)

    links = {code: reverse("staffing_grid", args=[code]) for code in ("050101", "050103")}
    shown = {code: link in office.get(reverse("grid", args=[code])).text for code, link in links.items()}

    assert shown == {"050101": True, "050103": False}
    assert [office.get(link).status_code for link in links.values()] == [200, 404]
