import re
from datetime import timedelta

import pytest
from django.utils import timezone

from tests.browser.conftest import DESK, PHONE
from tests.factories import ClockFactory, ComplaintFactory, FindingFactory, PlanFactory, TaskFactory, TimeLimitFactory

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def quarter(round_of_visits):
    """Beside the round: visits of the last weeks in time and late, a finding, a complaint, a plan to approve."""
    today, day = timezone.localdate(), timedelta(days=1)
    for number in range(1, 12):
        due = today - 7 * number * day
        TaskFactory(due_on=due, opens_on=due - 30 * day, state="done", done_on=due + (number % 3) * day)
    FindingFactory()
    complaint = ComplaintFactory(received_on=today - 9 * day, state="in_hand")
    ClockFactory(complaint=complaint, rule=TimeLimitFactory(), due_on=today - day, latest_on=today - day)
    PlanFactory(state="draft", year=today.year + 1, published_on=None)


PATHS = ["/dashboard/", "/dashboard/?by=grid&sort=overdue", "/dashboard/?area=0501", "/dashboard/?period=1990Q1"]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_dashboard_fits_and_stands_up_to_axe(visitor, district, quarter, size, language):
    somebody = visitor(size)
    somebody.cookie("django_language", language)
    somebody.enter(district.head)
    faults = {}
    for path in PATHS:
        page = somebody.open(path)
        page.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        found = somebody.faults() + (somebody.small_targets() if size == PHONE else [])
        if found:
            faults[path] = found

    assert faults == {}


def test_the_grids_are_drawn_and_a_tap_on_one_opens_its_rows(visitor, district, quarter):
    somebody = visitor(DESK)
    somebody.enter(district.district_office)
    page = somebody.open("/dashboard/")
    page.wait_for_selector("#legend li")
    assert page.locator("#legend li").count() == 6

    box = page.locator("#map").bounding_box()
    page.locator("#map").click(position={"x": box["width"] / 6, "y": box["height"] / 2})
    page.wait_for_selector(".leaflet-popup-content a")
    # The map still moves to show the whole of what opened; a click while it moves may miss.
    page.wait_for_selector(".leaflet-pan-anim", state="detached")
    number = page.locator(".leaflet-popup-content a").nth(1)
    shown = number.inner_text()
    number.click()
    page.wait_for_url("**/tasks/**")

    assert page.inner_text("h1") == f"Tasks {shown}"
    assert somebody.faults() == []


def test_a_column_of_the_trend_is_a_link_to_its_week(visitor, district, quarter):
    somebody = visitor(PHONE)
    somebody.enter(district.district_office)
    page = somebody.open("/dashboard/")
    week = page.locator("a.week").nth(-2)
    words = week.get_attribute("aria-label")

    week.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/tasks/**")

    number = re.search(r": (\d+) due", words)[1]
    assert page.inner_text("h1") == f"Tasks {number}"
    assert int(number) > 0


def test_the_latest_weeks_are_in_sight_on_a_phone(visitor, district, quarter):
    somebody = visitor(PHONE)
    somebody.enter(district.chief)
    page = somebody.open("/dashboard/")

    last = page.locator("a.week").last.bounding_box()

    assert 0 <= last["x"] <= PHONE[0] - last["width"]


def test_area_and_period_are_picked(visitor, district, quarter):
    somebody = visitor(DESK)
    somebody.enter(district.district_office)
    page = somebody.open("/dashboard/")

    page.select_option("[name=area]", "0501")
    page.select_option("[name=period]", index=1)
    page.click(".pickers button")
    page.wait_for_url("**area=0501**")

    assert page.locator("tbody tr").count() > 1
    assert "so far" not in page.inner_text("h1")


def test_on_a_sheet_of_a4_every_column_and_one_sum_and_nothing_to_press(visitor, district, quarter):
    somebody = visitor((703, 1000))  # what margins of 12 mm leave of its 210
    somebody.enter(district.district_office)
    page = somebody.open("/dashboard/")
    page.emulate_media(media="print")

    wide = "all => all.filter(one => one.scrollWidth > one.clientWidth).length"
    assert page.eval_on_selector_all(".sideways, .trend, html", wide) == 0
    assert page.eval_on_selector(".area-table tfoot", "one => getComputedStyle(one).display") == "table-row-group"
    for pressed in (".pickers", ".top", ".bottom-nav", ".panel-head .btn", ".leaflet-control-zoom"):
        assert page.locator(pressed).first.is_hidden(), pressed
    assert page.locator(".area-table thead th").last.is_visible()


def test_the_map_is_drawn_for_the_paper_and_then_for_the_screen_again(visitor, district, quarter):
    somebody = visitor(DESK)
    somebody.enter(district.district_office)
    page = somebody.open("/dashboard/")
    page.wait_for_selector("#legend li")
    before = page.locator("#map").bounding_box()

    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("#map.on-paper canvas").count() == 1
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")

    assert page.locator("#map").bounding_box() == before
