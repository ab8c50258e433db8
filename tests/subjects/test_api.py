from datetime import date

import pytest
from django.utils import timezone

from subjects.actions import apply_policy, load_preset
from subjects.models import Permit, Placement
from tests.api import api_as, errors
from tests.factories import TODAY, DuePremisesFactory, PremisesFactory, SubjectFactory


@pytest.fixture
def premises(district):
    load_preset(bureau="05", name="FR", on=date(2026, 1, 1), now=timezone.now())
    subject = SubjectFactory(representative="李某某", phone="13800001234")
    return PremisesFactory(subject=subject)


def test_personal_data_is_masked_in_a_list_and_whole_on_the_page(district, premises):
    client = api_as(district.lead)

    listed = client.get("/api/v1/subjects").json()["results"][0]
    page = client.get(f"/api/v1/subjects/{premises.subject_id}").json()

    assert (listed["representative"], listed["phone"]) == ("李**", "138****1234")
    assert (page["representative"], page["phone"]) == ("李某某", "13800001234")
    assert "13800001234" not in client.get("/api/v1/premises").content.decode()
    assert client.get(f"/api/v1/premises/{premises.pk}").json()["subject"]["phone"] == "13800001234"


def test_a_code_is_found_however_wide_it_is_typed(district, premises):
    SubjectFactory()
    code = premises.subject.uscc
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code)
    client = api_as(district.lead)

    for typed in (code, wide):
        assert [row["uscc"] for row in client.get("/api/v1/subjects", {"uscc": typed}).json()["results"]] == [code]
        assert [row["id"] for row in client.get("/api/v1/premises", {"uscc": typed}).json()["results"]] == [premises.pk]


def test_a_subject_shows_only_the_premises_in_ones_own_areas(district, premises):
    PremisesFactory(subject=premises.subject, area_code="050201")

    def shown_to(officer):
        reply = api_as(officer).get(f"/api/v1/subjects/{premises.subject_id}").json()
        return [row["area_code"] for row in reply["premises"]]

    assert shown_to(district.chief) == ["050101"]
    assert shown_to(district.district_office) == ["050101", "050201"]


def test_the_page_of_a_premises_says_which_rules_made_its_tier(district, premises):
    apply_policy(bureau="05", on=TODAY, now=timezone.now())
    Permit.objects.create(premises=premises, number="JY1", valid_to=TODAY)
    Placement.objects.create(premises=premises, area_code="050101", from_day=date(2026, 1, 1))

    page = api_as(district.lead).get(f"/api/v1/premises/{premises.pk}").json()

    assert page["tier_rule"]["tier_key"] == page["tier"]
    assert page["tier_rule"]["source"]
    assert page["effect_rule"]["mode"] == page["mode"]
    assert [permit["number"] for permit in page["permits"]] == ["JY1"]
    assert [placement["area_code"] for placement in page["placements"]] == ["050101"]
    assert page["tier_periods"][0]["reason"] == "rule"


def test_a_chief_sets_the_tier_with_a_reason(district, premises):
    answer = api_as(district.chief).post(f"/api/v1/premises/{premises.pk}/tier", {"tier": "high", "why": "burns"})

    assert answer.status_code == 200
    assert answer.json()["tier"] == "high"
    assert answer.json()["tier_periods"][-1]["why"] == "burns"
    assert answer.json()["tier_periods"][-1]["by"] == "chief"


@pytest.mark.parametrize(
    ("who", "body", "code", "error"),
    [
        ("chief", {"tier": "high"}, 400, ("required", "why")),
        ("chief", {"tier": "high", "why": " "}, 400, ("blank", "why")),
        ("chief", {"tier": "huge", "why": "x"}, 400, ("bad_input", "tier")),
        ("lead", {"tier": "high", "why": "x"}, 403, ("not_allowed", "")),
        ("far_chief", {"tier": "high", "why": "x"}, 404, ("not_found", "")),
        ("outsider", {"tier": "high", "why": "x"}, 404, ("not_found", "")),
    ],
)
def test_a_tier_that_may_not_be_set_is_refused_and_stays(district, premises, who, body, code, error):
    answer = api_as(getattr(district, who)).post(f"/api/v1/premises/{premises.pk}/tier", body)

    assert answer.status_code == code
    assert errors(answer) == [error]
    premises.refresh_from_db()
    assert premises.tier_given == ""


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"due_from": "2026-11-22", "due_to": "2026-11-22"}, ["due"]),
        ({"due_to": "2026-11-21"}, []),
        ({"mode": "key"}, ["due"]),
        ({"mode": "exempt"}, ["unplaced"]),
        ({"placed": "false"}, ["unplaced"]),
        ({"placed": "true"}, ["due"]),
        ({"tier": "high"}, ["due"]),
        ({"trade": "52"}, ["due", "unplaced"]),
        ({"trade": "61"}, []),
        ({"name": "nplac"}, ["unplaced"]),
    ],
)
def test_premises_are_found_by_what_the_policy_made_of_them(district, query, found):
    DuePremisesFactory(subject=SubjectFactory(name="due"))
    PremisesFactory(subject=SubjectFactory(name="unplaced"), area_code="0501")

    reply = api_as(district.chief).get("/api/v1/premises", query).json()

    assert sorted(row["subject"]["name"] for row in reply["results"]) == found


def test_tiers_are_those_of_the_own_bureau_on_a_day(district):
    load_preset(bureau="05", name="FR", on=date(2026, 1, 1), now=timezone.now())

    assert api_as(district.lead).get("/api/v1/tiers", {"in_force": "2026-01-01"}).json()["count"] == 3
    assert api_as(district.lead).get("/api/v1/tiers", {"in_force": "2025-12-31"}).json()["count"] == 0
    assert api_as(district.outsider).get("/api/v1/tiers").json()["count"] == 0
