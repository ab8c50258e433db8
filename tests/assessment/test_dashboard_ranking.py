from datetime import date

import pytest

from assessment.actions import publish_scores
from assessment.dashboard.figures import Links, Row
from assessment.dashboard.ranking import ranking_of
from assessment.dashboard.stretches import Stretch
from gridsup.periods import Period
from tests.assessment import worked
from tests.factories import TODAY, noon

LINKS = Links(Stretch(Period.quarter(TODAY), TODAY), "")


@pytest.fixture
def published(district, time_machine):
    """The third quarter of the worked district, scored and published."""
    worked.load()
    worked.place()
    worked.compute()
    publish_scores(bureau="05", period="2026Q3", by=None, now=noon(date(2026, 10, 12)))
    time_machine.move_to(noon(TODAY), tick=False)


def opened(client, officer, path="/dashboard/"):
    client.cookies["django_language"] = "en"
    client.force_login(officer)
    return client.get(path)


def standing(page):
    return [(one.place, one.code, one.number.text) for one in page.context["ranking"].standings]


def test_stations_are_ranked_by_the_published_score_of_the_last_quarter(client, district, published):
    page = opened(client, district.district_office)

    assert standing(page) == [(1, "0502", "84.07"), (2, "0501", "73.42")]
    assert "By the published score of third quarter of 2026" in page.text
    for one in page.context["ranking"].standings:
        assert one.card.get_absolute_url() in page.text
        assert client.get(one.card.get_absolute_url()).status_code == 200


def test_before_the_first_score_they_stand_by_what_was_made_in_time(client, district, published):
    page = opened(client, district.district_office, "/dashboard/?period=2026Q2")

    assert "No score is published yet" in page.text
    assert standing(page) == [(None, "0501", "–"), (None, "0502", "–")]


def test_a_station_sees_why_it_stands_where_it_stands(client, district, published):
    page = opened(client, district.chief)

    assert page.context["ranking"] is None
    assert "place 2 among the stations" in page.text
    assert [one.line.numerator for one in page.context["own_lines"]] == [7, 7, 2, 5, 2]
    for one in page.context["own_lines"]:
        assert one.href in page.text
        assert client.get(one.href).context["page"].paginator.count == one.line.denominator


def test_the_score_is_a_column_that_sorts(client, district, published):
    page = opened(client, district.district_office, "/dashboard/?sort=score")

    assert [line.row.code for line in page.context["lines"] if not line.row.own] == ["0501", "0502"]
    assert page.context["scores"]["0501"].total == page.context["ranking"].standings[1].card.total


def test_a_score_of_a_later_quarter_says_nothing_of_an_earlier_one(client, district, published):
    assert opened(client, district.chief, "/dashboard/?period=2026-06").context["own_card"] is None
    assert opened(client, district.chief, "/dashboard/?period=2026-09").context["own_card"].period == "2026Q3"


def test_stations_that_are_equal_share_the_place_and_nothing_due_has_none():
    rows = [Row("0501", due=4, in_time=3), Row("0502", due=8, in_time=6), Row("0503"), Row("0504", due=2, in_time=1)]

    found = ranking_of([*rows, Row("05", own=True, due=1)], {}, LINKS)

    assert [(one.place, one.code) for one in found.standings] == [(1, "0501"), (1, "0502"), (3, "0504"), (None, "0503")]
    assert found.period == ""


def test_grids_are_not_ranked():
    assert ranking_of([Row("050101", due=1), Row("050102", due=1)], {}, LINKS) is None
