"""Pages in a real browser: at phone and desk width, watched for errors."""

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, sync_playwright

from subjects.actions import apply_policy, load_preset
from tests import chromium
from tests.factories import DuePremisesFactory, GridFactory, LocalityFactory, SubjectFactory, TaskFactory

PHONE, DESK = (360, 740), (1440, 900)
# What a thumb meets outdoors; links inside a sentence are as large as the sentence (WCAG 2.5.8).
SMALL_TARGETS = """() => [...document.querySelectorAll('a, button, input, select, summary')].filter(one => {
  if (one.closest('p, .skip, thead, .quiet') || one.type === 'hidden') return false;
  const box = (one.closest('label') || one).getBoundingClientRect();
  return box.width && box.height && one.checkVisibility() && (box.height < 43.5 || box.width < 43.5);
}).map(one => `${one.tagName} ${one.className} ${one.textContent.trim()}`)"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright's loop runs in this thread to the end; Django would refuse the database beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as play:
        running = play.chromium.launch(executable_path=chromium.find(), args=["--no-sandbox"])
        yield running
        running.close()


class Visitor:
    """Somebody at a screen of a width; remembers what the browser complained about."""

    def __init__(self, browser: Browser, base: str, size: tuple[int, int]) -> None:
        width, height = size
        self.base = base
        self.context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
        self.context.set_default_timeout(20_000)
        self.complaints: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.cookie("django_language", "en")

    def _heard(self, message) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")

    def cookie(self, name: str, value: str) -> None:
        self.context.add_cookies([{"name": name, "value": value, "url": self.base}])

    def enter(self, officer) -> None:
        """Is logged in, without the form."""
        client = Client()
        client.force_login(officer)
        self.cookie(settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value)

    def open(self, path: str) -> Page:
        self.page.goto(self.base + path)
        self.page.wait_for_load_state("networkidle")
        return self.page

    def faults(self) -> list[str]:
        """What is wrong with the page as it stands: complaints, sideways scrolling, grave findings of axe."""
        page = self.page
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found = Axe().run(page).response["violations"]
        grave = [
            f"{one['id']}: {node['target']} {node['failureSummary']}"
            for one in found
            if one["impact"] in {"serious", "critical"}
            for node in one["nodes"]
        ]
        return [*self.complaints, *([f"scrolls sideways by {wide} px"] if wide > 0 else []), *grave]

    def small_targets(self) -> list[str]:
        return self.page.evaluate(SMALL_TARGETS)


@pytest.fixture
def visitor(browser, live_server):
    """A function that makes a visitor of a size."""
    made: list[Visitor] = []

    def make(size: tuple[int, int] = PHONE) -> Visitor:
        made.append(Visitor(browser, live_server.url, size))
        return made[-1]

    yield make
    for one in made:
        one.context.close()


@pytest.fixture
def round_of_visits(district):
    """Grid 050101 with a boundary, a street and forty premises, some late, some soon, some later."""
    today = timezone.localdate()
    load_preset(bureau="05", name="F", on=today - timedelta(days=90), now=timezone.now())
    square = [[109.0, 34.2], [109.02, 34.2], [109.02, 34.22], [109.0, 34.22], [109.0, 34.2]]
    for number, code in enumerate(["050101", "050102", "050201"]):
        grid = GridFactory(code=code)
        moved = [[lon + number / 50, lat] for lon, lat in square]
        type(grid).objects.filter(pk=grid.pk).update(boundary={"type": "Polygon", "coordinates": [moved]})
    street = LocalityFactory()
    for number in range(40):
        premises = DuePremisesFactory(
            subject=SubjectFactory(name=f"纺织城第{number + 1}粮油食品商店", phone="13800001234"),
            locality=street, address=f"西安市灞桥区纺织城街道纺正街{number + 1}号", lon=109.01, lat=34.21,
        )  # fmt: skip
        TaskFactory(premises=premises, due_on=today + timedelta(days=number - 20), opens_on=today - timedelta(days=60))
    apply_policy(bureau="05", on=today, now=timezone.now())
    return premises
