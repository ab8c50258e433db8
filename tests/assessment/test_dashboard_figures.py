import pytest

from assessment.dashboard.figures import FIGURES, QUOTAS, Row
from assessment.dashboard.map import STEPS, legend, level_of
from assessment.dashboard.shares import Share
from assessment.dashboard.table import COLUMNS, sort_rows
from assessment.dashboard.trend import MARKS, scale_to


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [(0, 0, None), (0, 9, 0), (1, 1000, 1), (999, 1000, 99), (1000, 1000, 100), (1, 3, 33), (2, 3, 67), (5, 8, 63)],
)
def test_a_hundred_means_all_and_nought_means_none(part, whole, percent):
    assert Share(part, whole).percent == percent


def test_points_between_two_shares_are_those_that_are_shown():
    assert Share(2, 3).points_above(Share(1, 2)) == 17
    assert Share(2, 3).points_above(Share(0, 0)) is None
    assert Share(0, 0).points_above(Share(1, 2)) is None


@pytest.mark.parametrize(
    ("part", "whole", "level"),
    [(0, 0, None), (0, 40, 0), (1, 40, 1), (2, 40, 1), (3, 40, 2), (6, 40, 2), (7, 40, 3), (12, 40, 3), (13, 40, 4)],
)
def test_the_map_is_coloured_by_a_share(part, whole, level):
    assert level_of(Share(part, whole)) == level


def test_every_colour_of_the_map_is_put_into_words(english):
    words = legend()

    assert len(words) == len(STEPS) + 2
    assert words[0] == "all in time"
    assert words[2] == "up to 15 % not in time"
    assert words[-2:] == ["more than 30 % not in time", "nothing due"]


@pytest.mark.parametrize(("most", "top"), [(0, 4), (3, 4), (5, 8), (9, 20), (81, 100), (996, 1000), (2001, 4000)])
def test_the_scale_ends_with_a_round_number_that_its_marks_divide(most, top):
    assert scale_to(most) == top
    assert top % (MARKS - 1) == 0


def test_every_part_of_a_share_is_a_count_of_the_row():
    row = Row("05")

    assert all(row.count(name) == 0 for name in FIGURES)
    assert all(row.share(name) == Share(0, 0) for name in QUOTAS)
    assert set(COLUMNS) <= {*FIGURES, *QUOTAS}


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("overdue", ["c", "b", "a"]),
        ("-overdue", ["a", "b", "c"]),
        ("in_time_share", ["a", "c", "b"]),  # the lowest share first, and nothing due last
        ("-in_time_share", ["c", "a", "b"]),
        ("score", ["b", "a", "c"]),
    ],
)
def test_the_worst_stands_first_and_whoever_has_no_number_last(sort, order):
    rows = [Row("a", due=4, in_time=1), Row("b", overdue=1), Row("c", due=4, in_time=3, overdue=9)]

    sort_rows(rows, sort, {"a": 90, "b": 70, "c": None})

    assert [row.code for row in rows] == order
