from datetime import date, datetime, timedelta

import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction
from django.utils import timezone

from grids.actions import (
    accept_invitation,
    add_officer,
    change_officer,
    close_account,
    find_invitation,
    give_password,
    invite,
    renew_certificate,
    reopen_account,
    revoke_invitation,
    withdraw_certificate,
)
from grids.certificates import notice_day
from grids.models import Certificate, Invitation, Officer, Posting
from gridsup.errors import BadInput, NotAllowed, WrongState
from subjects.actions import load_preset
from tests.style.routes import client_of

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.get_default_timezone())
DAY = date(2026, 11, 22)
GOOD = "a-long-enough-word-7"


@pytest.fixture
def keeper(district):
    return district.by_duty["system_admin"]


@pytest.fixture
def newcomer(district, keeper):
    return add_officer(username="newcomer", name="网格员 050103", bureau="05", by=keeper, now=NOON)


def told(person):
    return [event.what for event in person.events.all()]


# invitations


def test_an_invited_person_sets_the_first_password_once(rf, keeper, newcomer):
    key = invite(officer=newcomer, by=keeper, now=NOON)

    accept_invitation(key=key, password=GOOD, now=NOON + timedelta(hours=71))

    assert authenticate(rf.get("/"), username="newcomer", password=GOOD) == newcomer
    with pytest.raises(WrongState):
        accept_invitation(key=key, password=GOOD + "x", now=NOON)
    assert told(newcomer) == ["made", "invited", "joined"]
    assert key not in str(Invitation.objects.values_list())


def test_an_invitation_runs_out(keeper, newcomer):
    key = invite(officer=newcomer, by=keeper, now=NOON)

    assert find_invitation(key=key, now=NOON + timedelta(hours=71, minutes=59))
    assert not find_invitation(key=key, now=NOON + timedelta(hours=72))


def test_a_second_invitation_and_a_revoked_one_end_the_first(keeper, newcomer):
    first, second = (invite(officer=newcomer, by=keeper, now=NOON) for _ in range(2))

    assert not find_invitation(key=first, now=NOON)
    revoke_invitation(officer=newcomer, by=keeper, now=NOON, why="wrong person")
    assert not find_invitation(key=second, now=NOON)
    with pytest.raises(WrongState):
        revoke_invitation(officer=newcomer, by=keeper, now=NOON)


@pytest.mark.parametrize("password", ["short", "12345678901234", "password123", "newcomer-newcomer"])
def test_a_weak_password_is_refused_and_the_invitation_stays(keeper, newcomer, password):
    key = invite(officer=newcomer, by=keeper, now=NOON)
    if password == "newcomer-newcomer":
        password = "newcomer"

    with pytest.raises(BadInput) as refusal:
        accept_invitation(key=key, password=password, now=NOON)

    assert refusal.value.field == "password"
    assert find_invitation(key=key, now=NOON)


def test_nobody_else_invites_and_nobody_is_invited_into_a_closed_account(district, keeper, newcomer):
    for stranger in (district.chief, district.outsider, newcomer):
        with pytest.raises(NotAllowed):
            invite(officer=newcomer, by=stranger, now=NOON)
    close_account(officer=newcomer, why="left", by=keeper, now=NOON)
    with pytest.raises(WrongState):
        invite(officer=newcomer, by=keeper, now=NOON)


def test_the_page_of_an_invitation_leads_to_the_login(client, keeper, newcomer):
    path = f"/invitation/{invite(officer=newcomer, by=keeper, now=timezone.now())}/"

    assert client.get(path).status_code == 200
    wrong = client.post(path, {"password": GOOD, "again": "other"})
    assert "again" in wrong.context["form"].errors
    assert client.post(path, {"password": GOOD, "again": GOOD})["Location"] == "/login/"
    assert client.get(path).status_code == 410
    assert client.get("/invitation/nonsense/").status_code == 410


# accounts


def test_a_closed_account_loses_sessions_tokens_password_and_invitation(district, keeper):
    client = client_of(district.lead)
    assert client.get("/account/").status_code == 200

    close_account(officer=district.lead, why="moved away", on=date(2026, 11, 20), by=keeper, now=NOON)
    assert client.get("/account/").status_code == 302
    reopen_account(officer=district.lead, by=keeper, now=NOON)

    assert client.get("/account/").status_code == 302
    assert not Officer.objects.get(pk=district.lead.pk).has_usable_password()
    event = district.lead.events.get(what="closed")
    assert (event.new, event.why, event.by) == ("2026-11-20", "moved away", keeper)


