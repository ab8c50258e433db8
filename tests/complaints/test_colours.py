from datetime import timedelta

import pytest

from complaints.colours import Colour, colour_of, warn_days
from complaints.models import Clock, Complaint
from subjects.models import PolicyFigure
from tests.factories import TODAY, BureauFactory, ClockFactory, ComplaintFactory, TimeLimitFactory

WARN = 3


@pytest.fixture(autouse=True)
def policy(db):
    """In bureau 05 a limit is near from three days before its end."""
    PolicyFigure.objects.create(
        bureau=BureauFactory(), preset="FR", from_day=TODAY, source="own", key="clock_warn_days", value=WARN
    )


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

    assert colour_of(row.next_due, row.next_latest, row.is_paused, TODAY, warn=WARN) == colour
    assert [name for name in Colour if Complaint.objects.of_colour(name, TODAY)] == ([colour] if colour else [])
    assert {name for name, number in counted.items() if number} == ({colour} if colour else set())
    assert Clock.objects.colours_by_area(TODAY) == ({"050101": counted} if limits else {})
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


def test_what_is_near_is_each_bureaus_own_figure(db):
    limit = TimeLimitFactory()
    for area in ("050101", "060101"):
        complaint = ComplaintFactory(area_code=area)
        ClockFactory(complaint=complaint, rule=limit, due_on=TODAY + timedelta(days=2))

    assert [row.area_code for row in Complaint.objects.of_colour("amber", TODAY)] == ["050101"]
    assert [row.area_code for row in Complaint.objects.of_colour("green", TODAY)] == ["060101"]
    assert Clock.objects.colours_by_area(TODAY)["060101"] == {"red": 0, "amber": 0, "green": 1, "paused": 0}
    assert warn_days(TODAY) == {"05": WARN}


@pytest.mark.parametrize("rows", [1, 30])
def test_counting_takes_two_queries_however_many_there_are(db, rows, django_assert_num_queries):
    for _row in range(rows):
        running((1, 1))

    with django_assert_num_queries(2):
        assert Clock.objects.count_by_colour(TODAY)["amber"] == rows
    with django_assert_num_queries(2):
        assert Clock.objects.colours_by_area(TODAY)["050101"]["amber"] == rows


def test_the_colours_of_an_area_are_its_own(db):
    running((-1, -1), (-2, -2), (5, 5))
    running((1, 1), (9, 9, "p"))
    far = running((2, 2))
    Clock.objects.filter(complaint=far).update(area_code="0502")

    assert Clock.objects.colours_by_area(TODAY) == {
        "050101": {"red": 1, "amber": 1, "green": 0, "paused": 0},
        "0502": {"red": 0, "amber": 1, "green": 0, "paused": 0},
    }
