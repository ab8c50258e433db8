"""A gap is given to a grid beside it: a redraw begun with its ground, proposed and approved like any other."""

import pytest
import shapely
from shapely.geometry import shape

from grids.geometry import as_geojson, read_boundary
from grids.models import AreaChange, Grid
from subjects.areas.deciding import approve_change
from subjects.geometry.actions import keep, look
from subjects.geometry.giving import grown, takers_of
from subjects.models import GeometryFault
from tests.drawing import box, draw
from tests.factories import TODAY, noon


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(noon(TODAY), tick=False)


def checked():
    """The open faults of bureau 05 after a check."""
    keep(seen=look("05"), on=TODAY, now=noon(TODAY))
    return GeometryFault.objects.still_open()


@pytest.fixture
def gap(district):
    """North of 050101 and 050102 the outline of their station has ground in no grid; 050103 meets it in a point."""
    draw(
        b05=box(0, 0, 3, 2), s0501=box(0, 0, 3, 2),
        g050101=box(0, 0, 1, 1), g050102=box(1, 0, 2, 1), g050103=box(2, 0, 3, 1), g050104=box(2, 1, 3, 2),
    )  # fmt: skip
    Grid.objects.filter(code="050201").update(state="retired")
    return checked().get()


@pytest.fixture
def as_chief(client, district):
    client.cookies["django_language"] = "en"
    client.force_login(district.chief)
    return client


def proposed(client, address):
    """The form as it begins, sent on as a proposal."""
    begun = client.get(address).context["form"].initial
    told = {name: begun[name] for name in ("grid", "boundary", "tapped", "reason")}
    body = {**told, "crs": "wgs84", "placing": "polygon", "effective_on": TODAY.isoformat(), "act": "propose"}
    reply = client.post(address, body)
    assert reply.status_code == 302, reply.context["form"].errors
    return AreaChange.objects.get()


def test_each_grid_that_borders_on_a_gap_is_offered_to_who_draws_there(as_chief, district, gap):
    (row,) = as_chief.get("/areas/health/").context["rows"]

    assert [address for address, _words in row.gives] == [
        f"/areas/new/?kind=redraw&grid={code}&gap={gap.pk}" for code in ("050101", "050102", "050104")
    ]
    assert row.gives[0][1].startswith("Give it to 050101")
    assert takers_of([gap], district.district_office) == takers_of([gap], district.far_chief) == {}


def test_the_map_leads_to_the_same_ways_as_the_list(as_chief, gap):
    (row,) = as_chief.get("/areas/health/").context["rows"]
    (drawn,) = as_chief.get("/areas/health/faults.json").json()["features"]

    assert drawn["properties"]["ways"] == [list(way) for way in (*row.gives, row.mend)]
    assert [words for _address, words in row.gives][1:] == [
        "Give it to 050102 Grid 050102",
        "Give it to 050104 Grid 050104",
    ]


@pytest.mark.parametrize("code", ["050101", "050104"])
def test_the_redraw_begins_with_the_gap_in_the_boundary_and_closes_it(as_chief, district, gap, code):
    before = read_boundary(Grid.objects.get(code=code).boundary)
    address = f"/areas/new/?kind=redraw&grid={code}&gap={gap.pk}"
    assert "that lies in no grid is drawn into" in as_chief.get(address).text

    change = proposed(as_chief, address)

    part = change.parts.get()
    assert (part.code, change.state) == (code, "proposed")
    assert read_boundary(part.boundary).equals(before.union(shape(gap.geometry)))
    assert checked().get().pk == gap.pk
    approve_change(change=change, by=district.district_office, now=noon(TODAY))
    assert not checked().exists()


def test_what_a_grid_cannot_take_is_not_found(as_chief, client, district, gap):
    here = f"gap={gap.pk}"
    for query in (
        f"kind=redraw&grid=050103&{here}", f"kind=split&grid=050101&{here}", "kind=redraw&grid=050101&gap=x",
        f"kind=redraw&{here}", f"kind=redraw&grid=050101&gap={2**80}", f"kind=redraw&grid=050201&{here}",
    ):  # fmt: skip
        assert as_chief.get(f"/areas/new/?{query}").status_code == 404, query
    client.force_login(district.far_chief)
    assert client.get(f"/areas/new/?kind=redraw&grid=050101&gap={gap.pk}").status_code == 404


def test_of_a_gap_that_is_closed_by_now_the_form_says_so(as_chief, gap):
    GeometryFault.objects.update(mended_on=TODAY)

    page = as_chief.get(f"/areas/new/?kind=redraw&grid=050101&gap={gap.pk}")

    assert "This gap is closed by now" in page.text
    assert "boundary" not in page.context["form"].initial


def test_the_page_asks_as_much_for_many_gaps_as_for_one(as_chief, gap, count_queries):
    few = count_queries(as_chief, "/areas/health/")
    for number in range(9):
        GeometryFault.objects.create(
            kind="gap", area_code="0501", place=str(number), square_metres=9, geometry=gap.geometry, since=TODAY,
            checked_at=noon(TODAY),
        )  # fmt: skip

    assert count_queries(as_chief, "/areas/health/") == few


def test_a_corner_of_the_gap_that_rounding_moved_off_the_edge_leaves_no_hole():
    area = shapely.Polygon([(109, 34), (109.02, 34), (109.020007, 34.0100133), (109, 34.0103331)])
    corner = shapely.set_precision(area.exterior.interpolate(0.037), 1e-6)
    hole = shapely.Polygon([(109, 34.010333), corner.coords[0], (109.020007, 34.010013), (109.01, 34.02)])

    whole = shape(grown(read_boundary(as_geojson(area)), hole))

    assert (whole.geom_type, len(whole.interiors)) == ("Polygon", 0)
