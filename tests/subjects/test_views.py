from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from grids.actions import stand_in
from grids.models import Posting
from subjects.actions import apply_policy, load_preset, set_tier
from subjects.models import Permit, Placement, Premises
from tests.certified import certified
from tests.factories import (
    DuePremisesFactory,
    OfficerFactory,
    PremisesFactory,
    SubjectFactory,
    TaskFactory,
    TradeFactory,
)

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)


@pytest.fixture
def as_chief(client, district):
    client.cookies["django_language"] = "en"
    client.force_login(district.chief)
    return client


def named(name, **facts):
    return PremisesFactory(subject=SubjectFactory(name=name), **facts)


def found(client, query):
    return {premises.subject.name for premises in client.get(f"/ledger/?{query}").context["page"]}


def test_the_ledger_is_searched_by_a_part_of_name_address_or_code(as_chief):
    premises = named("西安市灞桥区张记面馆", address="纺织城街道纺西街12号")
    named("Other")

    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in premises.subject.uscc)
    for part in ("张记", "面馆 纺西", premises.subject.uscc, wide, "纺西街12"):
        assert found(as_chief, f"q={part}") == {"西安市灞桥区张记面馆"}, part
    assert found(as_chief, "q=张记 Other") == set()


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", {"Key", "Plain", "Closed", "Nowhere"}),
        ("mode=key", {"Key"}),
        ("tier=high", {"Key"}),
        ("tier=none", {"Plain", "Closed", "Nowhere"}),
        ("status=closed", {"Closed"}),
        ("kind=enterprise", {"Plain"}),
        ("trade=62", {"Plain"}),
        ("placed=no", {"Nowhere"}),
        ("placed=yes&status=active", {"Key", "Plain"}),
        ("area=050101", {"Key", "Plain", "Closed"}),
        ("area=0501&exact=1", {"Nowhere"}),
        ("due=late", {"Key"}),
        ("due=never", {"Plain", "Closed", "Nowhere"}),
        ("due_to=2020-01-01", {"Key"}),
        ("seen_from=2026-10-01", {"Plain"}),
        ("seen_from=2026-10-02", set()),
        ("unseen_from=2026-10-01", {"Key", "Closed", "Nowhere"}),
        ("unseen_from=2026-10-02&status=active", {"Key", "Plain", "Nowhere"}),
    ],
)
def test_the_ledger_is_filtered(as_chief, query, wanted):
    load_preset(bureau="05", name="F", on=timezone.localdate(), now=timezone.now())
    DuePremisesFactory(subject=SubjectFactory(name="Key"), next_due_on=date(2020, 1, 1))
    PremisesFactory(
        subject=SubjectFactory(name="Plain", kind="enterprise"),
        trade=TradeFactory(code="6210"),
        last_visited_on=date(2026, 10, 1),
    )
    named("Closed", status="closed")
    named("Nowhere", area_code="0501")

    assert found(as_chief, query) == wanted


