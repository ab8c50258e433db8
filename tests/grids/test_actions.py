from datetime import date, datetime, timedelta
from itertools import product

import pytest
from django.utils import timezone

from grids.actions import (
    add_officer,
    approve_grid,
    end_posting,
    give_localities,
    propose_grid,
    return_grid,
)
from grids.actions import post_officer as post
from grids.models import GRID_MOVES, Grid, GridEvent, GridPeriod, Locality, Posting
from grids.permissions import AREA_LENGTHS, Duty
from gridsup.errors import BadInput, NotAllowed, Overtaken, WrongState
from gridsup.states import advance
from tests.factories import GridFactory, LocalityFactory, OfficerFactory, PostingFactory

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.get_default_timezone())
DAY = date(2026, 11, 22)
SQUARE = {"type": "Polygon", "coordinates": [[[109.0, 34.2], [109.1, 34.2], [109.1, 34.3], [109.0, 34.2]]]}


# posts


def test_an_officer_is_posted_and_may_at_once(district):
    assert not district.nobody.may("view", "050102")

    posting = post(officer=district.nobody, duty="manager", area_code="050102", from_day=date(2025, 1, 1), now=NOON)

    assert posting.to_day is None
    assert district.nobody.may("view", "050102")
    assert [(event.what, event.by) for event in posting.events.all()] == [("posted", None)]


@pytest.mark.parametrize("duty", ["system_admin", "security_admin", "auditor"])
def test_an_administrator_is_not_named_by_who_runs_the_business(district, duty):
    facts = {"officer": district.nobody, "duty": duty, "area_code": "05", "from_day": DAY, "now": NOON}
    with pytest.raises(NotAllowed):
        post(**facts, by=district.district_office)

    assert post(**facts, by=district.by_duty["security_admin"]).duty == duty


def test_a_chief_posts_in_the_own_station_only(district):
    facts = {"officer": district.nobody, "duty": "manager", "from_day": DAY, "now": NOON, "by": district.chief}
    post(**facts, area_code="050102")

    with pytest.raises(NotAllowed):
        post(**facts, area_code="050201")
    with pytest.raises(NotAllowed):
        post(**facts | {"by": district.lead}, area_code="050101")


@pytest.mark.parametrize("duty", list(Duty))
@pytest.mark.parametrize("area", ["05", "0501", "050101"])
def test_the_length_of_the_area_follows_the_duty(district, duty, area):
    facts = {"officer": OfficerFactory(), "duty": duty, "area_code": area, "from_day": date(2020, 1, 1), "now": NOON}
    if len(area) in AREA_LENGTHS[duty]:
        assert post(**facts, to_day=date(2020, 2, 1)).area_code == area
    else:
        with pytest.raises(BadInput):
            post(**facts)


@pytest.mark.parametrize(
    ("duty", "area"), [("grid_lead", "050199"), ("station_chief", "0599"), ("auditor", "99"), ("clerk", "05")]
)
def test_an_unknown_area_or_duty_is_refused(district, duty, area):
    with pytest.raises(BadInput):
        post(officer=district.nobody, duty=duty, area_code=area, from_day=DAY, now=NOON)


def test_nobody_is_posted_to_a_retired_grid_and_the_refusal_says_so(district, english):
    Grid.objects.filter(code="050102").update(state=Grid.State.RETIRED)

    with pytest.raises(BadInput, match="Grid 050102 is retired"):
        post(officer=district.nobody, duty="manager", area_code="050102", from_day=DAY, now=NOON)


def test_a_second_head_is_refused_with_the_name_of_the_first(district):
    with pytest.raises(BadInput, match="lead"):
        post(officer=district.nobody, duty="grid_lead", area_code="050101", from_day=DAY, now=NOON)


def test_a_head_before_the_present_one_fits_only_if_the_days_do(district):
    facts = {"officer": district.nobody, "duty": "grid_lead", "area_code": "050101", "now": NOON}

    with pytest.raises(BadInput):
        post(**facts, from_day=date(2024, 1, 1), to_day=date(2025, 1, 1))
    assert post(**facts, from_day=date(2024, 1, 1), to_day=date(2024, 12, 31)).pk


def test_the_same_post_is_not_given_twice_to_one_officer(district):
    with pytest.raises(BadInput):
        post(officer=district.manager, duty="manager", area_code="050101", from_day=DAY, now=NOON)


