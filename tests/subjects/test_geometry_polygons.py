import json

import numpy as np
import pytest
import shapely

from grids.geometry import as_geojson
from gridsup.equalarea import Plane
from subjects.geometry.ground import Ground, sort_out
from subjects.geometry.overlay import LEAST_M2, faults_of, places
from tests.drawing import SQUARE_M2, box, degrees, size


def ground(grids, outline=None, stations=None):
    """Grids as they would be read: code → shape, GeoJSON text or None."""
    texts = {
        code: "" if shape is None else shape if isinstance(shape, str) else json.dumps(as_geojson(shape))
        for code, shape in grids.items()
    }
    read = sort_out("05", texts)
    plane = Plane.around(*[shape for shape in [outline, *read.polygons] if shape is not None])
    return Ground("05", read.codes, read.polygons, outline, stations or {}, plane, "", read.undrawn, read.broken)


def found(*args, **kwargs):
    """Kind, area and other area of each fault, in order."""
    return sorted((str(one.kind), one.area_code, one.other_code) for one in faults_of(ground(*args, **kwargs)))


def only(*args, **kwargs):
    """The one fault that there is."""
    (fault,) = faults_of(ground(*args, **kwargs))
    return fault


THREE = {"050101": box(0, 0, 1, 1), "050102": box(1, 0, 2, 1), "050201": box(2, 0, 3, 1)}
WHOLE = box(0, 0, 3, 1)


def test_grids_that_fill_their_outline_have_no_fault():
    assert found(THREE, WHOLE, {"0501": box(0, 0, 2, 1), "0502": box(2, 0, 3, 1)}) == []


def test_corners_that_only_one_of_two_neighbours_has_are_no_fault():
    halves = {"050101": box(0, 0, 1, 0.5), "050102": box(0, 0.5, 1, 1), "050201": box(1, 0, 3, 1)}

    assert found(halves, WHOLE) == []


def test_an_overlap_has_the_area_that_two_grids_share():
    fault = only({"050101": box(0, 0, 1.25, 1), "050102": box(1, 0, 2, 1)}, box(0, 0, 2, 1))

    assert (fault.kind, fault.area_code, fault.other_code) == ("overlap", "050101", "050102")
    assert fault.square_metres == pytest.approx(SQUARE_M2 / 4, rel=1e-3)
    assert fault.shape.equals_exact(box(1, 0, 1.25, 1), 1e-9, normalize=True)


def test_a_grid_inside_another_and_the_same_grid_twice_overlap():
    assert found({"050101": box(0, 0, 3, 3), "050102": box(1, 1, 2, 2)}) == [("overlap", "050101", "050102")]
    assert found({"050101": box(0, 0, 1, 1), "050102": box(0, 0, 1, 1)}) == [("overlap", "050101", "050102")]


def test_two_grids_that_overlap_in_two_places_are_one_fault():
    comb = shapely.union_all([box(0, 0, 1, 3), box(1, 0, 1.5, 1), box(1, 2, 1.5, 3)])

    fault = only({"050101": comb, "050102": box(1, 0, 2, 3)})

    assert shapely.get_num_geometries(fault.shape) == 2
    assert fault.square_metres == pytest.approx(SQUARE_M2, rel=1e-3)


def test_a_hole_with_a_hairline_that_crosses_itself_in_metres_is_found_by_its_area():
    # its southern corner lies a hair beside the long edge between the next two, in degrees on the inner side of it
    hole = shapely.Polygon(
        [
            (109.041355, 34.276243), (109.040776, 34.275353), (109.026038, 34.252729), (109.030857, 34.260127),
            (109.030857, 34.278651), (109.019945, 34.281154),
        ]
    )  # fmt: skip
    plane = Plane(109.1316325, 34.312007)
    assert shapely.is_valid(hole)
    assert not shapely.is_valid(plane.project(hole))

    seen = places([hole], plane)

    assert seen.size == 1
    assert seen.shapes[0].is_valid
    assert seen.square_metres[0] == pytest.approx(993_420, rel=1e-3)


def test_each_hole_is_a_fault_with_its_own_polygon_of_the_station_around_it():
    grids = {"050101": box(0, 0, 3, 3) - box(1, 1, 2, 2), "050201": box(3, 0, 6, 3) - box(4, 1, 4.5, 2)}

    first, second = faults_of(ground(grids, box(0, 0, 6, 3)))

    assert {(one.kind, one.area_code) for one in (first, second)} == {("gap", "0501"), ("gap", "0502")}
    assert {round(one.square_metres / SQUARE_M2, 2) for one in (first, second)} == {0.5, 1.0}
    assert first.shape.disjoint(second.shape)


def test_a_hole_between_two_stations_is_the_bureaus():
    around = {"050101": box(0, 0, 1, 1), "050201": box(2, 0, 3, 1)}

    assert found(around, WHOLE) == [("gap", "05", "")]


def test_a_hole_in_a_stations_outline_is_the_stations_whoever_lies_around_it():
    around = {"050101": box(0, 0, 1, 1), "050201": box(2, 0, 3, 1)}

    assert found(around, WHOLE, {"0501": box(0, 0, 2, 1), "0502": box(2, 0, 3, 1)}) == [("gap", "0501", "")]


