import json

import pytest
from django.core.management import call_command

from subjects.models import Trade
from subjects.trades import load_trades

pytestmark = pytest.mark.django_db


def test_the_classification_goes_in_whole_with_its_tree(capsys):
    call_command("load_trades")

    assert json.loads(capsys.readouterr().out) == {"read": 1971, "made": 1971, "changed": 0, "unchanged": 0}
    retail = Trade.objects.get(code="5219")
    assert [retail.parent.code, retail.parent.parent.code, retail.parent.parent.parent.code] == ["521", "52", "F"]


def test_loading_again_mends_what_differs_and_leaves_the_rest():
    load_trades()
    Trade.objects.filter(code="0111").update(name="?")

    assert load_trades() == {"read": 1971, "made": 0, "changed": 1, "unchanged": 1970}
    assert Trade.objects.get(code="0111").name == "稻谷种植"


def test_loading_takes_the_same_few_statements_again(django_assert_max_num_queries):
    load_trades()

    with django_assert_max_num_queries(4):
        load_trades()
