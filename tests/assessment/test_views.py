import re
from datetime import timedelta

import pytest
from django.utils import timezone

from assessment.overview import legend_of, step_of
from tests.factories import DuePremisesFactory, GridFactory, PremisesFactory, TaskFactory

SQUARE = {"type": "Polygon", "coordinates": [[[109.0, 34.2], [109.1, 34.2], [109.1, 34.3], [109.0, 34.2]]]}


@pytest.fixture
def as_office(client, district):
    client.cookies["django_language"] = "en"
    client.force_login(district.district_office)
    return client


@pytest.fixture
def work(district):
    """Premises of three grids, one station and the bureau itself; late, timely and planned visits."""
    today = timezone.localdate()
    opened = today - timedelta(days=90)
    for area, days in [("050101", -3), ("050101", 4), ("050102", -1), ("050201", 9), ("0501", -2), ("05", -8)]:
        TaskFactory(premises=DuePremisesFactory(area_code=area), due_on=today + timedelta(days=days), opens_on=opened)
    TaskFactory(due_on=today + timedelta(days=50), opens_on=today + timedelta(days=20), state="planned")
    PremisesFactory(mode="general")
    PremisesFactory(status="closed")
    PremisesFactory(area_code="060101")


def test_the_overview_counts_stations_and_what_lies_in_none(as_office, work):
    page = as_office.get("/dashboard/")

    rows = {row.code: (row.premises, row.unplaced, row.open, row.overdue) for row in page.context["rows"]}
    whole = page.context["whole"]
    assert rows == {"05": (1, 1, 1, 1), "0501": (6, 1, 5, 3), "0502": (1, 0, 1, 0)}
    assert (whole.premises, whole.placed, whole.open, whole.ahead, whole.overdue) == (8, 6, 7, 2, 4)
    assert page.context["trail"][-1][0] == "05"


@pytest.mark.parametrize(
    "path", ["/dashboard/", "/dashboard/?by=grid", "/dashboard/?area=0501", "/dashboard/?area=050101"]
)
def test_every_number_opens_as_many_rows(as_office, work, path):
    text = as_office.get(path).text
    links = re.findall(r'<a[^>]*href="(/(?:ledger|tasks)/\?[^"]+)"[^>]*>(?:<b>)?(\d+)<', text)

    assert len(links) > 9
    for href, number in links:
        page = as_office.get(href.replace("&amp;", "&"))
        assert page.context["page"].paginator.count == int(number), href


def test_one_drills_down_from_district_to_grid(as_office, work):
    assert 'href="/dashboard/?area=0501"' in as_office.get("/dashboard/").text
    assert 'href="/dashboard/?area=050102"' in as_office.get("/dashboard/?area=0501").text
    assert [row.code for row in as_office.get("/dashboard/?area=050102").context["rows"]] == ["050102"]
    assert "050201" in as_office.get("/dashboard/?by=grid").text


@pytest.mark.parametrize(
    ("duty", "whole"), [("city_office", 8), ("bureau_head", 8), ("station_chief", 6), ("grid_lead", 4)]
)
def test_everybody_sees_the_sum_of_the_own_area(client, district, work, duty, whole):
    client.force_login(district.by_duty[duty])

    assert client.get("/dashboard/").context["whole"].premises == whole


def test_a_foreign_area_is_not_there(client, district, work):
    client.force_login(district.chief)

    for area in ("05", "0502", "06"):
        assert client.get(f"/dashboard/?area={area}").status_code == 404
        assert client.get(f"/dashboard/grids.json?area={area}").status_code == 404


@pytest.mark.parametrize("query", ["area=abc", "area=", "by=x", "sort=x", "area=05%00"])
def test_a_question_that_makes_no_sense_is_answered_with_a_page(as_office, work, query):
    assert as_office.get(f"/dashboard/?{query}").status_code == 200
    assert as_office.get(f"/dashboard/grids.json?{query}").status_code == 200


def test_the_overview_needs_as_many_queries_for_thirty_rows_as_for_three(as_office, work, count_queries):
    for path in ("/dashboard/", "/dashboard/?by=grid", "/dashboard/grids.json"):
        few = count_queries(as_office, path)
        for number in range(3, 30):
            DuePremisesFactory(area_code=f"0501{number:02d}")
        assert count_queries(as_office, path) == few


def test_the_map_colours_the_grids_of_the_area_by_late_visits(client, district, work):
    for code in ("050101", "050102", "050201", "060101"):
        grid = GridFactory(code=code)
        type(grid).objects.filter(pk=grid.pk).update(boundary=SQUARE)
    client.force_login(district.chief)

    reply = client.get("/dashboard/grids.json?area=0501").json()

    levels = {one["properties"]["code"]: one["properties"]["level"] for one in reply["features"]}
    assert levels == {"050101": 1, "050102": 1}
    assert reply["legend"] == ["0", "1", "2", "3", "≥ 4"]


def test_a_map_of_too_many_grids_is_refused_with_a_sentence(as_office, work, monkeypatch):
    monkeypatch.setattr("assessment.views.MOST_SHAPES", 0)
    grid = GridFactory(code="050101")
    type(grid).objects.filter(pk=grid.pk).update(boundary=SQUARE)

    reply = as_office.get("/dashboard/grids.json")

    assert reply.status_code == 400
    assert "choose a station" in reply.json()["errors"][0]["message"]


def test_somebody_with_areas_in_two_bureaus_starts_with_both(client, district, work):
    from grids.models import Posting

    Posting.objects.create(
        officer=district.by_duty["city_office"], duty="city_office", area_code="06", from_day="2025-01-01"
    )
    client.force_login(district.by_duty["city_office"])

    page = client.get("/dashboard/")

    assert [row.code for row in page.context["rows"]] == ["05", "06"]
    assert page.context["whole"].premises == 9


@pytest.mark.parametrize(("most", "step"), [(0, 1), (1, 1), (4, 1), (5, 2), (16, 4), (21, 10), (118, 30), (201, 100)])
def test_the_colours_of_the_map_rise_in_round_steps(most, step):
    assert step_of(most) == step


def test_the_legend_names_the_steps():
    assert legend_of(30) == ["0", "1–30", "31–60", "61–90", "≥ 91"]


@pytest.mark.parametrize(("sort", "first"), [("late", "0501"), ("share", "05"), ("", "05")])
def test_the_table_is_sorted_by_what_is_late(as_office, work, sort, first):
    assert as_office.get(f"/dashboard/?sort={sort}").context["rows"][0].code == first
