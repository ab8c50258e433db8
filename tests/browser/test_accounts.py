"""Passwords that somebody else gave, sessions that end, and locks, as people meet them in a browser."""

import re

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import override_settings

from grids.sessions import SEEN
from tests.browser.conftest import DESK
from tests.factories import TaskFactory

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD, OWN = "Weaving-Street-9", "Another-Place-7"


def log_in(page, officer, password=PASSWORD):
    page.fill("#id_username", officer.username)
    page.fill("#id_password", password)
    page.press("#id_password", "Enter")
    page.wait_for_load_state("networkidle")


def at_the_desk(visitor, officer):
    """Somebody who has logged in by the form."""
    officer.set_password(PASSWORD)
    officer.save(update_fields=["password"])
    somebody = visitor(DESK)
    log_in(somebody.open("/login/"), officer)
    return somebody


def rest(somebody, minutes):
    """The session was used last so long ago."""
    key = next(one["value"] for one in somebody.context.cookies() if one["name"] == settings.SESSION_COOKIE_NAME)
    session = SessionStore(key)
    session[SEEN] -= minutes * 60
    session.save()


def test_a_password_given_in_the_admin_opens_nothing_until_it_is_changed(visitor, district):
    giver = visitor(DESK)
    giver.enter(district.by_duty["system_admin"])
    page = giver.open(f"/admin/grids/officer/{district.manager.pk}/step/password/")
    page.click("main form[method=post] button[type=submit], #content form[method=post] button[type=submit]")
    page.wait_for_selector("text=It is shown this once")
    given = re.search(r"first password (\S{16})\.", page.inner_text("body"))[1]
    page.reload()
    assert given not in page.content()

    somebody = visitor(DESK)
    page = somebody.open("/login/?next=/tasks/")
    log_in(page, district.manager, given)
    assert page.url.endswith("/account/password/?next=%2Ftasks%2F")
    for path in ("/today/", "/admin/", "/account/"):
        somebody.open(path)
        assert "given to you by somebody else" in page.inner_text("main")
    code = page.evaluate("fetch('/api/v1/grids').then(one => one.json()).then(one => one.errors[0].code)")
    assert code == "password_change_required"

    somebody.open("/account/password/?next=/today/")
    for name, value in (("old", given), ("password", OWN), ("again", OWN)):
        page.fill(f"[name={name}]", value)
    page.press("[name=again]", "Enter")
    page.wait_for_url("**/today/")
    assert page.evaluate("fetch('/api/v1/grids').then(one => one.status)") == 200


def test_an_idle_session_says_why_it_ended_and_leads_back_to_where_one_was(visitor, district):
    somebody = at_the_desk(visitor, district.chief)
    page = somebody.open("/tasks/?overdue=1")
    rest(somebody, 31)

    page.reload()
    assert "/login/" in page.url
    assert "You were logged out after 30 minutes without activity." in page.inner_text("main")
    log_in(page, district.chief)

    assert page.url.endswith("/tasks/?overdue=1")


def test_what_was_typed_before_an_idle_session_ended_is_shown_and_sent_after_the_login(visitor, district):
    task = TaskFactory(premises__area_code="050101")
    somebody = at_the_desk(visitor, district.chief)
    page = somebody.open(f"/tasks/{task.pk}/")
    form = page.locator(f"form[action='/tasks/{task.pk}/cancel/']")
    if not form.locator("[name=why]").is_visible():
        page.locator("details", has=form).locator("summary").first.click()
    form.locator("[name=why]").fill("The shop is gone")
    rest(somebody, 31)

    form.locator("button").click()
    page.wait_for_url("**/login/**")
    assert "What you had typed is kept" in page.inner_text("main")
    log_in(page, district.chief)
    assert "The shop is gone" in page.inner_text("main")
    page.click("text=Send it now")
    page.wait_for_load_state("networkidle")

    task.refresh_from_db()
    assert task.state == "cancelled"


def test_logging_out_everywhere_ends_the_other_browser(visitor, district):
    here, there = at_the_desk(visitor, district.lead), visitor(DESK)
    log_in(there.open("/login/"), district.lead)
    assert there.open("/account/").locator("h1").inner_text() == str(district.lead)

    page = here.open("/account/")
    page.click("form[action='/account/log-out/'] button")
    page.wait_for_url("**/login/")

    assert "You are logged out everywhere" in page.inner_text("main")
    assert "/login/" in there.open("/account/").url


@override_settings(AXES_ENABLED=True, AXES_FAILURE_LIMIT=3)
def test_a_lock_says_when_it_ends(visitor, district):
    page = visitor(DESK).open("/login/")
    for _attempt in range(3):
        log_in(page, district.lead, "wrong")

    assert re.search(r"The lock ends by itself after 60 minutes, at \d\d:\d\d\.", page.inner_text("main"))
    assert page.locator("a", has_text="Back to the login page").is_visible()
