import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import expect

from subjects.geometry.actions import keep, look
from tests.browser.conftest import DESK, PHONE
from tests.drawing import box, degrees, draw, draw_whole
from tests.factories import LocalityFactory, PremisesFactory

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def faulty(district):
    """An overlap, a hole, a premises outside its grid and one in none, as a check of today saw them."""
    cache.clear()
    draw_whole()
    draw(g050101=box(0, 0, 1.5, 1), g050201=box(2, 0, 2.5, 1))
    lon, lat = degrees(1.8, 0.5)
    PremisesFactory(area_code="050101", lon=lon, lat=lat)
    PremisesFactory(area_code="0501")
    street = LocalityFactory()
    LocalityFactory(
        code="610111001001", name="向阳坊社区居委会", kind="community", street=street, area_code="050101",
        grid=district.grid,
    )  # fmt: skip
    keep(seen=look("05"), on=timezone.localdate(), now=timezone.now())


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_faults_and_board_fit_and_stand_up_to_axe(visitor, district, faulty, size, language):
    somebody = visitor(size)
    somebody.cookie("django_language", language)
    faults = {}
    for officer, path in (
        (None, "/public/board/"),
        (None, "/public/board/?q=向阳坊"),
        (None, "/public/board/0501/"),
        (district.district_office, "/areas/health/"),
        (district.chief, "/areas/health/?kind=overlap"),
    ):
        if officer:
            somebody.enter(officer)
        somebody.open(path)
        found = somebody.faults() + (somebody.small_targets() if size == PHONE else [])
        if found:
            faults[path] = found

    assert faults == {}


def test_a_tap_on_a_fault_leads_to_where_it_is_mended(visitor, district, faulty):
    somebody = visitor(DESK)
    somebody.enter(district.district_office)
    page = somebody.open("/areas/health/?kind=astray")
    page.wait_for_selector("#map canvas")

    frame = page.locator("#map").bounding_box()
    page.locator("#map").click(position={"x": frame["width"] / 2, "y": frame["height"] / 2})
    page.wait_for_selector(".leaflet-popup-content a")
    assert "050101 · 1 premises" in page.inner_text(".leaflet-popup-content")
    page.click(".leaflet-popup-content a")
    page.wait_for_url("**/ledger/?**")

    assert page.inner_text("h1") == "Ledger 1"
    assert somebody.faults() == []


def test_a_tap_on_a_gap_leads_to_the_proposal_that_closes_it(visitor, district, faulty):
    somebody = visitor(PHONE)
    somebody.enter(district.far_chief)
    draw(b05=box(0, 0, 4, 1), s0502=box(2, 0, 4, 1))
    keep(seen=look("05"), on=timezone.localdate(), now=timezone.now())
    page = somebody.open("/areas/health/?kind=gap")
    page.wait_for_selector("#map canvas")

    frame = page.locator("#map").bounding_box()
    page.locator("#map").click(position={"x": frame["width"] / 2, "y": frame["height"] / 2})
    expect(page.locator(".leaflet-popup")).to_have_css("opacity", "1")
    assert (somebody.faults(), somebody.small_targets()) == ([], [])
    page.click(".leaflet-popup-content a:has-text('Give it to 050201')")
    page.wait_for_url("**/areas/new/?kind=redraw&grid=050201&gap=*")

    assert "that lies in no grid is drawn into" in page.inner_text("main")
    assert somebody.faults() == []


def test_a_citizen_finds_the_grid_and_reads_its_card(visitor, district, faulty):
    somebody = visitor(PHONE)
    page = somebody.open("/public/")
    page.click("text=Who is responsible where I am?")
    page.fill("[name=q]", "向阳坊")
    page.click("button:has-text('Search')")
    page.click("h3 a")
    page.wait_for_url("**/public/board/0501/#g050101")
    page.wait_for_selector("#map canvas")

    assert "Grid lead: lead" in page.inner_text("#g050101")
    assert somebody.faults() == []


def test_the_board_of_a_station_is_one_sheet_of_paper(visitor, district, faulty):
    somebody = visitor(DESK)
    page = somebody.open("/public/board/0501/")

    sheet = page.pdf(prefer_css_page_size=True)

    assert sheet.count(b"/Type /Page\n") == 1
    assert b"/MediaBox [0 0 594.95" in sheet or b"/MediaBox [0 0 595" in sheet
