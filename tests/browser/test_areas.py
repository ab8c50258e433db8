"""From what moving communities would mean to the proposal of it, and to its page."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from grids.models import AreaChange, Grid
from subjects.actions import load_preset
from subjects.areas.effect import undo_change
from tests.browser.conftest import DESK, PHONE
from tests.factories import LocalityFactory, PremisesFactory
from tests.splitting import draw_station, in_effect, premises_at, split_draft

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def places(district):
    """Two communities with a shop each, in the two grids of a station that is drawn."""
    load_preset(bureau="05", name="FR", on=timezone.localdate(), now=timezone.now())
    draw_station()
    street, grids = LocalityFactory(), Grid.objects.in_bulk(["050101", "050102"], field_name="code")
    made = [
        LocalityFactory(
            code=f"61011100100{number}", name=name, kind="community", street=street, area_code=grid.code, grid=grid
        )
        for number, (name, grid) in enumerate(zip(("向阳坊社区", "纺正街社区"), grids.values(), strict=True), start=1)
    ]
    for place in made:
        PremisesFactory(area_code=place.area_code, locality=place)
    return made


@pytest.fixture
def chief(visitor, district):
    """A function that lets the chief in at a size, where it is asked what would be."""

    def entered(size):
        somebody = visitor(size)
        somebody.enter(district.chief)
        somebody.open("/staffing/what-if/")
        return somebody

    return entered


def fine(somebody, size):
    return [*somebody.faults(), *(somebody.small_targets() if size == PHONE else [])]


def asked(somebody, size, target, field, value):
    """Ticks what would go where, looks at the outcome, and goes on to the proposal."""
    page = somebody.page
    page.select_option("[name=target]", target)
    page.click(f"label.choice:has([name={field}][value='{value}'])")
    page.click("text=Show before and after")
    page.wait_for_selector("#outcome")
    assert fine(somebody, size) == []
    page.click("text=Propose this change")
    page.wait_for_selector("[name=effective_on]")
    assert fine(somebody, size) == []
    return page


def proposed(somebody, size):
    """Gives a reason, looks at the preview, proposes."""
    page = somebody.page
    page.fill("[name=reason]", "社区靠近二号网格")
    page.click("text=Show what it would do")
    page.wait_for_selector("#preview")
    assert fine(somebody, size) == []
    told = page.locator("#preview button[name=show]").first.inner_text()
    page.click("#preview button[name=show] >> nth=0")
    page.wait_for_selector("#rows")
    assert page.locator("#rows tbody tr").count() == int(told)
    assert fine(somebody, size) == []
    page.click("button[value=propose]")
    page.wait_for_url("**/areas/changes/*/*")
    assert fine(somebody, size) == []
    page.click("a.number-link >> nth=0")
    page.wait_for_url("**/rows/*")
    assert page.locator("tbody tr").count() == int(told)
    assert fine(somebody, size) == []
    return AreaChange.objects.get()


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_communities_that_would_go_are_ticked_in_the_proposal(chief, places, size):
    somebody = chief(size)
    page = asked(somebody, size, "050102", "localities", places[0].code)

    assert page.input_value("[name=grid]") == "050102"
    assert page.input_value("[name=placing]") == "localities"
    ticked = page.locator("[name=localities]:checked")
    assert [ticked.nth(number).get_attribute("value") for number in range(ticked.count())] == [places[0].code]
    change = proposed(somebody, size)
    parts = {part.code: part.localities for part in change.parts.all()}
    assert (change.kind, change.placing) == ("redraw", "localities")
    assert parts == {"050101": [], "050102": [place.code for place in places]}


def test_a_whole_grid_that_would_go_is_ticked_in_the_proposal(chief, places):
    somebody = chief(DESK)
    page = asked(somebody, DESK, "050101", "grids", "050102")

    assert (page.input_value("[name=heir]"), page.locator("[name=grids]:checked").get_attribute("value")) == (
        "050101", "050102",
    )  # fmt: skip
    change = proposed(somebody, DESK)
    assert {part.code: part.successor for part in change.parts.all()} == {"050101": "", "050102": "050101"}


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_histories_of_a_premises_and_a_grid_lead_to_the_change_that_was_undone(visitor, district, size):
    draw_station()
    east, now = premises_at(1.5), timezone.now()
    change = in_effect(district, split_draft(district, on=timezone.localdate(now)), now=now - timedelta(minutes=5))
    undo_change(change=change, why="划错了", by=district.district_office, now=now)
    somebody = visitor(size)
    somebody.enter(district.chief)
    for address, words in (
        (east.get_absolute_url(), "Moved back"), (reverse("grid", args=["050103"]), "retired"),
    ):  # fmt: skip
        page = somebody.open(address)
        assert "approved by district" in page.inner_text(".timeline")
        assert fine(somebody, size) == []
        page.click(f".timeline a:has-text('{words}')")
        page.wait_for_url(f"**{change.get_absolute_url()}")
