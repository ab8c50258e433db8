import pytest

from grids.map import grid_map, outline_of, share_inside
from tests.factories import GridFactory


def box(west, south, east, north):
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


@pytest.fixture
def two_boxes(district):
    for code, west in (("050101", 109.0), ("050102", 109.1)):
        GridFactory._meta.model.objects.filter(code=code).update(boundary=box(west, 34.0, west + 0.1, 34.1))
    return district


def test_a_point_lies_in_the_grid_around_it_or_in_none(two_boxes):
    found = grid_map("05").codes_at([109.05, 109.15, 109.25], [34.05, 34.05, 34.05])

    assert found == ["050101", "050102", ""]


def test_on_a_shared_edge_the_lowest_code_wins(two_boxes):
    assert grid_map("05").codes_at([109.1, 109.1], [34.05, 34.0]) == ["050101", "050101"]


def test_only_approved_grids_of_the_bureau_count(two_boxes):
    GridFactory._meta.model.objects.filter(code="050101").update(state="proposed")

    assert grid_map("05").codes == ("050102",)
    assert grid_map("06").codes_at([109.05], [34.05]) == [""]


def test_the_share_of_points_inside_the_outline(district):
    district.bureau.outline = box(109.0, 34.0, 109.1, 34.1)

    assert share_inside(outline_of(district.bureau), [109.05, 109.2], [34.05, 34.05]) == 0.5
    district.bureau.outline = None
    assert outline_of(district.bureau) is None