def test_reversed_days_are_refused(district):
    with pytest.raises(BadInput):
        post(
            officer=district.nobody, duty="manager", area_code="050102", from_day=DAY, to_day=date(2026, 1, 1), now=NOON
        )


def test_a_post_ends_once_and_its_area_takes_a_new_head(district):
    posting = district.lead.postings.get()
    end_posting(posting=posting, on=date(2026, 6, 30), by=district.chief, now=NOON - timedelta(days=144))

    successor = post(officer=district.nobody, duty="grid_lead", area_code="050101", from_day=date(2026, 7, 1), now=NOON)

    assert Posting.objects.held_on("050101", date(2026, 6, 30)).filter(pk=posting.pk).exists()
    assert Posting.objects.held_on("050101", date(2026, 7, 1)).first() == successor
    with pytest.raises(WrongState):
        end_posting(posting=posting, on=date(2026, 11, 22), now=NOON)


def test_a_post_ends_yesterday_at_the_earliest(district):
    posting = district.lead.postings.get()

    with pytest.raises(BadInput, match="2026-11-21") as refusal:
        end_posting(posting=posting, on=date(2026, 11, 20), by=district.chief, now=NOON)

    assert refusal.value.field == "to_day"
    assert Posting.objects.held_on("050101", date(2026, 11, 21)).filter(pk=posting.pk).exists()
    assert end_posting(posting=posting, on=date(2026, 11, 21), by=district.chief, now=NOON).to_day


@pytest.mark.parametrize(
    ("days", "field", "told"),
    [
        ({"from_day": date(2019, 12, 31)}, "from_day", "2020-01-01"),
        ({"from_day": date(2037, 1, 1)}, "from_day", "2036-11-22"),
        ({"to_day": date(2999, 1, 1)}, "to_day", "2036-11-22"),
        ({"area_code": "0501", "duty": "document_keeper", "from_day": date(1926, 11, 1)}, "from_day", "1976-11-22"),
    ],
)
def test_a_post_has_days_that_somebody_may_mean(district, days, field, told):
    facts = {"duty": "manager", "area_code": "050101", "from_day": DAY, "now": NOON}

    with pytest.raises(BadInput, match=told) as refusal:
        post(officer=district.nobody, **facts | days)

    assert refusal.value.field == field
    assert post(officer=district.nobody, **facts | {"from_day": date(2020, 1, 1)}).pk


def test_a_post_does_not_end_before_it_began_nor_by_a_stranger(district):
    posting = district.lead.postings.get()

    with pytest.raises(BadInput):
        end_posting(posting=posting, on=date(2020, 1, 1), now=NOON)
    with pytest.raises(NotAllowed):
        end_posting(posting=posting, on=DAY, by=district.far_chief, now=NOON)


def test_two_heads_posted_at_the_same_moment_are_refused_by_the_database(district, monkeypatch):
    monkeypatch.setattr("grids.actions.posts._check_period", lambda *facts: None)

    with pytest.raises(Overtaken):
        post(officer=district.nobody, duty="grid_lead", area_code="050101", from_day=DAY, now=NOON)


def test_an_account_is_made_by_who_keeps_accounts(district):
    facts = {"username": "new", "name": "网格长"}
    with pytest.raises(NotAllowed):
        add_officer(**facts, by=district.chief)
    officer = add_officer(**facts, bureau="05", by=district.by_duty["system_admin"])

    assert not officer.has_usable_password()
    with pytest.raises(BadInput):
        add_officer(**facts)
    with pytest.raises(BadInput):
        add_officer(username="half", name="x", certificate_no="S-1")


# grids


@pytest.mark.parametrize(("old", "new"), list(product(Grid.State, Grid.State)))
def test_every_pair_of_states_is_allowed_or_refused_by_the_table(district, old, new):
    grid = GridFactory(code="050109", state=old)
    facts = {"moves": GRID_MOVES, "event": GridEvent, "owner": "grid", "now": NOON, "why": "because"}

    if (old, new) in {
        ("proposed", "approved"),
        ("proposed", "returned"),
        ("returned", "proposed"),
        ("approved", "retired"),
        ("retired", "approved"),
    }:
        advance(grid, new, **facts)
        assert [(event.old, event.new) for event in grid.events.all()] == [(old, new)]
    else:
        with pytest.raises(WrongState):
            advance(grid, new, **facts)
        assert not grid.events.exists()
    assert Grid.objects.get(code="050109").state == grid.state


