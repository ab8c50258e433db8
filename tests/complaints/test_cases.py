"""A report that was handed to the case team comes back: revisit and credit review follow."""

from datetime import date

import pytest
from django.utils import timezone

from complaints.actions import move, report_case, waits_for_case
from complaints.models import Complaint
from gridsup.errors import BadInput, NotAllowed, WrongState
from inspections.models import CaseReturn, CreditReview, InspectionTask
from subjects.models import PolicyFigure
from tests.api import api_as, errors
from tests.complaints.paths import at
from tests.factories import DuePremisesFactory

HANDED = ("dispatched", "verifying", "handed_to_case")


@pytest.fixture(autouse=True)
def figure(law):
    PolicyFigure.objects.create(
        bureau_id="05", key="case_revisit_days", value=30, from_day=date(2020, 1, 1), preset="F", source="test"
    )


@pytest.fixture
def team(district):
    return district.by_duty["case_team"]


@pytest.fixture
def handed(walk):
    """A report about a premises that the case team has."""
    return walk("dispatched", "verifying", "handed_to_case", kind="report", premises=DuePremisesFactory())


def outcome(**facts):
    return {"number": "7/2026", "decision": "Fine of 500", "closed_on": timezone.localdate(), **facts}


def reported(complaint, by, **facts):
    return report_case(complaint=complaint, **outcome(**facts), by=by, now=timezone.now())


def test_the_report_makes_a_revisit_and_proposes_a_review(handed, team):
    reported(handed, team)

    case = CaseReturn.objects.get()
    assert (handed.case, handed.state) == (case, "handed_to_case")
    assert (case.premises, case.number, case.decision) == (handed.premises, "7/2026", "Fine of 500")
    assert InspectionTask.objects.get(reason="case_return") == case.revisit
    assert CreditReview.objects.get().case == case
    told = handed.events.get(what="case")
    assert (told.new, told.by) == ("7/2026", team)


def test_it_is_reported_once_and_the_second_is_told(handed, team):
    stale = Complaint.objects.get()
    reported(handed, team)

    for complaint in (handed, stale):
        with pytest.raises(WrongState):
            reported(complaint, team, number="8/2026")
    assert CaseReturn.objects.count() == CreditReview.objects.count() == InspectionTask.objects.count() == 1


@pytest.mark.parametrize("states", [HANDED[:1], HANDED[:2], ("dispatched", "verifying", "handled")])
def test_there_is_nothing_to_report_on_what_was_not_handed_over(walk, team, states):
    complaint = walk(*states, kind="report", premises=DuePremisesFactory())

    with pytest.raises(WrongState):
        reported(complaint, team)


def test_the_case_goes_on_after_the_review_and_not_once_it_was_sent_back(handed, district):
    by = {"by": district.district_office, "now": timezone.now()}
    move(complaint=handed, to="reviewed", **by)
    assert waits_for_case(handed)

    Complaint.objects.update(state="handed_to_case")
    handed.refresh_from_db()
    move(complaint=handed, to="verifying", why="more evidence", **by)
    assert not waits_for_case(handed)


def test_without_a_premises_there_is_nowhere_to_go(walk, team):
    complaint = walk(*HANDED, kind="report")

    with pytest.raises(BadInput):
        reported(complaint, team)
    assert not CaseReturn.objects.exists()


@pytest.mark.parametrize("who", ["lead", "chief", "district_office", "outsider"])
def test_only_the_case_team_reports(handed, district, who):
    with pytest.raises(NotAllowed):
        reported(handed, getattr(district, who))


def test_the_case_team_reports_on_the_page_and_what_is_wrong_keeps_what_was_typed(handed, team, page, district):
    assert at(handed, "case") in page(team, at(handed)).text
    assert at(handed, "case") not in page(district.chief, at(handed)).text

    wrong = page(team, at(handed, "case"), {**outcome(), "closed_on": "2999-01-01"}).text
    assert "Say on which day the case was closed" in wrong
    assert "Fine of 500" in wrong
    right = page(team, at(handed, "case"), outcome()).text

    assert "7/2026" in right
    assert at(handed, "case") not in right
    assert CreditReview.objects.get().get_absolute_url() in right


def test_the_case_team_reports_over_the_api(handed, team):
    address = f"/api/v1/complaints/{handed.pk}/case"
    given = {**outcome(), "closed_on": str(timezone.localdate())}
    assert errors(api_as(team).post(address, {**given, "number": ""}, format="json")) == [("blank", "number")]

    row = api_as(team).post(address, given, format="json").json()

    assert row["case"]["revisit"] == InspectionTask.objects.get().pk
    assert api_as(team).post(address, given, format="json").status_code == 409
