import gzip
import json

import pytest
import shapely
from django.core.cache import cache

from grids.models import Grid
from grids.shapes import packed_grids, stations_or_wider, thinned, wire_of
from gridsup.errors import BadInput
from tests.drawing import box, draw, draw_whole


@pytest.fixture
def whole(district):
    draw_whole()
    return district


def features(area):
    """Code → shape of what goes over the wire."""
    found = json.loads(gzip.decompress(wire_of(area).packed()))["features"]
    return {one["properties"]["code"]: shapely.geometry.shape(one["geometry"]) for one in found}


def test_the_grids_in_force_of_the_areas_go_over_the_wire(whole):
    Grid.objects.filter(code="050102").update(state="retired")

    assert list(features("05")) == ["050101", "050201"]
    assert list(features("0502")) == ["050201"]
    assert features("06") == {}


def test_what_is_drawn_anew_or_called_anew_has_another_digest(whole):
    digests = {wire_of("05").digest}
    draw(g050101=box(0, 0, 1, 0.5))
    digests.add(wire_of("05").digest)
    Grid.objects.filter(code="050101").update(name="New name")
    digests.add(wire_of("05").digest)

    assert len(digests) == 3
    assert wire_of("05").digest in digests
    assert features("05")["050101"].equals_exact(box(0, 0, 1, 0.5), 1e-5, normalize=True)


def test_corners_that_nobody_sees_are_left_out_and_neighbours_still_meet():
    crooked = [(1 + (0.0001 if step % 2 else 0), step / 100) for step in range(101)]
    left = shapely.Polygon([(0, 1), (0, 0), *crooked])
    right = shapely.Polygon([(2, 1), (2, 0), *crooked])

    one, other = (shapely.from_geojson(text) for text in thinned([shapely.to_geojson(left), shapely.to_geojson(right)]))

    assert shapely.get_num_coordinates(one) < shapely.get_num_coordinates(left) / 2
    assert shapely.intersection(one, other).area < 1e-12
    assert shapely.union(one, other).area == pytest.approx(2, abs=1e-4)


def test_what_crosses_itself_is_drawn_as_it_is_meant_and_what_is_nothing_is_left_out():
    bow = json.dumps({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]})

    crossed, *nothing = thinned([bow, "null", '{"type": "Point", "coordinates": [1, 2]}', "{}"])

    assert shapely.from_geojson(crossed).is_valid
    assert nothing == ["", "", ""]


def test_more_grids_than_a_map_draws_are_refused_with_a_sentence(whole, monkeypatch, english):
    monkeypatch.setattr("grids.shapes.MOST_SHAPES", 2)

    with pytest.raises(BadInput, match="choose a station"):
        wire_of("05")


def test_it_is_made_once_for_whatever_is_drawn(whole, monkeypatch):
    first = wire_of("05").packed()
    monkeypatch.setattr("grids.shapes.thinned", None)

    assert wire_of("05").packed() == first


def test_a_crowd_asks_the_database_once(whole, django_assert_num_queries):
    cache.clear()
    with django_assert_num_queries(1):
        answers = {packed_grids("05") for _reader in range(10)}

    assert len(answers) == 1


def test_a_grid_is_drawn_with_its_station():
    assert stations_or_wider(["050101", "050102", "0502", "06"]) == ["0501", "0502", "06"]
