from datetime import date, timedelta

import pytest
from django.utils import timezone

from gridsup.errors import BadInput
from subjects import presets
from subjects.actions import change_row, load_preset
from subjects.items import items_for
from subjects.lines import LINES, line_name
from subjects.models import CheckItem, Tier, TimeLimit
from tests.factories import BureauFactory, DuePremisesFactory, TradeFactory

DAY = date(2026, 11, 22)


def loaded(name: str) -> None:
    BureauFactory()
    load_preset(bureau="05", name=name, on=date(2026, 1, 1), now=timezone.now(), why="test")


def codes(tier: str, trade: str = "5219", on: date = DAY) -> list[str]:
    """The items of a premises of the tier and trade, in order."""
    premises = DuePremisesFactory(tier=tier, trade=TradeFactory(code=trade))
    return [item.code for item in items_for(premises, on)]


@pytest.mark.parametrize("name", ["F", "FR"])
@pytest.mark.parametrize(
    ("tier", "items"),
    [
        ("high", ["subject_qualification", "prior_permit", "goods_identity", "supply_channel", "goods_quality"]),
        ("medium", ["subject_qualification", "business_scope", "goods_quality"]),
        ("low", ["subject_qualification"]),
    ],
)
def test_f_asks_of_each_tier_what_its_table_says(db, name, tier, items):
    loaded(name)

    assert codes(tier) == items


def test_a_trade_adds_its_own_items(db):
    loaded("FOOD")

    assert "catering_process" in codes("B", "6210")
    assert "food_labels" in codes("B", "5122")
    assert not {"catering_process", "food_labels"} & set(codes("B", "7221"))


@pytest.mark.parametrize("name", presets.names())
def test_every_item_of_a_preset_has_a_known_line_a_tier_and_a_source(name):
    preset = presets.read(name)
    tiers = {row["key"] for row in preset.rows[Tier]} | {""}
    items = preset.rows[CheckItem]

    assert items
    assert {item["line"] for item in items} <= set(LINES)
    assert {item["tier_key"] for item in items} <= tiers
    assert all(item["source"] and item["text"] for item in items)


@pytest.mark.parametrize("name", presets.names())
def test_every_tier_of_every_preset_has_something_to_look_at(db, name):
    loaded(name)

    for tier in Tier.objects.all():
        assert codes(tier.key)


def test_one_code_is_asked_once_and_by_the_narrowest_row(db):
    loaded("F")
    facts = {"bureau_id": "05", "preset": "F", "from_day": date(2026, 1, 1), "source": "x", "line": "food"}
    CheckItem.objects.create(code="goods_quality", prefix="52", text="of all retail", **facts)
    CheckItem.objects.create(code="goods_quality", prefix="521", text="of such retail", **facts)

    premises = DuePremisesFactory(tier="high")

    assert [item.text for item in items_for(premises, DAY) if item.code == "goods_quality"] == ["of such retail"]


def test_a_changed_item_holds_from_its_day_and_the_past_keeps_the_old(db):
    loaded("F")
    row = CheckItem.objects.get(code="business_scope")
    change_row(row=row, on=DAY, by=None, now=timezone.now(), why="order 9", values={"text": "Scope"})
    premises = DuePremisesFactory(tier="medium")

    def text(on: date) -> str:
        return next(item.text for item in items_for(premises, on) if item.code == "business_scope")

    assert (text(DAY), text(DAY - timedelta(days=1))) == ("Scope", row.text)


def test_another_bureaus_items_are_not_asked(db):
    loaded("F")
    elsewhere = DuePremisesFactory(area_code="060101", tier="high")

    assert items_for(elsewhere, DAY) == []


def test_a_limit_of_no_days_is_refused_with_a_sentence(db):
    loaded("F")
    row = TimeLimit.objects.get(key="visit_entry")

    with pytest.raises(BadInput) as refused:
        change_row(row=row, on=DAY, by=None, now=timezone.now(), why="x", values={"days": 0})
    assert refused.value.field == "days"


def test_a_line_of_the_bureaus_own_keeps_its_name():
    assert line_name("fireworks") == "fireworks"
    assert line_name("food") != "food"
