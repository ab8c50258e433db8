"""What is allowed of a change and yet told before it is proposed."""

import pytest
from shapely.geometry import mapping

from subjects.areas.drafts import Part, merge, split
from subjects.areas.preview import preview_draft
from subjects.areas.remarks import remarks_on
from tests.drawing import box, draw
from tests.factories import TODAY, LocalityFactory
from tests.splitting import drafted, draw_station, merge_draft, split_draft


@pytest.fixture(autouse=True)
def paper(district, english):
    draw_station()


def three(district):
    """050101, 050102 and 050103 side by side; the first and the third do not touch."""
    draw(g050101=box(0, 0, 1, 1), g050102=box(1, 0, 2, 1), g050103=box(2, 0, 3, 1))
    return [district.station.grids.get(code=code) for code in ("050101", "050102", "050103")]


def test_a_grid_taken_in_by_one_that_is_no_neighbour_is_told(district):
    first, _second, third = three(district)

    assert remarks_on(drafted("retire", merge([third], into=first))) == [
        "Grid 050103 does not border on 050101, which takes it in.",
        "Grid 050101 would lie in 2 pieces that do not hang together.",
    ]


def test_a_neighbour_that_takes_in_is_not_remarked_on_nor_one_by_way_of_another(district):
    first, second, third = three(district)

    assert remarks_on(drafted("merge", merge([second], into=first))) == []
    assert remarks_on(drafted("merge", merge([second, third], into=first))) == []
    assert not any("pieces" in note for note in preview_draft(merge_draft(district), on=TODAY).notes)


def test_a_split_that_leaves_two_pieces_is_told_in_the_preview(district):
    draft = split_draft(district, piece=box(0.5, 0, 1, 1))

    assert "Grid 050101 would lie in 2 pieces that do not hang together." in preview_draft(draft, on=TODAY).notes


def test_a_grid_that_lay_in_two_pieces_before_is_not_remarked_on(district):
    draw(g050101=box(0, 0, 0.5, 1).union(box(1.5, 0, 2, 1)))
    district.grid.refresh_from_db()
    same = Part("050101", "changed", "一号", "", mapping(box(0, 0, 0.5, 1).union(box(1.5, 0, 2, 1))))

    assert remarks_on(drafted("redraw", [same])) == []


@pytest.mark.parametrize(("with_place", "said"), [(True, "has no boundary"), (False, "neither boundary nor")])
def test_a_new_grid_without_a_boundary_is_told(district, with_place, said):
    district.grid.refresh_from_db()
    places = (LocalityFactory(area_code="050101", grid=district.grid).code,) if with_place else ()
    parts = split(district.grid, into=Part("050103", "new", "三号", localities=places), piece=None)

    assert [said in note for note in remarks_on(drafted("split", parts))] == [True]
