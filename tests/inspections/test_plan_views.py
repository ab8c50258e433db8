from datetime import date

import pytest
from django.utils import timezone

from inspections.models import InspectionPlan
from subjects.actions import load_preset
from tests.factories import DuePremisesFactory, PlanFactory


@pytest.fixture
def loaded(district):
    load_preset(bureau="05", name="FR", on=date(2026, 1, 1), now=timezone.now())
    DuePremisesFactory(next_due_on=date(timezone.localdate().year + 1, 1, 5))
    return district


def form(**facts):
    return {"bureau": "05", "year": timezone.localdate().year + 1, "cap_basis": "premises", **facts}


def test_a_plan_goes_through_its_pages_from_the_office_to_the_head_and_back(loaded, client):
    client.force_login(loaded.district_office)
    client.post("/plans/", form())
    plan = InspectionPlan.objects.get()
    assert plan.lines.get().planned == 6

    client.force_login(loaded.head)
    assert b"approved/" in client.get(f"/plans/{plan.pk}/").content
    client.post(f"/plans/{plan.pk}/approved/")
    client.force_login(loaded.district_office)
    client.post(f"/plans/{plan.pk}/published/")

    plan.refresh_from_db()
    assert plan.state == "published"
    assert client.get("/plans/").status_code == 200


@pytest.mark.parametrize("facts", [{"year": "1999"}, {"year": "x"}, {"cap": "0"}, {"cap": "9"}, {"bureau": "06"}])
def test_a_bad_proposal_is_answered_with_a_sentence(loaded, client, facts):
    client.force_login(loaded.district_office)

    page = client.post("/plans/", form(**facts))

    assert page.status_code == 200
    assert 'role="alert"' in page.content.decode()
    assert not InspectionPlan.objects.exists()


def test_who_may_not_propose_sees_no_form_and_is_not_heard(loaded, client):
    client.force_login(loaded.lead)

    assert b'<form method="post">' not in client.get("/plans/").content
    assert client.post("/plans/", form()).status_code == 404


def test_a_move_that_is_not_permitted_is_a_sentence_and_changes_nothing(loaded, client):
    plan = PlanFactory(bureau=loaded.bureau, state="draft", published_on=None)
    client.force_login(loaded.chief)

    page = client.post(f"/plans/{plan.pk}/approved/", follow=True)

    plan.refresh_from_db()
    assert plan.state == "draft"
    assert "note-error" in page.content.decode()
    assert client.post(f"/plans/{plan.pk}/nonsense/").status_code == 404


def test_another_bureaus_plan_does_not_exist(loaded, client):
    plan = PlanFactory(bureau=loaded.bureau)
    client.force_login(loaded.outsider)

    assert client.get(f"/plans/{plan.pk}/").status_code == 404
    assert client.post(f"/plans/{plan.pk}/closed/", {"why": "x"}).status_code == 404


def test_the_list_of_plans_takes_the_same_queries_for_three_and_thirty(loaded, client):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(loaded.head)
    counts = []
    for versions in (3, 30):
        for version in range(InspectionPlan.objects.count() + 1, versions + 1):
            PlanFactory(bureau=loaded.bureau, version=version, state="draft", published_on=None)
        with CaptureQueriesContext(connection) as queries:
            client.get("/plans/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_address_of_a_move_leads_back_to_the_plan_when_it_is_only_opened(loaded, client):
    plan = PlanFactory(bureau=loaded.bureau)
    client.force_login(loaded.head)

    reply = client.get(f"/plans/{plan.pk}/approved/")

    assert (reply.status_code, reply.url) == (302, f"/plans/{plan.pk}/")
