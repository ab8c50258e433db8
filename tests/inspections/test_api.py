from datetime import date, timedelta

import pytest
from django.utils import timezone

from gridsup.models import Job
from inspections.models import InspectionPlan, InspectionTask
from subjects.actions import load_preset
from tests.api import api_as, errors
from tests.factories import PlanFactory, PremisesFactory, TaskFactory


@pytest.fixture
def task(district):
    load_preset(bureau="05", name="FR", on=date(2026, 1, 1), now=timezone.now())
    return TaskFactory()


def test_a_chief_gives_a_task_to_somebody_and_back(district, task):
    client, address = api_as(district.chief), f"/api/v1/tasks/{task.pk}/assign"

    given = client.post(address, {"officer": district.manager.pk})
    back = client.post(address, {"officer": None})

    assert given.json()["assignee"] == {"id": district.manager.pk, "name": "manager"}
    assert back.json()["assignee"] is None
    assert [event["by"] for event in back.json()["events"]] == ["chief", "chief"]


def test_a_chief_cancels_a_task_on_a_ground(district, task):
    answer = api_as(district.chief).post(f"/api/v1/tasks/{task.pk}/cancel", {"why": "moved away"})

    assert answer.status_code == 200
    assert (answer.json()["state"], answer.json()["next_states"]) == ("cancelled", [])
    assert answer.json()["events"][-1]["why"] == "moved away"


@pytest.mark.parametrize(
    ("who", "move", "body", "code", "error"),
    [
        ("chief", "assign", {}, 400, ("required", "officer")),
        ("chief", "assign", {"officer": "x"}, 400, ("invalid", "officer")),
        ("chief", "assign", {"officer": 999_999}, 400, ("does_not_exist", "officer")),
        ("chief", "cancel", {}, 400, ("required", "why")),
        ("manager", "cancel", {"why": "x"}, 403, ("not_allowed", "")),
        ("manager", "assign", {"officer": None}, 403, ("not_allowed", "")),
        ("neighbour_lead", "cancel", {"why": "x"}, 404, ("not_found", "")),
        ("outsider", "cancel", {"why": "x"}, 404, ("not_found", "")),
        ("supervisor", "cancel", {"why": "x"}, 403, ("permission_denied", "")),
    ],
)
def test_a_move_that_is_not_to_be_is_refused_and_the_task_stays(district, task, who, move, body, code, error):
    answer = api_as(getattr(district, who)).post(f"/api/v1/tasks/{task.pk}/{move}", body)

    assert answer.status_code == code
    assert errors(answer) == [error]
    task.refresh_from_db()
    assert (task.state, task.assignee) == ("due", None)


def test_an_officer_of_another_bureau_is_as_unknown_as_nobody(district, task):
    answer = api_as(district.chief).post(f"/api/v1/tasks/{task.pk}/assign", {"officer": district.outsider.pk})

    assert answer.status_code == 400
    assert errors(answer) == [("does_not_exist", "officer")]


def test_a_task_that_is_over_cannot_be_cancelled_again(district, task):
    client = api_as(district.chief)
    client.post(f"/api/v1/tasks/{task.pk}/cancel", {"why": "moved away"})

    again = client.post(f"/api/v1/tasks/{task.pk}/cancel", {"why": "moved away"})

    assert again.status_code == 409
    assert errors(again) == [("wrong_state", "")]


def test_tasks_are_found_by_what_is_late_and_whose_they_are(district):
    today = timezone.localdate()
    late = TaskFactory(due_on=today - timedelta(days=1), opens_on=today - timedelta(days=9))
    soon = TaskFactory(due_on=today + timedelta(days=1), opens_on=today, assignee=district.manager)
    TaskFactory(premises=PremisesFactory(area_code="050102"))

    def found(officer, **query):
        reply = api_as(officer).get("/api/v1/tasks", query).json()
        return [row["id"] for row in reply["results"]]

    assert found(district.lead, overdue="true") == [late.pk]
    assert found(district.lead, overdue="false") == [soon.pk]
    assert found(district.lead, mine="true") == [late.pk]
    assert found(district.manager, mine="true") == [late.pk, soon.pk]
    assert found(district.lead, due_from=str(today)) == [soon.pk]
    assert found(district.lead, due_to=str(today), state="due") == [late.pk]
    assert found(district.lead, state="done") == []
    assert found(district.chief, area="050101", reason="routine") == [late.pk, soon.pk]
    assert found(district.chief, tier="medium") == []


