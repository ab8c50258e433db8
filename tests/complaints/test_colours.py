from datetime import timedelta

import pytest

from complaints.colours import Colour, colour_of
from complaints.models import Clock, Complaint
from tests.factories import TODAY, ClockFactory, ComplaintFactory, TimeLimitFactory


def running(*limits, **facts):
    """A complaint with limits that end so many days from today, the second day being the latest; "p" pauses one."""
    complaint, day = ComplaintFactory(), timedelta(days=1)
    for kind, (due, latest, *paused) in zip(("accept", "mediation", "notice"), limits, strict=False):
        ClockFactory(
            complaint=complaint, kind=kind, due_on=TODAY + due * day, latest_on=TODAY + latest * day,
            rule=TimeLimitFactory(key=kind), paused_on=TODAY if paused else None, **facts,
        )  # fmt: skip
    return complaint


CASES = [
    ([], ""),
    ([(-1, -1)], Colour.RED),
    ([(-2, 0)], Colour.AMBER),  # over by the strict reading, not yet missed
    ([(0, 0)], Colour.AMBER),
    ([(3, 3)], Colour.AMBER),
    ([(4, 4)], Colour.GREEN),
    ([(4, 4), (-1, -1)], Colour.RED),
    ([(9, 9), (2, 2)], Colour.AMBER),
    ([(-9, -9, "p")], Colour.PAUSED),
    ([(-9, -9, "p"), (5, 5)], Colour.GREEN),
]


@pytest.mark.parametrize(("limits", "colour"), CASES)
def test_the_nearest_limit_gives_the_colour_on_every_way_to_it(db, limits, colour):
    complaint = running(*limits)

    row = Complaint.objects.with_clock().get()
    counted = Clock.objects.count_by_colour(TODAY)

    assert colour_of(row.next_due, row.next_latest, row.is_paused, TODAY) == colour
    assert [name for name in Colour if Complaint.objects.of_colour(name, TODAY)] == ([colour] if colour else [])
    assert {name for name, number in counted.items() if number} == ({colour} if colour else set())
    assert row == complaint


@pytest.mark.parametrize("end", ["met_on", "stopped_on"])
def test_a_limit_that_ended_has_no_colour(db, end):
    running((-1, -1), **{end: TODAY})

    assert not Complaint.objects.of_colour(Colour.RED, TODAY)
    assert not any(Clock.objects.count_by_colour(TODAY).values())


def test_the_nearest_limit_stands_first_and_those_without_one_last(db):
    without, later, soon = running(), running((9, 9)), running((20, 20), (1, 1))

    assert list(Complaint.objects.nearest_first()) == [soon, later, without]


def test_complaints_are_counted_once_however_many_limits_they_have(db):
    running((-1, -1), (-2, -2), (5, 5))
    running((1, 1))

    assert Clock.objects.count_by_colour(TODAY) == {"red": 1, "amber": 1, "green": 0, "paused": 0}
