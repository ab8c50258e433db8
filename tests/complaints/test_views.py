from datetime import date, timedelta

import pytest
from django.utils import timezone

from complaints.actions import move, pause_clock
from complaints.models import Complaint
from complaints.querysets import WAITING
from complaints.rules import DECIDED
from subjects.models import PolicyFigure
from tests.factories import ClockFactory, ComplaintFactory, PremisesFactory, SubjectFactory, TimeLimitFactory


@pytest.fixture
def today():
    return timezone.localdate()


@pytest.fixture
def as_desk(client, desk):
    client.cookies["django_language"] = "en"
    client.force_login(desk)
    return client


def about(name, days=None, today=None, **facts):
    """A complaint about somebody, with a limit that ends so many days from today."""
    complaint = ComplaintFactory(about=name, **facts)
    if days is not None:
        end = today + timedelta(days=days)
        ClockFactory(complaint=complaint, due_on=end, started_on=end - timedelta(days=9))
    return complaint


def names(page):
    return [complaint.about for complaint in page.context["page"]]


def test_the_desk_starts_with_the_complaints(client, desk):
    client.force_login(desk)

    assert client.get("/").url == "/complaints/"


def test_the_nearest_limit_stands_first_and_what_is_over_is_not_shown(as_desk, today):
    for name, days, state in [("later", 9, "received"), ("missed", -2, "in_hand"), ("soon", 1, "dispatched")]:
        about(name, days, today, state=state)
    about("without")
    about("closed", state="closed")

    page = as_desk.get("/complaints/")

    assert names(page) == ["missed", "soon", "later", "without"]
    assert "2 days late" in page.text
    assert "in 1 day" in page.text


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("state=", {"red", "amber", "green", "paused", "closed", "report"}),
        ("state=open", {"red", "amber", "green", "paused", "report"}),
        ("state=closed", {"closed"}),
        ("clock=red", {"red"}),
        ("clock=amber", {"amber"}),
        ("clock=green", {"green"}),
        ("clock=paused", {"paused"}),
        ("kind=report", {"report"}),
        ("channel=12345", {"red"}),
        ("area=0502", {"green"}),
        ("area=05&exact=1", {"amber"}),
        ("from=2026-11-22", {"red", "amber", "green", "paused", "report"}),
        ("to=2026-11-21", {"closed"}),
        ("from=2026-11-22&to=2026-11-22&kind=report", {"report"}),
        ("waiting=review", {"report"}),
        ("q=rep", {"report"}),
        ("q=A-77", {"red"}),
        ("q=Golden", {"paused"}),
        ("page=1", {"red", "amber", "green", "paused", "report"}),
    ],
)
def test_complaints_are_filtered(as_desk, today, query, wanted):
    PolicyFigure.objects.create(
        bureau_id="05", key="clock_warn_days", value=3, from_day=date(2026, 1, 1), preset="FR", source="-"
    )
    about("red", -1, today, channel="12345", outside_number="A-77")
    about("amber", 2, today, area_code="05")
    about("green", 9, today, area_code="050201")
    shop = PremisesFactory(subject=SubjectFactory(name="Golden Dumpling"))
    about("paused", 5, today, premises=shop).clocks.update(paused_on=today)
    about("closed", state="closed", received_on=date(2026, 11, 20))
    about("report", kind="report", state="handled")

    assert set(names(as_desk.get(f"/complaints/?{query}"))) == wanted


@pytest.mark.parametrize(
    "query", ["area=x", "clock=blue", "kind=x", "from=yesterday", "to=2026-13-01", "q=a", "state=x", "waiting=x"]
)
def test_what_is_not_understood_is_answered_with_a_sentence(as_desk, query):
    assert "note-warning" in as_desk.get(f"/complaints/?{query}").text


