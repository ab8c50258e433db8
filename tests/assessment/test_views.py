import re
from datetime import date, timedelta
from html import unescape

import pytest

from assessment.dashboard.figures import FIGURES
from grids.models import Grid, Posting
from gridsup.models import Job
from tests.factories import (
    TODAY,
    BureauFactory,
    ClockFactory,
    ComplaintFactory,
    DuePremisesFactory,
    FindingFactory,
    GridFactory,
    PlanFactory,
    PremisesFactory,
    TaskFactory,
    TimeLimitFactory,
    VisitFactory,
    noon,
)

SQUARE = {"type": "Polygon", "coordinates": [[[109.0, 34.2], [109.1, 34.2], [109.1, 34.3], [109.0, 34.2]]]}
LINK = re.compile(r'<a [^>]*?href="([^"]+)"[^>]*?data-count="(\d+)"|<a [^>]*?data-count="(\d+)"[^>]*?href="([^"]+)"')


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(noon(TODAY), tick=False)


@pytest.fixture
def as_office(client, district):
    client.cookies["django_language"] = "en"
    client.force_login(district.district_office)
    return client


def due(day, *, area="050101", done=None, **facts):
    """A visit that is or was due on a day of this year, month and day; made on another."""
    on = date.fromisoformat(f"2026-{day}")
    made = {"state": "done", "done_on": date.fromisoformat(f"2026-{done}")} if done else {}
    seen = {"last_visited_on": made["done_on"]} if done else {}
    premises = DuePremisesFactory(area_code=area, next_due_on=on + timedelta(days=60) if done else on, **seen)
    return TaskFactory(premises=premises, due_on=on, opens_on=on - timedelta(days=30), **{**made, **facts})


def limited(days, *, area="050101", **facts):
    """A complaint that came in twenty days ago and whose limit ends so many days from today."""
    complaint = ComplaintFactory(area_code=area, state="in_hand", received_on=TODAY - timedelta(days=20))
    ends = TODAY + timedelta(days=days)
    return ClockFactory(complaint=complaint, rule=TimeLimitFactory(), due_on=ends, latest_on=ends, **facts)


@pytest.fixture
def busy(district):
    """Work of the fourth quarter of 2026 up to 22 November, some of it in time, and some of the third."""
    for facts in (
        ("10-10", {"done": "10-09"}),
        ("10-12", {"done": "10-20"}),
        ("11-01", {}),
        ("11-21", {}),
        ("11-22", {}),
        ("12-20", {"state": "planned"}),
        ("10-15", {"state": "cancelled"}),
        ("08-01", {"done": "08-01"}),
        ("08-05", {"done": "08-09"}),
        ("09-25", {}),
        ("11-02", {"area": "050102", "done": "11-02"}),
        ("10-30", {"area": "050201", "done": "10-30"}),
        ("11-10", {"area": "0501"}),
        ("11-11", {"area": "05", "done": "11-11"}),
        ("11-03", {"area": "060101"}),
    ):
        due(facts[0], **facts[1])
    PremisesFactory(status="closed")
    for days, facts in ((-2, {}), (-1, {"area": "0502"}), (0, {}), (30, {}), (9, {"paused_on": TODAY})):
        limited(days, **facts)
    ComplaintFactory(received_on=TODAY - timedelta(days=120))
    for found, facts in ((1, {}), (30, {"state": "escalated"}), (30, {"state": "rectified"})):
        visit = VisitFactory(premises=DuePremisesFactory(next_due_on=None), visited_on=TODAY - timedelta(days=found))
        FindingFactory(visit=visit, **facts)


# Areas of the table → due, done, in time, overdue, seen, owed, red, amber, to rectify, overdue of these.
ROWS = {
    "05": (1, 1, 1, 0, 1, 0, 0, 0, 0, 0),
    "0501": (6, 3, 2, 4, 3, 7, 1, 1, 2, 1),
    "0502": (1, 1, 1, 0, 1, 0, 1, 0, 0, 0),
}
SHOWN = ("due", "done", "in_time", "overdue", "seen", "owed", "red", "amber", "to_rectify", "unrectified")


def test_the_table_counts_stations_and_what_lies_in_none(as_office, busy):
    page = as_office.get("/dashboard/")

    rows = {line.row.code: tuple(line.row.count(name) for name in SHOWN) for line in page.context["lines"]}
    whole = page.context["whole"]
    assert rows == ROWS
    assert tuple(whole.count(name) for name in SHOWN) == tuple(map(sum, zip(*ROWS.values(), strict=True)))
    assert (whole.green, whole.paused, whole.premises, whole.unplaced) == (1, 1, 17, 2)
    assert page.context["trail"][-1][0] == "05"


def rows_behind(page):
    """How many rows a list shows in all: of the site, of plans, of the admin."""
    if "page" in page.context:
        return page.context["page"].paginator.count
    return len(page.context["plans"]) if "plans" in page.context else page.context["cl"].result_count


