import pytest
from django.test import override_settings
from django.urls import reverse
from django.utils import translation

from grids.models import Officer, Posting
from grids.permissions import PERMISSION_WORDS, START_PAGES, Duty, Permission
from gridsup.composition import NAVIGATION, PHONE_BAR
from tests.factories import OfficerFactory


@pytest.mark.parametrize("duty", Duty)
def test_everybody_starts_on_the_page_of_their_duty(district, client, duty):
    client.force_login(district.by_duty[duty])

    assert client.get("/")["Location"] == reverse(START_PAGES[duty])


def test_without_a_post_one_starts_on_the_account_page_which_says_whom_to_ask(district, client):
    client.force_login(district.nobody)

    page = client.get("/", follow=True)

    assert page.redirect_chain == [("/account/", 302)]
    assert "district grid office" in english(client, "/account/")


def test_anonymous_visitors_are_sent_to_the_login_page(district, client):
    for path in ("/", "/account/", "/duties/", "/today/", "/tasks/", "/ledger/"):
        assert client.get(path)["Location"] == f"/login/?next={path}"


def test_one_logs_in_and_out(district, client):
    officer = Officer.objects.create_user("lead9", password="a-long-password-1")

    reply = client.post("/login/", {"username": "lead9", "password": "a-long-password-1"})
    assert reply["Location"] == "/"
    assert client.session["_auth_user_id"] == str(officer.pk)
    client.post("/logout/")

    assert "_auth_user_id" not in client.session


def test_a_wrong_password_gets_a_sentence(district, client):
    client.cookies["django_language"] = "en"

    assert "correct username and password" in client.post("/login/", {"username": "lead", "password": "x"}).text


@override_settings(AXES_ENABLED=True, AXES_FAILURE_LIMIT=2)
def test_too_many_failures_lock_the_account_and_say_so(district, client):
    client.cookies["django_language"] = "en"
    Officer.objects.create_user("lead9", password="a-long-password-1")
    for _ in range(2):
        client.post("/login/", {"username": "lead9", "password": "wrong"})

    reply = client.post("/login/", {"username": "lead9", "password": "a-long-password-1"})

    assert reply.status_code == 429
    assert "ends by itself after 60 minutes, at " in reply.text
    assert "The security administrator of your bureau can lift it earlier." in reply.text


@pytest.mark.parametrize("demo", [True, False])
def test_accounts_are_listed_on_a_demo_only(district, client, settings, demo):
    settings.DEMO = demo

    text = client.get("/login/").text

    assert ("data-username=" in text) is demo
    assert (settings.DEMO_PASSWORD in text) is demo


def test_the_login_page_lists_many_accounts_with_few_queries(district, client, settings, django_assert_num_queries):
    settings.DEMO = True
    for number in range(30):
        Posting.objects.create(
            officer=OfficerFactory(username=f"more{number}"), duty="informant", area_code="050101",
            from_day="2025-01-01",
        )  # fmt: skip

    with django_assert_num_queries(1):
        client.get("/login/")


def test_the_account_page_shows_posts_with_what_they_permit(district, client):
    client.force_login(district.by_duty["grid_lead"])

    text = english(client, "/account/")

    assert "Grid lead · 050101" in text
    assert "keep the ledger of the grid" in text
    assert "valid to 2030-01-01" in text


def test_the_table_of_duties_is_readable_by_everybody_who_is_logged_in(district, client):
    client.force_login(district.nobody)

    text = english(client, "/duties/")

    with translation.override("en"):
        assert all(str(duty.label) in text for duty in Duty)
    assert set(PERMISSION_WORDS) == set(Permission)


@pytest.mark.parametrize("duty", Duty)
def test_navigation_leads_where_the_person_may_go_and_nowhere_else(district, client, duty):
    client.force_login(district.by_duty[duty])
    listed = {entry["route"] for entry in client.get("/account/").context["navigation"]}
    # the page of the day opens for everybody and says where to go
    routes = {route for route, *_facts in NAVIGATION if route != "today" or route in listed}

    opened = {route: client.get(reverse(route)).status_code for route in routes}

    assert opened == {route: 200 if route in listed else 403 for route in routes}


@pytest.mark.parametrize(
    ("duty", "routes"),
    [
        ("grid_lead", ["today", "complaints", "ledger", "dashboard"]),
        ("manager", ["today", "complaints", "ledger", "dashboard"]),
        ("station_chief", ["visit_review", "complaints", "tasks", "dashboard"]),
        ("duty_desk", ["complaints", "ledger", "tasks", "dashboard"]),
        ("bureau_head", ["dashboard", "complaints", "scores", "ledger"]),
        ("informant", ["today", "areas", "policy"]),
        ("system_admin", ["people", "areas", "policy", "admin:index"]),
        ("security_admin", ["access", "people", "admin:index", "areas"]),
        ("auditor", ["audit", "areas", "policy"]),
    ],
)
def test_the_bar_of_a_phone_holds_what_the_person_does_all_day(district, client, duty, routes):
    client.force_login(district.by_duty[duty])

    assert [entry["route"] for entry in client.get("/account/").context["bar"]] == routes


@pytest.mark.parametrize("duty", Duty)
def test_a_phone_reaches_every_page_that_the_person_may_open(district, client, duty):
    client.force_login(district.by_duty[duty])
    page = client.get("/account/")
    bar = page.text.partition('class="bottom-nav"')[2].partition("</nav>")[0]

    assert len(page.context["bar"]) <= 4
    assert [entry["url"] for entry in page.context["navigation"] if f'href="{entry["url"]}"' not in bar] == []
    assert not page.context["navigation"] or 'href="/account/"' in bar


@pytest.mark.parametrize("duty", Duty)
def test_a_window_reaches_every_page_that_the_person_may_open(district, client, duty):
    client.force_login(district.by_duty[duty])
    page = client.get("/account/")
    top = page.text.partition('class="top-nav"')[2].partition("</nav>")[0]

    assert len(page.context["top"]) <= 5
    assert [entry["url"] for entry in page.context["navigation"] if f'href="{entry["url"]}"' not in top] == []
    assert ("top-more" in top) == (len(page.context["navigation"]) > 5)


def test_every_page_of_the_bars_is_one_of_the_navigation():
    known = {route for route, *_facts in NAVIGATION}

    assert {route for _permission, routes in PHONE_BAR for route in routes} <= known


def test_the_language_is_chinese_until_one_switches(district, client):
    client.force_login(district.lead)
    assert 'lang="zh-hans"' in client.get("/account/").text

    client.post("/language/setlang/", {"language": "en", "next": "/account/"})

    assert 'lang="en"' in client.get("/account/").text


def test_an_informant_reads_the_public_facts_of_the_own_grid(district, client, django_assert_max_num_queries):
    client.force_login(district.by_duty["informant"])

    text = english(client, "/today/")

    assert "050101" in text
    assert "Grid lead: lead" in text
    assert "050102" not in text


def test_errors_are_sentences(district, client):
    client.force_login(district.by_duty["informant"])

    assert "None of the posts" in english(client, "/ledger/")
    client.force_login(district.lead)
    assert "belongs to an area" in english(client, "/premises/1000000/")


def test_a_form_that_is_too_old_gets_a_sentence(district):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.cookies["django_language"] = "en"

    reply = strict.post("/login/", {"username": "lead", "password": "x"})

    assert reply.status_code == 403
    assert "no longer valid" in reply.text


def english(client, path):
    client.cookies["django_language"] = "en"
    return client.get(path).text
