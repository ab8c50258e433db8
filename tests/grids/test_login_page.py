"""The log-in: how many attempts are left, and which accounts a demonstration offers; the link of an invitation."""

import pytest
from django.test import override_settings

from grids.models import Officer
from grids.views import demo_accounts

WRONG = {"username": "lead9", "password": "wrong"}
pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def page(district, client):
    client.cookies["django_language"] = "en"
    Officer.objects.create_user("lead9", password="a-long-password-1", bureau=district.bureau)
    return client


@override_settings(AXES_ENABLED=True, AXES_FAILURE_LIMIT=7)
def test_before_the_lock_the_page_says_how_many_attempts_are_left(page):
    replies = [page.post("/login/", WRONG).text for _number in range(6)]

    assert "left; after that the account rests" not in replies[0]
    assert "5 attempts are left; after that the account rests for 60 minutes." in replies[1]
    assert "1 attempt is left" in replies[5]


@override_settings(AXES_ENABLED=True, AXES_FAILURE_LIMIT=5)
def test_a_name_that_no_account_has_is_warned_alike(page):
    reply = page.post("/login/", {"username": "nobody-at-all", "password": "wrong"})

    assert "4 attempts are left" in reply.text


@override_settings(AXES_ENABLED=True, AXES_FAILURE_LIMIT=5)
def test_a_form_that_is_not_filled_in_costs_no_attempt(page):
    assert "attempts are left" not in page.post("/login/", {"username": "lead9", "password": ""}).text


def test_a_demonstration_offers_no_account_that_got_a_password_of_its_own(district):
    def offered():
        return {name for group in demo_accounts() for name in group["accounts"]}

    assert {"lead", "chief", "manager"} <= offered()
    district.lead.past_passwords.create(hash="x", at=district.lead.date_joined)
    Officer.objects.filter(pk=district.chief.pk).update(must_change_password=True)
    district.manager.set_unusable_password()  # who was imported has none until invited
    district.manager.save()

    assert not {"lead", "chief", "manager"} & offered()


def test_the_link_of_an_invitation_is_whole_and_can_be_copied(district, client):
    client.cookies["django_language"] = "en"
    client.force_login(district.by_duty["system_admin"])
    given = {"bureau": district.bureau.pk, "username": "new05", "name": "Zhang San"}

    page = client.post("/people/new/", given, headers={"host": "testserver"}, follow=True)

    assert 'value="http://testserver/invitation/' in page.text
    assert "gridsup/copy.js" in page.text
    assert 'data-copy="id_link"' in page.text
