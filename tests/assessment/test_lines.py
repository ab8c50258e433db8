"""A section sees its line of business: of findings and complaints, on every page and in the API; the ledger whole."""

import pytest

from assessment.actions import load_scheme
from complaints.models import Clock, Complaint, Rating
from complaints.timeline import entries as complaint_entries
from inspections.models import Finding, FindingEvent
from inspections.timeline import entries as inspection_entries
from tests.api import api_as
from tests.assessment import worked
from tests.conftest import posted
from tests.factories import (
    TODAY,
    ClockFactory,
    ComplaintFactory,
    DuePremisesFactory,
    FindingFactory,
    PostingFactory,
    VisitFactory,
    noon,
)

LINES = ["food", "fair_trade", ""]


@pytest.fixture
def section(district):
    """The food section of bureau 05."""
    return posted("foods", "section", "05", line="food")


@pytest.fixture
def visit(district):
    """A visit to a premises that found one problem of food, one of fair trade and one of no line."""
    visit = VisitFactory(premises=DuePremisesFactory(), outcome="problem")
    for line in LINES:
        finding = FindingFactory(visit=visit, line=line, text=f"problem of {line or 'no line'}")
        FindingEvent.objects.create(finding=finding, what="state", new="ordered", at=noon(TODAY))
    return visit


@pytest.fixture
def complaints(district, visit):
    """One complaint about the same premises for each line, each under a time limit."""
    rows = [ComplaintFactory(line=line, premises=visit.premises, text=f"about {line or 'no line'}") for line in LINES]
    for row in rows:
        ClockFactory(complaint=row)
    return rows


def page(client, officer, path):
    client.force_login(officer, backend="grids.backends.DutyBackend")
    return client.get(path)


def lines_in(text):
    return {line for line in ("food", "fair_trade", "no line") if f"of {line}" in text or f"about {line}" in text}


@pytest.mark.parametrize("path", ["/findings/", "/complaints/"])
def test_lists_hold_the_rows_of_the_line_alone(client, section, district, complaints, path):
    assert lines_in(page(client, section, path).text) == {"food"}
    assert lines_in(page(client, district.district_office, path).text) == {"food", "fair_trade", "no line"}


def test_a_row_of_another_line_is_not_found(client, section, visit, complaints):
    for row in [*visit.findings.all(), *complaints]:
        assert page(client, section, row.get_absolute_url()).status_code == (200 if row.line == "food" else 404)


@pytest.mark.parametrize("name", ["findings", "complaints"])
def test_the_api_gives_the_rows_of_the_line_alone(section, complaints, visit, name):
    rows = api_as(section).get(f"/api/v1/{name}").json()["results"]

    assert [row["line"] for row in rows] == ["food"]
    others = {"findings": Finding, "complaints": Complaint}[name].objects.exclude(line="food")
    assert {api_as(section).get(f"/api/v1/{name}/{row.pk}").status_code for row in others} == {404}


def test_a_visit_is_seen_with_the_findings_of_the_line(client, section, visit):
    assert lines_in(page(client, section, visit.get_absolute_url()).text) == {"food"}
    assert [row["line"] for row in api_as(section).get(f"/api/v1/visits/{visit.pk}").json()["findings"]] == ["food"]


def test_the_ledger_stays_whole_and_a_file_shows_the_line(client, section, visit, complaints):
    DuePremisesFactory()

    assert api_as(section).get("/api/v1/premises").json()["count"] == 2
    assert lines_in(page(client, section, visit.premises.get_absolute_url()).text) == {"food"}


def test_the_course_of_a_premises_tells_of_the_line_alone(section, visit, complaints):
    told = inspection_entries(visit.premises, officer=section)

    assert [entry.detail for entry in told if entry.detail.startswith("problem")] == ["problem of food"]
    assert complaint_entries(visit.premises, officer=section) == []


def test_the_dashboard_counts_what_its_lists_hold(client, section, district, complaints):
    counted = {}
    for officer in (section, district.district_office):
        whole = page(client, officer, "/dashboard/?area=05").context["whole"]
        counted[officer.username] = [whole.count("to_rectify"), sum(map(whole.count, ("red", "amber", "green")))]

    assert counted == {"foods": [1, 1], "district": [3, 3]}


def test_limits_and_ratings_follow_the_line_of_their_complaint(section, complaints):
    for row in complaints:
        Rating.objects.create(complaint=row, area_code=row.area_code, score=5, given_at=noon(TODAY), given_on=TODAY)

    for model in (Clock, Rating):
        assert [row.complaint.line for row in model.objects.visible_to(section)] == ["food"]


def test_a_second_post_adds_its_line_and_one_without_a_line_adds_every_line(section, visit):
    PostingFactory(officer=section, duty="section", area_code="05", line="fair_trade")
    assert {row.line for row in Finding.objects.visible_to(type(section).objects.get(pk=section.pk))} == {
        "food",
        "fair_trade",
    }

    PostingFactory(officer=section, duty="section", area_code="05")
    assert Finding.objects.visible_to(type(section).objects.get(pk=section.pk)).count() == 3


def test_a_post_for_a_line_does_not_reach_beyond_its_area(district, visit):
    neighbour = posted("case0502", "case_team", "0502", line="food")

    assert not Finding.objects.visible_to(neighbour).exists()


def test_a_line_of_a_card_says_that_only_rows_of_the_own_line_are_shown(client, section):
    load_scheme(bureau="05", on=worked.Q3.first, now=noon(worked.Q3.first))
    worked.finding("050101", line="food")
    worked.finding("050101", line="fair_trade")
    worked.compute()
    card = worked.card("050101")

    client.cookies["django_language"] = "en"
    text = page(client, section, f"/scores/{card.pk}/rectified_on_time/").text
    assert "you see the rows of yours" in text
    assert "stays so" not in text
