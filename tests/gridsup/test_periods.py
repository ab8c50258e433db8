from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsup.errors import BadInput
from gridsup.periods import Period

KINDS = [Period.day, Period.month, Period.quarter, Period.half, Period.year]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-11-22", date(2026, 11, 22), date(2026, 11, 22)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-12", date(2026, 12, 1), date(2026, 12, 31)),
        ("2026Q1", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026Q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026H1", date(2026, 1, 1), date(2026, 6, 30)),
        ("2026H2", date(2026, 7, 1), date(2026, 12, 31)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_each_shape_has_its_first_and_last_day(text, first, last):
    period = Period.parse(text)

    assert (str(period), period.first, period.last) == (text, first, last)


@pytest.mark.parametrize(
    ("text", "read"), [("２０２６", "2026"), ("２０２６Ｑ４", "2026Q4"), ("２０２６－１１－２２", "2026-11-22")]
)
def test_wide_digits_and_letters_are_read_as_narrow_ones(text, read):
    assert Period.parse(text) == Period.parse(read)


@pytest.mark.parametrize(
    "text",
    ["", "26", "2026-1", "2026-13", "2026-00", "2026-02-30", "2026-11-22\n", " 2026", "2026Q5", "2026Q0", "2026H3",
     "2026q4", "0000", "0000-01-01", "２０２", "2026-11-22T00:00", "yesterday", "2026/11", "-2026", "x" * 100_000],
)  # fmt: skip
def test_anything_else_is_refused_with_a_short_sentence_that_names_it(text):
    with pytest.raises(BadInput) as refused:
        Period.parse(text)

    assert refused.value.field == "period"
    assert text[:20] in str(refused.value)
    assert len(str(refused.value)) < 200


@given(st.dates(min_value=date(1949, 1, 1), max_value=date(2200, 12, 31)), st.sampled_from(KINDS))
def test_the_period_of_a_day_holds_the_day_and_is_read_back_alike(day, kind):
    period = kind(day)

    assert day in period
    assert Period.parse(str(period)) == period
    assert kind(period.first) == kind(period.last) == period


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2199, 1, 1)), st.sampled_from(KINDS))
def test_periods_of_one_kind_follow_each_other_without_gap_or_overlap(day, kind):
    period = kind(day)
    following = kind(period.last + timedelta(days=1))

    assert following.first == period.last + timedelta(days=1)
    assert following.first not in period


@given(st.text(max_size=12))
def test_no_text_breaks_the_reader(text):
    try:
        period = Period.parse(text)
    except BadInput:
        return
    assert str(period) == text
    assert period.first <= period.last


def test_work_for_single_days_refuses_a_longer_period():
    assert Period.parse("2026-11-22").one_day() == date(2026, 11, 22)
    with pytest.raises(BadInput, match="2026-10-01"):
        Period.parse("2026Q4").one_day()


@given(st.dates(min_value=date(1950, 1, 1), max_value=date(2200, 12, 31)), st.sampled_from(KINDS))
def test_the_period_before_has_the_same_shape_and_ends_the_day_before(day, kind):
    period = kind(day)

    assert period.before.last == period.first - timedelta(days=1)
    assert period.before.shape == period.shape == kind.__name__


def test_work_for_some_shapes_refuses_the_others_and_says_how_to_write_them():
    assert Period.parse("2026Q4").shaped("month", "quarter").shape == "quarter"
    with pytest.raises(BadInput, match=r"2026-11(?!-).*2026Q4") as refused:
        Period.parse("2026H2").shaped("month", "quarter")
    assert refused.value.field == "period"
