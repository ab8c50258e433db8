from datetime import timedelta

import pytest

from inspections.models import Finding
from tests.factories import DuePremisesFactory, FindingFactory, SubjectFactory, TaskFactory, VisitFactory
from tests.visits import load_policy


@pytest.fixture(autouse=True)
def policy(district):
    load_policy()


@pytest.fixture
def as_chief(client, district):
    client.cookies["django_language"] = "en"
    client.force_login(district.chief)
    return client


def found(today, text="Dirt", days=5, **facts):
    """A finding whose last day is so many days from today."""
    return FindingFactory(text=text, rectify_by=today + timedelta(days=days), **facts)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", {"due", "late", "up", "done", "danger"}),
        ("state=to_rectify", {"due", "late", "up"}),
        ("state=escalated", {"up"}),
        ("overdue=1", {"late", "up"}),
        ("disposition=report", {"danger"}),
        ("q=dan", {"danger"}),
        ("q=Milk", {"due"}),
        ("area=050101", {"due", "late", "up", "done", "danger"}),
        ("area=0502", set()),
        ("from=2999-01-01", set()),
        ("to=2020-01-01", set()),
    ],
)
def test_findings_are_filtered(as_chief, today, query, wanted):
    milk = DuePremisesFactory(subject=SubjectFactory(name="Milk bar"))
    found(today, "due", visit=VisitFactory(premises=milk))
    found(today, "late", -1)
    found(today, "up", -9, state="escalated")
    found(today, "done", state="rectified")
    found(today, "danger", state="open", disposition="report")

    assert {row.text for row in as_chief.get(f"/findings/?{query}").context["page"]} == wanted


def test_a_span_counts_last_days_of_orders(as_chief, today):
    finding = found(today)
    day = finding.rectify_by

    assert as_chief.get(f"/findings/?from={day}&to={day}").context["page"].paginator.count == 1
    assert as_chief.get(f"/findings/?from={day + timedelta(days=1)}").context["page"].paginator.count == 0


MOVES = [
    ("ordered", "grid_lead", "handed_over"),
    ("escalated", "grid_lead", "handed_over"),
    ("open", "station_chief", "settled"),
    ("open", "station_chief", "handed_over"),
    ("case_returned", "station_chief", "closed"),
]


@pytest.mark.parametrize(("state", "duty", "to"), MOVES)
def test_a_finding_is_moved_on_by_whoever_may(client, district, today, state, duty, to):
    finding = found(today, state=state)
    client.force_login(district.by_duty[duty])
    assert f"/findings/{finding.pk}/{to}/" in client.get(f"/findings/{finding.pk}/").text

    client.post(f"/findings/{finding.pk}/{to}/", {"why": "Because"})

    finding.refresh_from_db()
    assert finding.state == to
    assert finding.events.get().why == "Because"


@pytest.mark.parametrize(("state", "duty", "to"), [*MOVES, ("handed_over", "case_team", "case_returned")])
def test_nobody_else_finds_the_button_or_makes_the_move(client, district, today, state, duty, to):
    finding = found(today, state=state)
    client.force_login(district.head)
    assert f"/findings/{finding.pk}/{to}/" not in client.get(f"/findings/{finding.pk}/").text

    assert "note-error" in client.post(f"/findings/{finding.pk}/{to}/", {"why": "Because"}, follow=True).text

    assert Finding.objects.get().state == state


@pytest.fixture
def with_case_team(client, district, today):
    """A finding that was handed over, and the client of the case team."""
    client.cookies["django_language"] = "en"
    client.force_login(district.by_duty["case_team"])
    return client, found(today, days=-5, state="handed_over")


