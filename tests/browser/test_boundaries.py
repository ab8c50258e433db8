"""A boundary that is pasted or tapped, in a real browser."""

import json

import numpy as np
import pytest
import shapely
from shapely.geometry import mapping

from gridsup.coordinates import to_gcj02
from tests.browser.conftest import DESK, PHONE
from tests.drawing import box, draw
from tests.splitting import draw_station

pytestmark = [pytest.mark.browser, pytest.mark.slow]

REDRAW = "/areas/new/?kind=redraw&grid=050101&heir=050102"


@pytest.fixture
def chief(visitor, district):
    """A function that makes the chief at a screen of a width."""
    draw_station()
    draw(b05=box(-1, -1, 5, 2))

    def at(size):
        somebody = visitor(size)
        somebody.enter(district.chief)
        return somebody

    return at


def paste(page, text):
    for unfold in page.locator(".split details").all():
        unfold.evaluate("one => one.open = true")
    page.locator("#id_boundary").evaluate(
        "(one, text) => { one.value = text; one.dispatchEvent(new Event('change')); }", text
    )
    page.fill("#id_reason", "街道改名")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_a_boundary_of_a_web_map_is_asked_about_and_ticked(chief, size):
    somebody = chief(size)
    page = somebody.open(REDRAW)
    paste(page, of_a_web_map())
    page.click("button[value=preview]")
    page.wait_for_selector("#preview")

    assert "read as GCJ-02, 100 %" in page.inner_text("[role=alert]")
    assert somebody.faults() == []
    assert size == DESK or somebody.small_targets() == []
    page.check("#id_sure")
    page.click("button[value=propose]")
    page.wait_for_url("**/areas/changes/*/")


def of_a_web_map():
    return json.dumps(mapping(shapely.transform(box(0, 0, 2, 1), lambda c: np.column_stack(to_gcj02(*c.T)))))


def choose(page, text):
    for unfold in page.locator(".split details").all():
        unfold.evaluate("one => one.open = true")
    page.set_input_files("#id_file", {"name": "g.geojson", "mimeType": "application/json", "buffer": text.encode()})
    page.fill("#id_reason", "街道改名")


def test_a_file_of_a_web_map_is_asked_about_as_what_is_pasted(chief):
    page = chief(DESK).open(REDRAW)
    assert page.input_value("#id_tapped") == "1"

    choose(page, of_a_web_map())
    assert page.input_value("#id_tapped") == ""
    page.click("button[value=preview]")
    page.wait_for_selector("#preview")

    assert "read as GCJ-02, 100 %" in page.inner_text("[role=alert]")
    page.click("button[value=preview]")
    assert "read as GCJ-02, 100 %" in page.inner_text("[role=alert]")
    assert page.input_value("#id_tapped") == ""


def test_a_text_that_another_program_put_into_the_field_is_looked_at_before_it_is_sent(chief):
    page = chief(DESK).open(REDRAW)
    page.fill("#id_reason", "街道改名")
    page.evaluate("text => { document.getElementById('id_boundary').value = text; }", "[109.1,34.1]," * 400_000)
    page.click("button[value=preview]")
    assert page.url.endswith(REDRAW)
    assert "choose it as a file" in page.locator("#id_boundary").evaluate("one => one.validationMessage")

    page.evaluate("text => { document.getElementById('id_boundary').value = text; }", of_a_web_map())
    page.click("button[value=preview]")
    page.wait_for_selector("#preview")

    assert "read as GCJ-02, 100 %" in page.inner_text("[role=alert]")


def test_a_text_too_long_to_be_pasted_is_refused_with_the_form_as_it_stands(chief):
    page = chief(PHONE).open(REDRAW)
    paste(page, "[" + "[109.1,34.1]," * 400_000 + "]")

    page.click("button[value=preview]")

    assert "choose it as a file" in page.locator("#id_boundary").evaluate("one => one.validationMessage")
    assert page.input_value("#id_reason") == "街道改名"
    assert page.url.endswith(REDRAW)


def test_without_the_script_a_text_too_long_is_cut_and_refused_with_what_was_typed(chief, browser):
    somebody = chief(PHONE)
    plain = browser.new_context(java_script_enabled=False, storage_state=somebody.context.storage_state())
    page = plain.new_page()
    page.goto(somebody.base + REDRAW)
    page.fill("#id_reason", "街道改名")
    page.locator("summary", has_text="GeoJSON").click()
    page.focus("#id_boundary")
    page.keyboard.insert_text("[109.1,34.1],河" * 200_000)
    page.locator("button[value=preview]").press("Enter")

    page.wait_for_selector("#id_boundary_error")
    assert "choose it as a file" in page.inner_text("#id_boundary_error")
    assert page.input_value("#id_reason") == "街道改名"
    plain.close()


@pytest.mark.parametrize("given", ['["109", "34"]', "[null, 34]", "[NaN, 34]"])
def test_what_is_no_number_is_not_drawn_and_leaves_no_error(chief, given):
    somebody = chief(DESK)
    page = somebody.open(REDRAW)
    paste(page, '{"type": "Polygon", "coordinates": [[' + ", ".join([given] * 4) + "]]}")
    page.click("button[value=preview]")
    page.wait_for_selector("#id_boundary_error")

    assert somebody.complaints == []


@pytest.mark.parametrize("given", ["[]", '{"type": "GeometryCollection", "geometries": []}'])
def test_what_has_no_corner_leaves_the_map_as_it_is_and_no_error(chief, given):
    somebody = chief(DESK)
    page = somebody.open(REDRAW)
    paste(page, given)
    page.click("button[value=preview]")
    page.wait_for_selector("#id_boundary_error")

    assert page.input_value("#id_boundary") == given
    assert somebody.complaints == []


def test_what_is_tapped_on_the_map_is_known_to_be_right(chief):
    page = chief(DESK).open(REDRAW)
    frame = page.locator("#draw").bounding_box()
    for x, y in ((0.3, 0.3), (0.6, 0.3), (0.6, 0.6)):
        page.locator("#draw").click(position={"x": frame["width"] * x, "y": frame["height"] * y})

    assert page.input_value("#id_tapped") == "1"
    paste(page, json.dumps(mapping(box(0, 0, 1, 1))))
    assert page.input_value("#id_tapped") == ""
