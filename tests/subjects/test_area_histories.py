"""What the file of a premises and the page of a grid tell of changes of areas: who decided them, and where to read."""

from datetime import timedelta

import pytest
from django.urls import reverse

from grids.models import Grid, GridPeriod
from grids.periods import date_facts
from gridsup.jobs import run_inline
from gridsup.timeline import timeline_of
from subjects.areas.deciding import approve_change, propose_change
from subjects.areas.effect import undo_change
from subjects.areas.story import entries_of_grid
from subjects.models import Placement, Premises
from tests.factories import TODAY
from tests.splitting import NOON, draw_station, in_effect, merge_draft, placements, premises_at, split_draft

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ENTERED = TODAY - 30 * DAY


@pytest.fixture(autouse=True)
def paper(district, english):
    draw_station()
    date_facts(grids=Grid.objects.all(), on=ENTERED)


@pytest.fixture
def east():
    """A premises that a split takes into 050103."""
    premises = premises_at(1.5)
    Placement.objects.create(premises=premises, area_code="050101", from_day=ENTERED)
    return premises


def approved(district, draft):
    """Proposed a day before, approved at noon."""
    change = propose_change(draft=draft, by=district.chief, now=NOON - DAY)
    return approve_change(change=change, by=district.district_office, now=NOON)


def undone(district, change, now=NOON + HOUR):
    return undo_change(change=change, why="划错了", by=district.district_office, now=now)


def told(entries):
    return [(entry.what, entry.detail, entry.by, entry.url) for entry in entries]


def test_the_file_names_who_proposed_approved_and_undid_a_move_and_leads_to_the_change(district, east):
    change = undone(district, approved(district, split_draft(district)), NOON + DAY)
    file, link = timeline_of(east, officer=district.chief), f"/areas/changes/{change.pk}/"
    decided = f"proposed by chief on {TODAY - DAY} · approved by district on {TODAY}"

    back, _stay, moved = told(file)[:3]
    assert back == (
        "Moved back: the change of areas was undone",
        f"050103 → 050101 · Change of areas no. {change.pk} undone: 划错了", "district", link,
    )  # fmt: skip
    assert (moved[0], moved[2], moved[3]) == ("Moved by a change of areas", "", link)
    assert moved[1].endswith(f"太大 (by their point) · {decided}")
    assert file[0].at == NOON + DAY


def test_who_sees_the_file_and_not_the_change_reads_the_names_without_the_way_there(client, district, east):
    change = undone(district, approved(district, split_draft(district)))
    Premises.objects.filter(pk=east.pk).update(area_code="050201", grid="050201")
    client.force_login(district.far_chief)

    assert client.get(change.get_absolute_url()).status_code == 404
    back, moved = told(client.get(east.get_absolute_url()).context["entries"])[:2]
    assert (back[2], back[3], moved[3]) == ("district", "", "")
    assert f"district于 {TODAY} 批准" in moved[1]


def test_a_move_that_was_undone_on_its_day_leaves_the_premises_where_it_stood_since_it_was(district, east):
    change = undone(district, approved(district, split_draft(district)))

    assert placements(east) == [("050101", ENTERED, None)]
    assert [entry.what for entry in timeline_of(east, officer=district.chief)] == [
        "Moved back: the change of areas was undone", "Moved by a change of areas", "In the ledger of 050101",
    ]  # fmt: skip
    assert [event.at for event in east.events.all()] == [NOON, NOON + HOUR]
    assert change.state == "undone"


def test_a_premises_entered_on_the_day_of_a_move_that_was_undone_stands_there_since_that_day(district):
    young = premises_at(1.5)
    Placement.objects.create(premises=young, area_code="050101", from_day=TODAY)

    undone(district, approved(district, split_draft(district)))

    assert placements(young) == [("050101", TODAY, None)]


@pytest.mark.parametrize("drafted", [split_draft, merge_draft], ids=["split", "merge"])
def test_grids_of_a_change_that_was_undone_on_its_day_have_the_facts_that_they_had(district, drafted):
    before = list(GridPeriod.objects.order_by("pk").values())

    undone(district, approved(district, drafted(district)))

    assert list(GridPeriod.objects.order_by("pk").values()) == before


def test_the_page_of_a_grid_names_who_decided_and_leads_to_the_change(district):
    change = undone(district, approved(district, split_draft(district)))
    link = f"/areas/changes/{change.pk}/"
    decided = f"proposed by chief on {TODAY - DAY} · approved by district on {TODAY}"
    undoing = f"Change of areas no. {change.pk} undone: 划错了"
    doing = f"Change of areas no. {change.pk}: 太大 · {decided}"

    made = told(entries_of_grid(Grid.objects.get(code="050103"), district.chief))
    assert made == [
        ("retired", undoing, "district", link), ("approved", doing, "", link), ("proposed", "", "chief", link),
    ]  # fmt: skip
    cut = told(entries_of_grid(Grid.objects.get(code="050101"), district.lead))
    assert cut == [("redrawn or renamed", undoing, "district", link), ("redrawn or renamed", doing, "", link)]


def test_a_change_that_the_night_put_into_effect_names_who_approved_it(client, district, east):
    approved(district, split_draft(district, on=TODAY + DAY))
    run_inline(name="apply_area_changes", period=str(TODAY + DAY), area_code="05", now=NOON + DAY)
    client.force_login(district.chief)
    client.cookies["django_language"] = "en"

    for page in (east.get_absolute_url(), reverse("grid", args=["050103"])):
        assert f"approved by district on {TODAY}" in client.get(page).text


def test_what_is_told_of_changes_costs_the_same_for_one_and_for_many(client, district, east, count_queries):
    client.force_login(district.chief)
    pages = east.get_absolute_url(), reverse("grid", args=["050101"])
    undone(district, in_effect(district, split_draft(district), now=NOON))
    few = [count_queries(client, page) for page in pages]
    for number in (4, 5, 6):
        later = NOON + number * HOUR
        undone(district, in_effect(district, split_draft(district, code=f"05010{number}"), now=later), later + HOUR / 2)

    assert [count_queries(client, page) for page in pages] == few
