"""A boundary of a web map taken for WGS 84 lies 500 m off: asked about, or refused, before it moves premises."""

import json
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
import shapely
from shapely.geometry import mapping

from grids.models import AreaChange, AreaChangeEvent, Grid
from gridsup.coordinates import to_bd09, to_gcj02
from gridsup.errors import BadInput
from subjects.areas.checking import check_draft
from subjects.areas.deciding import propose_change
from subjects.areas.drafts import Part, redraw, split
from subjects.areas.fitting import Fit, fit_of
from subjects.areas.preview import preview_draft
from subjects.areas.reading import Handed, read_area
from subjects.areas.story import entries_of
from tests.drawing import box, draw
from tests.factories import TODAY
from tests.splitting import NOON, drafted, draw_station, premises_at

OLD = box(0, 0, 2, 1)


@pytest.fixture(autouse=True)
def paper(district, english):
    draw_station()
    draw(b05=box(-1, -1, 5, 2))


def shifted(shape):
    """The shape as a Chinese web map gives it."""
    return shapely.transform(shape, lambda corners: np.column_stack(to_gcj02(*corners.T)))


def redrawn(district, area, crs="wgs84", **facts):
    there = {grid.code: grid for grid in Grid.objects.in_area("0501")}
    parts = redraw(
        there["050101"], name="", extent="", area=area, heir=there["050102"], neighbours=there.values()
    )  # fmt: skip
    return drafted("redraw", parts, handed=Handed((area,), crs, of=("050101",), **facts))


def cut(district, piece, crs="wgs84", **facts):
    district.grid.refresh_from_db()
    parts = split(district.grid, into=Part("050103", "new", "三号"), piece=piece)
    return drafted("split", parts, handed=Handed((piece,), crs, of=("050101",), piece=True, **facts))


def fitting(draft):
    return fit_of(draft.handed, draft.station)


def test_the_boundary_of_before_out_of_a_web_map_is_found_by_the_borders(district):
    doubt = fitting(redrawn(district, shifted(OLD))).doubt

    assert doubt.startswith("Read as WGS 84, 0 % of this boundary run along known borders; read as GCJ-02, 100 %.")
    assert doubt.endswith("Choose GCJ-02, or tick that WGS 84 is right.")


def test_what_is_right_is_not_asked_about(district):
    premises_at(0.05)

    for area in (OLD, box(0, 0, 1.9, 1), box(0, 0, 2.4, 1)):
        assert fitting(redrawn(district, area)) == Fit()
    assert not fitting(cut(district, box(1, 0, 2, 1))).doubt


def test_the_other_way_round_is_found_as_well(district):
    # OLD as WGS 84, read as if it were GCJ-02
    read = shapely.transform(OLD, lambda corners: 2 * corners - np.column_stack(to_gcj02(*corners.T)))

    assert "read as WGS 84, 100 %" in fitting(redrawn(district, read, crs="gcj02")).doubt


@pytest.mark.parametrize("area", [OLD, box(0.02, 0.02, 1.97, 0.97)], ids=["along borders", "by hand"])
@pytest.mark.parametrize("said", ["wgs84", "gcj02"])
def test_a_boundary_out_of_baidu_is_found_whatever_was_said(district, said, area):
    corners = json.dumps(mapping(shapely.transform(area, lambda corners: np.column_stack(to_bd09(*corners.T)))))

    assert "Choose BD-09, or tick" in fitting(redrawn(district, read_area(corners, crs=said), crs=said)).doubt
    assert fitting(redrawn(district, read_area(corners, crs="bd09"), crs="bd09")) == Fit()


@pytest.mark.parametrize(("turn", "right"), [(lambda shape: shape, "WGS 84"), (shifted, "GCJ-02")])
def test_what_was_said_to_be_out_of_baidu_is_found_as_well(district, turn, right):
    read = read_area(json.dumps(mapping(turn(OLD))), crs="bd09")

    assert f"read as {right}, 100 %. Choose {right}" in fitting(redrawn(district, read, crs="bd09")).doubt


def test_a_boundary_by_hand_is_found_by_the_premises(district):
    for number in range(10):
        premises_at(0.05 + 0.19 * number)
    loose = box(-0.03, 0.03, 1.96, 0.97)

    doubt = fitting(redrawn(district, shifted(loose))).doubt

    assert doubt.startswith("Read as WGS 84, 70 % of the premises lie in this boundary; read as GCJ-02, 100 %.")
    assert not fitting(redrawn(district, loose)).doubt


def test_without_premises_a_boundary_by_hand_is_found_by_the_ground_of_before(district):
    doubt = fitting(redrawn(district, shifted(box(0.02, 0.02, 1.97, 0.97)))).doubt

    assert doubt.startswith("Read as WGS 84, 47 % of the ground is as before; read as GCJ-02, 93 %.")


