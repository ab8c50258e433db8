"""Passwords: their rules, how they are changed, and what a given one keeps shut."""

from itertools import pairwise

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from grids.actions import add_officer, change_password, give_password
from grids.models import Officer
from gridsup.errors import BadInput
from gridsup.models import AuditEntry
from tests.factories import PostingFactory

FIRST, SECOND = "Weaving-Street-9", "Another-Place-7"
NOW = timezone.now()


@pytest.fixture
def lead(district):
    officer = Officer.objects.create_user("lead9", password=FIRST, bureau=district.bureau)
    PostingFactory(officer=officer, duty="manager", area_code="050101")
    return officer


@pytest.fixture
def as_lead(client, lead):
    client.cookies["django_language"] = "en"
    assert client.login(username="lead9", password=FIRST)
    return client


def change(client, old=FIRST, new=SECOND, again=None, query=""):
    given = {"old": old, "password": new, "again": again or new}
    return client.post(f"/account/password/{query}", given)


def faults(password, officer):
    """What the rules find wrong, each as a sentence."""
    try:
        validate_password(password, officer)
    except ValidationError as refusal:
        return refusal.messages
    return []


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("Short-9", "At least 10 characters"),
        ("onlysmallletters", "Use at least 3 of these"),
        ("123456789012", "Use at least 3 of these"),
        ("98273645019283746501928", "Use at least 3 of these"),
        ("Password123", "too common"),
        ("Mine-lead9-Is-So", "The user name may not stand"),
        (FIRST, "None of the 5 passwords"),
    ],
)
def test_each_rule_says_what_is_missing(lead, password, sentence):
    assert sentence in " ".join(faults(password, lead))


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("password", "reasons"),
    [("lead9", 3), ("Lead9-lead", 1), ("Leader-9-9", 1), ("123456789012", 1), ("Xlead99999", 1)],
)
def test_one_reason_is_said_once(lead, password, reasons):
    lead.username = "leader-9" if password == "Leader-9-9" else "lead9"

    assert len(faults(password, lead)) == reasons


@pytest.mark.parametrize("password", [SECOND, "Aa3456789012", "a long sentence without any digit"])
def test_what_keeps_the_rules_is_taken(lead, password):
    assert faults(password, lead) == []


def test_the_sentences_are_chinese(lead):
    said = faults("lead9", lead)

    assert said
    assert all(any("\u4e00" <= character <= "\u9fff" for character in message) for message in said)


def test_a_password_of_before_is_not_taken_again(lead):
    given = [FIRST, *(f"Weaving-Street-{number}" for number in range(20, 26))]
    for old, new in pairwise(given):
        change_password(officer=lead, old=old, password=new, now=NOW)

    with pytest.raises(BadInput):
        change_password(officer=lead, old=given[-1], password=given[-3], now=NOW)
    change_password(officer=lead, old=given[-1], password=FIRST, now=NOW)  # six ago


class TestChanging:
    def test_one_stays_logged_in_here_and_is_logged_out_everywhere_else(self, as_lead, lead):
        elsewhere = Client()
        elsewhere.login(username="lead9", password=FIRST)
        lead.api_tokens.create(key_hash="x", created=NOW, expires=NOW + timezone.timedelta(hours=1))

        reply = change(as_lead, query="?next=/today/")

        assert reply["Location"] == "/today/"
        assert as_lead.get("/account/").status_code == 200
        assert elsewhere.get("/account/").status_code == 302
        assert not lead.api_tokens.exists()
        assert lead.open_sessions.count() == 1

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"old": "wrong"}, "not your password of now"),
            ({"again": "Different-Place-7"}, "The two new passwords differ"),
            ({"new": "short"}, "At least 10 characters"),
        ],
    )
    def test_a_refusal_stands_at_its_field(self, as_lead, given, sentence):
        page = change(as_lead, **given)

        assert sentence in page.text
        assert Officer.objects.get(username="lead9").check_password(FIRST)

    @pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:x"])
    def test_it_leads_to_no_other_site(self, as_lead, target):
        assert change(as_lead, query=f"?next={target}")["Location"] == "/account/"

    def test_the_trail_says_that_it_was_changed_and_nothing_of_it(self, as_lead):
        change(as_lead)

        told = AuditEntry.objects.get(action="password")
        assert (told.username, told.outcome) == ("lead9", "done")
        assert SECOND not in str(list(AuditEntry.objects.values()))


class TestGivenPassword:
    @pytest.fixture
    def given(self, lead, district):
        return give_password(officer=lead, by=district.by_duty["system_admin"], now=NOW)

    @pytest.fixture
    def newcomer(self, client, given):
        client.cookies["django_language"] = "en"
        assert client.login(username="lead9", password=given)
        return client

    def test_nothing_else_opens_until_it_is_changed(self, newcomer, given):
        for path in ("/", "/today/", "/account/", "/admin/", "/ledger/"):
            assert newcomer.get(path)["Location"].startswith("/account/password/?next=")
        assert "given to you by somebody else" in newcomer.get("/account/password/").text

        assert change(newcomer, old=given)["Location"] == "/account/"

        assert newcomer.get("/account/").status_code == 200

    def test_the_api_says_so_with_a_code(self, newcomer, given, client):
        by_session = newcomer.get("/api/v1/premises/")
        body = {"username": "lead9", "password": given}
        by_token = Client().post("/api/v1/auth/token", body, content_type="application/json")

        for reply in (by_session, by_token):
            assert reply.status_code == 403
            assert reply.json()["errors"][0]["code"] == "password_change_required"

    def test_one_may_log_out_and_change_the_language(self, newcomer):
        assert newcomer.post("/language/setlang/", {"language": "zh-hans"}).status_code == 302
        assert newcomer.post("/logout/")["Location"] == "/login/"

    def test_it_is_not_taken_as_the_own_one(self, newcomer, given):
        assert "None of the 5 passwords" in change(newcomer, old=given, new=given).text


def test_a_first_password_that_somebody_gave_has_to_be_changed(district):
    by = district.by_duty["system_admin"]
    given = add_officer(username="new", name="New", password_hash="x", bureau="05", by=by)
    own = add_officer(username="own", name="Own", password_hash="x")

    assert given.must_change_password
    assert not own.must_change_password
