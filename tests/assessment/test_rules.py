from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment.rules import Counted, grade_of, ranks_of, rounded, score, total_of

WEIGHTS = (30, 15, 20, 25, 10)


@st.composite
def lines(draw, least=0):
    """The five lines of a scheme with any counts and targets."""
    found = []
    for number, weight in enumerate(WEIGHTS):
        whole = draw(st.integers(least, 10_000))
        part = draw(st.integers(0, whole))
        found.append(Counted(str(number), weight, draw(st.integers(1, 100)), part, whole))
    return found


def line(part, whole, weight=100, target=100):
    return Counted("x", weight, target, part, whole)


@pytest.mark.parametrize(
    ("part", "whole", "target", "points"),
    [
        (1, 1, 100, Fraction(100)),
        (0, 1, 100, Fraction(0)),
        (1, 3, 100, Fraction(100, 3)),
        (95, 100, 95, Fraction(100)),  # the target is reached
        (96, 100, 95, Fraction(100)),  # more than the target brings no more
        (19, 40, 95, Fraction(50)),  # half of the target, half of the points
    ],
)
def test_points_are_the_share_of_the_target_that_was_reached(part, whole, target, points):
    assert score([line(part, whole, target=target)])[0].points == points


@given(lines())
def test_the_weights_in_effect_add_up_to_all_weights_and_keep_their_proportion(given_lines):
    scored = score(given_lines)
    filled = [one for one in scored if one.effective_weight is not None]

    assert [one.counted for one in scored] == given_lines
    assert not filled or sum(one.effective_weight for one in filled) == sum(WEIGHTS)
    assert len({one.effective_weight / one.counted.weight for one in filled}) <= 1


@given(lines())
def test_a_total_lies_between_nothing_and_a_hundred_and_is_missing_only_without_any_row(given_lines):
    total = total_of(score(given_lines))

    assert (total is None) == (not any(one.denominator for one in given_lines))
    assert total is None or 0 <= total <= 100


@given(lines(least=1), st.integers(0, 4))
def test_one_more_row_met_never_lowers_the_total(given_lines, place):
    one = given_lines[place]
    better = [*given_lines]
    better[place] = Counted(
        one.indicator, one.weight, one.target_percent, min(one.numerator + 1, one.denominator), one.denominator
    )

    assert total_of(score(better)) >= total_of(score(given_lines))


@given(lines(), st.integers(2, 9))
def test_the_same_shares_of_more_rows_bring_the_same_total(given_lines, times):
    more = [
        Counted(one.indicator, one.weight, one.target_percent, one.numerator * times, one.denominator * times)
        for one in given_lines
    ]

    assert total_of(score(more)) == total_of(score(given_lines))


@pytest.mark.parametrize(
    ("value", "text"),
    [(Fraction(1, 3), "0.33"), (Fraction(2, 3), "0.67"), (Fraction(5, 1000), "0.01"), (Fraction(4999, 10**6), "0.00"),
     (Fraction(89_995, 1000), "90.00"), (Fraction(-5, 1000), "-0.01"), (Fraction(100), "100.00")],
)  # fmt: skip
def test_halves_go_up(value, text):
    assert str(rounded(value, 2)) == text


@given(st.fractions(min_value=0, max_value=100))
def test_rounding_is_off_by_half_a_hundredth_at_most(value):
    assert abs(Fraction(rounded(value, 2)) - value) <= Fraction(1, 200)


def test_what_is_rounded_once_is_not_the_sum_of_rounded_points():
    thirds = [Counted(str(number), 1, 100, 1, 3) for number in range(3)]

    # 3 × 1/3 is one; 3 × 0.33 would be 0.99
    assert total_of(score(thirds)) == Decimal("1.00")


@pytest.mark.parametrize(
    ("total", "grade"),
    [("100.00", "excellent"), ("90.00", "excellent"), ("89.99", "qualified"), ("70.00", "qualified"),
     ("69.99", "unqualified"), ("0.00", "unqualified"), (None, "")],
)  # fmt: skip
def test_grades_are_the_bands_of_y(total, grade):
    value = None if total is None else Decimal(total)

    assert grade_of(value, excellent_from=90, qualified_from=70) == grade


def test_ties_share_the_rank_and_the_next_is_skipped():
    totals = {"a": Decimal("80"), "b": Decimal("90"), "c": Decimal("80"), "d": Decimal("70"), "e": None}

    assert ranks_of(totals) == {"b": 1, "a": 2, "c": 2, "d": 4}


@given(st.dictionaries(st.text(max_size=3), st.one_of(st.none(), st.integers(0, 5).map(Decimal))))
def test_a_rank_is_one_more_than_the_number_of_better_ones(totals):
    known = {area: total for area, total in totals.items() if total is not None}

    assert ranks_of(totals) == {
        area: 1 + sum(other > total for other in known.values()) for area, total in known.items()
    }
