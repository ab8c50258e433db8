from decimal import Decimal

import pytest
from shapely.geometry import box

from grids.measuring import square_km


def test_km2_are_rounded_to_hundredths():
    assert square_km(box(109.0, 34.2, 109.01, 34.21).__geo_interface__) == Decimal("1.02")


@pytest.mark.parametrize("boundary", [None, {}, {"type": "Polygon"}, {"type": "Point", "coordinates": []}, "text"])
def test_what_is_no_boundary_has_no_area(boundary):
    assert square_km(boundary) in {None, Decimal("0.00")}
