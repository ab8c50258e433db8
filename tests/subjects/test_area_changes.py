"""A change of areas from its proposal to the day on which it takes effect."""

from datetime import timedelta
from itertools import product

import pytest

from grids.actions import approve_grid, find_area
from grids.geometry import read_boundary
from grids.models import AREA_MOVES, AreaChange, AreaChangeEvent, Grid, GridPeriod, Locality, Posting
from gridsup.errors import BadInput, NotAllowed, WrongState
from gridsup.jobs import run_inline
from gridsup.states import advance
from subjects.areas.deciding import (
    approve_change,
    propose_again,
    propose_change,
    return_change,
    withdraw_change,
)
from subjects.areas.effect import take_effect
from subjects.models import Placement, Premises
from tests.drawing import box
from tests.factories import (
    TODAY,
    ClockFactory,
    ComplaintFactory,
    FindingFactory,
    LocalityFactory,
    PostingFactory,
    TaskFactory,
    VisitFactory,
)
from tests.splitting import (
    NOON,
    area_of,
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


@pytest.mark.parametrize(("old", "new"), list(product(AreaChange.State.values, repeat=2)))
def test_a_change_makes_the_moves_of_the_table_only(district, old, new):
    was = TODAY if old in {"in_effect", "undone"} else None
    change = AreaChange.objects.create(
        station=district.station,
        kind="redraw",
        reason="x",
        effective_on=TODAY,
        proposed_at=NOON,
        state=old,
        in_effect_on=was,
    )
    facts = {"moves": AREA_MOVES, "event": AreaChangeEvent, "owner": "change", "now": NOON, "why": "x"}
    facts |= {"in_effect_on": TODAY} if new == "in_effect" else {}

    if (old, new) in AREA_MOVES:
        advance(change, new, **facts)
        assert [(event.old, event.new) for event in change.events.all()] == [(old, new)]
    else:
        with pytest.raises(WrongState):
            advance(change, new, **facts)


def test_a_proposal_takes_the_code_and_leaves_everything_as_it_is(district):
    shop = premises_at(1.5)
    change = propose_change(draft=split_draft(district, on=TODAY + DAY), by=district.chief, now=NOON)

    assert (change.state, change.proposed_by) == ("proposed", district.chief)
    assert Grid.objects.get(code="050103").state == "proposed"
    assert read_boundary(Grid.objects.get(code="050101").boundary).equals(box(0, 0, 2, 1))
    assert area_of(shop) == "050101"
    assert not change.moves.exists()


def test_nobody_approves_what_they_proposed(district):
    PostingFactory(officer=district.district_office, duty="station_chief", area_code="0503", from_day=TODAY)
    change = propose_change(draft=split_draft(district), now=NOON)
    AreaChange.objects.filter(pk=change.pk).update(proposed_by=district.district_office)
    change.refresh_from_db()

    with pytest.raises(NotAllowed):
        approve_change(change=change, by=district.district_office, now=NOON)
    with pytest.raises(NotAllowed):
        approve_change(change=change, by=district.chief, now=NOON)
    assert change.state == "proposed"


def test_a_chief_proposes_in_the_own_station_only(district):
    draft = split_draft(district)

    for person in (district.far_chief, district.lead, district.district_office):
        with pytest.raises(NotAllowed):
            propose_change(draft=draft, by=person, now=NOON)


def test_an_approved_split_of_today_takes_effect_at_once(district):
    west, east = entered(premises_at(0.5)), entered(premises_at(1.5))
    change = in_effect(district, split_draft(district))

    assert (change.state, change.in_effect_on, change.moved) == ("in_effect", TODAY, 1)
    assert (area_of(west), area_of(east)) == ("050101", "050103")
    assert placements(east) == [("050101", TODAY - 30 * DAY, TODAY - DAY), ("050103", TODAY, None)]
    assert [(event.what, event.old, event.new) for event in east.events.all()] == [("moved", "050101", "050103")]
    assert not west.events.exists()
    assert GridPeriod.objects.on(TODAY).get(grid="050103").name == "三号网格"
    assert not Grid.objects.in_force_on(TODAY - DAY).filter(code="050103").exists()


def test_a_change_of_a_later_day_waits_for_the_job(district):
    east = premises_at(1.5)
    change = in_effect(district, split_draft(district, on=TODAY + DAY))
    assert (change.state, area_of(east)) == ("approved", "050101")

    for _again in range(2):
        run_inline(name="apply_area_changes", period=str(TODAY), area_code="05", now=NOON)
        assert area_of(east) == "050101"
    for _again in range(2):
        run_inline(name="apply_area_changes", period=str(TODAY + DAY), area_code="05", now=NOON + DAY)

    change.refresh_from_db()
    assert (change.state, change.in_effect_on, area_of(east)) == ("in_effect", TODAY + DAY, "050103")
    assert change.moves.count() == east.events.count() == 1


def test_what_no_longer_fits_on_its_day_waits_for_a_person_and_says_why(district):
    change = in_effect(district, split_draft(district, on=TODAY + DAY))
    Grid.objects.filter(code="050101").update(state="retired")

    job = run_inline(name="apply_area_changes", period=str(TODAY + DAY), area_code="05", now=NOON + DAY)

    change.refresh_from_db()
    assert (job.state, job.counts["refused"]) == ("done", 1)
    assert change.state == "approved"
    assert "050101" in change.hindrance


def test_an_effect_that_fails_half_way_leaves_nothing_behind(district, monkeypatch):
    east = premises_at(1.5)
    change = in_effect(district, split_draft(district, on=TODAY + DAY))
    monkeypatch.setattr("subjects.areas.effect.follow", lambda *args, **facts: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        take_effect(change=change, on=TODAY + DAY, now=NOON + DAY)

    assert (AreaChange.objects.get().state, area_of(east)) == ("approved", "050101")
    assert not change.moves.exists()


def test_open_rows_follow_and_closed_ones_stay(district):
    east = premises_at(1.5)
    due, done = TaskFactory(premises=east), TaskFactory(premises=east, state="done", due_on=TODAY - DAY)
    open_one, closed = ComplaintFactory(premises=east), ComplaintFactory(premises=east, state="closed")
    clock = ClockFactory(complaint=open_one)
    finding, draft = FindingFactory(visit=done.visit), VisitFactory(premises=east, state="draft")
    in_effect(district, split_draft(district))

    for row in (due, done, open_one, closed, clock, finding, draft, done.visit):
        row.refresh_from_db()
    assert {row.area_code for row in (due, open_one, clock, finding, draft)} == {"050103"}
    assert {row.area_code for row in (done, closed, done.visit)} == {"050101"}
    assert [(event.old, event.new) for event in open_one.events.filter(what="area")] == [("050101", "050103")]


def test_a_retired_grid_gives_its_premises_to_the_successor_and_its_code_is_gone(district):
    north, nowhere = premises_at(2.5, area_code="050102"), premises_at(9, area_code="050102")
    LocalityFactory(
        code="610111001001",
        kind="community",
        street=LocalityFactory(),
        area_code="050102",
        grid=district.neighbour_grid,
    )
    in_effect(district, merge_draft(district))

    assert (area_of(north), area_of(nowhere)) == ("050101", "050101")
    assert find_area("050102").state == "retired"
    assert Locality.objects.get(code="610111001001").area_code == "050101"
    assert not Grid.objects.in_force_on(TODAY).filter(code="050102").exists()
    with pytest.raises(BadInput, match="050102"):
        propose_change(draft=split_draft(district, code="050102"), by=district.chief, now=NOON)


def test_posts_on_a_retired_grid_end_the_day_before(district):
    late = PostingFactory(duty="manager", area_code="050102", from_day=TODAY + DAY)
    in_effect(district, merge_draft(district))

    post = Posting.objects.get(officer=district.neighbour_lead)
    assert post.to_day == TODAY - DAY
    assert [event.what for event in post.events.all()] == ["ended"]
    late.refresh_from_db()
    assert late.to_day == late.from_day


def test_complaints_about_a_retired_grid_without_a_premises_go_to_the_successor(district):
    about, told, over = (ComplaintFactory(area_code="050102", state=state) for state in ("received", "told", "closed"))
    in_effect(district, merge_draft(district))

    for row in (about, told, over):
        row.refresh_from_db()
    assert [row.area_code for row in (about, told, over)] == ["050101", "050101", "050102"]


def test_premises_go_by_locality_where_that_was_chosen(district):
    street = LocalityFactory()
    place = LocalityFactory(
        code="610111001001", kind="community", street=street, area_code="050101", grid=district.grid
    )
    here, there = premises_at(0.5, locality=place), premises_at(1.5)
    in_effect(district, split_draft(district, placing="localities", places=[place.code]))

    assert (area_of(here), area_of(there)) == ("050103", "050101")
    assert Locality.objects.get(code=place.code).area_code == "050103"
    assert GridPeriod.objects.on(TODAY).get(grid="050103").localities == [place.code]


def test_a_list_goes_before_the_boundary(district):
    west, east = premises_at(0.5), premises_at(1.5)
    in_effect(district, split_draft(district, listed={"050103": [west.pk], "050101": [east.pk]}))

    assert (area_of(west), area_of(east)) == ("050103", "050101")


def test_a_grid_code_given_against_the_point_is_left_alone(district):
    stranger = premises_at(2.5)
    in_effect(district, split_draft(district))

    assert area_of(stranger) == "050101"


def test_what_the_station_had_not_placed_comes_into_the_new_grid(district):
    loose, other = premises_at(1.5, area_code="0501"), premises_at(0.5, area_code="0501")
    in_effect(district, split_draft(district))

    assert (area_of(loose), area_of(other)) == ("050103", "0501")
    assert Premises.objects.get(pk=loose.pk).grid_id == "050103"


def test_a_returned_change_is_proposed_again_with_other_facts(district):
    change = propose_change(draft=split_draft(district), by=district.chief, now=NOON)
    with pytest.raises(BadInput):
        return_change(change=change, why=" ", by=district.district_office, now=NOON)
    return_change(change=change, why="河东不清", by=district.district_office, now=NOON)
    assert Grid.objects.get(code="050103").state == "returned"

    propose_again(change=change, draft=split_draft(district, reason="更清楚"), by=district.chief, now=NOON)

    assert (change.state, change.reason, change.parts.count()) == ("proposed", "更清楚", 2)
    assert Grid.objects.get(code="050103").state == "proposed"


def test_an_approval_is_taken_back_before_its_day(district):
    change = in_effect(district, split_draft(district, on=TODAY + DAY))

    return_change(change=change, why="等一等", by=district.district_office, now=NOON)
    run_inline(name="apply_area_changes", period=str(TODAY + DAY), area_code="05", now=NOON + DAY)

    change.refresh_from_db()
    assert change.state == "returned"


def test_a_withdrawn_proposal_frees_its_code(district):
    change = propose_change(draft=split_draft(district), by=district.chief, now=NOON)
    withdraw_change(change=change, by=district.chief, now=NOON)

    again = propose_change(draft=split_draft(district), by=district.chief, now=NOON)

    assert (change.state, again.state) == ("withdrawn", "proposed")


def test_a_grid_of_a_change_is_not_approved_by_itself(district):
    propose_change(draft=split_draft(district), by=district.chief, now=NOON)

    with pytest.raises(WrongState):
        approve_grid(grid=Grid.objects.get(code="050103"), by=district.district_office, now=NOON)


def test_two_changes_of_one_grid_do_not_wait_at_once(district):
    propose_change(draft=split_draft(district), by=district.chief, now=NOON)

    with pytest.raises(BadInput, match="050101"):
        propose_change(draft=merge_draft(district), by=district.chief, now=NOON)


def test_whoever_approves_again_is_told_that_it_is_in_effect(district):
    change = in_effect(district, split_draft(district))

    with pytest.raises(WrongState, match="已生效"):
        approve_change(change=AreaChange.objects.get(pk=change.pk), by=district.district_office, now=NOON + DAY)
    with pytest.raises(WrongState, match="已生效"):
        propose_again(change=change, draft=merge_draft(district), by=district.chief, now=NOON + DAY)