def test_a_station_proposes_and_the_grid_office_approves(district):
    grid = propose_grid(
        station=district.station, name="三号", extent="东至河", boundary=SQUARE, by=district.chief, now=NOON
    )
    assert (grid.code, grid.state) == ("050103", "proposed")

    with pytest.raises(NotAllowed):
        approve_grid(grid=grid, by=district.chief, now=NOON)
    approve_grid(grid=grid, by=district.district_office, now=NOON)

    assert Grid.objects.in_force().filter(code="050103").exists()
    assert [(event.old, event.new) for event in grid.events.all()] == [("", "proposed"), ("proposed", "approved")]


def test_a_returned_grid_is_proposed_again_under_its_code(district):
    grid = propose_grid(station=district.station, name="三号", by=district.chief, now=NOON)
    with pytest.raises(BadInput):
        return_grid(grid=grid, why="", by=district.district_office, now=NOON)
    return_grid(grid=grid, why="河东不清", by=district.district_office, now=NOON)

    again = propose_grid(station=district.station, code=grid.code, name="三号乙", by=district.chief, now=NOON)

    assert (again.pk, again.name, again.state) == (grid.pk, "三号乙", "proposed")


def test_a_code_once_used_is_never_given_again(district):
    Grid.objects.filter(code="050102").update(state=Grid.State.RETIRED)

    assert propose_grid(station=district.station, name="三号", now=NOON).code == "050103"
    with pytest.raises(WrongState):
        propose_grid(station=district.station, code="050102", name="二号", now=NOON)
    with pytest.raises(WrongState):
        propose_grid(station=district.station, code="050101", name="一号", now=NOON)


@pytest.mark.parametrize("code", ["050201", "0501031", "05010a", "0501"])
def test_a_code_outside_the_station_is_refused(district, code):
    GridPeriod.objects.all().delete()
    Grid.objects.filter(code="050201").delete()

    with pytest.raises(BadInput):
        propose_grid(station=district.station, code=code, name="x", now=NOON)


def test_a_station_with_all_codes_used_says_so(district):
    for number in range(3, 100):
        GridFactory(code=f"0501{number:02}")

    with pytest.raises(BadInput):
        propose_grid(station=district.station, name="x", now=NOON)


@pytest.mark.parametrize(
    "boundary",
    [
        {},
        "x",
        {"type": "Point", "coordinates": [109, 34]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[109, 34], [500, 34], [500, 35], [109, 34]]]},
        {"type": "Polygon", "coordinates": [["x"]]},
    ],
)
def test_a_boundary_that_is_no_polygon_is_refused(district, boundary):
    with pytest.raises(BadInput) as refusal:
        propose_grid(station=district.station, name="x", boundary=boundary, now=NOON)

    assert refusal.value.field == "boundary"


def test_a_boundary_is_stored_at_six_decimals(district):
    boundary = {"type": "Polygon", "coordinates": [[[109.00000049, 34], [110, 34], [110, 35], [109.00000049, 34]]]}

    grid = propose_grid(station=district.station, name="x", boundary=boundary, now=NOON)

    assert grid.boundary["coordinates"][0][0] == [109.0, 34.0]


def test_localities_go_into_a_grid_of_their_station_only(district):
    LocalityFactory(code="610111001000", area_code="0501")
    LocalityFactory(code="610111005000", area_code="0502")

    assert give_localities(grid=district.grid, codes=["610111001000"], now=NOON, by=district.chief) == 1
    assert give_localities(grid=district.grid, codes=["610111001000"], now=NOON) == 0
    with pytest.raises(BadInput, match="610111005000"):
        give_localities(grid=district.grid, codes=["610111005000"], now=NOON)
    with pytest.raises(NotAllowed):
        give_localities(grid=district.grid, codes=["610111001000"], now=NOON, by=district.lead)
    assert Locality.objects.get(code="610111001000").area_code == "050101"


def test_a_posting_once_held_elsewhere_does_not_block_another_area(district):
    PostingFactory(officer=district.nobody, duty="manager", area_code="050201")

    assert post(officer=district.nobody, duty="manager", area_code="050102", from_day=DAY, now=NOON).pk
