"""What the security administrator may do with others' accounts, and how the administrators are kept apart."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client, override_settings
from django.utils import timezone, translation

from grids.actions import (
    call_off_posting,
    end_posting,
    lift_lock,
    log_out_everywhere,
    post_officer,
    revoke_token,
    stand_in,
)
from grids.models import Officer, Posting
from grids.permissions import ADMINISTRATORS, DUTIES, Duty, Permission
from gridsup.errors import BadInput, NotAllowed
from gridsup.models import AuditEntry
from tests.factories import OfficerFactory, PostingFactory

PASSWORD, TODAY, NOW = "Weaving-Street-9", timezone.localdate(), timezone.now()
locking = override_settings(AXES_ENABLED=True, AXES_FAILURE_LIMIT=2)


@pytest.fixture
def lead(district):
    officer = Officer.objects.create_user("lead9", password=PASSWORD, bureau=district.bureau)
    PostingFactory(officer=officer, duty="manager", area_code="050101")
    return officer


@pytest.fixture
def security(district):
    return district.by_duty["security_admin"]


@pytest.fixture
def page(client, security):
    client.cookies["django_language"] = "en"
    client.force_login(security)
    return client


def log_in(client, password=PASSWORD):
    return client.post("/login/", {"username": "lead9", "password": password})


def lock(client):
    for _ in range(2):
        log_in(client, "wrong")


class TestLocks:
    @locking
    def test_a_locked_account_is_listed_and_lifted_with_a_reason(self, page, lead):
        lock(Client())
        assert [found.officer for found in page.get("/access/").context["locks"]] == [lead]

        reply = page.post("/access/lift/", {"account": "lead9", "why": "Called, was themselves"}, follow=True)

        assert "lead9 can log in again." in reply.text
        assert log_in(Client())["Location"] == "/"
        told = AuditEntry.objects.get(action="unlocked")
        assert (told.username, told.row, told.why) == ("security_admin", str(lead.pk), "Called, was themselves")

    @locking
    def test_a_lock_ends_by_itself_when_it_says_so_however_often_somebody_tries(self, lead):
        client = Client()
        lock(client)
        ends = timezone.localtime(timezone.now() + timedelta(minutes=60))
        with time_machine.travel(timezone.now() + timedelta(minutes=50), tick=True):
            client.cookies["django_language"] = "en"
            page = log_in(client)
        assert page.status_code == 429
        assert "after 10 minutes, at" in page.text
        assert {f"{ends - timedelta(minutes=late):at %H:%M}." in page.text for late in (0, 1)} == {True, False}
        with time_machine.travel(timezone.now() + timedelta(minutes=62), tick=True):
            assert log_in(client).status_code == 302

    @locking
    @pytest.mark.usefixtures("english")
    def test_the_api_says_how_long_and_whom_to_ask(self, lead):
        client = Client()
        client.cookies["django_language"] = "en"
        body = {"username": "lead9", "password": "wrong"}
        for _ in range(3):
            reply = client.post("/api/v1/auth/token", body, content_type="application/json")

        error = reply.json()["errors"][0]
        assert (reply.status_code, error["code"]) == (429, "locked")
        assert re.search(r"after 60 minutes, at \d\d:\d\d\. The security administrator", error["message"])
        assert 3500 < int(reply["Retry-After"]) <= 3600

    @locking
    def test_an_account_of_another_bureau_is_not_seen(self, page, district):
        other = Officer.objects.create_user("lead9", password=PASSWORD)
        PostingFactory(officer=other, duty="manager", area_code="060101")
        lock(Client())

        assert page.get("/access/").context["locks"] == []
        assert "None of the accounts" in page.post("/access/lift/", {"account": "lead9", "why": "x"}, follow=True).text


class TestInterfering:
    @pytest.mark.parametrize("act", ["lift", "log-out", "revoke"])
    def test_without_a_reason_nothing_happens(self, page, lead, act):
        lead.api_tokens.create(key_hash="x", created=NOW, expires=NOW + timedelta(hours=1))

        reply = page.post(f"/access/{act}/", {"account": "lead9", "why": " "}, follow=True)

        assert "reason: A reason is needed." in reply.text.replace("Reason: ", "reason: ")
        assert (reply.status_code, reply.context["chosen"]) == (400, lead)
        assert lead.api_tokens.exists()
        entry = AuditEntry.objects.get(route=f"access_{act.replace('-', '_')}")
        assert (entry.outcome, entry.row) == ("refused", str(lead.pk))

    @pytest.mark.parametrize("act", ["lift", "log-out", "revoke", "end"])
    def test_a_reason_that_is_too_long_is_refused_and_stays_where_it_was_typed(self, page, lead, district, act):
        lead.api_tokens.create(key_hash="x", created=NOW, expires=NOW + timedelta(hours=1))
        named = district.by_duty["auditor"].postings.get()
        given = {"posting": named.pk} if act == "end" else {"account": "lead9", "token": lead.api_tokens.get().pk}
        given |= {"token": ""} if act == "log-out" else {}

        reply = page.post(f"/access/{act}/", {**given, "why": "x" * 400})

        assert (reply.status_code, "at most 300 characters (it has 400)" in reply.text) == (400, True)
        assert reply.text.count(f'value="{"x" * 400}"') == (act != "lift")  # nothing is locked: there is no such form
        named.refresh_from_db()
        assert (lead.api_tokens.exists(), named.to_day) == (True, None)

    def test_where_nothing_is_locked_nothing_is_lifted(self, page, lead):
        reply = page.post("/access/lift/", {"account": "lead9", "why": "Called"}, follow=True)

        assert "lead9 is not locked" in reply.text
        assert AuditEntry.objects.get(action="unlocked").outcome == "refused"

    def test_somebody_is_logged_out_everywhere(self, page, lead):
        theirs = Client()
        log_in(theirs)
        lead.api_tokens.create(key_hash="x", created=NOW, expires=NOW + timedelta(hours=1))

        page.post("/access/log-out/", {"account": "lead9", "why": "Lost phone"})

        assert theirs.get("/account/").status_code == 302
        assert not lead.api_tokens.exists()
        assert AuditEntry.objects.get(action="session_ended").why == "Lost phone"

    def test_a_token_is_revoked(self, page, lead):
        first, second = (
            lead.api_tokens.create(key_hash=key, created=NOW, expires=NOW + timedelta(hours=1)) for key in "xy"
        )

        page.post("/access/revoke/", {"account": "lead9", "token": first.pk, "why": "Seen in a mail"})

        assert list(lead.api_tokens.all()) == [second]

    @pytest.mark.parametrize("key", ["none", "²", "9" * 30, "0"])
    def test_a_token_that_is_none_takes_no_other_with_it(self, page, lead, key):
        lead.api_tokens.create(key_hash="x", created=NOW, expires=NOW + timedelta(hours=1))

        reply = page.post("/access/revoke/", {"account": "lead9", "token": key, "why": "Seen in a mail"}, follow=True)

        assert "ended already" in reply.text
        assert lead.api_tokens.count() == 1

    @pytest.mark.parametrize("duty", [duty for duty in Duty if duty != Duty.SECURITY_ADMIN])
    def test_no_other_duty_interferes(self, district, lead, duty):
        by = district.by_duty[duty]
        token = lead.api_tokens.create(key_hash="x", created=NOW, expires=NOW + timedelta(hours=1))

        for act in (
            lambda: lift_lock(officer=lead, by=by, why="x"),
            lambda: log_out_everywhere(officer=lead, by=by, why="x"),
            lambda: revoke_token(token=token, by=by, why="x"),
        ):
            with pytest.raises(NotAllowed):
                act()

    def test_nobody_lifts_their_own_lock(self, security):
        with pytest.raises(NotAllowed):
            lift_lock(officer=security, by=security, why="x")

    def test_the_page_names_no_device_or_place_of_anybody(self, page, lead):
        Client(REMOTE_ADDR="10.9.8.7", headers={"user-agent": "Firefox/1.0"}).force_login(lead)

        text = page.get("/access/?account=lead9").text

        assert "1 open session" in text
        assert "10.9.8.7" not in text
        assert "Firefox" not in text


class TestSeparation:
    """Three administrators, none with another duty; nobody gives themselves a post."""

    def post(self, officer, duty, by=None, **days):
        area = {"grid_lead": "050102", "section": "05"}.get(duty, "05")
        return post_officer(officer=officer, duty=duty, area_code=area, from_day=TODAY, by=by, now=NOW, **days)

    @pytest.mark.parametrize("held", ADMINISTRATORS)
    @pytest.mark.parametrize("other", [*ADMINISTRATORS, "section"])
    def test_an_administrator_holds_nothing_else(self, district, held, other):
        officer = district.by_duty[held]
        if held == other:
            return
        with pytest.raises(BadInput, match="三人"):
            self.post(officer, other)

    @pytest.mark.parametrize("duty", ADMINISTRATORS)
    def test_somebody_of_the_business_becomes_no_administrator(self, district, duty):
        with pytest.raises(BadInput):
            self.post(district.chief, duty)

    def test_one_may_become_an_administrator_when_the_other_post_is_over(self, district):
        end_posting(posting=district.chief.postings.get(), on=TODAY - timedelta(days=1), now=NOW)

        assert self.post(district.chief, "auditor").duty == "auditor"

    def test_the_same_duty_in_two_bureaus_is_one_duty(self, district):
        officer = district.by_duty["auditor"]

        assert post_officer(officer=officer, duty="auditor", area_code="06", from_day=TODAY, now=NOW).pk

    def test_standing_in_does_not_go_round_it(self, district):
        posting = Posting.objects.get(officer=district.lead)

        with pytest.raises(BadInput):
            stand_in(posting=posting, officer=district.by_duty["auditor"], from_day=TODAY, to_day=TODAY, now=NOW)

    @pytest.mark.parametrize(("duty", "given"), [("security_admin", "auditor"), ("grid_office", "section")])
    def test_nobody_gives_themselves_a_post(self, district, duty, given):
        by = district.by_duty[duty]

        with pytest.raises(NotAllowed):
            self.post(by, given, by=by)

    @pytest.mark.parametrize("duty", [duty for duty in Duty if Permission.MANAGE_ROLES not in DUTIES[duty]])
    def test_who_runs_the_business_names_no_administrator(self, district, duty):
        with pytest.raises(NotAllowed):
            self.post(OfficerFactory(), "auditor", by=district.by_duty[duty])

    @pytest.mark.parametrize("duty", ADMINISTRATORS)
    def test_no_administrator_may_see_a_business_row(self, duty):
        assert not DUTIES[duty] & {
            Permission.VIEW, Permission.VIEW_PEOPLE, Permission.EXPORT, Permission.REVEAL, Permission.BUILD_REPORTS,
        }  # fmt: skip

    def test_the_three_share_no_permission_but_names_and_accounts(self):
        system, security, auditor = (DUTIES[duty] for duty in ADMINISTRATORS)

        assert system & security <= {Permission.VIEW_AREAS, Permission.VIEW_ACCOUNTS, Permission.USE_ADMIN}
        assert auditor == {Permission.VIEW_AREAS, Permission.VIEW_AUDIT}

    def test_the_security_administrator_names_and_ends_administrators_on_the_page(self, page, district):
        somebody = OfficerFactory(username="somebody", bureau=district.bureau)
        given = {"account": "somebody", "duty": "auditor", "from_day": TODAY.isoformat(), "why": "Ms Li retires"}

        page.post("/access/post/", given)
        posting = somebody.postings.get()
        page.post("/access/end/", {"posting": posting.pk, "why": "Named by mistake"})

        posting.refresh_from_db()
        assert (posting.duty, posting.area_code, posting.to_day) == ("auditor", "05", TODAY)
        reasons = ["Ms Li retires", "Named by mistake"]
        assert list(posting.events.order_by("pk").values_list("why", flat=True)) == reasons
        assert list(AuditEntry.objects.order_by("pk").values_list("why", flat=True)) == reasons

    def test_neither_is_done_without_a_reason(self, page, district):
        OfficerFactory(username="somebody", bureau=district.bureau)
        given = {"account": "somebody", "duty": "auditor", "from_day": TODAY.isoformat(), "why": " "}
        posting = district.by_duty["auditor"].postings.get()

        assert page.post("/access/post/", given).context["post_form"].errors.keys() == {"why"}
        assert "A reason is needed." in page.post("/access/end/", {"posting": posting.pk}, follow=True).text
        posting.refresh_from_db()
        assert posting.to_day is None

    def test_an_administrator_who_has_not_begun_is_called_off(self, page, district):
        somebody = OfficerFactory(username="somebody", bureau=district.bureau)
        later = {"officer": somebody, "duty": "auditor", "area_code": "05", "from_day": TODAY + timedelta(days=9)}
        posting = post_officer(**later, now=NOW)

        assert "Call the post off" in page.get("/access/").text
        page.post("/access/end/", {"posting": posting.pk, "why": "Named by mistake"})

        posting.refresh_from_db()
        assert posting.called_off

    def test_nobody_takes_away_their_own_post(self, page, security):
        own = security.postings.get()
        assert "Your own post: somebody else ends it." in page.get("/access/").text

        reply = page.post("/access/end/", {"posting": own.pk, "why": "Enough"}, follow=True)

        assert "somebody else has to" in reply.text
        with pytest.raises(NotAllowed):
            end_posting(posting=own, on=TODAY, by=security, now=NOW)
        own.refresh_from_db()
        assert own.to_day is None

    def test_the_own_post_that_has_not_begun_is_not_called_off_either(self, security):
        later = PostingFactory(officer=security, duty="security_admin", area_code="06", from_day=TODAY + timedelta(9))
        PostingFactory(officer=security, duty="security_admin", area_code="06", to_day=TODAY)

        with pytest.raises(NotAllowed), translation.override("en"):
            call_off_posting(posting=later, by=Officer.objects.get(pk=security.pk), now=NOW)
        assert not later.events.exists()

    def test_over_the_api_the_own_post_stays_too(self, page, security):
        own = security.postings.get()
        body = {"to_day": TODAY.isoformat(), "why": "Enough"}

        reply = page.post(f"/api/v1/postings/{own.pk}/end", body, content_type="application/json")

        own.refresh_from_db()
        assert (reply.status_code, own.to_day) == (403, None)

    def test_whom_the_page_is_asked_about_stands_in_the_trail(self, page, security, lead):
        page.get("/access/")
        page.get("/access/?account=nobody-here")
        assert not AuditEntry.objects.exists()

        page.get("/access/?account=lead9")

        entry = AuditEntry.objects.get()
        assert (entry.action, entry.username, entry.model, entry.row) == (
            "view", security.username, "grids.Officer", str(lead.pk),
        )  # fmt: skip

    def test_a_refused_name_stands_at_the_form(self, page, district):
        given = {"account": "chief", "duty": "auditor", "from_day": date(2026, 1, 1).isoformat(), "why": "x"}

        reply = page.post("/access/post/", given)

        assert reply.status_code == 400
        assert "three persons" in reply.text
