from datetime import date, timedelta

import pytest
from django.utils import translation

from assessment.dashboard.stretches import Stretch, offered
from gridsup.periods import Period
from tests.factories import TODAY


def stretch(text, on=TODAY):
    return Stretch(Period.parse(text), on)


@pytest.mark.parametrize(
    ("text", "days", "before"),
    [
        ("2026Q4", ("2026-10-01", "2026-11-21"), ("2026-07-01", "2026-08-21")),
        ("2026Q3", ("2026-07-01", "2026-09-30"), ("2026-04-01", "2026-06-30")),
        ("2026-11", ("2026-11-01", "2026-11-21"), ("2026-10-01", "2026-10-21")),
        ("2026-10", ("2026-10-01", "2026-10-31"), ("2026-09-01", "2026-09-30")),
    ],
)
def test_a_running_period_is_compared_with_as_many_days_of_the_one_before(text, days, before):
    found = stretch(text)

    assert tuple(map(str, found.days)) == days
    assert tuple(map(str, found.days_before)) == before


def test_the_days_before_stay_inside_their_period():
    found = stretch("2026-03", date(2026, 3, 31))

    assert found.days_before == (date(2026, 2, 1), date(2026, 2, 28))


def test_on_the_first_day_of_a_period_no_day_of_it_is_over():
    found = stretch("2026Q4", date(2026, 10, 1))

    assert not found.has_days
    assert found.is_running
    assert found.weeks[-1][1] == date(2026, 9, 30)


@pytest.mark.parametrize(("text", "number"), [("2026Q4", 13), ("2026-11", 13), ("2026Q3", 14), ("2026-10", 13)])
def test_the_trend_has_the_weeks_of_a_quarter_without_a_gap(text, number):
    found = stretch(text)
    weeks = found.weeks

    assert len(weeks) == number
    assert all(first.weekday() == 0 for first, _last in weeks)
    assert [first for first, _last in weeks[1:]] == [last + timedelta(days=1) for _first, last in weeks[:-1]]
    assert weeks[-1][1] == found.last
    assert weeks[0][0] <= found.first or found.period.shape == "month"


def test_the_picker_offers_the_running_periods_first_and_what_was_asked():
    (_quarters, quarters), (_months, months) = offered(TODAY, Period.parse("2019Q2"))

    assert [value for value, _words in quarters[:2]] == ["2026Q4", "2026Q3"]
    assert quarters[-1][0] == "2019Q2"
    assert [value for value, _words in months][::12] == ["2026-11", "2025-11"]


def test_a_running_period_says_so():
    with translation.override("en"):
        assert [str(stretch("2026Q4")), str(stretch("2026Q3"))] == [
            "fourth quarter of 2026, so far",
            "third quarter of 2026",
        ]
        assert [stretch("2026Q4").before_words, stretch("2026Q3").before_words] == [
            "third quarter of 2026, same days", "second quarter of 2026",
        ]  # fmt: skip