def links_of(text):
    """Address → number, of everything that the page counts."""
    found = [(unescape(one[0] or one[3]), int(one[1] or one[2])) for one in LINK.findall(text)]
    assert len(found) == text.count("data-count=")
    return found


@pytest.mark.parametrize(
    "path",
    [
        "/dashboard/", "/dashboard/?by=grid&period=2026Q3", "/dashboard/?area=0501&period=2026-10",
    ],
)  # fmt: skip
def test_every_number_opens_as_many_rows(as_office, busy, path):
    text = as_office.get(path).text
    links = links_of(text)
    assert re.search(r'data-count="\d+"[^>]*>[^<>]+: \d', text)  # the days before are among them

    assert len(links) > 80
    assert sum(number > 0 for _href, number in links) > 15
    for href, number in dict(links).items():
        assert rows_behind(as_office.get(href)) == number, href
    shown = r'(data-label="[^"]*"|figure-main")>\s*<span>[\d,]+( %)?</span>'
    assert not re.search(shown, text)  # none without its rows
    assert re.search(r'data-count="\d+" title="\d+ / \d+"[^>]*>\d+ %<', text)  # shares open what they are of


def test_each_kind_of_number_is_on_the_page(as_office, busy, english):
    page = as_office.get("/dashboard/")

    cells = {cell.label for card in (*page.context["now_cards"], *page.context["stretch_cards"])
             for cell in (card.main, *card.parts)}  # fmt: skip
    assert cells >= {str(FIGURES[name].label) for name in FIGURES if name != "reached"}  # which its share opens
    assert [line.cells[0].text for line in page.context["lines"]] == ["1", "6", "1"]
    assert "third quarter of 2026, same days: 100 % (37 points less now)" in page.text  # done: 2 of 2 then, 5 of 8 now
    assert "third quarter of 2026, same days: 50 % (the same now)" in page.text  # in time: 1 of 2 then, 4 of 8 now


def test_the_popups_of_the_map_open_as_many_rows(as_office, busy):
    Grid.objects.update(boundary=SQUARE)

    reply = as_office.get("/dashboard/grids.json").json()

    grids = {one["code"]: one for one in reply["grids"]}
    assert {code: grid["level"] for code, grid in grids.items()} == {"050101": 4, "050102": 0, "050201": 0}
    assert grids["050101"]["share"] == "not in time: 75 %"
    for grid in grids.values():
        for number in grid["numbers"]:
            assert rows_behind(as_office.get(number["href"])) == int(number["text"])


def test_the_weeks_of_the_trend_together_are_what_fell_due(as_office, busy):
    trend = as_office.get("/dashboard/?period=2026Q3").context["trend"]

    assert [[cell.count for cell in week.cells] for week in trend.weeks if week.cells[0].count] == [
        [1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 1]
    ]  # fmt: skip
    assert [round(sum(part.height for part in week.parts), 1) for week in trend.weeks if week.parts] == [37.5] * 3


def test_one_drills_down_from_district_to_grid(as_office, busy):
    assert 'href="/dashboard/?area=0501&amp;period=2026Q4"' in as_office.get("/dashboard/").text
    assert (
        'href="/dashboard/?area=050102&amp;period=2026-10"'
        in as_office.get("/dashboard/?area=0501&period=2026-10").text
    )
    lines = as_office.get("/dashboard/?area=050102").context["lines"]
    assert [line.row.code for line in lines] == ["050102"]
    assert "050201" in as_office.get("/dashboard/?by=grid").text


@pytest.mark.parametrize(
    ("duty", "whole"),
    [("city_office", 17), ("bureau_head", 17), ("station_chief", 15), ("grid_lead", 13), ("section", 17)],
)
def test_everybody_sees_the_sum_of_the_own_area(client, district, busy, duty, whole):
    client.force_login(district.by_duty[duty])

    assert client.get("/dashboard/").context["whole"].premises == whole


def test_a_foreign_area_is_not_there(client, district, busy):
    client.force_login(district.chief)

    for area in ("05", "0502", "06"):
        assert client.get(f"/dashboard/?area={area}").status_code == 404
        assert client.get(f"/dashboard/grids.json?area={area}").status_code == 404


def test_somebody_with_areas_in_two_bureaus_starts_with_both(client, district, busy):
    Posting.objects.create(
        officer=district.by_duty["city_office"], duty="city_office", area_code="06", from_day="2025-01-01"
    )
    client.force_login(district.by_duty["city_office"])

    page = client.get("/dashboard/")

    assert [line.row.code for line in page.context["lines"]] == ["05", "06"]
    assert (page.context["whole"].premises, page.context["whole"].due) == (18, 9)
    for href, number in dict(links_of(page.text)).items():
        if number > 1:
            assert rows_behind(client.get(href)) == number, href


@pytest.mark.parametrize("query", ["area=abc", "area=", "by=x", "sort=x", "area=05%00", "period=", "period=%00"])
def test_a_question_that_makes_no_sense_is_answered_with_a_page(as_office, busy, query):
    assert as_office.get(f"/dashboard/?{query}").status_code == 200
    assert as_office.get(f"/dashboard/grids.json?{query}").status_code == 200


