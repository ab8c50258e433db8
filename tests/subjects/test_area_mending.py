"""A stored boundary that is broken is mended by a redraw, and stops nothing else."""

import json
from dataclasses import replace

import pytest
from django.utils import timezone

from grids.geometry import as_geojson
from grids.map import grid_map, outline_of
from grids.models import Bureau, Grid, Station
from grids.neighbours import neighbours_of
from grids.shapes import ground_of
from gridsup.errors import BadInput
from subjects.areas.checking import check_draft
from subjects.areas.drafts import Draft, Part, as_it_is, merge, redraw, split
from subjects.areas.fitting import fit_of
from subjects.areas.pointing import Said, set_point
from subjects.areas.preview import preview_draft
from subjects.areas.reading import Handed
from tests.drawing import box, degrees
from tests.factories import TODAY
from tests.splitting import NOON, drafted, draw_station, in_effect, premises_at

# The corners of 050101 in a wrong order: the line crosses itself in the middle.
CORNERS = [(0, 0), (2, 1), (2, 0), (0, 1), (0, 0)]
BOW = {"type": "Polygon", "coordinates": [[list(degrees(*corner)) for corner in CORNERS]]}
NOTHING = {"type": "Polygon", "coordinates": "gone"}
EVERY = pytest.mark.parametrize("broken", [BOW, NOTHING, {"type": "Point", "coordinates": [109, 34]}, {"a": 1}, [1]])


@pytest.fixture
def paper(district):
    draw_station()
    return district


def store(broken, code="050101"):
    Grid.objects.filter(code=code).update(boundary=broken)
    return Grid.objects.get(code=code)


def redrawn(grid):
    others = Grid.objects.in_force().in_area(grid.station_id)
    return drafted("redraw", redraw(grid, name="", extent="", area=box(0, 0, 2, 1), heir=None, neighbours=others))


@EVERY
def test_a_broken_boundary_is_mended_by_the_redraw_of_its_grid(paper, broken):
    change = in_effect(paper, redrawn(store(broken)))

    assert change.state == "in_effect"
    assert ground_of(Grid.objects.get(code="050101").boundary).equals_exact(box(0, 0, 2, 1), 1e-6, normalize=True)


@EVERY
def test_the_page_that_mends_it_shows_what_it_would_do(client, paper, broken):
    store(broken)
    client.force_login(paper.chief)
    asked = {"grid": "050101", "reason": "断线", "effective_on": str(timezone.localdate()), "crs": "wgs84"}
    shape = {"boundary": json.dumps(as_geojson(box(0, 0, 2, 1))), "placing": "polygon"}

    page = client.post("/areas/new/?station=0501&kind=redraw", asked | shape)

    assert page.context["form"].errors == {}
    assert [line.part.code for line in page.context["preview"].lines] == ["050101"]


@EVERY
def test_grids_of_other_stations_are_split_as_ever(paper, broken):
    store(broken)
    parts = split(Grid.objects.get(code="050201"), into=Part("050202", "new", "二号"), piece=box(3.5, 0, 4, 1))

    draft = Draft(Station.objects.get(code="0502"), "split", TODAY, "太大", parts)

    check_draft(draft, on=TODAY)
    assert preview_draft(draft, on=TODAY).moving == 0


@EVERY
def test_what_is_left_as_it_is_may_stay_broken(paper, broken):
    grid = store(broken)
    named = redraw(grid, name="新名", extent="", area=None, heir=None, neighbours=[])
    merged = merge([Grid.objects.get(code="050102")], into=grid)

    for draft in (drafted("redraw", named), drafted("merge", merged)):
        check_draft(draft, on=TODAY)
        preview_draft(draft, on=TODAY)


def test_what_is_new_is_no_broken_boundary(english, paper):
    parts = (replace(as_it_is(Grid.objects.get(code="050101")), boundary=BOW),)

    with pytest.raises(BadInput, match="crosses itself"):
        check_draft(drafted("redraw", parts), on=TODAY)


@EVERY
def test_a_broken_boundary_still_has_neighbours_and_points_where_it_lies_at_all(paper, broken):
    store(broken)
    lies = ground_of(broken) is not None

    assert neighbours_of("0501") == ({"050101": {"050102"}, "050102": {"050101"}} if lies else {})
    assert grid_map("05").codes_at(*zip(degrees(1.9, 0.5), degrees(2.5, 0.5), strict=True)) == [
        "050101" if lies else "",
        "050102",
    ]


@EVERY
def test_a_point_is_given_in_a_grid_and_a_bureau_that_are_broken(paper, broken):
    store(broken)
    Bureau.objects.update(outline=broken)
    premises, (lon, lat) = premises_at(0.5), degrees(1.9, 0.5)

    set_point(premises=premises, said=Said(lon, lat), by=paper.chief, now=NOON)

    assert (premises.lon, premises.lat) == (round(lon, 6), round(lat, 6))
    assert (outline_of(Bureau.objects.get(code="05")) is None) == (ground_of(broken) is None)


@EVERY
def test_a_broken_outline_stops_no_change(paper, broken):
    Bureau.objects.update(outline=broken)
    Station.objects.update(outline=broken)
    grid = Grid.objects.get(code="050101")
    handed = Handed((box(0, 0, 1.9, 1),), "wgs84", of=("050101",))

    assert fit_of(handed, grid.station).doubt == ""
    check_draft(drafted("redraw", redraw(grid, name="新名", extent="", area=None, heir=None, neighbours=[])), on=TODAY)
