"""The overview over the API says what the page says, and every number has the list of its rows."""

import pytest

from assessment.dashboard.figures import FIGURES, QUOTAS
from tests.api import api_as, errors
from tests.assessment import worked
from tests.assessment.test_dashboard_ranking import published as published  # noqa: PLC0414
from tests.assessment.test_views import busy as busy  # noqa: PLC0414
from tests.assessment.test_views import due, limited
from tests.factories import TODAY, GridFactory, noon

OVERVIEW = "/api/v1/overview"


@pytest.fixture
def today(time_machine):
    time_machine.move_to(noon(TODAY), tick=False)


@pytest.fixture
def office(district, today):
    return api_as(district.district_office)


def numbers_in(answer):
    """Address → how many rows the answer says it has, of every count and share."""
    found = {}
    for value in answer.values() if isinstance(answer, dict) else answer:
        if isinstance(value, dict | list):
            found |= numbers_in(value)
    if isinstance(answer, dict) and "count" in answer and "is_urgent" not in answer:
        found[answer["rows"]] = answer["count"]
    if isinstance(answer, dict) and "whole" in answer and "part" in answer:
        found |= {answer["rows"]: answer["whole"], answer["part_rows"]: answer["part"]}
    return found


@pytest.mark.parametrize("query", [{}, {"by": "grid", "period": "2026Q3"}, {"area": "0501", "period": "2026-10"}])
def test_it_says_what_the_page_says(office, client, district, busy, query):
    client.force_login(district.district_office)
    answer, page = office.get(OVERVIEW, query).json(), client.get("/dashboard/", query).context

    rows = [answer["whole"], *answer["areas"]]
    for row, shown in zip(rows, [page["whole"], *(line.row for line in page["lines"])], strict=True):
        assert (row["area_code"], row["is_own"]) == (shown.code, shown.own)
        assert {name: one["count"] for name, one in row["counts"].items()} == {n: shown.count(n) for n in FIGURES}
        assert {name: one["percent"] for name, one in row["shares"].items()} == {
            name: shown.share(name).percent for name in QUOTAS
        }
    weeks = [[one["count"] for one in week["counts"].values()] for week in answer["weeks"]]
    assert weeks == [[cell.count for cell in week.cells] for week in page["trend"].weeks]
    came = page["stretch_cards"][-1]
    assert (answer["received"]["count"], answer["before"]["received"]["count"]) == (came.main.count, came.before.count)
    assert answer["period"] == str(page["stretch"].period)
    if page["ranking"]:
        standings = [(one["place"], one["area_code"]) for one in answer["ranking"]["standings"]]
        assert standings == [(one.place, one.code) for one in page["ranking"].standings]
    else:
        assert answer["ranking"] is None


@pytest.mark.parametrize("query", [{}, {"by": "grid", "period": "2026-11"}])
def test_every_number_has_the_list_of_exactly_its_rows(office, busy, query):
    numbers = numbers_in(office.get(OVERVIEW, query).json())

    assert sum(count > 0 for count in numbers.values()) > 15
    for href, count in numbers.items():
        assert office.get(href, {}).json()["count"] == count, href


def test_stations_stand_by_their_published_score_which_opens_its_card(district, published):
    client = api_as(district.district_office)
    answer = client.get(OVERVIEW).json()

    assert answer["ranking"]["by"] == "score"
    scores = [(one["place"], one["area_code"], one["score"]["total"]) for one in answer["ranking"]["standings"]]
    assert scores == [(1, "0502", "84.07"), (2, "0501", "73.42")]
    for one in answer["areas"]:
        if one["score"]:
            assert client.get(one["score"]["rows"]).json()["total"] == one["score"]["total"]
    assert answer["whole"]["score"]["rank"] is None
    assert str(worked.Q3) == answer["whole"]["score"]["period"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"area": "5"}, "area"),
        ({"area": "abc"}, "area"),
        ({"period": "soon"}, "period"),
        ({"period": "2026"}, "period"),
        ({"period": "2027Q1"}, "period"),
        ({"period": "x" * 50}, "period"),
        ({"by": "person"}, "by"),
        ({"sort": "name"}, "sort"),
        ({"odd": "1"}, "odd"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_its_field(office, query, field):
    reply = office.get(OVERVIEW, query)

    assert reply.status_code == 400
    assert [name for _code, name in errors(reply)] == [field]


def test_a_foreign_area_is_not_there(district, busy, today):
    for area in ("05", "0502", "06", "0599"):
        reply = api_as(district.chief).get(OVERVIEW, {"area": area})
        assert (reply.status_code, errors(reply)) == (404, [("not_found", "")])


def test_everybody_is_told_of_the_own_area_alone(district, busy, today):
    answer = api_as(district.chief).get(OVERVIEW).json()

    assert answer["whole"]["area_code"] == "0501"
    assert {row["area_code"][:4] for row in answer["areas"]} == {"0501"}
    assert answer["ranking"] is None


@pytest.mark.parametrize(("who", "code"), [("supervisor", 403), (None, 401)])
def test_without_the_duty_nothing_is_told(district, who, code):
    reply = api_as(getattr(district, who) if who else None).get(OVERVIEW)

    assert reply.status_code == code
    assert errors(reply)


def test_it_asks_the_database_as_often_for_thirty_rows_as_for_three(office, busy, count_queries):
    few = {by: count_queries(office, f"{OVERVIEW}?by={by}") for by in ("station", "grid")}
    for number in range(3, 30):
        GridFactory(code=f"05{number:02d}01")
        due("11-05", area=f"0501{number:02d}")
        limited(-1, area=f"0501{number:02d}")

    assert {by: count_queries(office, f"{OVERVIEW}?by={by}") for by in ("station", "grid")} == few


def test_a_long_table_is_cut_and_says_how_many_it_leaves_out(office, busy, monkeypatch):
    monkeypatch.setattr("assessment.dashboard.counted.MOST_ROWS", 2)

    answer = office.get(OVERVIEW, {"by": "grid", "sort": "overdue"}).json()

    assert [row["area_code"] for row in answer["areas"]] == ["050101", "0501"]
    assert answer["left_out"] == 4
    assert answer["whole"]["counts"]["due"]["count"] == 8
