import pytest
from django.db.models import Q

from gridsup.searching import holds_words
from subjects.models import Premises
from tests.factories import PremisesFactory


def test_each_word_may_stand_in_any_field():
    found = holds_words("Shop 777", ["name", "address"])

    assert found == (Q(name__icontains="Shop") | Q(address__icontains="Shop")) & (
        Q(name__contains="777") | Q(address__contains="777")
    )


@pytest.mark.parametrize("word", ["777", "幸福路", "（2）"])
def test_a_word_without_case_is_compared_as_it_stands(word):
    assert holds_words(word, ["name"]) == Q(name__contains=word)


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["幸福路", "tea", "TEA", "幸福 77", "７７号", "77号 teA"])
def test_case_does_not_count(text):
    premises = PremisesFactory(address="幸福路77号，７７号 Tea House")
    PremisesFactory(address="平安路1号")

    assert list(Premises.objects.search(text)) == [premises]
