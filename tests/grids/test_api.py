from contextlib import nullcontext
from datetime import date

import pytest
import time_machine
from django.utils import timezone

from grids.actions import close_account, make_token, revoke_token
from grids.models import ApiToken, Officer
from tests.api import api_as, errors
from tests.factories import OfficerFactory, PostingFactory

PASSWORD = "a-long-enough-password"


@pytest.fixture
def officer(db):
    officer = Officer.objects.create_user("lead1", password=PASSWORD, name="网格长 050101")
    PostingFactory(officer=officer)
    return officer


def login(username="lead1", password=PASSWORD, **body):
    return api_as(None).post("/api/v1/auth/token", {"username": username, "password": password, **body})


def bearing(token):
    client = api_as(None)
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    return client


def test_a_token_opens_the_api_until_it_is_taken_back(officer):
    reply = login()
    client = bearing(reply.json()["token"])

    assert reply.status_code == 200
    assert set(reply.json()) == {"token", "expires"}
    assert client.get("/api/v1/grids").status_code == 200
    assert client.delete("/api/v1/auth/token").status_code == 204
    assert client.get("/api/v1/grids").status_code == 401
    assert not ApiToken.objects.exists()


def test_taking_back_one_token_leaves_those_of_other_devices(officer):
    phone, laptop = login().json()["token"], login().json()["token"]

    bearing(phone).delete("/api/v1/auth/token")

    assert bearing(laptop).get("/api/v1/grids").status_code == 200


@pytest.mark.parametrize(
    "header", ["Token nothing", "Token", "Token a b", "Token \xe9", "Basic bGVhZDE6eA=="], ids=range(5)
)
def test_a_header_that_is_no_token_is_a_missing_login(officer, header):
    client = api_as(None)
    client.credentials(HTTP_AUTHORIZATION=header)

    assert client.get("/api/v1/grids").status_code == 401


def test_a_stale_token_does_not_stop_a_new_login(officer):
    answer = bearing("stale").post("/api/v1/auth/token", {"username": "lead1", "password": PASSWORD})

    assert answer.status_code == 200


@pytest.mark.parametrize("wrong", [{"password": "x"}, {"username": "nobody"}])
def test_a_wrong_password_and_an_unknown_name_are_told_alike(officer, wrong):
    answer = login(**wrong)

    assert answer.status_code == 401
    assert errors(answer) == [("authentication_failed", "")]


def test_a_deactivated_account_gets_no_token_and_its_tokens_end(officer):
    token = login().json()["token"]
    Officer.objects.filter(pk=officer.pk).update(is_active=False)

    assert login().status_code == 401
    assert bearing(token).get("/api/v1/grids").status_code == 401


@pytest.mark.parametrize("ended", ["by its date", "by its owner", "by the security administrator", "with the account"])
def test_a_key_that_ended_is_answered_alike_however_it_ended(district, ended):
    officer = district.manager
    key, token = make_token(officer=officer, name="program", days=1, now=timezone.now())
    assert bearing(key).get("/api/v1/grids").status_code == 200
    if ended == "by its date":
        clock = time_machine.travel(token.expires, tick=True)
    else:
        clock = nullcontext()
        security = district.by_duty["security_admin"]
        by, why = (officer, "") if ended == "by its owner" else (security, "lost")
        if ended == "with the account":
            close_account(officer=officer, why="left", by=district.by_duty["system_admin"], now=timezone.now())
        else:
            revoke_token(token=token, by=by, why=why)

    with clock:
        reply = bearing(key).get("/api/v1/grids")

    assert (reply.status_code, reply["WWW-Authenticate"]) == (401, "Token")
    (error,) = reply.json()["errors"]
    assert (error["code"], error["field"]) == ("authentication_failed", "")
    assert error["message"]


def test_a_missing_password_is_named(db):
    answer = api_as(None).post("/api/v1/auth/token", {"username": "x"})

    assert answer.status_code == 400
    assert errors(answer) == [("required", "password")]


def test_an_account_that_failed_too_often_is_locked_with_a_sentence(officer, settings):
    settings.AXES_ENABLED = True
    settings.AXES_FAILURE_LIMIT = 2
    for _attempt in range(3):
        last = login(password="wrong")

    assert last.status_code == 429
    assert errors(last) == [("locked", "")]
    assert errors(login()) == [("locked", "")]


def test_a_browser_without_the_csrf_token_is_refused(district):
    from rest_framework.test import APIClient

    client = APIClient(enforce_csrf_checks=True)
    client.force_login(district.district_office, backend="grids.backends.DutyBackend")

    answer = client.post("/api/v1/jobs", {"name": "generate_due_tasks", "period": "2026-11-22", "area": "05"})

    assert answer.status_code == 403
    assert errors(answer) == [("permission_denied", "")]


def test_phone_and_certificate_are_for_those_who_may_see_the_person(district):
    Officer.objects.filter(pk=district.lead.pk).update(phone="13800001234")

    def seen_by(officer):
        return api_as(officer).get(f"/api/v1/officers/{district.lead.pk}").json()

    assert seen_by(district.chief)["phone"] == "13800001234"
    assert seen_by(district.chief)["certificate_no"] == "S-1"
    by_account = seen_by(district.by_duty["system_admin"])
    assert (by_account["username"], by_account["phone"], by_account["certificate_no"]) == ("lead", "", "")
    assert by_account["certificate_valid_to"] is None


def test_no_answer_about_an_officer_holds_a_password(district):
    row = api_as(district.chief).get(f"/api/v1/officers/{district.lead.pk}").json()

    assert not {name for name in row if "password" in name or "token" in name}


def test_an_officer_is_shown_with_the_posts_of_today(district):
    former = OfficerFactory()
    PostingFactory(officer=former, duty="manager", to_day=date(2025, 6, 1))

    row = api_as(district.chief).get(f"/api/v1/officers/{former.pk}").json()

    assert (row["postings"], row["area_code"]) == ([], "")
    lead = api_as(district.chief).get(f"/api/v1/officers/{district.lead.pk}").json()
    assert [post["duty"] for post in lead["postings"]] == ["grid_lead"]
    assert lead["area_code"] == "050101"


def test_postings_are_found_by_the_day_on_which_they_hold(district):
    PostingFactory(duty="manager", to_day=date(2025, 6, 1))
    client = api_as(district.chief)

    then = client.get("/api/v1/postings", {"on": "2025-06-01", "duty": "manager"}).json()["count"]
    after = client.get("/api/v1/postings", {"on": "2025-06-02", "duty": "manager"}).json()["count"]

    assert (then, after) == (2, 1)