@pytest.mark.parametrize(
    ("period", "sentence"),
    [
        ("2027Q1", "“2027Q1” has not begun"),
        ("2026-12", "“2026-12” has not begun"),
        ("2026-13", "is not in the calendar"),
        ("soon", "“soon” is no period"),
        ("2026", "is not the kind of period"),
        ("2026-11-22", "is not the kind of period"),
        ("x" * 500, "A period is written as 2026Q4 or 2026-11."),
    ],
)
def test_a_period_that_cannot_be_shown_is_answered_with_a_sentence(as_office, busy, period, sentence):
    page = as_office.get("/dashboard/", {"period": period})

    assert sentence in page.text
    assert str(page.context["stretch"].period) == "2026Q4"
    assert "period=2026Q4" in page.text


def test_a_period_long_past_is_empty_and_leads_on(as_office, busy):
    text = as_office.get("/dashboard/?period=1990Q1").text

    assert "No visit fell due in these days." in text
    assert "Look at fourth quarter of 1989" in text


def test_on_the_first_day_of_a_quarter_the_last_one_is_offered(as_office, busy, time_machine):
    time_machine.move_to(noon(date(2026, 10, 1)), tick=False)

    page = as_office.get("/dashboard/")

    assert page.context["whole"].due == 0
    assert "no due day in it is over yet" in page.text
    assert "?period=2026Q3" in page.text


def test_an_empty_district_is_told_what_to_do_first(as_office):
    text = as_office.get("/dashboard/").text

    assert "There is nothing to count here yet." in text
    assert 'href="/ledger/"' in text


def test_the_dashboard_needs_as_many_queries_for_thirty_rows_as_for_three(as_office, busy, count_queries):
    paths = ("/dashboard/", "/dashboard/?by=grid", "/dashboard/?area=0501", "/dashboard/grids.json")
    few = {path: count_queries(as_office, path) for path in paths}

    for number in range(3, 30):
        GridFactory(code=f"05{number:02d}01")
        due("11-05", area=f"0501{number:02d}")
        limited(-1, area=f"0501{number:02d}")

    assert {path: count_queries(as_office, path) for path in paths} == few


def test_a_long_table_is_cut_and_says_so(as_office, busy, monkeypatch):
    monkeypatch.setattr("assessment.dashboard.counted.MOST_ROWS", 2)

    page = as_office.get("/dashboard/?by=grid&sort=overdue")

    assert [line.row.code for line in page.context["lines"]] == ["050101", "0501"]
    assert page.context["total"].row.due == 8
    assert "Shown are the first 2" in page.text


def test_a_map_of_too_many_grids_is_refused_with_a_sentence(as_office, busy, monkeypatch):
    monkeypatch.setattr("assessment.views.MOST_SHAPES", 0)
    Grid.objects.update(boundary=SQUARE)

    reply = as_office.get("/dashboard/grids.json")

    assert reply.status_code == 400
    assert "choose a station" in reply.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("sort", "first", "direction"),
    [("overdue", "0501", "descending"), ("-overdue", "05", "ascending"), ("in_time_share", "0501", "ascending")],
)
def test_the_table_is_sorted_by_any_column(as_office, busy, sort, first, direction):
    page = as_office.get(f"/dashboard/?sort={sort}")

    assert page.context["lines"][0].row.code == first
    assert page.text.count(f'aria-sort="{direction}"') == 1


class TestOfWhatWaits:
    """What waits for a decision stands on top, for whoever may take it."""

    @pytest.fixture(autouse=True)
    def waits(self, district):
        PlanFactory(state="draft", year=2027, published_on=None)
        PlanFactory(bureau=BureauFactory(code="06"), state="draft", year=2027, published_on=None)
        ComplaintFactory(state="escalated", area_code="0501")
        failed = {"state": "failed", "queued_at": noon(TODAY), "finished_at": noon(TODAY)}
        Job.objects.create(name="generate_due_tasks", period="2026-11-21", area_code="05", **failed)

    @pytest.mark.parametrize(
        ("duty", "labels"),
        [
            ("bureau_head", ["Plans to approve"]),
            ("grid_office", ["Complaints reported up", "Failed jobs", "Heads without a letter"]),
            ("station_chief", ["Complaints reported up", "Heads without a letter"]),
            ("section", []),
            ("grid_lead", []),
        ],
    )
    def test_it_is_shown_to_whoever_may_act(self, client, district, duty, labels):
        client.cookies["django_language"] = "en"
        client.force_login(district.by_duty[duty])

        assert [one.label for one in client.get("/dashboard/").context["waiting"]] == labels

    def test_its_numbers_open_as_many_rows(self, client, district):
        for officer in (district.head, district.district_office, district.chief):
            client.force_login(officer)
            for one in client.get("/dashboard/").context["waiting"]:
                assert rows_behind(client.get(one.url)) == one.count > 0


def test_an_area_that_does_not_exist_is_not_found(as_office):
    assert as_office.get("/dashboard/?area=0599").status_code == 404
