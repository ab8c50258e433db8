from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gridsup import holidays
from gridsup.workdays import WorkCalendar

CALENDAR = WorkCalendar({row.day: row.is_off for row in holidays.shipped()}, frozenset({2024, 2025, 2026}))
DAYS = st.dates(date(2024, 1, 1), date(2027, 6, 30))
COUNTS = st.integers(1, 90)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [  # handbook §9, to the day
        ("2026-09-18", 7, "2026-09-29"),
        ("2026-09-18", 15, "2026-10-15"),
        ("2026-09-28", 7, "2026-10-13"),
        ("2026-04-29", 7, "2026-05-12"),
    ],
)
def test_the_worked_examples_in_working_days(start, count, end):
    deadline = CALENDAR.after(date.fromisoformat(start), count, "working")

    assert (deadline.due, deadline.latest, deadline.provisional) == (*[date.fromisoformat(end)] * 2, False)


def test_sixty_days_that_end_on_a_sunday_are_shown_both_ways():
    deadline = CALENDAR.after(date(2026, 4, 29), 60, "calendar")

    assert (deadline.due, deadline.due.weekday(), deadline.latest) == (date(2026, 6, 28), 6, date(2026, 6, 29))


def test_an_end_in_a_holiday_moves_to_the_first_day_after_it():
    deadline = CALENDAR.after(date(2026, 9, 1), 32, "calendar")  # 3 October

    assert CALENDAR.days[date(2026, 10, 3)] is True
    assert (deadline.due, deadline.latest) == (date(2026, 10, 8), date(2026, 10, 8))


def test_a_limit_that_runs_into_a_year_without_a_table_is_provisional():
    into_2027 = CALENDAR.after(date(2026, 12, 30), 7, "working")

    assert (into_2027.due, into_2027.provisional) == (date(2027, 1, 8), True)
    assert not CALENDAR.after(date(2026, 12, 1), 7, "working").provisional


def test_an_unknown_unit_is_refused():
    with pytest.raises(ValueError, match="fortnights"):
        CALENDAR.after(date(2026, 1, 1), 1, "fortnights")


def working_between(first, last):
    """Working days after `first` up to `last`, counted one by one."""
    return sum(CALENDAR.is_working(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


@given(DAYS, COUNTS)
def test_the_end_is_the_working_day_of_that_number(start, count):
    end = CALENDAR.after_working(start, count).due

    assert CALENDAR.is_working(end)
    assert working_between(start, end) == count


@given(DAYS, COUNTS)
def test_a_day_more_never_ends_earlier_and_a_later_start_neither(start, count):
    for unit in ("working", "calendar"):
        end = CALENDAR.after(start, count, unit)
        assert end.due <= CALENDAR.after(start, count + 1, unit).due
        assert end.due <= CALENDAR.after(start + timedelta(days=1), count, unit).due
        assert end.due <= end.latest


@given(DAYS, COUNTS)
def test_calendar_days_end_on_their_day_or_behind_the_holiday_that_holds_it(start, count):
    plain, end = start + timedelta(days=count), CALENDAR.after_calendar(start, count)

    between = [plain + timedelta(days=n) for n in range((end.due - plain).days)]
    assert all(CALENDAR.days.get(day) is True for day in between)
    assert CALENDAR.days.get(end.due) is not True
    assert CALENDAR.is_working(end.latest)


@given(DAYS, st.integers(1, 40), st.integers(0, 40))
def test_counting_in_two_steps_is_counting_once(start, first, second):
    whole = CALENDAR.after_working(start, first + second)

    assert CALENDAR.after_working(CALENDAR.after_working(start, first).due, second).due == whole.due


@given(DAYS, COUNTS)
def test_it_is_provisional_exactly_when_a_day_without_a_table_was_counted(start, count):
    assume(start.year < 2027)
    end = CALENDAR.after_working(start, count)

    assert end.provisional == (end.due.year > 2026)