@pytest.mark.parametrize(
    "query",
    [
        "area=abc", "page=9999", "page=x", "due_to=2026-99-99", "due=x", "trade=%27", "tier=x", "kind=0", "mode=",
        "q=" + "x" * 10_000, "q=%00%00", "q=%25%25", "placed=maybe", "status=1&status=2",
    ],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_answered_with_a_page(as_chief, query):
    PremisesFactory()

    assert as_chief.get(f"/ledger/?{query}").status_code == 200


def test_the_ledger_needs_as_many_queries_for_thirty_rows_as_for_three(as_chief, count_queries):
    PremisesFactory.create_batch(3)
    few = count_queries(as_chief, "/ledger/?area=0501")
    PremisesFactory.create_batch(27)

    assert count_queries(as_chief, "/ledger/?area=0501") == few


def test_a_lead_sees_the_own_grid_only(client, district):
    client.force_login(district.lead)
    mine, other = named("Mine"), named("Other", area_code="050102")

    assert found(client, "") == {"Mine"}
    assert found(client, "area=05") == {"Mine"}
    assert client.get(mine.get_absolute_url()).status_code == 200
    assert client.get(other.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("duty", ["informant", "supervisor", "system_admin", "security_admin", "auditor"])
def test_who_may_see_no_business_rows_is_told_so(client, district, duty):
    client.force_login(district.by_duty[duty])

    assert client.get("/ledger/").status_code == 403
    assert client.get(PremisesFactory().get_absolute_url()).status_code == 403


def test_the_file_of_a_premises_shows_facts_second_premises_and_permit(as_chief):
    premises = named("Shop")
    PremisesFactory(subject=premises.subject, address="Second Street 2")
    PremisesFactory(subject=premises.subject, address="Hidden Street", area_code="050201")
    Permit.objects.create(premises=premises, kind="食品", number="JY1", valid_to=date(2020, 1, 1))
    TaskFactory(premises=premises, reason="campaign", plan=None)

    text = as_chief.get(premises.get_absolute_url()).text

    assert "Second Street 2" in text
    assert "Hidden Street" not in text
    assert "ran out on 2020-01-01" in text
    assert "campaign ·" in text


def test_the_file_says_why_a_premises_has_its_tier_and_day(as_chief):
    load_preset(bureau="05", name="F", on=date(2026, 1, 1), now=NOON)
    premises = PremisesFactory(trade=TradeFactory(code="6210", name="正餐服务"))
    apply_policy(bureau="05", on=date(2026, 1, 1), now=NOON)

    text = as_chief.get(premises.get_absolute_url()).text

    assert "trade 6210 正餐服务 begins with 62" in text
    assert "F：食品" in text
    assert "Every 2 months" in text


def test_a_tier_by_decision_names_who_decided_and_why(as_chief, district):
    load_preset(bureau="05", name="F", on=date(2026, 1, 1), now=NOON)
    premises = PremisesFactory()
    apply_policy(bureau="05", on=date(2026, 1, 1), now=NOON)
    premises.refresh_from_db()
    set_tier(premises=premises, tier="high", why="Two complaints", by=district.chief, on=date(2026, 11, 1), now=NOON)

    assert "by decision of chief: Two complaints" in as_chief.get(premises.get_absolute_url()).text


def test_it_answers_who_was_responsible_on_a_day(as_chief, district):
    premises = PremisesFactory()
    Placement.objects.create(premises=premises, area_code="050102", from_day=date(2026, 1, 1), to_day=date(2026, 3, 31))
    Placement.objects.create(premises=premises, area_code="050101", from_day=date(2026, 4, 1))
    Posting.objects.create(
        officer=OfficerFactory(name="Old lead"), duty="grid_lead", area_code="050101", from_day=date(2024, 1, 1),
        to_day=date(2024, 12, 31),
    )  # fmt: skip

    def people(day):
        page = as_chief.get(f"{premises.get_absolute_url()}?on={day}")
        return [str(post.officer) for post in page.context["people"]]

    assert people("2026-02-01") == ["neighbour", "chief", "head"]
    assert people("2026-05-01") == ["lead", "manager", "chief", "head"]
    assert people("2025-12-31") == []
    assert as_chief.get(f"{premises.get_absolute_url()}?on=2026-02-31").status_code == 200


def test_the_timeline_gathers_from_all_apps(as_chief, district):
    premises = DuePremisesFactory()
    premises.events.create(premises=premises, what="entered", new="active", at=NOON)
    task = TaskFactory(premises=premises)
    task.events.create(task=task, what="assignee", new="manager", by=district.chief, at=NOON + timedelta(hours=1))

    entries = as_chief.get(premises.get_absolute_url()).context["entries"]

    assert [entry.what for entry in entries] == ["Task given to manager", "Entered in the ledger"]


def test_the_file_needs_few_queries_however_long_it_is(as_chief, count_queries):
    premises = DuePremisesFactory()
    TaskFactory(premises=premises, reason="draw")
    few = count_queries(as_chief, premises.get_absolute_url())
    for number in range(20):
        TaskFactory(premises=premises, reason="campaign", due_on=date(2026, 12, 1) + timedelta(days=number))
        premises.events.create(premises=premises, what="corrected", new=str(number), at=NOON)
    Premises.objects.filter(pk=premises.pk).update(lon=109.0, lat=34.2)

    assert count_queries(as_chief, premises.get_absolute_url()) == few


def test_who_stood_in_is_named_beside_who_was_absent(as_chief, district):
    premises = PremisesFactory(area_code="050101", entered_on=date(2026, 1, 1))
    stand_in(
        posting=district.lead.postings.get(), officer=certified(district.neighbour_lead), from_day=date(2026, 11, 1),
        to_day=date(2026, 11, 9), now=NOON,
    )  # fmt: skip

    on_leave = as_chief.get(f"{premises.get_absolute_url()}?on=2026-11-09").content.decode()
    back = as_chief.get(f"{premises.get_absolute_url()}?on=2026-11-10").content.decode()

    assert "on leave: neighbour stands in until 2026-11-09" in on_leave
    assert "stands in for lead" in on_leave
    assert "stands in" not in back
