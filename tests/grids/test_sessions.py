"""Sessions end when they are idle, old, or told to; what was typed is kept; keys of the API have names and an end."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone, translation

from grids.models import ApiToken, Officer, OpenSession
from grids.sessions import device_of, forget
from grids.unsent import in_words
from gridsup.models import AuditEntry
from tests.factories import PostingFactory, TaskFactory

PASSWORD = "Weaving-Street-9"
DESK = "Mozilla/5.0 (Windows NT 10.0) Gecko Firefox/128.0"
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Mobile Safari/537.36"
)


@pytest.fixture
def chief(district):
    officer = Officer.objects.create_user("chief9", password=PASSWORD, bureau=district.bureau)
    PostingFactory(officer=officer, duty="grid_office", area_code="05")
    return officer


def logged_in(**headers):
    client = Client(headers=headers)
    client.cookies["django_language"] = "en"
    client.post("/login/", {"username": "chief9", "password": PASSWORD})
    return client


@pytest.fixture
def here(chief):
    return logged_in()


def later(**span):
    return time_machine.travel(timezone.now() + timedelta(**span), tick=True)


class TestEnding:
    def test_it_ends_after_half_an_hour_without_a_request_and_says_so(self, here):
        with later(minutes=31):
            page = here.get("/tasks/", follow=True)

        assert page.redirect_chain == [("/login/?next=%2Ftasks%2F", 302)]
        assert "after 30 minutes without activity" in page.text

    def test_every_request_keeps_it_open(self, here):
        for minutes in (20, 40, 60):
            with later(minutes=minutes):
                assert here.get("/account/").status_code == 200

    def test_it_ends_after_twelve_hours_in_any_case(self, here):
        for minutes in range(20, 720, 20):
            with later(minutes=minutes):
                here.get("/account/")

        with later(minutes=725):
            assert "after 12 hours" in here.get("/account/", follow=True).text

    def test_the_session_is_written_at_most_once_a_minute(self, here, django_assert_num_queries):
        here.get("/duties/")

        with django_assert_num_queries(3):  # session, person, posts
            here.get("/duties/")

    def test_the_api_is_closed_too(self, here):
        with later(minutes=31):
            assert here.get("/api/v1/tasks/").status_code in {401, 403}


class TestWhatWasTyped:
    def late(self, here, task, data):
        with later(minutes=31):
            page = here.post(f"/tasks/{task.pk}/cancel/", data, follow=True)
            here.login(username="chief9", password=PASSWORD)
            return page

    @pytest.fixture
    def task(self, chief):
        return TaskFactory(premises__area_code="050201")

    def test_it_is_shown_after_the_next_login_and_sent_once_more(self, here, task):
        page = self.late(here, task, {"why": "No longer there"})
        assert page.redirect_chain == [("/login/?next=%2Faccount%2Funsent%2F", 302)]
        assert "What you had typed is kept" in page.text

        kept = here.get("/account/unsent/")

        assert "No longer there" in kept.text
        assert f'action="/tasks/{task.pk}/cancel/"' in kept.text

    def test_fields_are_called_by_their_labels_and_choices_by_their_words(self):
        typed = [("duty", "manager"), ("area_code", "050203"), ("from_day", "2026-11-28"), ("line", ""), ("act", "go")]

        with translation.override("en"):
            told = in_words(typed)

        assert told == [("Duty", "Grid manager"), ("Area", "050203"), ("From", "2026-11-28")]

    def test_it_is_dropped_on_wish(self, here, task):
        self.late(here, task, {"why": "No longer there"})

        here.post("/account/unsent/")

        assert here.get("/account/unsent/").status_code == 302

    def test_it_is_shown_to_nobody_else(self, here, task, district):
        with later(minutes=31):
            here.post(f"/tasks/{task.pk}/cancel/", {"why": "No longer there"})
            here.force_login(district.lead)

            assert here.get("/account/unsent/").status_code == 302
            assert "No longer there" not in str(dict(here.session))

    def test_it_is_kept_too_when_nothing_is_left_of_the_session(self, here, task):
        here.get("/account/")
        del here.cookies["sessionid"]

        page = here.post(f"/tasks/{task.pk}/cancel/", {"why": "No longer there"}, follow=True)
        assert page.redirect_chain == [("/login/?next=%2Faccount%2Funsent%2F", 302)]
        assert "What you had typed is kept" in page.text

        here.login(username="chief9", password=PASSWORD)
        assert "No longer there" in here.get("/account/unsent/").text
        task.refresh_from_db()
        assert task.state == "due"

    def test_a_form_of_the_administration_is_kept_alike(self, here, task):
        here.get("/account/")
        del here.cookies["sessionid"]

        assert here.post("/admin/", {"why": "Gone"}).headers["Location"] == "/login/?next=%2Faccount%2Funsent%2F"

    def test_whoever_was_never_logged_in_there_stores_nothing(self, client, here, task):
        client.cookies["typist"] = f"{task.pk}:forged"

        page = client.post(f"/tasks/{task.pk}/cancel/", {"why": "No longer there"})

        assert page.headers["Location"] == f"/login/?next=/tasks/{task.pk}/cancel/"
        assert "sessionid" not in client.cookies

    def test_logging_out_twice_keeps_nothing(self, here):
        here.get("/account/")

        assert [here.post("/logout/", {"why": "home"}).headers["Location"] for _ in range(2)] == ["/login/"] * 2

    @pytest.mark.parametrize("data", [{"why": "x" * 20_001}, {"old_password": "secret"}])
    def test_what_is_too_much_or_secret_is_not_kept_and_the_page_says_so(self, here, task, data):
        page = self.late(here, task, data)

        assert "could not be kept" in page.text
        assert here.get("/account/unsent/").status_code == 302


class TestEverywhere:
    def test_the_account_page_lists_where_one_is_logged_in(self, here):
        logged_in(**{"user-agent": PHONE, "x-forwarded-for": "10.0.0.9"})

        text = here.get("/account/").text

        assert "Chrome, Android" in text
        assert text.count("Log out there") == 1

    def test_one_session_is_ended_from_another(self, here, chief):
        phone = logged_in()
        other = chief.open_sessions.get(session_key=phone.session.session_key)

        here.post("/account/sessions/end/", {"session": other.pk})

        assert phone.get("/account/").status_code == 302
        assert here.get("/account/").status_code == 200

    def test_somebody_elses_session_is_none_of_ones_own(self, here, district):
        lead = Client()
        lead.force_login(district.lead)
        other = OpenSession.objects.get(officer=district.lead)

        here.post("/account/sessions/end/", {"session": other.pk})

        assert lead.get("/account/").status_code == 200

    def test_logging_out_everywhere_ends_every_session(self, here, chief):
        phone = logged_in()

        assert here.post("/account/log-out/")["Location"] == "/login/"

        assert phone.get("/account/").status_code == here.get("/account/").status_code == 302
        assert not OpenSession.objects.filter(officer=chief).exists()
        assert AuditEntry.objects.filter(action="session_ended", username="chief9").count() == 1

    def test_logging_out_everywhere_ends_the_tokens_too_and_the_page_says_so_before(self, here, chief):
        now = timezone.now()
        chief.api_tokens.create(key_hash="x", created=now, expires=now + timedelta(hours=1))

        assert "ends your API tokens, too" in here.get("/account/").text
        here.post("/account/log-out/")

        assert not chief.api_tokens.exists()

    def test_nobody_is_logged_out_by_a_link(self, here):
        assert here.get("/account/log-out/").status_code == 405
        assert Client().post("/account/log-out/")["Location"].startswith("/login/")

    def test_rows_of_sessions_that_ran_out_are_forgotten(self, here, chief):
        Session.objects.update(expire_date=timezone.now() - timedelta(days=1))

        assert forget(now=timezone.now()) == 1
        assert not chief.open_sessions.exists()

    @pytest.mark.parametrize(
        ("agent", "device"),
        [(PHONE, "Chrome, Android"), ("curl/8", ""), ("", ""), (DESK, "Firefox, Windows")],
    )  # fmt: skip
    def test_a_device_is_a_browser_and_a_system(self, agent, device):
        assert device_of(agent) == device


class TestTokens:
    def made(self, here, **given):
        return here.post("/account/tokens/", {"name": "Ledger program", "days": 30, **given}, follow=True)

    def test_a_token_is_shown_once_works_and_has_a_name_an_end_and_a_last_day(self, here, chief):
        key = self.made(here).context["key"]

        reply = Client().get("/api/v1/tasks/", headers={"Authorization": f"Token {key}"})

        token = chief.api_tokens.get()
        assert reply.status_code == 200
        assert (token.name, token.last_used_on) == ("Ledger program", timezone.localdate())
        assert token.expires.date() == (timezone.now() + timedelta(days=30)).date()
        assert key not in here.get("/account/").text

    def test_a_reload_makes_no_second_token_and_leads_back_to_the_account(self, here, chief):
        page = self.made(here)

        assert page.redirect_chain == [("/account/tokens/", 302)]
        assert here.get("/account/tokens/")["Location"] == "/account/"
        assert chief.api_tokens.count() == 1

    @pytest.mark.parametrize("given", [{"days": 91}, {"days": 0}, {"name": " "}, {"days": "many"}])
    def test_what_is_too_long_or_nameless_is_refused(self, here, given):
        assert self.made(here, **given).status_code == 400
        assert not ApiToken.objects.exists()

    def test_it_is_revoked_by_its_owner_alone(self, here, district):
        key = self.made(here).context["key"]
        token = ApiToken.objects.get()
        other = Client()
        other.force_login(district.lead)

        other.post("/account/tokens/end/", {"token": token.pk})
        assert ApiToken.objects.exists()
        here.post("/account/tokens/end/", {"token": token.pk})

        assert Client().get("/api/v1/tasks/", headers={"Authorization": f"Token {key}"}).status_code == 401
        assert set(AuditEntry.objects.values_list("action", flat=True)) >= {"token_made", "token_revoked"}