def test_a_complaint_next_door_is_not_in_the_list(client, district, today):
    about("here", 1, today)
    about("next door", 1, today, area_code="050102")
    client.force_login(district.lead)

    page = client.get("/complaints/")

    assert names(page) == ["here"]
    assert {colour["key"]: colour["count"] for colour in page.context["colours"]}["green"] == 1


def test_everybody_sees_how_much_waits_for_a_move_of_theirs(client, district, desk):
    for state in ("received", "accepted", "dispatched", "settled", "reviewed", "told"):
        ComplaintFactory(state=state)

    def tiles(officer):
        client.force_login(officer)
        return {tile["key"]: tile["count"] for tile in client.get("/complaints/").context["waiting"]}

    assert tiles(desk) == {"decide": 2, "tell": 1}
    assert tiles(district.lead) == {"handle": 1}
    assert tiles(district.chief) == {"handle": 1, "review": 1, "close": 1}


def test_every_state_before_the_end_waits_for_one_person():
    waiting = [state for states in WAITING.values() for state in states]

    assert len(waiting) == len(set(waiting))
    assert set(waiting) == set(Complaint.State.values) - {"refused", "returned", "transferred", "linked", "closed"}
    assert set(WAITING["review"]) == DECIDED


@pytest.mark.parametrize("path", ["/complaints/", "/complaints/?clock=green&area=0501", "/today/"])
def test_lists_need_as_many_queries_for_thirty_rows_as_for_three(client, district, today, path, count_queries):
    client.force_login(district.lead)
    for number in range(3):
        about(f"Shop {number}", 9, today, state="dispatched", premises=PremisesFactory())
    few = count_queries(client, path)
    for number in range(27):
        about(f"Shop {number + 3}", number, today, state="dispatched", premises=PremisesFactory())

    assert count_queries(client, path) == few


class TestOtherPages:
    def test_an_officers_day_shows_what_was_dispatched_to_the_grid(self, client, district, today):
        for state, area in [
            ("dispatched", "050101"),
            ("in_hand", "050101"),
            ("settled", "050101"),
            ("escalated", "0501"),
        ]:
            about(f"{state} in {area}", 1, today, state=state, area_code=area)
        client.force_login(district.lead)
        text = client.get("/today/").text

        assert "dispatched in 050101" in text
        assert "in_hand in 050101" in text
        assert "settled in" not in text
        assert "escalated in" not in text

    def test_a_chief_sees_what_was_reported_up_and_not_what_the_grids_have(self, client, district, today):
        about("with the grid", 1, today, state="dispatched")
        about("reported up", 1, today, state="escalated", area_code="0501")
        client.force_login(district.chief)

        text = client.get("/today/").text

        assert "reported up" in text
        assert "with the grid" not in text

    def test_a_day_without_complaints_has_no_panel(self, client, district):
        client.cookies["django_language"] = "en"
        client.force_login(district.lead)

        assert "Complaints for me" not in client.get("/today/").text

    def test_the_file_of_a_premises_shows_its_complaints_and_not_who_brought_them(self, client, district, take_in):
        premises = PremisesFactory()
        complaint = take_in(premises=premises)
        move(complaint=complaint, to="accepted", by=None, now=timezone.now())
        client.force_login(district.chief)
        text = client.get(premises.get_absolute_url()).text
        assert complaint.number in text
        assert f"/complaints/{complaint.pk}/" not in text  # still at the desk

        move(complaint=complaint, to="dispatched", by=None, now=timezone.now())

        text = client.get(premises.get_absolute_url()).text
        assert f"/complaints/{complaint.pk}/" in text
        assert "李秀英" not in text


def test_a_paused_limit_has_no_days_left(as_desk, district, take_in, today):
    report = take_in("report")
    TimeLimitFactory(key="verify")
    move(complaint=report, to="dispatched", by=None, now=timezone.now(), area_code="050101")
    pause_clock(clock=report.clocks.get(), why="Test", by=district.lead, now=timezone.now())

    assert ">limit paused</span>" in as_desk.get("/complaints/?clock=paused").text
