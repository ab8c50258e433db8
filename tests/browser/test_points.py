"""The point of a premises, tapped on the map or typed from elsewhere, on a phone."""

import pytest

from gridsup.coordinates import to_gcj02
from subjects.models import Premises
from tests.browser.conftest import PHONE
from tests.drawing import degrees
from tests.factories import PremisesFactory
from tests.splitting import draw_station

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MARK = "#point-map path[fill='#b3141b']"
# The map of a premises is one canvas: the point is the only red on it.
RED = """() => {
  const paper = document.querySelector('#map canvas');
  const dots = paper.getContext('2d').getImageData(0, 0, paper.width, paper.height).data;
  return dots.some((_, i) => i % 4 === 0 && dots[i] === 179 && dots[i + 1] === 20 && dots[i + 2] === 27);
}"""


@pytest.fixture
def pointless(district):
    draw_station()
    return PremisesFactory(area_code="050101", lon=None, lat=None)


@pytest.fixture
def chief(visitor, district, pointless):
    """The chief with a phone, led from the file of a premises to the page of its point."""
    somebody = visitor(PHONE)
    somebody.enter(district.chief)
    page = somebody.open(pointless.get_absolute_url())
    assert page.evaluate(RED) is False
    page.click("text=Set the point")
    page.wait_for_selector("#point-map path")
    return somebody


def kept(somebody):
    """Sends the form and waits for the file of the premises, with its point on the map."""
    page = somebody.page
    page.click("button:has-text('Keep the point')")
    page.wait_for_selector("text=The premises has its point.")
    assert page.evaluate(RED) is True
    assert "Point set" in page.inner_text(".timeline")
    assert somebody.faults() == []


def stored(premises):
    return Premises.objects.values_list("lon", "lat").get(pk=premises.pk)


def test_a_tap_on_the_map_sets_the_point(chief, pointless):
    page = chief.page
    assert (chief.faults(), chief.small_targets()) == ([], [])
    page.select_option("#id_crs", "gcj02")
    frame = page.locator("#point-map").bounding_box()
    page.locator("#point-map").click(position={"x": frame["width"] / 2, "y": frame["height"] / 2})

    assert page.locator(MARK).count() == 1
    assert page.input_value("#id_crs") == "wgs84"
    tapped = float(page.input_value("#id_lon")), float(page.input_value("#id_lat"))
    assert tapped == pytest.approx(degrees(1, 0.5), abs=0.0005)
    kept(chief)
    assert stored(pointless) == tapped


def test_two_numbers_of_a_web_map_set_the_point_that_they_mean(chief, pointless):
    page, there = chief.page, degrees(1.8, 0.5)
    lon, lat = (f"{float(number[0]):.6f}" for number in to_gcj02(*there))
    page.fill("#id_lon", lon)
    page.fill("#id_lat", lat)
    assert page.locator(MARK).count() == 1
    page.click("button:has-text('Keep the point')")
    page.wait_for_selector("#id_sure")
    assert "read as GCJ-02 inside" in page.inner_text("main")
    assert (chief.faults(), chief.small_targets()) == ([], [])
    assert (page.input_value("#id_lon"), page.input_value("#id_lat")) == (lon, lat)

    page.select_option("#id_crs", "gcj02")
    assert page.locator(MARK).count() == 0  # where it lies on our map is not what these numbers say
    kept(chief)

    assert stored(pointless) == pytest.approx(there, abs=0.00001)
