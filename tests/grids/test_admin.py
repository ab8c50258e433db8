import re
from datetime import date, timedelta

import pytest
from django.contrib.auth import authenticate
from django.utils import timezone

from grids.actions import add_officer, find_invitation, renew_certificate
from grids.models import Grid, Officer, Posting
from tests.certified import certified
from tests.factories import OfficerFactory, PostingFactory, StationFactory
from tests.style.routes import client_of


def test_a_chief_posts_an_officer_and_ends_the_post(district):
    newcomer = OfficerFactory(bureau=district.bureau)
    client = client_of(district.chief)
    post = {"officer": newcomer.pk, "duty": "manager", "area_code": "050101", "from_day": "2026-11-01"}

    client.post("/admin/grids/posting/new/post/", post)
    posting = Posting.objects.get(officer=newcomer)
    client.post(f"/admin/grids/posting/{posting.pk}/step/end/", {"step": 1, "to_day": "2026-11-30"})

    posting.refresh_from_db()
    assert (posting.area_code, posting.to_day) == ("050101", date(2026, 11, 30))
    assert [event.by for event in posting.events.all()] == [district.chief, district.chief]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"area_code": "0501"}, "area_code"),
        ({"area_code": "059999"}, "area_code"),
        ({"area_code": "050199"}, "area_code"),
        ({"area_code": "050201"}, "__all__"),
        ({"from_day": "soon"}, "from_day"),
        ({"duty": "king"}, "duty"),
        ({"officer": 999_999}, "officer"),
    ],
)
def test_a_post_that_cannot_be_is_refused_at_its_field(district, change, field):
    post = {"officer": district.manager.pk, "duty": "informant", "area_code": "050102", "from_day": "2026-11-01"}

    page = client_of(district.chief).post("/admin/grids/posting/new/post/", {**post, **change})

    assert list(page.context["form"].errors) == [field]
    assert Posting.objects.filter(duty="informant").count() == 1


def test_an_officer_of_another_bureau_is_not_offered_for_a_post(district):
    page = client_of(district.chief).get("/admin/grids/posting/new/post/")

    offered = page.context["form"].fields["officer"].queryset
    assert district.manager in offered
    assert district.outsider not in offered


def test_the_administrator_opens_an_account_whose_link_is_shown_once(district):
    client = client_of(district.by_duty["system_admin"])
    body = {"bureau": district.bureau.pk, "username": "newcomer", "name": "网格员 050103"}

    page = client.post("/admin/grids/officer/new/account/", body, follow=True)

    officer = Officer.objects.get(username="newcomer")
    key = re.search(r"/invitation/([\w-]+)/", page.context["once"])[1]
    assert find_invitation(key=key, now=timezone.now()).officer == officer
    assert "no-store" in page["Cache-Control"]
    assert client.get("/admin/grids/officer/new/account/").context["once"] is None
    assert officer in Officer.objects.visible_to(district.chief)
    assert officer not in Officer.objects.visible_to(district.outsider)


def test_the_administrator_opens_no_account_in_another_bureau(district):
    client = client_of(district.by_duty["system_admin"])
    foreign = StationFactory(code="0601").bureau

    page = client.post("/admin/grids/officer/new/account/", {"bureau": foreign.pk, "username": "x", "name": "x"})

    assert list(page.context["form"].errors) == ["bureau"]


def test_a_closed_account_is_shut_out_and_can_be_opened_again(district):
    client, address = client_of(district.by_duty["system_admin"]), f"/admin/grids/officer/{district.lead.pk}/step/"
    theirs = client_of(district.lead)

    client.post(f"{address}close/", {"step": 1, "why": "left"})
    assert theirs.get("/account/").status_code == 302
    client.post(f"{address}reopen/", {"step": 1})

    assert theirs.get("/account/").status_code == 302
    assert Officer.objects.get(pk=district.lead.pk).is_active


def test_nobody_closes_their_own_account(district):
    own = district.by_duty["system_admin"]

    page = client_of(own).post(f"/admin/grids/officer/{own.pk}/step/close/", {"step": 1, "why": "left"})

    assert page.context["form"].non_field_errors()
    own.refresh_from_db()
    assert own.is_active


def test_a_new_password_ends_the_old_one(district, rf):
    officer = add_officer(username="old", name="x", bureau="05", by=district.by_duty["system_admin"])
    officer.set_password("an-old-password")
    officer.save(update_fields=["password"])

    address = f"/admin/grids/officer/{officer.pk}/step/password/"
    client = client_of(district.by_duty["system_admin"])
    page = client.post(address, {"step": 1}, follow=True)

    assert page.redirect_chain == [(address, 302)]
    assert client.get(address).context["once"] is None  # a reload gives no other one
    shown = re.findall(r"[\w-]{16}", page.context["once"], re.ASCII)
    assert any(authenticate(rf.get("/"), username="old", password=word) == officer for word in shown)
    assert authenticate(rf.get("/"), username="old", password="an-old-password") is None


def test_the_administrator_sees_accounts_without_phone_and_certificate(district):
    Officer.objects.filter(pk=district.lead.pk).update(phone="13800001234")
    address = f"/admin/grids/officer/{district.lead.pk}/change/"

    to_administrator = client_of(district.by_duty["system_admin"]).get(address).content.decode()
    to_chief = client_of(district.chief).get(address).content.decode()

    assert "13800001234" in to_chief
    assert "S-1" in to_chief
    assert "13800001234" not in to_administrator
    assert "S-1" not in to_administrator


def test_a_chief_gives_a_substitute_and_calls_a_post_off_in_the_admin(district):
    client, post = client_of(district.chief), district.lead.postings.get()
    first = timezone.localdate() + timedelta(days=9)
    leave = {"officer": certified(district.neighbour_lead).pk, "from_day": first, "to_day": first + timedelta(days=5)}

    client.post(f"/admin/grids/posting/{post.pk}/step/substitute/", {"step": 1, **leave})
    substitute = Posting.objects.get(stands_in_for=post)
    client.post(f"/admin/grids/posting/{substitute.pk}/step/call_off/", {"step": 1, "why": "not taken"})

    substitute.refresh_from_db()
    assert substitute.called_off


def test_what_concerns_a_certificate_is_no_history_of_the_account(district):
    renew_certificate(
        officer=district.lead, number="S-2", from_day=None, to_day=date(2036, 7, 8), by=district.chief,
        now=timezone.now(),
    )  # fmt: skip
    address = f"/admin/grids/officer/{district.lead.pk}/history/"

    assert "2036-07-08" in client_of(district.chief).get(address).content.decode()
    assert "2036-07-08" not in client_of(district.by_duty["system_admin"]).get(address).content.decode()


def test_the_district_approves_and_returns_grids(district):
    Grid.objects.filter(code__in=["050101", "050102"]).update(state="proposed")
    client = client_of(district.district_office)

    client.post(f"/admin/grids/grid/{district.grid.pk}/step/approve/", {"step": 1})
    client.post(f"/admin/grids/grid/{district.neighbour_grid.pk}/step/return/", {"step": 1, "why": "too large"})

    states = dict(Grid.objects.values_list("code", "state"))
    assert (states["050101"], states["050102"]) == ("approved", "returned")


def test_the_area_filter_offers_no_area_outside_the_own(district):
    PostingFactory(duty="manager", area_code="050201")

    page = client_of(district.chief).get("/admin/grids/posting/?area=0502")

    offered = page.context["cl"].filter_specs[0].lookup_choices
    assert {code for code, _name in offered} == {"0501", "050101", "050102"}
    assert all(row.area_code.startswith("0501") for row in page.context["cl"].result_list)
