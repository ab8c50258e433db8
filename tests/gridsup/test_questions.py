"""What is typed into a question or a form, as it is understood."""

from datetime import date

import pytest
from django import forms

from gridsup.questions import DayField


@pytest.mark.parametrize("typed", ["2026-11-22", " 2026-11-22 ", "２０２６－１１－２２", date(2026, 11, 22)])
def test_a_day_is_read_in_the_digits_of_any_keyboard(typed):
    assert DayField().clean(typed) == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2026-02-30", "There is no day 2026-02-30."),
        ("2026-13-01", "There is no day 2026-13-01."),
        ("２０２６-02-30", "There is no day 2026-02-30."),
        ("22.11.2026", "Write the day as 2026-11-22."),
        ("0001-01-01", "between 1900-01-01 and 2999-12-31"),
    ],
)
def test_a_day_that_there_is_not_is_told_from_one_that_is_written_otherwise(english, typed, sentence):
    with pytest.raises(forms.ValidationError) as refused:
        DayField().clean(typed)

    assert sentence in refused.value.messages[0]
