from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from grids.actions import approve_grid, give_localities, propose_grid, set_outline
from grids.models import Grid, GridPeriod
from grids.periods import date_facts
from gridsup.errors import BadInput, NotAllowed
from tests.factories import TODAY, GridFactory, LocalityFactory, noon

NOON = noon(TODAY)
DAY = timedelta(days=1)
SQUARE = {"type": "Polygon", "coordinates": [[[109.0, 34.0], [109.1, 34.0], [109.1, 34.1], [109.0, 34.0]]]}


def names(code="050101"):
    return list(GridPeriod.objects.filter(grid=code).values_list("name", "from_day", "to_day"))


def rename(grid, name, on):
    grid.name = name
    date_facts(grids=[grid], on=on)


def test_a_grid_has_facts_from_the_day_it_takes_effect(district):
    grid = propose_grid(station=district.station, name="三号", boundary=SQUARE, now=NOON - DAY)
    assert not grid.periods.exists()

    approve_grid(grid=grid, now=NOON)

    assert not Grid.objects.in_force_on(TODAY - DAY).filter(pk=grid.pk).exists()
    assert Grid.objects.in_force_on(TODAY).filter(pk=grid.pk).exists()
    assert grid.periods.get().boundary == SQUARE


def test_a_renamed_grid_keeps_its_former_name_until_the_day_before(district):
    rename(district.grid, "新", TODAY)
    rename(district.grid, "新", TODAY + DAY)

    assert names() == [("Grid 050101", date(2020, 1, 1), TODAY - DAY), ("新", TODAY, None)]
    assert GridPeriod.objects.on(TODAY - DAY).get(grid="050101").name == "Grid 050101"


def test_facts_that_began_on_the_day_are_corrected(district):
    rename(district.grid, "新", TODAY)
    rename(district.grid, "更新", TODAY)

    assert names()[1:] == [("更新", TODAY, None)]


def test_a_retired_grid_has_no_facts_from_its_day(district):
    district.grid.state = Grid.State.RETIRED
    date_facts(grids=[district.grid], on=TODAY)

    assert Grid.objects.in_force_on(TODAY - DAY).filter(code="050101").exists()
    assert not Grid.objects.in_force_on(TODAY).filter(code="050101").exists()


def test_a_grid_that_held_no_whole_day_leaves_no_facts(district):
    grid = GridFactory(code="050109", state=Grid.State.PROPOSED)
    approve_grid(grid=grid, now=NOON)
    grid.state = Grid.State.RETIRED
    date_facts(grids=[grid], on=TODAY)

    assert not grid.periods.exists()


def test_a_locality_that_moves_is_dated_in_both_grids(district):
    LocalityFactory(code="610111001000", area_code="0501")
    give_localities(grid=district.grid, codes=["610111001000"], now=NOON - DAY)
    give_localities(grid=district.neighbour_grid, codes=["610111001000"], now=NOON)

    then, now = GridPeriod.objects.on(TODAY - DAY), GridPeriod.objects.on(TODAY)
    assert then.get(grid="050101").localities == now.get(grid="050102").localities == ["610111001000"]
    assert then.get(grid="050102").localities == now.get(grid="050101").localities == []


def test_the_database_refuses_facts_that_end_before_they_begin(district):
    with pytest.raises(IntegrityError), transaction.atomic():
        GridPeriod.objects.create(grid=district.grid, name="x", from_day=TODAY, to_day=TODAY - DAY)


def test_the_database_refuses_two_current_facts_of_a_grid(district):
    with pytest.raises(IntegrityError), transaction.atomic():
        GridPeriod.objects.create(grid=district.grid, name="x", from_day=TODAY)


def test_the_database_refuses_facts_that_begin_twice_on_a_day(district):
    with pytest.raises(IntegrityError), transaction.atomic():
        GridPeriod.objects.create(grid=district.grid, name="x", from_day=date(2020, 1, 1), to_day=TODAY)


def test_facts_are_seen_by_who_sees_the_area(district):
    assert [period.grid_id for period in GridPeriod.objects.visible_to(district.lead)] == ["050101"]
    assert GridPeriod.objects.in_area("0501").count() == 2


def test_the_grid_office_says_what_a_station_is_to_cover(district):
    set_outline(station=district.station, outline=SQUARE, by=district.district_office, now=NOON)

    district.station.refresh_from_db()
    assert (district.station.outline, district.station.outline_synthetic) == (SQUARE, False)
    with pytest.raises(NotAllowed):
        set_outline(station=district.station, outline=SQUARE, by=district.chief, now=NOON)
    with pytest.raises(BadInput):
        set_outline(station=district.station, outline={}, by=district.district_office, now=NOON)
