from datetime import date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from gridsup.errors import BadInput, NotAllowed
from gridsup.parts import Part
from subjects import presets
from subjects.actions import apply_policy, change_row, figure, load_preset, set_tier
from subjects.models import CreditEffect, PolicyEvent, Premises, Tier, TierPeriod, TradeTier
from subjects.preview import preview_preset
from subjects.rules import Rhythm, next_due
from tests.factories import BureauFactory, PremisesFactory, SubjectFactory, TradeFactory

DAY = date(2026, 10, 1)
NOON = datetime(2026, 10, 1, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def loaded(name="FR", on=DAY):
    BureauFactory()
    return load_preset(bureau="05", name=name, on=on, now=NOON, why="monthly rhythm" if name == "T" else "")


def applied(**facts):
    """A premises with the facts of its subject and itself, after the policy was applied."""
    subject = SubjectFactory(**{key: facts.pop(key) for key in ("kind", "credit", "registered_on") if key in facts})
    if "trade" in facts:
        facts["trade"] = TradeFactory(code=facts["trade"]) if facts["trade"] else None
    premises = PremisesFactory(subject=subject, **facts)
    apply_policy(bureau="05", on=DAY, now=NOON)
    premises.refresh_from_db()
    return premises


@pytest.mark.parametrize("name", presets.names())
def test_every_preset_says_something_for_every_tier_and_credit(db, name):
    loaded(name)

    tiers = set(Tier.objects.values_list("key", flat=True))
    effects = set(CreditEffect.objects.values_list("tier_key", "credit"))
    assert effects == {(tier, credit) for tier in tiers for credit in ("A", "B", "C", "D", "")}
    assert set(TradeTier.objects.values_list("tier_key", flat=True)) <= tiers
    assert not Tier.objects.filter(source="").exists()


@pytest.mark.parametrize(
    ("preset", "trade", "tier", "interval"),
    [
        ("F", "5221", "high", 2),
        ("F", "6210", "high", 2),
        ("F", "5244", "medium", 3),
        ("F", "5112", "medium", 3),
        ("F", "7243", "low", 6),
        ("F", None, "low", 6),
        ("R", "8040", "high", None),
        ("R", "5219", "low", None),
        ("FR", "9013", "high", 2),
        ("FR", "5166", "high", 2),
        ("FR", "5145", "medium", 3),
        ("FR", "6210", "low", None),  # credit A
        ("T", "5227", "service", 3),
        ("T", "9011", "supervision", 1),
        ("FOOD", "6210", "B", 6),
        ("FOOD", "5232", "", None),  # not a food trade: not in this preset
    ],
)
def test_the_longest_prefix_of_the_trade_decides_the_tier(db, preset, trade, tier, interval):
    loaded(preset)

    premises = applied(trade=trade, credit="A")

    assert (premises.tier, premises.interval_months) == (tier, interval)


@pytest.mark.parametrize(
    ("tier", "credit", "mode", "interval"),
    [
        ("high", "A", "key", 2),
        ("high", "C", "key", 2),
        ("medium", "A", "general", 3),
        ("medium", "B", "key", 2),
        ("medium", "C", "key", 2),
        ("low", "A", "exempt", None),
        ("low", "B", "general", 6),
        ("low", "C", "general", 6),
        ("low", "D", "general", 6),
        ("low", "", "general", 6),
    ],
)
def test_risk_and_credit_together_give_the_mode(db, tier, credit, mode, interval):
    loaded("FR")

    premises = applied(trade="5219", tier_given=tier, credit=credit)

    assert (premises.tier, premises.mode, premises.interval_months) == (tier, mode, interval)
    assert premises.effect_rule.credit == credit
    assert premises.tier_rule is None


def test_the_kind_of_an_unlicensed_trader_goes_before_its_trade(db):
    loaded("FR")
    subject = SubjectFactory(kind="unlicensed", uscc=None, credit="")
    premises = PremisesFactory(subject=subject, trade=TradeFactory(code="5219"))

    apply_policy(bureau="05", on=DAY, now=NOON)

    premises.refresh_from_db()
    assert (premises.tier, premises.mode) == ("high", "key")
    assert premises.tier_rule.kind == "unlicensed"


def test_the_statement_and_the_rule_agree_on_the_next_due_day(db):
    since = date(2026, 9, 15)
    loaded("F", on=since)
    trade, intervals = TradeFactory(), {"high": 2, "medium": 3, "low": 6}
    cases = product(
        intervals,
        [None, date(2010, 1, 1), date(2026, 9, 20)],  # registered
        [date(2026, 9, 30), date(2026, 12, 31), date(2025, 1, 31)],  # entered
        [None, date(2026, 8, 31), date(2026, 12, 31), date(2024, 2, 29)],  # counts from
        [0, 4999, 9999],  # spread
    )
    expected = {}
    for tier, registered_on, entered_on, counts_from, spread in cases:
        subject = SubjectFactory(registered_on=registered_on)
        facts = {"entered_on": entered_on, "counts_from": counts_from, "spread": spread}
        premises = PremisesFactory(subject=subject, trade=trade, tier_given=tier, **facts)
        rhythm = Rhythm(interval=intervals[tier], since=since, first_visit=30, registered_on=registered_on, **facts)
        expected[premises.pk] = next_due(rhythm)

    apply_policy(bureau="05", on=DAY, now=NOON)

    assert dict(Premises.objects.values_list("pk", "next_due_on")) == expected
    assert min(expected.values()) >= since
    assert len(expected) == 324


def test_a_closed_premises_never_falls_due(db):
    loaded("F")

    assert applied(trade="5221", status="closed").next_due_on is None


def test_applying_twice_changes_nothing_and_dates_the_tier_once(db):
    loaded("FR")
    premises = applied(trade="5221")

    again = apply_policy(bureau="05", on=DAY, now=NOON)

    assert again == {"read": 1, "changed": 0}
    assert list(premises.tier_periods.values_list("tier", "reason", "to_day")) == [("high", "rule", None)]


def test_a_new_tier_ends_the_old_period_the_day_before(db):
    loaded("FR")
    premises = applied(trade="5219")
    Premises.objects.update(tier_given="medium")
    later = DAY + timedelta(days=40)

    apply_policy(bureau="05", on=later, now=NOON)

    assert list(premises.tier_periods.values_list("tier", "reason", "from_day", "to_day")) == [
        ("low", "rule", DAY, later - timedelta(days=1)),
        ("medium", "file", later, None),
    ]


def test_a_policy_touches_no_other_bureau(db):
    loaded("F")
    stranger = PremisesFactory(area_code="060101")

    apply_policy(bureau="05", on=DAY, now=NOON)

    stranger.refresh_from_db()
    assert stranger.tier == ""


def test_loading_the_same_preset_again_keeps_every_row(db):
    made = loaded("FR")["made"]

    again = load_preset(bureau="05", name="FR", on=DAY + timedelta(days=9), now=NOON)

    assert again == {"made": 0, "ended": 0, "kept": made, "reopened": 0}


def test_another_preset_ends_the_rows_and_the_past_keeps_them(db):
    loaded("F")
    later = DAY + timedelta(days=30)

    load_preset(bureau="05", name="T", on=later, now=NOON, why="monthly rhythm")

    assert set(Tier.objects.in_force("05", DAY).values_list("key", flat=True)) == {"high", "medium", "low"}
    assert set(Tier.objects.in_force("05", later).values_list("key", flat=True)) == {"service", "supervision"}
    assert figure("05", "yearly_cap", later) == 12


def test_a_preset_taken_back_before_its_day_leaves_everything_as_it_was(db):
    made = loaded("FR")["made"]
    premises = applied(trade="5221", counts_from=date(2026, 5, 1))
    due = premises.next_due_on
    later = DAY + timedelta(days=20)
    load_preset(bureau="05", name="T", on=DAY + timedelta(days=40), now=NOON, why="monthly rhythm")

    back = load_preset(bureau="05", name="FR", on=later, now=NOON)
    apply_policy(bureau="05", on=later, now=NOON)

    premises.refresh_from_db()
    assert back == {"made": 0, "ended": 0, "kept": made, "reopened": made}
    assert premises.next_due_on == due
    assert not Tier.objects.filter(preset="T").exists()


def test_a_preset_in_use_since_today_is_not_thrown_away(db, english):
    loaded("F")
    applied(trade="5221")

    with pytest.raises(BadInput, match="later day"):
        load_preset(bureau="05", name="T", on=DAY, now=NOON, why="monthly rhythm")

    assert Tier.objects.in_force("05", DAY).count() == 3


def test_an_unknown_preset_or_bureau_is_a_sentence(db, english):
    with pytest.raises(BadInput, match="Known: F, FOOD, FR, R, T"):
        loaded("XX")
    with pytest.raises(BadInput, match="no bureau 77"):
        load_preset(bureau="77", name="F", on=DAY, now=NOON)


def test_a_preset_beyond_the_usual_cap_needs_the_bureaus_reason_and_keeps_it(db, english):
    BureauFactory()
    with pytest.raises(BadInput, match="reason"):
        load_preset(bureau="05", name="T", on=DAY, now=NOON, why=" ")
    assert not Tier.objects.exists()

    load_preset(bureau="05", name="T", on=DAY, now=NOON, why="monthly rhythm")

    assert PolicyEvent.objects.get().why == "monthly rhythm"


def test_the_preview_says_who_uses_up_the_cap_and_that_it_rises(db):
    loaded("F")
    applied(trade="5221")

    same = preview_preset(bureau="05", name="F", on=DAY + timedelta(days=60), now=NOON)
    higher = preview_preset(bureau="05", name="T", on=DAY + timedelta(days=60), now=NOON)

    assert (same.after.at_cap, same.after.above_cap, same.raises_cap) == (1, 0, False)
    assert higher.raises_cap


def test_a_preset_needs_the_permission_over_the_bureau(district):
    with pytest.raises(NotAllowed):
        load_preset(bureau="05", name="F", on=DAY, now=NOON, by=district.outsider)
    assert load_preset(bureau="05", name="F", on=DAY, now=NOON, by=district.district_office)["made"]


def test_a_shorter_interval_makes_nobody_late_on_its_first_day(db):
    loaded("F")
    premises = applied(trade="5219", counts_from=date(2026, 5, 1))
    later = date(2026, 10, 20)
    tier = Tier.objects.get(key="low", to_day=None)

    change_row(row=tier, on=later, by=None, now=NOON, why="new order", values={"interval_months": 1})
    apply_policy(bureau="05", on=later, now=NOON)

    premises.refresh_from_db()
    assert premises.interval_months == 1
    assert later <= premises.next_due_on < date(2026, 11, 20)


def test_a_changed_row_needs_a_reason_a_change_and_a_later_day(db):
    loaded("F")
    tier = Tier.objects.get(key="low")
    for why, on, values in (
        ("", DAY + timedelta(days=1), {"rank": 9}),
        ("x", DAY, {"rank": 9}),
        ("x", date(2027, 1, 1), {}),
    ):
        with pytest.raises(BadInput):
            change_row(row=tier, on=on, by=None, now=NOON, why=why, values=values)
    tier.refresh_from_db()
    assert tier.to_day is None


def test_a_tier_set_by_a_person_goes_before_trade_and_is_history(district):
    loaded("FR")
    premises = applied(trade="5219", credit="A")

    set_tier(premises=premises, tier="high", why="gas bottles", by=district.chief, on=DAY, now=NOON)

    assert (premises.tier, premises.mode, premises.interval_months) == ("high", "key", 2)
    period = TierPeriod.objects.get(premises=premises, to_day=None)
    assert (period.reason, period.by, period.why) == ("person", district.chief, "gas bottles")
    event = premises.events.get()
    assert (event.old, event.new, event.why) == ("low", "high", "gas bottles")


@pytest.mark.parametrize(
    ("who", "tier", "why"), [("far_chief", "high", "x"), ("chief", "nine", "x"), ("chief", "high", " ")]
)
def test_a_tier_is_set_only_by_the_entitled_with_a_reason_to_a_known_one(district, who, tier, why):
    loaded("FR")
    premises = applied(trade="5219")

    with pytest.raises((NotAllowed, BadInput)):
        set_tier(premises=premises, tier=tier, why=why, by=getattr(district, who), on=DAY, now=NOON)

    premises.refresh_from_db()
    assert premises.tier == "low"


def test_a_preview_says_what_would_change_and_changes_nothing(db):
    loaded("F")
    premises = applied(trade="5221")

    preview = preview_preset(bureau="05", name="T", on=DAY + timedelta(days=60), now=NOON)

    assert preview.before.premises == {("high", "general"): 1}
    assert preview.after.premises == {("service", "general"): 1}
    assert (preview.before.visits, preview.after.visits, preview.before.cap, preview.after.cap) == (6, 4, 6, 12)
    assert preview.changed == {"tier": 1, "mode": 0, "interval_months": 1, "next_due_on": 1}
    premises.refresh_from_db()
    assert premises.tier == "high"
    assert not Tier.objects.filter(preset="T").exists()


def test_a_bureau_of_many_premises_is_worked_in_parts(db, monkeypatch):
    monkeypatch.setattr("gridsup.parts.WHOLE_BUREAU_ROWS", 1)
    loaded("F")
    rows = [PremisesFactory(area_code=code) for code in ("050101", "050201", "0502", "05")]

    assert apply_policy(bureau="05", on=DAY, now=NOON) == {"read": 4, "changed": 4}
    assert Premises.objects.filter(Part.itself("05").rows()).get() == rows[3]
