from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.models import Clock
from complaints.reckoning import reckon, reckonings
from gridsup.holidays import shipped
from gridsup.workdays import WorkCalendar
from subjects.models import TimeLimit
from tests.factories import ClockFactory, TimeLimitFactory

TABLE = shipped()
KNOWN = WorkCalendar({day.day: day.is_off for day in TABLE}, frozenset(day.day.year for day in TABLE))
NAMES = {day.day: day.name for day in TABLE if day.is_off}


def clock(start, days, unit="working", **facts):
    rule = TimeLimit(days=days, unit=unit, key="accept")
    end = KNOWN.after(start, days + facts.get("extension_days", 0) + facts.get("paused_days", 0), unit)
    return Clock(kind="accept", rule=rule, started_on=start, due_on=end.due, latest_on=end.latest, **facts)


def laid_out(one, pauses=()):
    found = reckon(one, pauses, KNOWN, NAMES)
    return found, [day for week in found.weeks for day in week if day]


@pytest.mark.parametrize(
    ("start", "count", "unit", "end"),
    [  # handbook §9
        (date(2026, 9, 18), 7, "working", date(2026, 9, 29)),
        (date(2026, 9, 18), 15, "working", date(2026, 10, 15)),
        (date(2026, 9, 28), 7, "working", date(2026, 10, 13)),
        (date(2026, 4, 29), 7, "working", date(2026, 5, 12)),
        (date(2026, 4, 29), 60, "calendar", date(2026, 6, 28)),
    ],
)
def test_the_worked_examples_are_laid_out_to_their_day(start, count, unit, end):
    found, days = laid_out(clock(start, count, unit))

    assert found.agrees
    assert [day.day for day in days if day.is_due] == [end]
    assert [day.number for day in days if day.number] == list(range(1, count + 1))
    assert days[0].is_start


def test_each_day_that_is_not_counted_says_why(english):
    _found, days = laid_out(clock(date(2026, 9, 24), 7))
    why = {day.day.strftime("%m-%d"): day.why for day in days if not day.number}

    assert why["09-24"] == "start"
    assert why["09-25"] == "中秋节"
    assert why["10-01"] == "国庆节"
    assert days[-1].why == ""


def test_a_made_up_working_saturday_counts():
    _found, days = laid_out(clock(date(2026, 10, 8), 2))

    assert [(day.day, day.number) for day in days if day.number][-1] == (date(2026, 10, 10), 2)


def test_an_end_on_a_sunday_shows_both_readings():
    found, days = laid_out(clock(date(2026, 4, 29), 60, "calendar"))

    assert (found.clock.due_on, found.clock.latest_on) == (date(2026, 6, 28), date(2026, 6, 29))
    assert [(day.day, day.is_due, day.is_latest) for day in days[-2:]] == [
        (date(2026, 6, 28), True, False),
        (date(2026, 6, 29), False, True),
    ]


def test_days_of_a_pause_are_not_counted():
    pause = (date(2026, 9, 21), date(2026, 9, 23))

    found, days = laid_out(clock(date(2026, 9, 18), 7, paused_days=2), [pause])

    assert found.agrees
    assert [day.day.day for day in days if not day.number][:2] == [18, 19]
    assert {day.day.day for day in days if not day.number} >= {22, 23}


def test_an_end_that_the_table_would_no_longer_give_is_said_to_differ():
    moved = clock(date(2026, 9, 18), 7)
    moved.due_on = moved.latest_on = moved.due_on + timedelta(days=1)

    assert not laid_out(moved)[0].agrees


def test_days_of_a_year_without_a_table_are_provisional():
    _found, days = laid_out(clock(date(2026, 12, 30), 5))

    assert [day.is_provisional for day in days if day.day.year == 2027]
    assert all(day.is_provisional == (day.day.year == 2027) for day in days)


def test_weeks_begin_on_monday():
    found, _days = laid_out(clock(date(2026, 9, 18), 7))

    assert {len(week) for week in found.weeks} == {7}
    assert all(day is None or day.day.weekday() == place for week in found.weeks for place, day in enumerate(week))


@given(
    start=st.dates(date(2024, 1, 1), date(2027, 6, 1)),
    count=st.integers(1, 70),
    unit=st.sampled_from(["working", "calendar"]),
    extension=st.integers(0, 20),
)
def test_it_ends_where_the_calendar_ends_whatever_is_counted(start, count, unit, extension):
    one = clock(start, count, unit, extension_days=extension)

    found, days = laid_out(one)

    assert found.agrees
    assert [day.day for day in days if day.is_due] == [one.due_on]
    assert [day.day for day in days if day.is_latest] == [one.latest_on]
    assert all(later.day - day.day == timedelta(days=1) for day, later in pairwise(days))


def test_a_limit_of_an_outside_system_was_not_counted_here(db):
    outside = ClockFactory(kind="outside", rule=None)
    own = ClockFactory(complaint=outside.complaint, rule=TimeLimitFactory())

    assert [found.clock for found in reckonings([outside, own], [])] == [own]
