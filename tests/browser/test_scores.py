import pytest

from assessment.models import Scorecard
from tests.assessment import worked
from tests.browser.conftest import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def scored(district):
    worked.load()
    worked.place()
    worked.what_does_not_count()
    worked.compute()
    return district


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_of_scores_fits_and_stands_up_to_axe(visitor, scored, size):
    station, grid = worked.card("0501").pk, worked.card("050101").pk
    faults, somebody = {}, visitor(size)
    for duty, path in [
        ("grid_office", "/scores/?period=2026Q3&by=grid"),
        ("grid_office", f"/scores/{station}/"),
        ("station_chief", f"/scores/{station}/visits_on_time/"),
        ("grid_lead", f"/scores/{grid}/complaints_on_time/?show=left"),
    ]:
        somebody.enter(scored.by_duty[duty])
        somebody.open(path)
        found = somebody.faults() + (somebody.small_targets() if size == PHONE else [])
        if found:
            faults[path] = found

    assert faults == {}


def test_why_a_station_is_last_is_two_clicks_away(visitor, scored):
    somebody = visitor(DESK)
    somebody.enter(scored.district_office)
    page = somebody.open("/scores/?period=2026Q3")

    page.locator("tbody tr").last.locator("th a").click()
    page.wait_for_url("**/scores/*/")
    assert "−10.65 points against Station 0502 (rank 1)." in page.inner_text("main")
    page.locator(".note a").click()
    page.wait_for_url("**show=missed")

    assert page.locator("tbody tr").count() == 2


def test_the_office_publishes_after_looking(visitor, scored):
    somebody = visitor(PHONE)
    somebody.enter(scored.district_office)
    page = somebody.open("/scores/?period=2026Q3")

    page.click("summary.unfold")
    assert somebody.small_targets() == []
    page.check("[name=confirm]")
    page.click("text=Publish >> nth=-1")
    page.wait_for_selector(".note-success")

    assert set(Scorecard.objects.values_list("state", flat=True)) == {"published"}
    assert somebody.faults() == []
