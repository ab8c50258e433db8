import pytest
from django.test import override_settings

from grids.models import Officer
from tests.browser.conftest import DESK, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def task_path(premises):
    return f"/tasks/{premises.tasks.get().pk}/"


PAGES = [
    ("grid_lead", "/today/"),
    ("grid_lead", "/today/?show=later"),
    ("grid_lead", "/account/"),
    ("grid_lead", "/duties/"),
    ("informant", "/today/"),
    ("station_chief", "/tasks/?overdue=1&area=050101"),
    ("station_chief", "/ledger/?q=粮油&tier=high"),
    ("grid_office", "/dashboard/"),
    ("grid_office", "/dashboard/?by=grid"),
]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_every_page_fits_and_stands_up_to_axe(visitor, district, round_of_visits, size):
    faults = {}
    somebody = visitor(size)
    for duty, path in [
        *PAGES,
        ("grid_lead", round_of_visits.get_absolute_url()),
        ("station_chief", task_path(round_of_visits)),
    ]:
        somebody.enter(district.by_duty[duty])
        somebody.open(path)
        found = somebody.faults() + (somebody.small_targets() if size == PHONE else [])
        if found:
            faults[path] = found

    assert faults == {}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@override_settings(DEMO=True)
def test_one_tap_on_a_demo_account_fills_in_the_form(visitor, district, settings, language):
    settings.DEMO = True
    officer = Officer.objects.get(username="lead")
    officer.set_password(settings.DEMO_PASSWORD)
    officer.save(update_fields=["password"])
    somebody = visitor()
    somebody.cookie("django_language", language)
    page = somebody.open("/login/")
    assert [*somebody.faults(), *somebody.small_targets()] == []

    page.click("[data-username=lead]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/today/")

    assert somebody.faults() == []


def test_an_officer_goes_from_the_round_to_the_file_with_one_tap(visitor, district, round_of_visits):
    somebody = visitor()
    somebody.enter(district.lead)
    page = somebody.open("/today/")
    assert page.locator(".visit").count() == 25
    assert page.locator(".visit-actions a[href^='geo:34.21,109.01']").count() == 25

    page.locator(".visit-name").first.click()
    page.wait_for_url("**/premises/*/")

    assert page.locator("#map canvas").is_visible()
    assert page.locator("#map").bounding_box()["width"] > 250


def test_the_ledger_is_searched_on_a_phone(visitor, district, round_of_visits):
    somebody = visitor()
    somebody.enter(district.chief)
    page = somebody.open("/ledger/")

    page.fill("[name=q]", "第7粮")
    page.click("text=Search")
    page.wait_for_url("**q=*")

    assert page.locator("tbody tr").count() == 1
    page.click("main summary")
    page.select_option("[name=mode]", "exempt")
    page.click(".question-fields button")
    page.wait_for_url("**mode=exempt**")
    assert "No premises answers to this" in page.inner_text("main")


def test_the_overview_draws_the_grids_and_opens_the_rows_behind_a_number(visitor, district, round_of_visits):
    somebody = visitor(DESK)
    somebody.enter(district.district_office)
    page = somebody.open("/dashboard/")
    page.wait_for_selector("#legend li")
    assert page.locator("#legend li").count() == 6

    page.click("tbody tr:first-child td[data-label=Overdue] a")
    page.wait_for_url("**/tasks/**")

    assert page.inner_text("h1") == "Tasks 20"
    assert somebody.faults() == []


def test_a_chief_gives_a_task_to_somebody_by_keyboard(visitor, district, round_of_visits):
    somebody = visitor(DESK)
    somebody.enter(district.chief)
    page = somebody.open(task_path(round_of_visits))

    page.focus("[name=to]")
    page.keyboard.type("manager")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".note-success")

    assert "Task given to manager" in page.inner_text("main")


def test_the_first_tab_skips_to_the_content(visitor, district):
    somebody = visitor()
    somebody.enter(district.lead)
    page = somebody.open("/account/")

    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.getAttribute('href')") == "#content"


def test_what_the_keyboard_reaches_is_never_under_the_bar(visitor, district, round_of_visits):
    somebody = visitor()
    somebody.enter(district.lead)
    page = somebody.open("/today/")
    hidden = """() => {
      const one = document.activeElement, bar = document.querySelector(".bottom-nav")
      if (!one || bar.contains(one)) return ""
      return one.getBoundingClientRect().bottom > bar.getBoundingClientRect().top + 1 ? one.outerHTML : ""
    }"""

    covered = []
    for _step in range(40):
        page.keyboard.press("Tab")
        covered += [found] if (found := page.evaluate(hidden)) else []

    assert covered == []