def test_the_case_team_reports_number_decision_and_closing(with_case_team, today):
    client, finding = with_case_team
    address = f"/findings/{finding.pk}/case_returned/"
    assert address in client.get(f"/findings/{finding.pk}/").text

    client.post(address, {"number": "7/2026", "decision": "Fine of 500", "day": today})

    finding.refresh_from_db()
    assert finding.state == "case_returned"
    assert (finding.case.number, finding.case.decision, finding.case.closed_on) == ("7/2026", "Fine of 500", today)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ({"number": " "}, "Give the number of the case"),
        ({"decision": ""}, "Say what was decided"),
        ({"day": ""}, "Say on which day the case was closed"),
        ({"day": "2999-01-01"}, "Say on which day the case was closed"),
    ],
)
def test_what_was_typed_of_a_case_stays_when_something_is_missing(with_case_team, today, fault, sentence):
    client, finding = with_case_team
    given = {"number": "7/2026", "decision": "Fine of 500", "day": str(today), **fault}

    page = client.post(f"/findings/{finding.pk}/case_returned/", given).text

    assert sentence in page
    assert all(value in page for value in given.values())
    assert Finding.objects.get().state == "handed_over"


def test_a_move_without_a_reason_or_from_a_stale_page_is_told(as_chief, today):
    finding = found(today, state="case_returned")
    assert "A reason is needed" in as_chief.post(f"/findings/{finding.pk}/closed/", {}, follow=True).text
    as_chief.post(f"/findings/{finding.pk}/closed/", {"why": "Paid"})

    assert "note-error" in as_chief.post(f"/findings/{finding.pk}/closed/", {"why": "Paid"}, follow=True).text
    assert finding.events.count() == 1


def test_a_grave_danger_is_ordered_to_be_put_right_by_a_day(as_chief, today):
    finding = FindingFactory(state="open", disposition="report", rectify_by=None)
    address = f"/findings/{finding.pk}/ordered/"
    assert "note-error" in as_chief.post(address, {"why": "Gas", "day": "x"}, follow=True).text
    assert "note-error" in as_chief.post(address, {"why": "Gas"}, follow=True).text

    as_chief.post(address, {"why": "Gas", "day": today + timedelta(days=2)})

    finding.refresh_from_db()
    assert (finding.state, finding.rectify_by) == ("ordered", today + timedelta(days=2))
    assert finding.recheck.due_on == finding.rectify_by


def test_the_chief_asks_for_another_look_where_nobody_looks(as_chief, today):
    finding = found(today, days=-3, state="escalated")
    assert "/recheck/" in as_chief.get(f"/findings/{finding.pk}/").text

    as_chief.post(f"/findings/{finding.pk}/recheck/", {"day": today + timedelta(days=4)})

    finding.refresh_from_db()
    assert finding.recheck.due_on == today + timedelta(days=4)
    assert "/recheck/" not in as_chief.get(f"/findings/{finding.pk}/").text


def test_the_chief_finds_both_ways_out_of_an_order_whose_re_check_is_overdue(as_chief, today):
    task = TaskFactory(
        reason="recheck", plan=None, due_on=today - timedelta(days=1), opens_on=today - timedelta(days=2)
    )
    finding = found(today, days=-3, state="escalated", recheck=task)

    page = as_chief.get(f"/findings/{finding.pk}/").text
    as_chief.post(f"/findings/{finding.pk}/handed_over/", {"why": "Nobody answers"})

    assert "/recheck/" in page
    assert "/handed_over/" in page
    assert "that one stays overdue" in page
    finding.refresh_from_db()
    assert finding.state == "handed_over"


def test_no_button_says_that_something_was_put_right(as_chief, district, today):
    finding = found(today)
    for who in district.by_duty.values():
        as_chief.force_login(who)
        page = as_chief.get(f"/findings/{finding.pk}/")
        assert "/rectified/" not in page.text
        assert "/withdrawn/" not in page.text

    assert as_chief.post(f"/findings/{finding.pk}/rectified/", {"why": "x"}).status_code in {403, 404}


def test_the_address_of_a_move_leads_back_when_it_is_only_opened(as_chief, today):
    finding = found(today)

    assert as_chief.get(f"/findings/{finding.pk}/closed/").url == f"/findings/{finding.pk}/"
