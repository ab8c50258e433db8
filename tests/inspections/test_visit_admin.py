from datetime import date, timedelta

import pytest
from django.utils import timezone
from unfold.utils import display_for_label

from inspections.admin import FindingAdmin, VisitAdmin
from inspections.models import Finding, InspectionTask, Visit
from tests.factories import FindingFactory, VisitFactory
from tests.style.routes import client_of
from tests.visits import load_policy

VISITS, FINDINGS = "/admin/inspections/visit/", "/admin/inspections/finding/"


def states() -> list[str]:
    return list(Visit.objects.order_by("pk").values_list("state", flat=True))


def test_forty_records_free_of_problems_go_through_in_one_step(district):
    visits = VisitFactory.create_batch(40)
    body = {"action": "archive_free", "_selected_action": [visit.pk for visit in visits], "step": 1}

    page = client_of(district.chief).post(VISITS, body, follow=True)

    assert states() == ["archived"] * 40
    assert [message.level_tag for message in page.context["messages"]] == ["success"]


def test_among_many_one_with_a_problem_is_told_and_stays(district):
    free, other = VisitFactory(), VisitFactory(outcome="problem")
    body = {"action": "archive_free", "_selected_action": [free.pk, other.pk], "step": 1}

    page = client_of(district.chief).post(VISITS, body, follow=True)

    assert states() == ["archived", "submitted"]
    assert [message.level_tag for message in page.context["messages"]] == ["error", "success"]


def test_a_record_with_a_problem_is_archived_by_itself_or_returned_with_a_reason(district):
    one, other = FindingFactory().visit, VisitFactory()
    client = client_of(district.chief)

    client.post(f"{VISITS}{one.pk}/step/archive/", {"step": 1})
    refused = client.post(f"{VISITS}{other.pk}/step/return/", {"step": 1, "why": ""})
    client.post(f"{VISITS}{other.pk}/step/return/", {"step": 1, "why": "Which goods?"})

    assert list(refused.context["form"].errors) == ["why"]
    assert states() == ["archived", "returned"]
    assert other.events.get().why == "Which goods?"


@pytest.mark.parametrize(("state", "steps"), [("submitted", ["archive", "return"]), ("archived", []), ("returned", [])])
def test_the_page_of_a_record_shows_it_whole_and_the_steps_of_its_state(district, state, steps):
    answers = [{"code": "x", "line": "food", "text": "索证索票", "result": "ok"}]
    visit = VisitFactory(state=state, answers=answers, narrative="All quiet")
    FindingFactory(visit=visit, text="Old goods")

    page = client_of(district.chief).get(f"{VISITS}{visit.pk}/change/")

    assert [button["path"].split("/")[-2] for button in page.context["actions_detail"]] == steps
    assert all(text in page.content.decode() for text in ("索证索票", "All quiet", "Old goods"))


def test_what_somebody_put_aside_is_not_shown(district):
    draft = VisitFactory(state="draft")
    client = client_of(district.chief)

    assert client.get(f"{VISITS}{draft.pk}/change/").status_code == 404
    assert client.get(VISITS).context["cl"].result_count == 0


def test_records_to_be_read_are_listed_apart_from_the_others(district):
    free, other = VisitFactory(), VisitFactory(outcome="refused")
    client = client_of(district.chief)

    assert list(client.get(f"{VISITS}?free=yes").context["cl"].result_list) == [free]
    assert list(client.get(f"{VISITS}?free=no").context["cl"].result_list) == [other]


def test_the_first_page_counts_records_without_a_problem_apart(district):
    VisitFactory.create_batch(3)
    VisitFactory(outcome="problem")
    VisitFactory(state="archived")

    waiting = client_of(district.chief).get("/admin/").context["decisions"]

    assert [decision.count for decision in waiting if decision.url == "/visits/review/"] == [1, 3]


def test_a_grave_danger_is_decided_on(district):
    load_policy()
    finding = FindingFactory(state="open", disposition="report", rectify_by=None)
    client, day = client_of(district.chief), timezone.localdate() + timedelta(days=3)
    body = {"step": 1, "to": "ordered", "why": "seen it"}

    refused = client.post(f"{FINDINGS}{finding.pk}/step/decide/", body)
    client.post(f"{FINDINGS}{finding.pk}/step/decide/", {**body, "rectify_by": str(day)})

    assert list(refused.context["form"].errors) == ["rectify_by"]
    assert Finding.objects.get().state == "ordered"
    assert InspectionTask.objects.get(reason="recheck").due_on == day


def test_another_look_is_asked_for_several_at_once(district):
    findings = FindingFactory.create_batch(2, state="escalated")
    body = {"action": "recheck", "_selected_action": [row.pk for row in findings], "step": 1}

    client_of(district.chief).post(FINDINGS, {**body, "due_on": str(timezone.localdate())})

    assert InspectionTask.objects.filter(reason="recheck").count() == 2


def test_a_returned_case_is_closed_with_a_reason(district):
    load_policy()
    finding = FindingFactory(state="case_returned")

    client_of(district.chief).post(f"{FINDINGS}{finding.pk}/step/close/", {"step": 1, "why": "paid"})

    assert (Finding.objects.get().state, finding.events.get().why) == ("closed", "paid")


def test_overdue_findings_are_listed_alone(district):
    late = FindingFactory(rectify_by=date(2020, 1, 1), found_on=date(2020, 1, 1))
    FindingFactory(rectify_by=date(2099, 1, 1))

    page = client_of(district.chief).get(f"{FINDINGS}?overdue=yes")

    assert list(page.context["cl"].result_list) == [late]


@pytest.mark.parametrize(
    ("admin", "state"),
    [(VisitAdmin, state) for state in Visit.State] + [(FindingAdmin, state) for state in Finding.State],
)
def test_every_state_has_a_chip_with_its_translated_name(admin, state):
    chip = display_for_label((state, "已知"), "-", admin.status.label)

    assert "已知" in chip
    assert state not in chip
