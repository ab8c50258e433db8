"""What a change of areas may take by its list, what a new grid must have, and which grid a refusal names."""

import pytest
from shapely.geometry import mapping

from assessment.staffing.rows import rows_of
from gridsup.errors import BadInput
from subjects.areas.deciding import propose_change
from subjects.areas.drafts import Part, split
from subjects.areas.outcome import outcome_of_draft
from subjects.areas.placing import place
from subjects.areas.preview import preview_change, preview_draft
from subjects.models import Premises
from tests.drawing import box, draw
from tests.factories import TODAY, ComplaintFactory, PostingFactory, TaskFactory
from tests.splitting import NOON, drafted, draw_station, in_effect, merge_draft, premises_at, split_draft


@pytest.fixture(autouse=True)
def paper(district, english):
    draw_station()


def refused(draft, by):
    with pytest.raises(BadInput) as refusal:
        propose_change(draft=draft, by=by, now=NOON)
    return str(refusal.value), refusal.value.field


def test_a_list_takes_premises_of_the_grids_that_change_only(district):
    own, third, far = premises_at(0.5), premises_at(2.5, area_code="050102"), premises_at(3.5, area_code="050201")
    draft = split_draft(district, listed={"050103": [own.pk, third.pk, far.pk, 987_654]})

    said, field = refused(draft, district.chief)

    assert said.startswith("3 premises of the list are of no grid that this change concerns")
    # what is of another station is named by its number alone
    assert f"{third.subject.name} #{third.pk} (050102), {far.pk}, 987654" in said
    assert field == "listed"


def test_a_premises_of_the_station_in_no_grid_may_be_listed(district):
    loose = premises_at(0.5, area_code="0501")

    in_effect(district, split_draft(district, listed={"050103": [loose.pk]}))

    assert Premises.objects.get(pk=loose.pk).area_code == "050103"


def test_a_listed_premises_that_went_elsewhere_since_stays_there_and_is_counted(district):
    gone = premises_at(0.5)
    change = propose_change(draft=split_draft(district, listed={"050103": [gone.pk]}), by=district.chief, now=NOON)
    Premises.objects.filter(pk=gone.pk).update(area_code="050102", grid="050102")

    preview = preview_change(change, on=TODAY)

    assert (preview.moving, preview.flows) == (0, [])
    assert any(note.startswith("1 premises of the list are by now of no grid") for note in preview.notes)


def test_a_grid_split_off_with_nothing_is_refused(district):
    district.grid.refresh_from_db()
    parts = split(district.grid, into=Part("050103", "new", "三号网格"), piece=None)

    assert refused(drafted("split", parts), district.chief) == (
        "Grid 050103 would be empty: draw its boundary, choose its communities or list its premises.", "boundary",
    )  # fmt: skip


def test_a_grid_split_off_by_a_list_alone_is_proposed(district):
    shop = premises_at(0.5)
    district.grid.refresh_from_db()
    parts = split(district.grid, into=Part("050103", "new", "三号网格"), piece=None)

    in_effect(district, drafted("split", parts, listed={"050103": [shop.pk]}))

    assert Premises.objects.get(pk=shop.pk).area_code == "050103"


@pytest.mark.parametrize(("code", "taken"), [("050100", False), ("050199", True)])
def test_codes_of_grids_run_from_one(district, code, taken):
    draft = split_draft(district, code=code)

    if taken:
        assert propose_change(draft=draft, by=district.chief, now=NOON).parts.filter(code=code).exists()
    else:
        assert "050101 to 050199" in refused(draft, district.chief)[0]


def test_points_that_come_to_lie_in_another_grid_are_told(district):
    east = premises_at(1.5)
    draft = split_draft(district, placing="list", listed={"050103": [premises_at(0.5).pk]})

    outcome = outcome_of_draft(draft, place(draft))

    assert outcome.lists["astray"] == [east.pk, *draft.listed["050103"]]
    assert any("2 premises come to have their point" in note for note in preview_draft(draft, on=TODAY).notes)


def test_premises_of_a_neighbour_that_lie_in_the_ground_of_a_new_grid_are_told_and_stay(district):
    draw(b05=box(0, 0, 5, 1))
    strayed, _own = premises_at(4.5, area_code="050101"), premises_at(0.5)
    premises_at(4.6, area_code="050201")
    unplaced = premises_at(4.4, area_code="0501")
    draft = drafted("create", [Part("050103", "new", "三号", "", mapping(box(4, 0, 5, 1)))])

    placed = place(draft)

    assert (placed.astray, placed.routes[unplaced.pk]) == ([strayed.pk], ("0501", "050103"))
    assert strayed.pk not in placed.routes


def test_the_grid_that_claims_foreign_ground_is_named_not_one_that_touches_it(district):
    # 050101 meets the ground of 050201 in one corner, 050102 reaches into it
    touching = Part("050101", "changed", "一号", "", mapping(box(0, 0, 3, 0.5).union(box(0, 0, 2, 1))))
    reaching = Part("050102", "changed", "二号", "", mapping(box(2, 0.5, 3.5, 1)))

    said, _field = refused(drafted("redraw", [touching, reaching]), district.chief)

    assert said.startswith("Grid 050102 would overlap its neighbour 050201: ")


def test_people_are_counted_once_and_who_is_on_leave_is_not(district):
    """Of 050101: a lead on leave, the manager who stands in, and the manager's own post: one person."""
    post = district.lead.postings.get()
    facts = {"duty": post.duty, "area_code": post.area_code, "from_day": TODAY, "to_day": TODAY}
    PostingFactory(officer=district.manager, stands_in_for=post, **facts)
    for x in (0.2, 0.4, 0.6, 0.8):
        premises_at(x, area_code="050101")
    draft = merge_draft(district)

    notes = preview_draft(draft, on=TODAY).notes

    assert rows_of([("050101", "")], TODAY)[0].officers == 1
    assert any("4 premises in business for each of the 1 who hold it" in note for note in notes)


def test_open_work_is_told_with_the_grid_from_which_it_comes(district):
    for x, area in ((0.5, "050101"), (2.5, "050102")):
        TaskFactory(premises=premises_at(x, area_code=area))
    ComplaintFactory(premises=premises_at(2.2, area_code="050102"), area_code="050102")
    premises_at(2.6, area_code="0501")

    flows = preview_draft(merge_draft(district), on=TODAY).flows

    assert [(flow.from_code, flow.count, {told.words: told.count for told in flow.work}) for flow in flows] == [
        ("0501", 1, {}),
        ("050102", 2, {"open tasks": 1, "open complaints": 1}),
    ]