def test_of_a_loose_piece_both_numbers_are_asked_about_and_no_system_is_recommended(district):
    premises_at(1.2)
    premises_at(1.9)
    piece = box(0.9, -0.1, 2.1, 1.1)

    doubt = fitting(cut(district, shifted(piece))).doubt

    assert doubt.startswith(
        "Read as WGS 84, 1 premises lie in this boundary; read as GCJ-02, 2. Its shape does not tell"
    )
    assert doubt.endswith("tick that WGS 84 is right, or choose GCJ-02.")
    assert not fitting(cut(district, box(-0.1, -0.1, 0.1, 1.1))).told


# 050101 is two squares; read as GCJ-02 what is right lies half a square farther west
NEITHER = {
    "shrunk": box(0.3, 0.3, 1.7, 0.7),
    "grown": box(0.7, -0.3, 2.3, 1.3),
    "half": box(0.95, 0.05, 1.9, 0.95),
    "western half": box(0.05, 0.05, 0.95, 0.95),
    "beyond its border": box(1.1, 0.2, 2.6, 0.9),
}


@pytest.mark.parametrize("piece", NEITHER.values(), ids=NEITHER)
@pytest.mark.parametrize("turn", [lambda shape: shape, shifted], ids=["right", "of a web map"])
def test_of_a_piece_that_lies_in_the_grid_both_ways_no_system_is_recommended(district, turn, piece):
    for number in range(10):
        premises_at(0.05 + 0.19 * number)

    fit = fitting(cut(district, turn(piece)))

    assert fit.is_undecided or not fit.told


def test_a_piece_that_lies_in_its_grid_in_the_other_system_alone_is_recommended(district):
    doubt = fitting(cut(district, shifted(box(1.4, 0.2, 1.95, 0.95)))).doubt

    assert doubt.startswith("Read as WGS 84, 20 % of this boundary lie in the grid; read as GCJ-02, 100 %.")
    assert doubt.endswith("Choose GCJ-02, or tick that WGS 84 is right.")


def test_a_piece_without_premises_that_lies_better_in_the_other_system_is_asked_about(district):
    fit = fitting(cut(district, NEITHER["beyond its border"]))

    assert (fit.is_undecided, fit.told[:62]) == (True, "Read as WGS 84, 60 % of this boundary lie in the grid; read as")


def test_half_of_a_grid_that_leaves_the_premises_to_its_neighbour_is_not_taken_for_another_system(district):
    for number in range(10):
        premises_at(0.7 + 0.05 * number)
    half = redrawn(district, box(1.05, 0.05, 1.95, 0.95))

    fit = fitting(half)

    assert fit.is_undecided
    assert fit.told == "Read as WGS 84, 3 premises lie in this boundary; read as GCJ-02, 10."
    assert propose_change(draft=replace(half, handed=replace(half.handed, sure=True)), by=district.chief, now=NOON)


def test_premises_that_speak_against_the_ground_leave_it_undecided(district):
    for number in range(10):
        premises_at(2.1 + 0.03 * number)

    fit = fitting(redrawn(district, box(0.45, 0.02, 2.45, 0.98)))

    assert not fit.told or fit.is_undecided


def test_a_grid_that_was_never_drawn_has_its_premises_to_tell(district):
    draw(g050101=None)
    for number in range(10):
        premises_at(0.02 + 0.03 * number)

    assert "Choose GCJ-02" in fitting(redrawn(district, shifted(OLD))).doubt


def test_a_new_grid_takes_what_it_will_of_the_premises_without_a_grid(district):
    draw(g050101=None)
    for number in range(10):
        premises_at(0.02 + 0.03 * number, area_code="0501")
    handed = Handed((shifted(box(0.02, 0.02, 1, 0.98)),), "wgs84", of=("0501",))

    assert fit_of(handed, district.station).is_undecided


def test_what_was_tapped_on_our_own_map_is_not_asked_about(district):
    for number in range(10):
        premises_at(0.02 + 0.03 * number)
    draft = redrawn(district, shifted(OLD), tapped=True)
    beyond = cut(district, box(1.5, 0.2, 2.4, 0.8), tapped=True)

    for each in (draft, beyond):
        assert not fitting(each).doubt
        check_draft(each, on=TODAY)


def test_a_proposal_against_the_doubt_needs_somebody_who_is_sure(district):
    draft = redrawn(district, shifted(OLD))
    assert "GCJ-02" in preview_draft(draft, on=TODAY).doubt

    with pytest.raises(BadInput, match="tick") as refusal:
        propose_change(draft=draft, by=district.chief, now=NOON)
    assert (refusal.value.field, AreaChange.objects.count()) == ("sure", 0)
    change = propose_change(draft=replace(draft, handed=replace(draft.handed, sure=True)), by=district.chief, now=NOON)

    assert AreaChangeEvent.objects.get(change=change, what="system").new == "wgs84"
    assert "coordinate system confirmed" in [entry.what for entry in entries_of(change)]


