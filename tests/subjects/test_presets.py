import pytest

from subjects import presets
from subjects.models import CheckItem

ITEMS = {
    "high": ["主体资格", "前置许可", "商品标识", "进货渠道", "商品质量"],
    "medium": ["主体资格", "经营范围", "商品质量"],
    "low": ["主体资格"],
}


@pytest.mark.parametrize("name", ["F", "FR"])
@pytest.mark.parametrize("tier", ITEMS)
def test_f_checks_more_the_higher_the_risk(name, tier):
    rows = presets.read(name).rows[CheckItem]

    assert [row["text"] for row in rows if row["tier_key"] in {"", tier}] == ITEMS[tier]


@pytest.mark.parametrize("name", presets.names())
def test_every_preset_says_itself_what_is_checked(name):
    assert presets.read(name).rows[CheckItem]
