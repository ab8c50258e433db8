from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
import shapely
from shapely.geometry import shape

from assessment.demo.areas import draw_grids, ground, load_areas
from assessment.demo.calendar import Calendar, morning
from assessment.demo.people import cast
from grids.models import Bureau, Grid, GridEvent, GridPeriod, Locality, Station
from grids.permissions import AREA_LENGTHS, DUTIES, Permission
from tests.factories import TODAY

CALENDAR = Calendar(TODAY)


@pytest.fixture
def drawn(db):
    load_areas()
    draw_grids(now=morning(CALENDAR.grids_drawn))
    return Grid.objects.in_area("05")


def test_forty_grids_are_drawn_approved_and_labelled_synthetic(drawn):
    assert drawn.count() == 40
    assert Counter(code[:4] for code in drawn.values_list("code", flat=True)) == {
        "0501": 10,
        "0502": 6,
        "0503": 6,
        "0504": 5,
        "0505": 9,
        "0506": 4,
    }
    assert all(grid.synthetic and "演示" in grid.name and "模拟" in grid.extent for grid in drawn)
    assert [(event.old, event.new) for event in drawn[0].events.all()] == [
        ("", "proposed"),
        ("proposed", "approved"),
    ]


def test_the_grids_cover_the_outline_without_gap_or_overlap(drawn):
    shapes = [shape(grid.boundary) for grid in drawn]
    outline = shape(Bureau.objects.get(code="05").outline)
    whole = shapely.coverage_union_all(shapes)

    assert shapely.coverage_is_valid(shapes)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert whole.symmetric_difference(outline).area < 1e-6 * outline.area
    assert all(area.is_valid and area.geom_type == "Polygon" for area in shapes)
    corners = shapely.get_coordinates(shapes)
    assert (corners.round(6) == corners).all()


def test_every_station_hangs_together(drawn):
    for station in {grid.station_id for grid in drawn}:
        shapes = [shape(grid.boundary) for grid in drawn if grid.station_id == station]
        assert shapely.coverage_union_all(shapes).geom_type == "Polygon"


def test_every_station_has_the_outline_of_its_grids_labelled_synthetic(drawn):
    for station in Station.objects.all():
        shapes = [shape(grid.boundary) for grid in Grid.objects.in_area(station.code)]
        assert shape(station.outline).equals(shapely.coverage_union_all(shapes))
        assert station.outline_synthetic


def test_the_facts_of_every_grid_are_dated(drawn):
    drawn_on = CALENDAR.grids_drawn

    assert not Grid.objects.in_force_on(drawn_on - timedelta(days=1)).exists()
    assert Grid.objects.in_force_on(drawn_on).count() == 41
    for period in GridPeriod.objects.on(TODAY).select_related("grid"):
        assert period.boundary == period.grid.boundary
        assert period.localities == list(period.grid.localities.values_list("code", flat=True))


def test_grids_grow_towards_the_country(drawn):
    sizes = {grid.code: shape(grid.boundary).area for grid in drawn}

    assert max(sizes.values()) > 3 * min(sizes.values())
    assert sizes["050101"] < sizes["050509"]


def test_every_village_and_community_stands_in_a_grid_of_its_station(drawn):
    places = Locality.objects.exclude(kind="street")

    assert places.count() == 215
    assert not places.filter(grid__isnull=True).exists()
    assert all(place.area_code[:4] == place.street.area_code for place in places.select_related("street"))
    assert set(places.values_list("area_code", flat=True)) == set(Grid.objects.values_list("code", flat=True))


def test_drawing_again_changes_nothing(drawn):
    boundaries = list(drawn.values_list("code", "boundary"))

    assert load_areas()["changed"] == 0
    assert draw_grids(now=morning(TODAY)) == 0
    assert list(drawn.values_list("code", "boundary")) == boundaries
    assert GridEvent.objects.count() == 82


def test_addresses_are_real_places_of_their_grids(drawn):
    spots = ground("05").spots

    assert sum(map(len, spots.values())) == 213
    assert spots["050101"][0].street == "纺织城街道"
    assert ground("06").district_code == "610199"


def test_every_grid_is_staffed_by_the_rules():
    members = cast(["0501"], [f"0501{number:02}" for number in range(1, 11)], seed=1)
    for number in range(1, 11):
        staff = [member for member in members if member.areas == (f"0501{number:02}",)]
        duties = Counter(str(member.duty) for member in staff)
        assert duties["grid_lead"] == 1
        assert sum(1 for member in staff if member.certificate > 0) >= 2
        assert 1 <= duties["supervisor"] <= 3
        assert duties["informant"] == 1


def test_accounts_are_those_of_the_tables_and_their_areas_fit_their_duties():
    members = cast(["0501", "0601"], ["050101", "060101"], seed=1)
    names = [member.username for member in members]

    assert len(set(names)) == len(names)
    assert {
        "city", "head05", "district", "review05", "district06", "section05food", "desk05", "case05", "keeper05",
        "system05", "security05", "auditor", "chief0501", "chief0601", "lead050101", "manager050101", "informant050101",
        "supervisor050101", "lead060101",
    } <= set(names)  # fmt: skip
    assert next(member.areas for member in members if member.username == "city") == ("05", "06")
    assert all(len(area) in AREA_LENGTHS[member.duty] for member in members for area in member.areas)


def test_what_one_of_the_grid_office_handles_another_reviews():
    reviewing = [duty for duty, held in DUTIES.items() if Permission.REVIEW_COMPLAINTS in held]
    members = cast(["0501"], ["050101"], seed=1)

    assert len([one for one in members if one.duty in reviewing and one.areas == ("05",)]) > 1


def test_some_leads_are_nearly_three_years_in_post_and_nobody_longer_than_the_grids():
    members = cast(["0501"], [f"0501{number:02}" for number in range(1, 41)], seed=1)

    assert any(1000 < member.days < 1096 for member in members if member.duty == "grid_lead")
    assert all(CALENDAR.ago(member.days) > CALENDAR.grids_drawn for member in members)


def test_the_daily_job_ran_weekly_and_today():
    days = CALENDAR.job_days

    assert (days[0], days[-1]) == (CALENDAR.ledger_came, TODAY)
    assert all((later - earlier).days <= 7 for earlier, later in pairwise(days))
    assert CALENDAR.plan_years == [2026, 2027]
    assert Calendar.of_grids_drawn(CALENDAR.grids_drawn) == CALENDAR