@pytest.mark.parametrize(("facts", "field"), [({"why": " "}, "why"), ({"on": date(2026, 11, 23)}, "on")])
def test_an_account_is_closed_with_a_reason_and_not_in_advance(district, keeper, facts, field):
    with pytest.raises(BadInput) as refusal:
        close_account(**{"officer": district.lead, "why": "left", "by": keeper, "now": NOON} | facts)

    assert refusal.value.field == field


def test_an_account_closes_no_earlier_than_its_first_post_began(district, keeper):
    Posting.objects.filter(officer=district.lead).update(from_day=date(2026, 1, 10))
    facts = {"officer": district.lead, "why": "left", "by": keeper, "now": NOON}

    with pytest.raises(BadInput, match="2026-01-10") as refusal:
        close_account(on=date(2026, 1, 9), **facts)

    assert refusal.value.field == "on"
    assert close_account(on=date(2026, 1, 10), **facts).closed_on == date(2026, 1, 10)


def test_nobody_closes_the_own_account_or_a_stranger_s(district, keeper):
    with pytest.raises(BadInput):
        close_account(officer=keeper, why="x", by=keeper, now=NOON)
    for stranger in (district.chief, district.outsider):
        with pytest.raises(NotAllowed):
            close_account(officer=district.lead, why="x", by=stranger, now=NOON)


def test_a_new_name_is_history_and_a_phone_is_in_no_event(district, keeper):
    change_officer(officer=district.lead, name="网格长 050101", by=keeper, now=NOON)
    change_officer(officer=district.lead, phone="13800001234", by=district.chief, now=NOON)
    give_password(officer=district.lead, by=keeper, now=NOON)

    assert told(district.lead) == ["renamed", "phone", "password"]
    assert "13800001234" not in str(list(district.lead.events.values_list()))
    with pytest.raises(NotAllowed):
        change_officer(officer=district.lead, name="x", by=district.far_chief, now=NOON)


# certificates


def test_two_people_never_hold_the_same_certificate(district):
    facts = {"from_day": None, "to_day": date(2036, 1, 1), "by": district.chief, "now": NOON}

    with pytest.raises(BadInput, match="manager") as refusal:
        renew_certificate(officer=district.lead, number=" Ｍ-1 ", **facts)

    assert refusal.value.field == "number"
    assert renew_certificate(officer=district.manager, number="M-1", **facts).number == "M-1"


def test_whose_certificate_it_is_is_said_to_who_may_see_the_person_alone(district, english):
    Officer.objects.filter(pk=district.outsider.pk).update(certificate_no="X-9", certificate_valid_to=date(2036, 1, 1))
    facts = {"officer": district.lead, "number": "X-9", "from_day": None, "to_day": date(2036, 1, 1), "now": NOON}

    with pytest.raises(BadInput, match="The number X-9 is in use elsewhere") as refusal:
        renew_certificate(**facts, by=district.chief)

    assert (refusal.value.field, "outsider" in str(refusal.value)) == ("number", False)
    with pytest.raises(BadInput, match="outsider"):
        renew_certificate(**facts)


def test_a_renewed_certificate_leaves_the_former_in_the_history(district):
    renew_certificate(
        officer=district.lead, number="S-2", from_day=date(2029, 12, 1), to_day=date(2034, 12, 1), by=district.chief,
        now=NOON,
    )  # fmt: skip

    assert [(one.number, one.to_day.year) for one in district.lead.certificates.all()] == [("S-2", 2034), ("S-1", 2030)]
    assert district.lead.certificate_no == "S-2"
    assert told(district.lead) == ["certificate"]


def test_a_gap_between_two_certificates_stays_a_gap(district):
    Officer.objects.filter(pk=district.lead.pk).update(certificate_valid_to=date(2026, 1, 31))
    lead = Officer.objects.get(pk=district.lead.pk)
    renew_certificate(officer=lead, number="S-2", from_day=date(2026, 6, 1), to_day=date(2031, 5, 31), now=NOON)

    for day, valid in (
        (date(2026, 1, 31), True),
        (date(2026, 2, 1), False),
        (date(2026, 5, 31), False),
        (date(2026, 6, 1), True),
        (date(2031, 6, 1), False),
    ):
        assert lead.certified_on(day) is valid, day
        assert Officer.objects.filter(pk=lead.pk).certified_on(day).exists() is valid, day


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"number": " "}, "number"),
        ({"from_day": date(2035, 1, 2)}, "to_day"),
        ({"to_day": date(2029, 12, 31)}, "to_day"),
    ],
)
def test_a_certificate_that_cannot_be_is_refused(district, facts, field):
    given = {"officer": district.lead, "number": "S-2", "from_day": None, "to_day": date(2035, 1, 1), "now": NOON}

    with pytest.raises(BadInput) as refusal:
        renew_certificate(**given | facts)

    assert refusal.value.field == field
    assert not Certificate.objects.exists()


