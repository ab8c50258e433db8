"""A premises without a grid is put into one from its page."""

import pytest

from gridsup.errors import BadInput, NotAllowed, Overtaken
from subjects.areas.settling import place_premises
from subjects.models import Placement, Premises
from tests.factories import TODAY, PremisesFactory, TaskFactory, noon

NOON = noon(TODAY)


@pytest.fixture
def unplaced(district):
    place = PremisesFactory(area_code="0501", grid=None)
    Placement.objects.create(premises=place, area_code="0501", from_day=place.entered_on)
    return place


def test_it_goes_with_its_open_work_and_an_event(district, unplaced):
    task = TaskFactory(premises=unplaced, area_code="0501")

    place_premises(premises=unplaced, grid=district.grid, by=district.chief, now=NOON, why="看过了")

    task.refresh_from_db()
    event = unplaced.events.get(what="moved")
    assert (unplaced.area_code, unplaced.grid, task.area_code) == ("050101", district.grid, "050101")
    assert (event.old, event.new, event.by, event.why) == ("0501", "050101", district.chief, "看过了")
    assert Placement.objects.get(premises=unplaced, to_day=None).area_code == "050101"


def test_only_who_corrects_the_ledger_does_it_and_only_within_the_station(district, unplaced):
    with pytest.raises(NotAllowed):
        place_premises(premises=unplaced, grid=district.grid, by=district.lead, now=NOON)
    with pytest.raises(BadInput):
        place_premises(premises=unplaced, grid=district.far_grid, by=district.district_office, now=NOON)


def test_a_reason_that_would_not_be_kept_whole_is_refused(district, unplaced):
    with pytest.raises(BadInput) as refusal:
        place_premises(premises=unplaced, grid=district.grid, by=district.chief, now=NOON, why="x" * 501)

    unplaced.refresh_from_db()
    assert (refusal.value.field, unplaced.grid) == ("why", None)


def test_the_second_of_two_is_told(district, unplaced):
    stale = Premises.objects.get(pk=unplaced.pk)
    place_premises(premises=unplaced, grid=district.grid, by=district.chief, now=NOON)

    with pytest.raises(Overtaken):
        place_premises(premises=stale, grid=district.neighbour_grid, by=district.chief, now=NOON)


def test_the_page_offers_it_to_whoever_may(client, district, unplaced):
    client.force_login(district.chief)
    assert "放入该网格" in client.get(unplaced.get_absolute_url()).text

    client.post(f"/premises/{unplaced.pk}/place/", {"grid": "050101"})

    unplaced.refresh_from_db()
    assert unplaced.area_code == "050101"
    assert "放入该网格" not in client.get(unplaced.get_absolute_url()).text
