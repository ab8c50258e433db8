from datetime import date

import pytest
from django.utils import timezone

from subjects.actions import load_preset
from subjects.models import Premises, Tier, TierPeriod
from tests.factories import PremisesFactory, SubjectFactory
from tests.style.routes import client_of


@pytest.fixture
def policy(district):
    load_preset(bureau="05", name="FR", on=date(2026, 1, 1), now=timezone.now())


def test_a_chief_sets_the_tier_of_several_premises_at_once(district, policy):
    several = PremisesFactory.create_batch(3)
    client, ticked = client_of(district.chief), [row.pk for row in several]
    chosen = {"action": "tier", "_selected_action": ticked}

    between = client.post("/admin/subjects/premises/", chosen)
    client.post("/admin/subjects/premises/", {**chosen, "step": 1, "tier": "high", "why": "burns"})

    assert between.status_code == 200
    assert set(dict(between.context["form"].fields["tier"].choices)) == {"high", "medium", "low"}
    assert {row.tier for row in Premises.objects.all()} == {"high"}
    assert TierPeriod.objects.filter(reason="person", by=district.chief, why="burns").count() == 3


def test_ticking_a_foreign_row_does_nothing_to_it(district, policy):
    foreign = PremisesFactory(area_code="050201")

    client_of(district.chief).post(
        "/admin/subjects/premises/",
        {"action": "tier", "_selected_action": [foreign.pk], "step": 1, "tier": "high", "why": "x"},
    )

    foreign.refresh_from_db()
    assert foreign.tier_given == ""


def test_a_tier_without_a_reason_is_refused_at_its_field(district, policy):
    premises = PremisesFactory()

    page = client_of(district.chief).post(
        f"/admin/subjects/premises/{premises.pk}/step/tier/", {"step": 1, "tier": "high"}
    )

    assert list(page.context["form"].errors) == ["why"]


def test_a_policy_row_is_changed_from_a_day_and_the_past_keeps_the_old(district, policy):
    tier = Tier.objects.get(bureau="05", key="high")
    form = {"step": 1, "name": tier.name, "colour": tier.colour, "rank": tier.rank, "interval_months": 3}

    client_of(district.district_office).post(
        f"/admin/subjects/tier/{tier.pk}/step/change/", {**form, "on": "2027-01-01", "why": "Document 7"}
    )

    rows = Tier.objects.filter(bureau="05", key="high").order_by("from_day").values_list("interval_months", "to_day")
    assert list(rows) == [
        (tier.interval_months, date(2026, 12, 31)),
        (3, None),
    ]


def test_a_change_that_changes_nothing_is_refused(district, policy):
    tier = Tier.objects.get(bureau="05", key="high")
    address = f"/admin/subjects/tier/{tier.pk}/step/change/"
    client = client_of(district.district_office)
    shown = client.get(address).context["form"].initial

    page = client.post(address, {**shown, "step": 1, "on": "2027-01-01", "why": "x"})

    assert page.context["form"].non_field_errors()
    assert Tier.objects.filter(bureau="05", key="high").count() == 1


def test_a_subjects_page_leaves_out_premises_of_other_areas(district):
    here = PremisesFactory(address="here")
    PremisesFactory(subject=here.subject, area_code="050201", address="elsewhere")

    page = client_of(district.chief).get(f"/admin/subjects/marketsubject/{here.subject_id}/change/").content.decode()

    assert "here" in page
    assert "elsewhere" not in page


def test_a_premises_is_found_by_name_code_and_address(district):
    # a name in one word: "Shop 6" would be looked up as two, and 6 stands in many codes
    subject = SubjectFactory(bureau=district.bureau, name="洪庆粮油店")
    wanted, _other = PremisesFactory(subject=subject, address="洪庆街 7 号"), PremisesFactory()
    client = client_of(district.chief)

    for term in (wanted.subject.name, wanted.subject.uscc, "洪庆街"):
        found = client.get("/admin/subjects/premises/", {"q": term}).context["cl"].result_list
        assert list(found) == [wanted]