def test_a_plan_goes_from_proposal_to_publication(district, task):
    year = timezone.localdate().year + 1
    office, head = api_as(district.district_office), api_as(district.head)

    proposed = office.post("/api/v1/plans", {"bureau": "05", "year": year})
    plan = proposed.json()["id"]

    assert (proposed.status_code, proposed.json()["state"]) == (201, "draft")
    assert office.post(f"/api/v1/plans/{plan}/approve").status_code == 403
    assert office.post(f"/api/v1/plans/{plan}/publish").status_code == 409
    assert head.post(f"/api/v1/plans/{plan}/approve").json()["state"] == "approved"
    published = office.post(f"/api/v1/plans/{plan}/publish")
    assert published.json()["state"] == "published"
    assert [event["new"] for event in published.json()["events"]] == ["draft", "approved", "published"]


@pytest.mark.parametrize(
    ("who", "body", "code", "error"),
    [
        ("district_office", {"year": 2999}, 400, ("required", "bureau")),
        ("district_office", {"bureau": "06", "year": 2999}, 400, ("does_not_exist", "bureau")),
        ("district_office", {"bureau": "05", "year": 2001}, 400, ("bad_input", "year")),
        ("district_office", {"bureau": "05", "year": 2999, "cap": 99}, 400, ("bad_input", "cap_reason")),
        ("district_office", {"bureau": "05", "year": 2999, "cap": 0}, 400, ("min_value", "cap")),
        ("chief", {"bureau": "05", "year": 2999}, 403, ("not_allowed", "")),
    ],
)
def test_a_plan_that_cannot_be_is_not_proposed(district, task, who, body, code, error):
    before = InspectionPlan.objects.count()

    answer = api_as(getattr(district, who)).post("/api/v1/plans", body)

    assert answer.status_code == code
    assert errors(answer) == [error]
    assert InspectionPlan.objects.count() == before


def test_a_plan_of_another_bureau_is_unknown(district):
    plan = PlanFactory(state="draft", published_on=None)

    answer = api_as(district.outsider).post(f"/api/v1/plans/{plan.pk}/approve")

    assert answer.status_code == 404


def test_the_grid_office_queues_a_job_once(district):
    client = api_as(district.district_office)
    body = {"name": "generate_due_tasks", "period": "2026-11-22", "area": "05"}

    first, second = client.post("/api/v1/jobs", body), client.post("/api/v1/jobs", body)

    assert first.status_code == 201
    assert first.json()["id"] == second.json()["id"]
    assert (first.json()["state"], first.json()["by"]) == ("queued", "district")


@pytest.mark.parametrize(
    ("who", "change", "code", "error"),
    [
        ("chief", {}, 403, ("not_allowed", "")),
        ("district_office", {"area": "06"}, 403, ("not_allowed", "")),
        ("district_office", {"area": "5"}, 400, ("bad_input", "area")),
        ("district_office", {"period": "yesterday"}, 400, ("bad_input", "period")),
        ("district_office", {"name": "rm"}, 400, ("invalid_choice", "name")),
        ("lead", {}, 403, ("permission_denied", "")),
    ],
)
def test_a_job_that_may_not_run_is_not_queued(district, who, change, code, error):
    body = {"name": "generate_due_tasks", "period": "2026-11-22", "area": "05", **change}

    answer = api_as(getattr(district, who)).post("/api/v1/jobs", body)

    assert answer.status_code == code
    assert errors(answer) == [error]
    assert not Job.objects.exists()


def test_a_task_row_names_premises_and_whether_it_is_late(district):
    task = TaskFactory(due_on=date(2020, 1, 1), opens_on=date(2020, 1, 1))

    row = api_as(district.lead).get("/api/v1/tasks").json()["results"][0]

    assert row["overdue"] is True
    assert row["premises"]["name"] == task.premises.subject.name
    assert InspectionTask.objects.get().is_overdue(date(2020, 1, 1)) is False
