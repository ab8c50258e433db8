import numpy as np
import pytest
import shapely

from gridsup.equalarea import AXIS, SQUARED, Plane, square_metres

XIAN = (109.06, 34.27)
# At the equator, bounded by geodesics: C. F. F. Karney, GeographicLib, Planimeter.
DEGREE_CELL = 12_308_778_361.469  # m²
WHOLE_EARTH = 510_065_621_724_088.44  # m², WGS 84 (NIMA TR8350.2 gives 5.1006562172e14)


def metres(east, north, latitude=XIAN[1]):
    """Degrees of longitude and latitude for so many metres on the ellipsoid, by its radii of curvature."""
    phi = np.radians(latitude)
    bulge = 1 - SQUARED * np.sin(phi) ** 2
    return (
        np.degrees(east * np.sqrt(bulge) / (AXIS * np.cos(phi))),
        np.degrees(north * bulge**1.5 / (AXIS * (1 - SQUARED))),
    )


def square(side, lon=XIAN[0], lat=XIAN[1]):
    """A square of so many metres around a point."""
    east, north = metres(side / 2, side / 2, lat)
    return shapely.box(lon - east, lat - north, lon + east, lat + north)


def test_the_whole_ellipsoid_has_its_known_area():
    assert square_metres(shapely.box(-180, -90, 180, 90)) == pytest.approx(WHOLE_EARTH, rel=1e-12)


def test_a_cell_of_one_degree_has_its_known_area():
    assert square_metres(shapely.box(0, 0, 1, 1)) == pytest.approx(DEGREE_CELL, rel=1e-4)


def test_a_hole_is_not_part_of_an_area():
    whole, hole = shapely.box(109, 34, 109.02, 34.02), shapely.box(109.01, 34.01, 109.015, 34.015)

    assert square_metres(whole - hole) == pytest.approx(square_metres(whole) - square_metres(hole))


@pytest.mark.parametrize("side", [1, 10, 100, 1_000, 10_000])
@pytest.mark.parametrize("latitude", [0.0, 18.2, 34.27, 53.5])
def test_a_square_of_known_sides_has_their_product(side, latitude):
    assert square_metres(square(side, lat=latitude)) == pytest.approx(side**2, rel=1e-5)


def test_where_in_the_plane_a_square_lies_does_not_matter():
    plane = Plane(*XIAN)

    assert plane.square_metres([square(100, lat=33.9), square(100, lat=34.6)]) == pytest.approx([1e4, 1e4], rel=1e-5)


def test_long_slanting_edges_stay_below_one_part_in_a_hundred_thousand():
    slanting = shapely.Polygon([(108.9, 34.1), (109.3, 34.2), (109.2, 34.5), (108.8, 34.4)])
    finest = shapely.segmentize(slanting, 0.00001)

    exact = shapely.area(Plane.around(slanting).project([finest]))[0]
    assert square_metres(slanting) == pytest.approx(exact, rel=1e-5)


def test_there_and_back_ends_where_it_began():
    plane, there = Plane(*XIAN), square(20_000)

    assert shapely.hausdorff_distance(plane.back(plane.project([there]))[0], there) < 1e-12


def test_what_is_no_area_measures_nothing():
    assert square_metres(shapely.Point(109, 34)) == 0
    assert square_metres(shapely.Polygon()) == 0
