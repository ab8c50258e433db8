"""Keys that are sent: none gets into a query that a database could not compare with."""

import pytest
from django import forms

from grids.models import Bureau
from gridsup.keys import LARGEST_KEY, RowsField, key_in, keys_in
from tests.factories import BureauFactory

NO_KEYS = ["", "x", "-1", "1.0", "٣", "²", str(LARGEST_KEY + 1), "9" * 22, "9" * 5_000]


class Ticked(forms.Form):
    rows = RowsField(queryset=Bureau.objects.none())

    def __init__(self, *args):
        super().__init__(*args)
        self.fields["rows"].queryset = Bureau.objects.all()


@pytest.mark.parametrize("text", NO_KEYS)
def test_what_is_no_key_of_any_row_is_none(text):
    assert key_in(text) is None


def test_a_key_is_read_up_to_the_largest():
    assert [key_in(text) for text in ("7", 7, LARGEST_KEY)] == [7, 7, LARGEST_KEY]


def test_of_several_the_keys_are_taken_in_their_order():
    assert keys_in(["8", *NO_KEYS, "3"]) == [8, 3]


@pytest.mark.django_db
@pytest.mark.parametrize("text", NO_KEYS)
def test_rows_ticked_by_what_is_no_key_are_refused(text):
    bureau = BureauFactory()
    form = Ticked({"rows": [str(bureau.pk), text]})

    assert not form.is_valid()
    assert form.has_error("rows", "invalid_choice")


@pytest.mark.django_db
def test_rows_that_are_ticked_are_found():
    bureau = BureauFactory()
    form = Ticked({"rows": [str(bureau.pk)]})

    assert form.is_valid(), form.errors
    assert list(form.cleaned_data["rows"]) == [bureau]
