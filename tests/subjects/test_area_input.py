"""What a boundary and a proposal may not be: each refused with a sentence, and nothing half stored."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
import shapely
from django.utils import translation
from shapely.geometry import mapping

from grids.models import AreaChange, Grid, GridEvent
from gridsup.coordinates import to_bd09, to_gcj02
from gridsup.errors import BadInput
from subjects.areas.deciding import propose_change
from subjects.areas.drafts import Part, as_it_is, redraw, split
from subjects.areas.reading import HALF_EQUATOR, LARGEST, MOST_CORNERS, Handed, as_said, read_area
from tests.drawing import box
from tests.factories import TODAY, LocalityFactory
from tests.splitting import NOON, drafted, draw_station, in_effect, premises_at, split_draft

SQUARE = box(0, 0, 1, 1)
BOW = {"type": "Polygon", "coordinates": [[[109, 34], [109.1, 34.1], [109.1, 34], [109, 34.1], [109, 34]]]}


@pytest.fixture
def paper(district):
    draw_station()


def text(shape):
    return json.dumps(mapping(shape))


def circle(corners):
    return shapely.Point(109, 34).buffer(0.01, quad_segs=corners // 4)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (" " * (LARGEST + 1), "5 MB"),
        (text(circle(MOST_CORNERS + 8)), "corners"),
        ('{"type": "Polygon", "coordinates": [[[NaN, 34], [109, 34], [109, 35], [NaN, 34]]]}', "NaN"),
        ('{"type": "Polygon", "coordinates": [[[Infinity, 34], [109, 34], [109, 35], [1, 34]]]}', "Infinity"),
        ('{"type": "Polygon", "coordinates": [[[1e999, 34], [109, 34], [109, 35], [1e999, 34]]]}', "no number"),
        ('{"type": "Polygon", "coordinates": ' + "[" * 100_000 + "]" * 100_000 + "}", "corners"),
        ('{"type": "Polygon", "coordinates": ' + "[" * 39_000 + "]" * 39_000 + "}", "nested"),
        ('{"type": "Polygon", "coordinates": ' + "[" * 500 + "]" * 500 + "}", "GeoJSON"),
        ("{", "JSON: look at line 1, character 2"),
        (text(circle(MOST_CORNERS * 3)), "more than 20000 corners"),
        (
            '{"type": "Polygon", "coordinates": [[["109", "34"], ["109.1", "34"], ["109", "34.1"], ["109", "34"]]]}',
            "quot",
        ),
        (
            '{"type": "Polygon", "coordinates": [[[true, 34], [109.1, 34], [109, 34.1], [true, 34]]]}',
            "numbers",
        ),
        ('{"type": "Polygon", "coordinates": []}', "no corners"),
        (
            '{"type": "Polygon", "coordinates": [[[109, 34], [109.01, 34.01], [109.02, 34.020001], [109, 34]]]}',
            "on one line",
        ),
        ('{"type": "Polygon", "coordinates": [[[' + "9" * 5_000 + ", 34], [1, 2], [3, 4], [1, 2]]]}", "far too long"),
        ('{"type": "Polygon", "coordinates": [[[1' + "0" * 400 + ", 34], [1, 2], [3, 4], [1, 2]]]}", "far too long"),
        ("[1, 2]", "GeoJSON"),
        ("null", "GeoJSON"),
        (b"\xff\xfe", "UTF-8"),
        (json.dumps(BOW), "The line crosses itself. Look at 109.05, 34.05"),
        ('{"type": "Point", "coordinates": [109, 34]}', "a boundary is a polygon|polygon"),
        ('{"type": "FeatureCollection", "features": []}', "0 features"),
        (text(box(-40_000, 0, 1, 1)), "globe"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_boundary_is_refused_with_a_sentence(english, given, said):
    with pytest.raises(BadInput, match=said) as refusal:
        read_area(given, crs="wgs84")

    assert refusal.value.field == "boundary"


@pytest.mark.parametrize(
    ("crs", "called"),
    [
        ({"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4610"}}, "urn:ogc:def:crs:EPSG::4610"),
        ({"type": "link", "properties": {"href": "xian80.prj"}}, "xian80.prj"),
        ("Beijing 54", "Beijing 54"),
        ([1, 2], "[1, 2]"),
    ],
)
def test_a_file_in_a_system_that_is_not_read_here_is_refused(crs, called):
    with pytest.raises(BadInput) as refusal, translation.override("en"):
        read_area(json.dumps(mapping(SQUARE) | {"crs": crs}), crs="wgs84")

    assert called in str(refusal.value)
    assert "convert it to WGS 84" in str(refusal.value)


@pytest.mark.parametrize("crs", ["", "utm"])
def test_a_boundary_without_its_system_is_refused(english, crs):
    with pytest.raises(BadInput, match="coordinate system"):
        read_area(text(SQUARE), crs=crs)


def test_a_file_that_names_another_system_than_was_chosen_is_refused(english):
    named = mapping(SQUARE) | {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}}

    with pytest.raises(BadInput, match="3857"):
        read_area(json.dumps(named), crs="wgs84")


def test_metres_of_web_maps_become_degrees():
    corners = np.array(SQUARE.exterior.coords)
    x = corners[:, 0] / 180 * HALF_EQUATOR
    y = np.log(np.tan(np.pi / 4 + np.radians(corners[:, 1]) / 2)) / np.pi * HALF_EQUATOR
    turned = shapely.Polygon(np.column_stack([x, y]))

    assert read_area(text(turned), crs="epsg3857").equals_exact(SQUARE, 1e-9)
    assert read_area(text(SQUARE), crs="cgcs2000").equals(SQUARE)
    with pytest.raises(BadInput):
        read_area(text(box(-1e12, 0, 1, 1)), crs="epsg3857")


def test_degrees_are_no_metres(english):
    with pytest.raises(BadInput, match="look like degrees") as refusal:
        read_area(text(box(109, 34.2, 109.1, 34.3)), crs="epsg3857")

    assert refusal.value.field == "crs"


def shifted(shape):
    return shapely.transform(shape, lambda corners: np.column_stack(to_gcj02(*corners.T)))


def test_shifted_coordinates_are_turned_back():
    assert read_area(text(shifted(SQUARE)), crs="gcj02").equals_exact(SQUARE, 1e-8)


def test_coordinates_of_baidu_are_turned_back_and_a_file_that_names_them_is_known(english):
    there = shapely.transform(SQUARE, lambda corners: np.column_stack(to_bd09(*corners.T)))
    named = mapping(there) | {"crs": {"type": "name", "properties": {"name": "BD-09"}}}

    assert read_area(text(there), crs="bd09").equals_exact(SQUARE, 1e-8)
    assert as_said(SQUARE, "bd09").equals_exact(there, 1e-12)
    with pytest.raises(BadInput, match="BD-09"):
        read_area(json.dumps(named), crs="gcj02")


def redrawn(district, area, crs):
    """050101 redrawn as it comes, its neighbour taking what it gives up."""
    district.grid.refresh_from_db()
    parts = redraw(
        district.grid,
        name="",
        extent="",
        area=area,
        heir=district.neighbour_grid,
        neighbours=Grid.objects.in_area("0501"),
    )
    return drafted("redraw", parts, handed=Handed((area,), crs, of=("050101",)))


def test_shifted_coordinates_labelled_wgs84_are_found_by_the_premises(english, paper, district):
    for x in (0.02, 0.05, 0.1, 0.15):
        premises_at(x, 0.02)
        premises_at(x, 0.05)
    area = read_area(text(shifted(box(0, 0, 2, 1))), crs="wgs84")
    draft = drafted(
        "redraw",
        [Part("050101", "changed", "一号", "", mapping(area))],
        handed=Handed((area,), "wgs84", of=("050101",)),
    )

    with pytest.raises(BadInput, match=r"100 % of the premises.*GCJ-02") as refusal:
        propose_change(draft=draft, by=district.chief, now=NOON)
    assert refusal.value.field == "crs"
    assert not AreaChange.objects.exists()


def wrong(**changed):
    new = {"code": "050103", "role": "new", "name": "三号", "boundary": mapping(box(1, 0, 2, 1))} | changed
    return [Part("050101", "changed", "一号", "", mapping(box(0, 0, 1, 1))), Part(**new)]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (wrong(code="050101"), "Two grids have the code 050101"),
        (wrong(code="050102"), "There is a grid 050102 already"),
        (wrong(code="050203"), "not of this station"),
        (wrong(code="05010x"), "not of this station"),
        (wrong(code="0501033"), "not of this station"),
        (wrong(name=" "), "needs a name"),
        (wrong(name="x" * 81), "At most 80"),
        (wrong(localities=("610111999999",)), "Not a locality of station 0501"),
        (wrong(boundary=mapping(box(0.5, 0, 2, 1))), "Grids 050101 and 050103 overlap: 5"),
        (wrong(boundary=mapping(box(1.5, 0, 2, 1))), "A gap would be left: 5"),
        (wrong(boundary=mapping(box(1, 0, 2.5, 1))), "would overlap its neighbour 050102: 5"),
        (wrong(boundary=mapping(box(1, 0, 2, 1.5))), "leaves the district's outline: 5"),
    ],
)
def test_a_proposal_that_cannot_be_is_refused_with_a_sentence(english, paper, district, parts, said):
    events = GridEvent.objects.count()

    with pytest.raises(BadInput, match=said):
        propose_change(draft=drafted("split", parts), by=district.chief, now=NOON)

    assert not AreaChange.objects.exists()
    assert (Grid.objects.filter(code="050103").count(), GridEvent.objects.count()) == (0, events)


def test_a_hairline_between_neighbours_is_no_fault(paper, district):
    hair = 0.0004  # of a square: 40 cm
    parts = wrong(boundary=mapping(box(1 - hair, 0, 2 + hair, 1)))

    assert in_effect(district, drafted("split", parts)).state == "in_effect"


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 501}, "At most 500"),
        ({"on": TODAY.replace(day=1)}, "today or later"),
        ({"on": TODAY.replace(year=TODAY.year + 2, month=1, day=1)}, "by the end of 2027"),
        ({"listed": {"050102": [1]}}, "none of the grids after the change"),
        ({"listed": {"050101": [1], "050103": [1]}}, "to two grids"),
    ],
)
def test_a_proposal_without_reason_in_the_past_or_with_a_strange_list_is_refused(english, paper, district, facts, said):
    with pytest.raises(BadInput, match=said):
        propose_change(draft=split_draft(district, **facts), by=district.chief, now=NOON)


@pytest.mark.parametrize(
    ("kind", "parts", "said"),
    [
        ("split", [Part("050103", "new", "三号")], "one grid"),
        ("create", wrong(), "do not make up"),
        ("merge", [Part("050101", "changed", "一号")], "do not make up"),
        ("retire", [Part("050102", "retired", successor="050101")], "needs a successor"),
        ("redraw", [Part("050109", "changed", "九号")], "no grid 050109 in force"),
        ("else", wrong(), "do not make up"),
    ],
)
def test_parts_must_make_up_their_kind(english, paper, district, kind, parts, said):
    with pytest.raises(BadInput, match=said):
        propose_change(draft=drafted(kind, parts), by=district.chief, now=NOON)


def test_a_redraw_that_changes_nothing_is_refused(english, paper, district):
    district.grid.refresh_from_db()
    parts = redraw(district.grid, name="", extent="", area=None, heir=None, neighbours=[])

    with pytest.raises(BadInput, match="Nothing is changed"):
        propose_change(draft=drafted("redraw", parts), by=district.chief, now=NOON)


def test_a_locality_goes_to_one_grid_only(english, paper, district):
    place = LocalityFactory(area_code="050101", grid=district.grid)
    first, second = wrong()
    parts = [Part(**{**vars(part), "localities": (place.code,)}) for part in (first, second)]

    with pytest.raises(BadInput, match="two grids"):
        propose_change(draft=drafted("split", parts), by=district.chief, now=NOON)


def test_a_piece_beside_the_grid_or_as_large_as_it_is_no_split(english, paper, district):
    district.grid.refresh_from_db()
    new = Part("050103", "new", "三号")

    with pytest.raises(BadInput, match="beside"):
        split(district.grid, into=new, piece=box(5, 0, 6, 1))
    with pytest.raises(BadInput, match="Nothing would be left"):
        split(district.grid, into=new, piece=box(0, 0, 2, 1))


def test_ground_given_up_needs_somebody_who_takes_it(english, paper, district):
    district.grid.refresh_from_db()
    facts = {"name": "", "extent": "", "neighbours": Grid.objects.in_area("0501")}

    with pytest.raises(BadInput, match="gives up"):
        redraw(district.grid, area=box(0, 0, 1, 1), heir=None, **facts)
    with pytest.raises(BadInput, match="merge"):
        redraw(district.grid, area=box(0, 0, 3, 1), heir=None, **facts)


def test_a_redrawn_border_moves_ground_both_ways(paper, district):
    premises_here, premises_there = premises_at(1.8, 0.2), premises_at(2.2, 0.8, area_code="050102")
    area = shapely.union_all([box(0, 0, 1.5, 1), box(1, 0.5, 2.5, 1)])
    change = in_effect(district, redrawn(district, area, "wgs84"))

    for row in (premises_here, premises_there):
        row.refresh_from_db()
    assert (premises_here.area_code, premises_there.area_code) == ("050102", "050101")
    assert change.moved == 2


@pytest.mark.parametrize("given", ["{", b"\xff\xfe", json.dumps(BOW)])
def test_no_word_of_a_library_stands_in_a_chinese_sentence(given):
    with translation.override("zh-hans"), pytest.raises(BadInput) as refusal:
        read_area(given, crs="wgs84")

    assert not re.search("[A-Za-z]{3,}", str(refusal.value).replace("JSON", "").replace("UTF", ""))


def test_the_end_of_next_year_is_soon_enough(paper, district):
    last = TODAY.replace(year=TODAY.year + 1, month=12, day=31)

    assert propose_change(draft=split_draft(district, on=last), by=district.chief, now=NOON).effective_on == last


@pytest.mark.parametrize(("held", "field"), [("050102", "code"), ("050101", "grid")], ids=["its code", "its grid"])
def test_what_another_proposal_holds_is_told_where_it_was_said(district, paper, held, field):
    renamed = replace(as_it_is(Grid.objects.get(code=held)), name="新名")
    propose_change(draft=drafted("redraw", [renamed]), by=district.chief, now=NOON)

    with pytest.raises(BadInput) as refusal:
        propose_change(draft=split_draft(district, code="050102"), by=district.chief, now=NOON)

    assert refusal.value.field == field
