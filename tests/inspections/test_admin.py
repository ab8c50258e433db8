from datetime import date

import pytest
from django.utils import timezone
from unfold.utils import display_for_label

from gridsup.admin import JobAdmin
from gridsup.models import Job
from inspections.admin import PlanAdmin, TaskAdmin
from inspections.models import InspectionPlan, InspectionTask
from subjects.actions import load_preset
from tests.factories import PremisesFactory, TaskFactory, VisitFactory
from tests.style.routes import client_of


@pytest.fixture
def policy(district):
    load_preset(bureau="05", name="FR", on=date(2026, 1, 1), now=timezone.now())


def test_a_chief_gives_several_tasks_to_somebody(district):
    tasks = [TaskFactory(), TaskFactory()]
    body = {"action": "assign", "_selected_action": [task.pk for task in tasks], "step": 1}

    client_of(district.chief).post("/admin/inspections/inspectiontask/", {**body, "officer": district.manager.pk})

    assert set(InspectionTask.objects.values_list("assignee", flat=True)) == {district.manager.pk}


def test_tasks_of_two_grids_are_offered_to_nobody_who_holds_only_one(district):
    tasks = [TaskFactory(), TaskFactory(premises=PremisesFactory(area_code="050102"))]

    def offered(*chosen):
        body = {"action": "assign", "_selected_action": [task.pk for task in chosen]}
        page = client_of(district.chief).post("/admin/inspections/inspectiontask/", body)
        return {officer.username for officer in page.context["form"].fields["officer"].queryset}

    assert offered(tasks[0]) == {"lead", "manager"}
    assert offered(*tasks) == set()


def test_of_several_tasks_each_refusal_is_told_and_the_others_go_through(district, policy):
    over, still = TaskFactory(), TaskFactory()
    visit = VisitFactory(premises=over.premises)
    InspectionTask.objects.filter(pk=over.pk).update(state="done", done_on=visit.visited_on, visit=visit)
    body = {"action": "cancel", "_selected_action": [over.pk, still.pk], "step": 1, "why": "closed for good"}

    page = client_of(district.chief).post("/admin/inspections/inspectiontask/", body, follow=True)

    assert dict(InspectionTask.objects.values_list("pk", "state")) == {over.pk: "done", still.pk: "cancelled"}
    assert [message.level_tag for message in page.context["messages"]] == ["error", "success"]


def test_an_officer_who_may_not_inspect_there_is_refused_at_the_field(district):
    task = TaskFactory()

    page = client_of(district.chief).post(
        f"/admin/inspections/inspectiontask/{task.pk}/step/assign/", {"step": 1, "officer": district.supervisor.pk}
    )

    assert list(page.context["form"].errors) == ["officer"]


def test_more_rows_than_one_page_are_not_taken_at_once(district, monkeypatch):
    monkeypatch.setattr("gridsup.backoffice.base.MOST_ROWS", 1)
    tasks = [TaskFactory(), TaskFactory()]
    body = {"action": "cancel", "_selected_action": [task.pk for task in tasks], "step": 1, "why": "x"}

    client_of(district.chief).post("/admin/inspections/inspectiontask/", body)

    assert not InspectionTask.objects.filter(state="cancelled").exists()


def test_the_history_of_a_task_is_its_own_events(district, policy):
    task, client = TaskFactory(), client_of(district.chief)
    client.post(f"/admin/inspections/inspectiontask/{task.pk}/step/cancel/", {"step": 1, "why": "moved away"})

    page = client.get(f"/admin/inspections/inspectiontask/{task.pk}/history/")

    assert [event.why for event in page.context["events"]] == ["moved away"]
    assert "moved away" in page.content.decode()


def test_a_plan_shows_the_steps_that_its_state_and_the_persons_duties_know(district, policy):
    PremisesFactory()
    office = client_of(district.district_office)
    office.post(
        "/admin/inspections/inspectionplan/new/plan/",
        {"bureau": district.bureau.pk, "year": timezone.localdate().year + 1, "cap_basis": "premises"},
    )
    plan = InspectionPlan.objects.get()
    address = f"/admin/inspections/inspectionplan/{plan.pk}/"

    def steps():
        return [button["path"].split("/")[-2] for button in office.get(f"{address}change/").context["actions_detail"]]

    assert steps() == ["close"]
    InspectionPlan.objects.filter(pk=plan.pk).update(state="approved")
    assert steps() == ["publish", "close"]
    office.post(f"{address}step/publish/", {"step": 1})
    plan.refresh_from_db()
    assert plan.state == "published"


def test_the_late_tasks_are_listed_alone(district):
    late = TaskFactory(due_on=date(2020, 1, 1), opens_on=date(2020, 1, 1))
    TaskFactory(due_on=date(2099, 1, 1), opens_on=date(2020, 1, 1))

    page = client_of(district.chief).get("/admin/inspections/inspectiontask/?overdue=yes")

    assert list(page.context["cl"].result_list) == [late]


@pytest.mark.parametrize(
    ("admin", "state"),
    [(TaskAdmin, state) for state in InspectionTask.State]
    + [(PlanAdmin, state) for state in InspectionPlan.State]
    + [(JobAdmin, state) for state in Job.State],
)
def test_every_state_has_a_chip_with_its_translated_name(admin, state):
    styles = admin.status.label

    chip = display_for_label((state, "已知"), "-", styles)

    assert "已知" in chip
    assert state not in chip


def test_after_a_step_on_ticked_rows_the_list_keeps_its_filter(district):
    tasks = [TaskFactory(), TaskFactory()]
    address = "/admin/inspections/inspectiontask/?state__exact=due"
    body = {"action": "assign", "_selected_action": [task.pk for task in tasks], "step": 1}

    reply = client_of(district.chief).post(address, {**body, "officer": district.manager.pk})

    assert reply["Location"] == address