def test_a_boundary_without_most_of_its_premises_is_refused_though_a_neighbour_takes_them(district):
    for number in range(10):
        premises_at(0.02 + 0.03 * number)

    with pytest.raises(BadInput, match=r"100 % of the premises.*Choose GCJ-02") as refusal:
        propose_change(draft=redrawn(district, shifted(OLD), sure=True), by=district.chief, now=NOON)

    assert refusal.value.field == "crs"


def test_ground_given_up_is_told_with_the_other_system(chief):
    page = chief.post(REDRAW, sent(json.dumps(mapping(shifted(OLD))), heir=""))

    said = str(page.context["form"].errors["heir"])
    assert "gives up" in said
    assert "read as GCJ-02, 100 %. Was GCJ-02 meant?" in said


def test_ground_outside_the_district_is_told_with_the_other_system(chief):
    draw(b05=box(0, 0, 4, 1))

    page = chief.post(REDRAW, sent(json.dumps(mapping(shifted(OLD)))))

    said = str(page.context["form"].errors["boundary"])
    assert "outline: " in said
    assert "Was GCJ-02 meant?" in said


REDRAW = "/areas/new/?kind=redraw&station=0501"


@pytest.fixture
def chief(client, district, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    client.force_login(district.chief, backend="grids.backends.DutyBackend")
    client.cookies["django_language"] = "en"
    return client


def sent(boundary="", **changed):
    facts = {"grid": "050101", "heir": "050102", "crs": "wgs84", "boundary": boundary, "placing": "polygon"}
    return {**facts, "effective_on": TODAY.isoformat(), "reason": "街道改名", "act": "preview", **changed}


def file_of(text):
    file = BytesIO(text.encode())
    file.name = "grid.geojson"
    return file


@pytest.mark.parametrize("tapped_before", ["", json.dumps(mapping(OLD))], ids=["empty map", "drawn map"])
def test_a_file_is_never_taken_for_what_was_tapped_whatever_the_page_says(chief, tapped_before):
    text = json.dumps(mapping(shifted(OLD)))

    page = chief.post(REDRAW, sent(tapped_before, file=file_of(text), tapped="1"))
    form = page.context["form"]
    shown = {name: form[name].value() for name in ("boundary", "crs", "tapped")}

    assert "Choose GCJ-02" in page.context["preview"].doubt
    assert (shown["boundary"][:30], shown["crs"], shown["tapped"]) == (text[:30], "wgs84", "")
    assert "tick that" in str(chief.post(REDRAW, sent(act="propose", **shown)).context["form"].errors["sure"])


def test_a_file_that_is_refused_keeps_its_own_system_and_is_not_taken_for_tapped(chief):
    text = json.dumps(mapping(shifted(OLD)))

    form = chief.post(REDRAW, sent("", file=file_of(text), tapped="1", heir="")).context["form"]

    assert "Was GCJ-02 meant?" in str(form.errors["heir"])
    assert (form["boundary"].value()[:30], form["crs"].value(), form["tapped"].value()) == (text[:30], "wgs84", "")


def test_what_is_said_to_be_in_another_system_than_the_map_was_not_tapped(chief):
    page = chief.post(REDRAW, sent(json.dumps(mapping(OLD)), crs="gcj02", tapped="1"))

    assert "Choose WGS 84" in page.context["preview"].doubt


def test_what_was_tapped_stays_so_in_the_form_that_comes_back(chief):
    form = chief.post(REDRAW, sent(json.dumps(mapping(shifted(box(0.02, 0.02, 1.97, 0.97)))), tapped="1")).context[
        "form"
    ]

    assert form["tapped"].value() == "1"


def test_the_page_asks_for_a_tick_and_keeps_a_file_as_it_came(chief):
    text = json.dumps(mapping(shifted(OLD)))

    page = chief.post(REDRAW, sent("", file=file_of(text)))

    form = page.context["form"]
    assert "id_sure" in page.content.decode()
    assert (form["crs"].value(), form["boundary"].value()[:30]) == ("wgs84", text[:30])
    assert "tick that" in str(chief.post(REDRAW, sent(text, act="propose")).context["form"].errors["sure"])
    assert chief.post(REDRAW, sent(text, act="propose", sure="on")).status_code == 302


def test_after_another_system_is_chosen_the_form_goes_on_in_wgs84(chief):
    text = json.dumps(mapping(shifted(box(0, 0, 1.9, 1))))

    page = chief.post(REDRAW, sent(text, crs="gcj02"))

    form = page.context["form"]
    assert form["crs"].value() == "wgs84"
    assert "id_sure" not in page.content.decode()
    assert chief.post(REDRAW, sent(form["boundary"].value(), act="propose")).status_code == 302


def test_a_boundary_in_the_wrong_system_stays_as_it_came_so_that_the_other_is_chosen(chief):
    text = json.dumps(mapping(OLD))

    page = chief.post(REDRAW, sent(text, crs="gcj02"))
    form = page.context["form"]

    assert "Choose WGS 84" in page.context["preview"].doubt
    assert form["crs"].value() == "gcj02"
    assert shapely.from_geojson(form["boundary"].value()).equals_exact(OLD, 2e-6)
