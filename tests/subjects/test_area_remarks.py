"""What is allowed of a change and yet told before it is proposed."""

import pytest
from shapely.geometry import mapping

from grids.models import Grid
from subjects.areas.drafts import Part, merge, redraw, split
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
    parts = split(district.grid, into=Part("050103", "new", "三号", "东片", localities=places), piece=None)

    assert [said in note for note in remarks_on(drafted("split", parts))] == [True]


def worded(**extents):
    """The grids with what is said of them: g050101="东至灞河"."""
    for name, extent in extents.items():
        Grid.objects.filter(code=name[1:]).update(extent=extent)
    return {grid.code: grid for grid in Grid.objects.in_area("0501")}


def test_a_merged_grid_is_said_in_the_words_of_all_that_become_one(district):
    grids = worded(g050101="东至灞河，西至纺渭路。", g050102="东至长乐路")
    draft = drafted("merge", merge([grids["050102"]], into=grids["050101"]))

    assert draft.results[0].extent == "东至灞河，西至纺渭路；东至长乐路"
    assert preview_draft(draft, on=TODAY).notes[0] == (
        "The extent in words of grid 050101 is put together from those of before: "
        "“东至灞河，西至纺渭路；东至长乐路”. Read it over."
    )


def test_new_words_for_a_merged_grid_are_taken_as_they_are(district):
    grids = worded(g050101="东至灞河", g050102="东至长乐路")
    draft = drafted("merge", merge([grids["050102"]], into=grids["050101"], extent="东至长乐路，西至灞河"))

    assert draft.results[0].extent == "东至长乐路，西至灞河"
    assert remarks_on(draft) == []


@pytest.mark.parametrize(("own", "other", "said"), [("东至灞河", "", "东至灞河"), ("", "东至长乐路", "")])
def test_words_of_one_grid_alone_are_not_put_together(district, own, other, said):
    grids = worded(g050101=own, g050102=other)
    draft = drafted("merge", merge([grids["050102"]], into=grids["050101"]))

    assert draft.results[0].extent == said
    assert [note[:60] for note in remarks_on(draft)] == (
        ["Grid 050101 changes its ground and keeps its extent in words"] if own else []
    )


def test_a_grid_that_is_split_or_gives_to_a_neighbour_and_keeps_its_words_is_told(district):
    grids = worded(g050101="东至灞河", g050102="东至长乐路")
    new = Part("050103", "new", "三号", "西片")
    kept = "Grid 050101 changes its ground and keeps its extent in words: “东至灞河”."

    notes = remarks_on(drafted("split", split(grids["050101"], into=new, piece=box(1, 0, 2, 1))))
    assert notes == [f"{kept} Write it anew here, or afterwards by a redraw without a boundary."]
    assert not remarks_on(drafted("split", split(grids["050101"], into=new, piece=box(1, 0, 2, 1), extent="西半")))
    parts = redraw(
        grids["050101"], name="", extent="新四至", area=box(0, 0, 1.5, 1), heir=grids["050102"],
        neighbours=grids.values(),
    )  # fmt: skip
    assert [note[:11] for note in remarks_on(drafted("redraw", parts))] == ["Grid 050102"]


def test_a_grid_that_gets_another_name_keeps_its_words_unremarked(district):
    grids = worded(g050101="东至灞河")
    parts = redraw(grids["050101"], name="新名", extent="", area=None, heir=None, neighbours=[])

    assert remarks_on(drafted("redraw", parts)) == []


def test_a_new_grid_without_an_extent_in_words_is_told(district):
    district.grid.refresh_from_db()
    told = "Grid 050103 has no extent in words: the notice board would show none."

    assert told in remarks_on(
        drafted("split", split(district.grid, into=Part("050103", "new", "三号"), piece=box(1, 0, 2, 1)))
    )
    assert told not in remarks_on(split_draft(district))
