from decimal import Decimal

import pytest
from shapely.geometry import box

from grids.measuring import WHOLE_EARTH, square_km, square_metres

# A cell of one degree at the equator, in square metres: C. F. F. Karney, GeographicLib, Planimeter.
DEGREE_CELL = 12_308_778_361.469


def test_a_cell_of_one_degree_has_its_known_area():
    assert square_metres(box(0, 0, 1, 1)) == pytest.approx(DEGREE_CELL, rel=1e-4)


def test_the_whole_earth_is_as_large_as_its_ellipsoid():
    assert square_metres(box(-180, -90, 180, 90)) == pytest.approx(WHOLE_EARTH, rel=1e-12)
    assert pytest.approx(510_065_621.724e6, rel=1e-9) == WHOLE_EARTH


def test_a_hole_is_not_part_of_an_area():
    whole, hole = box(109, 34, 109.02, 34.02), box(109.01, 34.01, 109.015, 34.015)

    assert square_metres(whole.difference(hole)) == pytest.approx(square_metres(whole) - square_metres(hole))


def test_km2_are_rounded_to_hundredths():
    assert square_km(box(109.0, 34.2, 109.01, 34.21).__geo_interface__) == Decimal("1.02")


@pytest.mark.parametrize("boundary", [None, {}, {"type": "Polygon"}, {"type": "Point", "coordinates": []}, "text"])
def test_what_is_no_boundary_has_no_area(boundary):
    assert square_km(boundary) in {None, Decimal("0.00")}
