import json
from pathlib import Path

import numpy as np
import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from gridsup.coordinates import (
    EAST,
    NORTH,
    SOUTH,
    WEST,
    fault_of,
    from_bd09,
    to_bd09,
    to_gcj02,
    to_wgs84,
)
from gridsup.errors import BadInput

DATA = Path(__file__).parent.parent / "data"
METRE = 1 / 111_000  # degrees


def outline(name):
    geometry = json.loads((DATA / name).read_text(encoding="utf-8"))["features"][0]["geometry"]
    return np.array(geometry["coordinates"][0][0])


def test_the_outline_of_baqiao_comes_out_as_published():
    gcj, wgs = outline("baqiao_outline_gcj02.geojson"), outline("baqiao_outline_wgs84_derived.geojson")

    lon, lat = to_wgs84(gcj[:, 0], gcj[:, 1])

    assert np.abs(np.column_stack([lon, lat]) - wgs).max() < METRE


def test_the_shift_in_xian_is_some_five_hundred_metres():
    lon, lat = to_gcj02([109.07], [34.27])

    assert 300 < np.hypot((lon[0] - 109.07) * 92_000, (lat[0] - 34.27) * 111_000) < 700


@given(st.floats(WEST + 0.01, EAST - 0.01), st.floats(SOUTH + 0.01, NORTH - 0.01))
def test_there_and_back_stays_within_a_metre(lon, lat):
    x, y = to_wgs84(*to_gcj02(lon, lat))

    assert abs(x[0] - lon) < METRE / 100
    assert abs(y[0] - lat) < METRE / 100


# Pairs that are published with other implementations: GCJ-02 and what Baidu makes of it.
PAIRS = [
    ((116.404, 39.915), (116.41036949371029, 39.92133699351021)),
    ((116.42703, 39.90245), (116.43351, 39.90851)),
    ((116.39762729119315, 39.90865673957631), (116.404, 39.915)),
    ((122.99363304, 44.9936543), (123.0, 45.0)),
]


@pytest.mark.parametrize(("gcj", "bd"), PAIRS)
def test_baidu_coordinates_come_out_as_published(gcj, bd):
    assert np.hypot(*(np.array(from_bd09(*bd)) - to_wgs84(*gcj))) < METRE
    assert np.hypot(*(np.array(to_bd09(*to_wgs84(*gcj)))[:, 0] - bd)) < METRE


@given(st.floats(WEST + 0.1, EAST - 0.1), st.floats(SOUTH + 0.1, NORTH - 0.1))
def test_to_baidu_and_back_is_the_same_point(lon, lat):
    x, y = from_bd09(*to_bd09(lon, lat))

    assert abs(x[0] - lon) < METRE / 100
    assert abs(y[0] - lat) < METRE / 100


@given(st.lists(st.tuples(st.floats(73.5, 135), st.floats(4, 53)), min_size=1, max_size=20))
def test_many_points_at_once_are_what_each_alone_is(points):
    lon, lat = zip(*points, strict=True)

    together = np.array(to_wgs84(lon, lat))
    alone = np.array([np.concatenate(to_wgs84(x, y)) for x, y in points]).T

    assert np.allclose(together, alone, atol=METRE / 1000)


@pytest.mark.parametrize(
    ("lon", "lat", "said"),
    [
        (float("nan"), 34.2, "no number"),
        (109.0, float("inf"), "no number"),
        (0.0, 0.0, "outside China"),
        (200.0, 95.0, "outside China"),
        (34.27, 109.07, "exchanged"),
    ],
)
def test_it_refuses_what_is_no_place_in_china(lon, lat, said):
    with translation.override("en"):
        assert said in fault_of(lon, lat)
        with pytest.raises(BadInput, match=said):
            to_wgs84([109.07, lon], [34.27, lat])


def test_it_refuses_arrays_of_different_length():
    with pytest.raises(BadInput):
        to_wgs84([109.07], [34.27, 34.28])


def test_a_place_in_china_has_no_fault():
    assert fault_of(109.07, 34.27) == ""