def test_a_withdrawn_certificate_ends_with_a_reason_and_may_be_followed_by_another(district):
    withdraw_certificate(officer=district.lead, on=DAY, why="typed wrongly", by=district.chief, now=NOON)
    renew_certificate(officer=district.lead, number="S-1", from_day=None, to_day=date(2027, 1, 1), now=NOON)

    assert told(district.lead) == ["withdrawn", "certificate"]
    assert [one.to_day for one in district.lead.certificates.all()] == [date(2027, 1, 1), DAY]


@pytest.mark.parametrize("first", [None, date(2026, 1, 1), DAY + timedelta(days=5)])
def test_whose_certificate_was_withdrawn_holds_none_whatever_else_would_run_on(district, first):
    facts = {"officer": district.lead, "by": district.chief, "now": NOON}
    renew_certificate(number="S-2", from_day=first, to_day=date(2034, 1, 1), **facts)

    withdraw_certificate(on=DAY, why="taken away", **facts)

    lead = Officer.objects.get(pk=district.lead.pk)
    for day, valid in ((DAY, True), (DAY + timedelta(days=1), False), (DAY + timedelta(days=6), False)):
        assert lead.certified_on(day) is valid, day
        assert Officer.objects.filter(pk=lead.pk).certified_on(day).exists() is valid, day
    assert (lead.certificate_no, lead.certificate_valid_to) == ("S-1" if first and first > DAY else "S-2", DAY)


@pytest.mark.parametrize("facts", [{"why": ""}, {"on": date(2031, 1, 1)}])
def test_a_certificate_is_withdrawn_to_an_earlier_day_for_a_reason(district, facts):
    with pytest.raises(BadInput):
        withdraw_certificate(**{"officer": district.lead, "on": DAY, "why": "x", "now": NOON} | facts)
    with pytest.raises(WrongState):
        withdraw_certificate(officer=district.nobody, on=DAY, why="x", now=NOON)


def test_only_who_posts_a_person_keeps_the_certificate(district, keeper):
    facts = {"officer": district.lead, "number": "S-2", "from_day": None, "to_day": date(2035, 1, 1), "now": NOON}
    for stranger in (keeper, district.lead, district.far_chief, district.outsider):
        with pytest.raises(NotAllowed):
            renew_certificate(**facts, by=stranger)

    assert renew_certificate(**facts, by=district.district_office).pk


def test_the_notice_before_a_certificate_s_end_is_a_figure_of_the_policy(district):
    assert notice_day(district.chief, DAY) == DAY

    load_preset(bureau="05", name="FR", on=date(2026, 1, 1), now=NOON)

    assert notice_day(district.chief, DAY) == DAY + timedelta(days=90)


# what the database refuses


def test_the_database_refuses_half_a_certificate_and_two_open_invitations(district, keeper, newcomer):
    invite(officer=newcomer, by=keeper, now=NOON)
    row = {"officer": newcomer, "made_at": NOON, "expires": NOON + timedelta(hours=1)}
    for wrong in (
        lambda: Certificate.objects.create(officer=newcomer, number="", to_day=DAY),
        lambda: Certificate.objects.create(officer=newcomer, number="1", from_day=DAY, to_day=date(2026, 1, 1)),
        lambda: Invitation.objects.create(key_hash="2", **row),
        lambda: Invitation.objects.create(key_hash="3", **row, used_at=NOON, revoked_at=NOON),
        lambda: Invitation.objects.create(key_hash="4", **row | {"expires": NOON}, used_at=NOON),
        lambda: Officer.objects.filter(pk=newcomer.pk).update(certificate_from=DAY),
        lambda: Officer.objects.filter(pk=district.lead.pk).update(certificate_from=date(2031, 1, 1)),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            wrong()
    assert Invitation.objects.create(key_hash="5", **row, used_at=NOON).pk
    assert Certificate.objects.create(officer=newcomer, number="1", from_day=DAY, to_day=DAY).pk