def test_without_any_outline_holes_inside_remain():
    assert found({"050101": box(0, 0, 3, 3) - box(1, 1, 2, 2)}) == [("gap", "0501", "")]


def test_without_any_grid_the_whole_outline_is_a_hole():
    fault = only({}, WHOLE)

    assert (fault.kind, fault.area_code) == ("gap", "05")
    assert fault.square_metres == pytest.approx(3 * SQUARE_M2, rel=1e-3)


def test_a_grid_beyond_the_outline_is_a_fault_of_the_size_that_reaches_over():
    fault = only({**THREE, "050201": box(2, 0, 3.5, 1)}, WHOLE)

    assert (fault.kind, fault.area_code) == ("outside_bureau", "050201")
    assert fault.square_metres == pytest.approx(SQUARE_M2 / 2, rel=1e-3)


def test_a_grid_in_the_neighbour_stations_outline_is_a_fault_and_no_hole():
    stations = {"0501": box(0, 0, 1.5, 1), "0502": box(1.5, 0, 3, 1)}

    assert found(THREE, WHOLE, stations) == [("outside_station", "050102", "")]


def test_a_hairline_and_a_crumb_are_no_fault_however_long_the_hairline():
    hair, crumb = 0.5e-6 / 0.01, 1.5e-5 / 0.01  # some 5 cm and 1.5 m
    apart = {"050101": box(0, 0, 1 - hair, 1), "050102": box(1 + hair, 0, 2, 1)}
    nicked = {"050101": box(0, 0, 1, 1) - box(0.5, 0.5, 0.5 + crumb, 0.5 + crumb)}

    assert size(box(1 - hair, 0, 1 + hair, 1)) > 10 * LEAST_M2
    assert found(apart, box(0, 0, 2, 1)) == []
    assert found(nicked, box(0, 0, 1, 1)) == []


def test_rooms_that_a_hairline_joins_are_two_holes():
    hair = 1e-6 / 0.01
    rooms = shapely.union_all([box(0.2, 0.4, 0.4, 0.6), box(0.4, 0.5, 0.6, 0.5 + hair), box(0.6, 0.4, 0.8, 0.6)])

    kinds = found({"050101": box(0, 0, 1, 1) - rooms}, box(0, 0, 1, 1))

    assert kinds == [("gap", "0501", ""), ("gap", "0501", "")]


def test_what_is_left_of_a_square_is_the_square():
    plane = Plane(109.05, 34.05)

    left = places([box(1, 1, 2, 2), box(4, 4, 5, 5)], plane)

    assert left.square_metres == pytest.approx([size(box(1, 1, 2, 2)), size(box(4, 4, 5, 5))], rel=1e-6)
    assert left.source.tolist() == [0, 1]
    assert shapely.hausdorff_distance(left.shapes[0], box(1, 1, 2, 2)) < 1e-9


def test_a_self_crossing_grid_is_named_with_the_place_and_the_others_are_judged_by_what_it_means():
    bow = shapely.Polygon([degrees(0, 0), degrees(1, 1), degrees(1, 0), degrees(0, 1)])

    fault = next(one for one in faults_of(ground({**THREE, "050101": bow}, WHOLE)) if one.kind == "invalid")

    assert (fault.area_code, fault.detail) == ("050101", "Self-intersection")
    assert fault.shape.equals_exact(shapely.Point(degrees(0.5, 0.5)), 1e-9)
    assert not [one for one in faults_of(ground({**THREE, "050101": bow})) if one.kind == "overlap"]


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ('{"type": "LineString", "coordinates": [[109, 34], [110, 34]]}', "No polygon"),
        ('{"type": "Polygon", "coordinates": []}', "No polygon"),
        ('{"type": "Polygon", "coordinates": [[[109, 34], [110, 34]]]}', "Unreadable"),
        ('{"type": "Polygon", "coordinates": [[[109, 34], [110, 34], [110, NaN], [109, 34]]]}', ""),
        ('"a word"', "Unreadable"),
        ("17", "Unreadable"),
    ],
)
def test_what_is_no_polygon_is_a_fault_and_stops_nothing(text, detail):
    (fault,) = faults_of(ground({"050101": text}))

    assert (fault.kind, fault.area_code) == ("invalid", "050101")
    assert detail in fault.detail


def test_a_grid_without_a_boundary_is_a_fault():
    assert found({"050101": None, "050102": "null"}) == [("undrawn", "050101", ""), ("undrawn", "050102", "")]


def test_a_city_of_squares_is_clean_and_one_moved_corner_is_not():
    squares = {f"05{row + 1:02}{column + 1:02}": box(column, row, column + 1, row + 1)
               for row in range(20) for column in range(20)}  # fmt: skip
    moved = shapely.Polygon([degrees(5, 5), degrees(6.1, 5), degrees(6, 6), degrees(5, 6)])

    assert found(squares, box(0, 0, 20, 20)) == []
    faults = found({**squares, "050606": moved}, box(0, 0, 20, 20))
    assert {kind for kind, _area, _other in faults} == {"overlap"}
    assert all("050606" in (area, other) for _kind, area, other in faults)
    assert np.isfinite(faults_of(ground({**squares, "050606": moved}))[0].square_metres)
