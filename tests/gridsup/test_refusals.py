"""What somebody gets who may not open a page, or opens what only takes a form; and what the log says of it."""

import logging

import pytest
from django.test import Client

from tests.factories import LetterFactory

log = logging.getLogger("django.request")


@pytest.fixture
def browser(district):
    """A function that logs somebody of a duty in."""

    def enter(duty):
        client = Client()
        client.force_login(district.by_duty[duty])
        client.cookies["django_language"] = "en"
        return client

    return enter


def test_a_page_that_one_may_not_open_is_one_line_of_the_log(browser, caplog):
    client = browser("auditor")

    assert client.get("/ledger/").status_code == 403

    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == ("WARNING", "Forbidden (Permission denied): /ledger/")
    assert "Traceback" not in caplog.text


def test_a_real_error_keeps_its_traceback(caplog):
    try:
        int("x")
    except ValueError:
        log.exception("Internal Server Error: /ledger/")

    assert "Traceback" in caplog.text


@pytest.mark.parametrize(
    ("duty", "path", "back"),
    [
        ("security_admin", "/access/lift/", "/access/"),
        ("security_admin", "/access/log-out/", "/access/"),
        ("security_admin", "/access/revoke/", "/access/"),
        ("security_admin", "/access/post/", "/access/"),
        ("security_admin", "/access/end/", "/access/"),
        ("manager", "/account/log-out/", "/account/"),
        ("manager", "/account/sessions/end/", "/account/"),
        ("manager", "/account/tokens/end/", "/account/tokens/"),
        ("manager", "/logout/", "/"),
        ("station_chief", "/letters/make/", "/letters/"),
        ("station_chief", "/letters/sign/", "/letters/"),
        ("station_chief", "/areas/health/check/", "/areas/health/"),
    ],
)
def test_what_only_takes_a_form_has_a_page_with_a_way_back(browser, duty, path, back):
    client = browser(duty)

    reply = client.get(path)

    assert (reply.status_code, reply["Allow"].partition(",")[0]) == (405, "POST")
    assert "only takes what a form sends" in reply.text
    assert f'href="{back}">Back</a>' in reply.text
    assert client.get(back, follow=True).status_code == 200


def test_the_way_back_from_a_row_is_its_own_page(browser, district):
    letter = LetterFactory(holder=district.lead.postings.get(), giver=district.chief.postings.get())
    client = browser("station_chief")

    assert f'href="/letters/{letter.pk}/"' in client.get(f"/letters/{letter.pk}/unsign/").text


def test_a_key_that_was_refused_and_is_loaded_again_leads_to_the_account(browser):
    client = browser("manager")
    assert client.post("/account/tokens/", {"name": ""}).status_code == 400

    assert client.get("/account/tokens/")["Location"] == "/account/"


def test_the_api_refuses_a_method_in_its_own_words(browser):
    reply = browser("manager").post("/api/v1/grids", {}, content_type="application/json")

    assert (reply.status_code, reply.json()["errors"][0]["code"]) == (405, "method_not_allowed")


def test_a_program_that_sends_to_a_page_of_reading_gets_no_page(browser):
    reply = browser("manager").put("/account/log-out/")

    assert (reply.status_code, reply.content) == (405, b"")
