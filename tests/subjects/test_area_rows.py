"""Every number on the page of a change opens its rows: while it is to come, in effect and undone."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from complaints.models import Complaint
from inspections.models import Finding, InspectionTask
from subjects.areas.deciding import propose_change
from subjects.areas.drafts import merge
from subjects.areas.effect import undo_change
from subjects.areas.outcome import outcome_of, outcome_of_draft
from subjects.areas.placing import place
from subjects.areas.preview import preview_change, preview_draft
from subjects.models import AreaMove, Premises
from tests.factories import TODAY, ComplaintFactory, FindingFactory, LocalityFactory, TaskFactory, VisitFactory
from tests.splitting import NOON, drafted, draw_station, in_effect, merge_draft, premises_at, split_draft

LINK = re.compile(r'href="([^"]+)" data-count="(\d+)"')
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def paper(district, english, monkeypatch):
    draw_station()
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)


@pytest.fixture
def reader(client):
    """A function that lets somebody read."""
    client.cookies["django_language"] = "en"

    def reads(officer):
        client.force_login(officer, backend="grids.backends.DutyBackend")
        return client

    return reads


def at_work(x, **facts):
    """A premises with one of each kind of open work."""
    premises = premises_at(x, **facts)
    TaskFactory(premises=premises)
    FindingFactory(visit__premises=premises)
    ComplaintFactory(premises=premises, area_code=premises.area_code)
    return premises


def opened(page, client):
    """(number told, rows opened) for every number with a link on the page."""
    links = LINK.findall(page.text)
    found = []
    for href, count in links:
        rows = client.get(href.replace("&amp;", "&"))
        found.append((int(count), rows.context["page"].paginator.count))
    return found


def told(numbers):
    return {one.key: one.count for one in numbers}


@pytest.fixture
def station_at_work(district):
    """Open work in both halves of 050101, and premises that the station has not placed."""
    for x in (0.5, 1.5, 1.6):
        at_work(x)
    premises_at(1.7, status="closed")
    premises_at(1.8, area_code="0501")
    premises_at(9, area_code="0501")


def test_every_number_of_a_proposal_opens_as_many_rows(district, reader, station_at_work):
    change = propose_change(draft=split_draft(district), by=district.chief, now=NOON)
    client = reader(district.chief)

    page = client.get(change.get_absolute_url())

    found = opened(page, client)
    assert len(found) > 12
    assert "Premises of every status are counted" in page.text
    assert [one for one in found if one[0] != one[1]] == []
    assert (page.context["preview"].moving, page.context["preview"].active) == (4, 3)


@pytest.mark.parametrize("undone", [False, True])
def test_every_number_of_a_change_in_effect_opens_as_many_rows(district, reader, station_at_work, undone):
    change = in_effect(district, split_draft(district))
    premises_at(1.2, area_code="050103")  # came later, and is no premises that the change moved
    if undone:
        undo_change(change=change, why="错了", by=district.district_office, now=NOON + DAY)
    client = reader(district.district_office)

    page = client.get(change.get_absolute_url())

    found, preview = opened(page, client), page.context["preview"]
    assert [one for one in found if one[0] != one[1]] == []
    assert (preview.moving, told(preview.work)) == (4, {"tasks": 2, "findings": 2, "complaints": 2})
    assert [(line.part.code, line.before) for line in preview.lines] == [("050101", 4), ("050103", None)]


def test_undone_the_grids_of_before_are_counted_today(district):
    premises_at(2.5, area_code="050102")
    change = in_effect(district, merge_draft(district))
    sizes = [[(line.before, line.after) for line in preview_change(change, on=TODAY).lines]]
    undo_change(change=change, why="错了", by=district.district_office, now=NOON)
    sizes.append([(line.before, line.after) for line in preview_change(change, on=TODAY).lines])

    assert sizes == [[(0, 1), (1, None)], [(0, 0), (1, 1)]]


def test_a_change_keeps_exactly_what_went_along(district):
    """What would go is reckoned before, what went is seen in the rows afterwards: the two are one."""
    for x in (2.2, 2.5):
        at_work(x, area_code="050102")
    own = LocalityFactory(code="610111001001", kind="community", street=LocalityFactory(), area_code="050102",
                          grid=district.neighbour_grid)  # fmt: skip
    for facts in ({}, {"locality": own}, {"premises": premises_at(0.5)}, {"state": "closed"}):
        ComplaintFactory(area_code="050102", **facts)
    models = {"tasks": InspectionTask, "findings": Finding, "complaints": Complaint}
    before = {key: dict(model.objects.values_list("pk", "area_code")) for key, model in models.items()}

    change = in_effect(district, merge_draft(district))

    after = {key: dict(model.objects.values_list("pk", "area_code")) for key, model in models.items()}
    went = {key: sorted(pk for pk, area in areas.items() if before[key][pk] != area) for key, areas in after.items()}
    assert {key: sorted(outcome_of(change).keys(key)) for key in models} == went
    assert {key: len(keys) for key, keys in went.items()} == {"tasks": 2, "findings": 2, "complaints": 5}


def test_a_returned_record_is_told_as_staying(district, reader):
    visit = VisitFactory(premises=premises_at(1.5), state="returned")
    change = in_effect(district, split_draft(district))

    preview = preview_change(change, on=TODAY)
    rows = reader(district.chief).get(reverse("area_change_rows", args=[change.pk]), {"what": "returned"})

    visit.refresh_from_db()
    assert visit.area_code == "050101"
    assert (told(preview.left), told(preview.work)) == ({"returned": 1}, {})
    assert "stay with the grid of their day" in rows.text


def test_a_reader_sees_the_own_rows_and_how_many_lie_elsewhere(district, reader, station_at_work):
    change = in_effect(district, split_draft(district))
    stayed = Premises.objects.get(area_code="050101")
    url = reverse("area_change_rows", args=[change.pk])

    page = reader(district.lead).get(url, {"what": "before", "of": "050101"})

    assert [line.title for line in page.context["lines"]] == [stayed.subject.name]
    assert (page.context["picked"].count, page.context["hidden"]) == (4, 3)
    assert "3 more lie outside your areas" in page.text
    assert reader(district.outsider).get(url).status_code == 404


def test_rows_come_in_pages_at_the_same_cost(district, reader, count_queries):
    change = propose_change(draft=split_draft(district), by=district.chief, now=NOON)
    client = reader(district.chief)
    url = reverse("area_change_rows", args=[change.pk])
    for what in ("premises", "tasks", "findings", "complaints"):
        at_work(1.5)
        few = count_queries(client, f"{url}?what={what}")
        for _number in range(30):
            at_work(1.5)
        assert count_queries(client, f"{url}?what={what}") == few

    assert len(client.get(url).context["lines"]) == 25
    assert client.get(url, {"page": 2}).context["lines"]


def test_a_question_that_is_none_is_answered_with_a_sentence(district, reader):
    change = propose_change(draft=split_draft(district), by=district.chief, now=NOON)

    page = reader(district.chief).get(
        reverse("area_change_rows", args=[change.pk]), {"what": "x", "of": "y", "by": "z"}
    )

    assert page.status_code == 200
    assert len(page.context["question"].sentences) == 3


def test_the_preview_of_a_retirement_says_why_each_premises_goes(district):
    own = LocalityFactory(code="610111001001", kind="community", street=LocalityFactory(), area_code="050101",
                          grid=district.grid)  # fmt: skip
    nowhere = {"lon": None, "lat": None}
    premises_at(2.5, area_code="050102")
    premises_at(2.5, area_code="050102", locality=own)
    Premises.objects.filter(locality=own).update(**nowhere)
    loose, placed = premises_at(2.5, area_code="0501"), premises_at(9, area_code="0501", locality=own)
    Premises.objects.filter(pk=placed.pk).update(**nowhere)
    pointless = premises_at(2.6, area_code="050102")
    Premises.objects.filter(pk=pointless.pk).update(**nowhere)

    preview = preview_draft(merge_draft(district), on=TODAY)

    assert [(flow.from_code, told(flow.grounds)) for flow in preview.flows] == [
        ("0501", {"point": 1, "locality": 1}),
        ("050102", {"point": 1, "locality": 1, "successor": 1}),
    ]
    assert "Premises of the station in no grid come along" in preview.rule
    assert sorted(preview.outcome.keys("premises", of="0501", by="point")) == [loose.pk]


@pytest.mark.parametrize("undone", [False, True])
def test_in_effect_the_page_and_each_premises_tell_why_as_the_preview_did(district, reader, undone):
    by_point, by_list = premises_at(1.5), premises_at(0.5)
    draft = replace(split_draft(district), listed={"050103": (by_list.pk,)})
    foretold = [flow.grounds for flow in preview_draft(draft, on=TODAY).flows]
    change = in_effect(district, draft)
    if undone:
        undo_change(change=change, why="错了", by=district.district_office, now=NOON + DAY)
    client = reader(district.district_office)

    page = client.get(change.get_absolute_url())

    assert [flow.grounds for flow in page.context["preview"].flows] == foretold
    assert told(foretold[0]) == {"listed": 1, "point": 1}
    assert [one for one in opened(page, client) if one[0] != one[1]] == []
    said = {one: one.events.filter(what="moved").earliest("pk").why for one in (by_point, by_list)}
    assert said[by_point].endswith("太大 (by their point)")
    assert "太大 (by the list)" in client.get(by_list.get_absolute_url()).text
    assert not undone or by_list.events.latest("pk").why.endswith("错了")


def test_the_database_keeps_a_move_without_a_ground_for_what_was_taken_along(district):
    change, premises = in_effect(district, split_draft(district)), premises_at(0.5)
    row = {"change": change, "premises": premises, "from_code": "050101", "to_code": "050103"}
    for wrong in ({"ground": ""}, {"ground": "whim"}, {"ground": "point", "taken_along": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AreaMove.objects.create(**row, **wrong)

    assert AreaMove.objects.create(**row, taken_along=True).ground == ""


def test_open_complaints_about_a_retired_grid_are_told_where_no_premises_moves(district):
    ComplaintFactory(area_code="050102")
    district.neighbour_grid.refresh_from_db()
    draft = drafted("merge", merge([district.neighbour_grid], into=district.grid))

    flows = preview_draft(draft, on=TODAY).flows

    assert [(flow.from_code, flow.to_code, flow.count, told(flow.work)) for flow in flows] == [
        ("050102", "050101", 0, {"complaints": 1})
    ]


def test_those_in_business_are_divided_as_on_the_pages_of_staffing(district):
    for number, status in enumerate(("active", "active", "closed", "suspended")):
        premises_at(0.1 + number / 10, status=status)
    draft = merge_draft(district)

    remarks = preview_draft(draft, on=TODAY).remarks

    assert any("1 premises in business for each of the 2 who hold it" in remark for remark in remarks)
    assert len(outcome_of_draft(draft, place(draft)).keys("after", to="050101")) == 4
