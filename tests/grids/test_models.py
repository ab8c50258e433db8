from datetime import date

import pytest
from django.db import DataError, IntegrityError, transaction

from grids.models import Grid, Posting
from tests.factories import GridFactory, OfficerFactory, StationFactory


@pytest.mark.parametrize("code", ["05010", "0501010", "05a101", "060101", "050201"])
def test_the_database_refuses_a_grid_code_that_is_not_six_digits_of_its_station(db, code):
    station = StationFactory(code="0501")

    # PostgreSQL counts the digits of the column before it comes to the constraint
    with pytest.raises((IntegrityError, DataError)), transaction.atomic():
        Grid.objects.create(code=code, station=station, name="x")


@pytest.mark.parametrize(("duty", "code"), [("grid_lead", "0501"), ("station_chief", "05"), ("grid_office", "050101")])
def test_the_database_refuses_a_posting_whose_area_does_not_fit_the_duty(db, duty, code):
    with pytest.raises(IntegrityError), transaction.atomic():
        Posting.objects.create(officer=OfficerFactory(), duty=duty, area_code=code, from_day=date(2026, 1, 1))


def test_an_area_has_one_current_head(district):
    with pytest.raises(IntegrityError), transaction.atomic():
        Posting.objects.create(
            officer=OfficerFactory(), duty="grid_lead", area_code="050101", from_day=date(2026, 1, 1)
        )


def test_a_lead_sees_the_own_grid_and_the_names_above_it(district):
    assert [grid.code for grid in Grid.objects.visible_to(district.lead)] == ["050101"]
    assert district.lead.area_codes("view") == ["050101"]


def test_an_account_without_a_posting_sees_nothing(district):
    assert not Grid.objects.visible_to(district.nobody).exists()
    assert not Posting.objects.visible_to(district.nobody).exists()


def test_who_held_a_grid_is_answerable_for_any_day(district):
    Posting.objects.filter(officer=district.lead).update(to_day=date(2026, 6, 30))
    successor = OfficerFactory()
    Posting.objects.create(officer=successor, duty="grid_lead", area_code="050101", from_day=date(2026, 7, 1))

    assert Posting.objects.held_on("050101", date(2026, 6, 30)).first().officer == district.lead
    assert Posting.objects.held_on("050101", date(2026, 7, 1)).first().officer == successor


def test_an_area_of_nines_has_a_scope_too(district):
    grid = GridFactory(code="999999")

    assert list(Grid.objects.in_area("99")) == [grid]
