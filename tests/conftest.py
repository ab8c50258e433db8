"""Fixtures that every test may use."""

import os
from dataclasses import dataclass, field
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.translation.reloader import translation_file_changed

from grids.models import Bureau, Grid, Officer, Station
from grids.permissions import AREA_LENGTHS, Duty
from gridsup import catalogue
from tests import chromium
from tests.factories import BureauFactory, GridFactory, OfficerFactory, PostingFactory, StationFactory


def pytest_sessionstart(session: pytest.Session) -> None:
    """Tests read the Chinese that stands in the catalogue now."""
    compiled = catalogue.po_file().with_suffix(".mo")
    if not compiled.exists() or compiled.stat().st_mtime < catalogue.po_file().stat().st_mtime:
        catalogue.compile_catalogue()
        # Django has read the older one by now
        translation_file_changed(None, compiled)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a Chromium browser tests are skipped, or, where REQUIRE_BROWSER=1 says that there is one, fail."""
    if chromium.find() or os.environ.get("REQUIRE_BROWSER") == "1":
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="No Chromium was found: install it, or name it in CHROMIUM."))


@pytest.fixture
def english():
    """Sentences come as the sources have them; without it, in Chinese."""
    with translation.override("en"):
        yield


@dataclass
class District:
    """The named cast: bureau 05 with stations 0501 (two grids) and 0502 (one grid), and bureau 06 beside it."""

    bureau: Bureau
    station: Station
    neighbour_station: Station
    grid: Grid
    neighbour_grid: Grid
    far_grid: Grid
    lead: Officer  # of 050101, certified
    manager: Officer  # of 050101, certified
    neighbour_lead: Officer  # of 050102
    chief: Officer  # of 0501
    far_chief: Officer  # of 0502
    district_office: Officer  # grid office of 05
    head: Officer  # of bureau 05
    supervisor: Officer  # of 050101
    outsider: Officer  # grid office of bureau 06
    nobody: Officer  # an account without a posting
    by_duty: dict[str, Officer] = field(default_factory=dict)  # one officer for each duty, in 05 / 0501 / 050101


def posted(username: str, duty: str, area_code: str, line: str = "", **facts: object) -> Officer:
    """An officer with one posting."""
    officer = OfficerFactory(username=username, **facts)
    PostingFactory(officer=officer, duty=duty, area_code=area_code, line=line)
    return officer


@pytest.fixture
def district(db: None) -> District:
    certificate = {"certificate_no": "S-1", "certificate_valid_to": date(2030, 1, 1)}
    cast = {
        Duty.GRID_LEAD: posted("lead", "grid_lead", "050101", **certificate),
        Duty.MANAGER: posted("manager", "manager", "050101", **{**certificate, "certificate_no": "M-1"}),
        Duty.STATION_CHIEF: posted("chief", "station_chief", "0501"),
        Duty.GRID_OFFICE: posted("district", "grid_office", "05"),
        Duty.BUREAU_HEAD: posted("head", "bureau_head", "05"),
        Duty.SUPERVISOR: posted("supervisor", "supervisor", "050101"),
    }
    for duty in Duty:
        if duty not in cast:
            cast[duty] = posted(duty.value, duty, "050101"[: AREA_LENGTHS[duty][0]])
    return District(
        bureau=BureauFactory(code="05"),
        station=StationFactory(code="0501"),
        neighbour_station=StationFactory(code="0502"),
        grid=GridFactory(code="050101"),
        neighbour_grid=GridFactory(code="050102"),
        far_grid=GridFactory(code="050201"),
        lead=cast[Duty.GRID_LEAD],
        manager=cast[Duty.MANAGER],
        neighbour_lead=posted("neighbour", "grid_lead", "050102"),
        chief=cast[Duty.STATION_CHIEF],
        far_chief=posted("farchief", "station_chief", "0502"),
        district_office=cast[Duty.GRID_OFFICE],
        head=cast[Duty.BUREAU_HEAD],
        supervisor=cast[Duty.SUPERVISOR],
        outsider=posted("outsider", "grid_office", GridFactory(code="060101").code[:2]),
        nobody=OfficerFactory(username="nobody"),
        by_duty={duty.value: officer for duty, officer in cast.items()},
    )


@pytest.fixture
def count_queries():
    """A function that opens a page as a client and returns how many queries it took."""

    def count(client, path):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    return count


@pytest.fixture
def two_connections(transactional_db: None) -> None:
    """A database that two connections can write at once; skips where the tests run in one in memory."""
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        pytest.skip("Needs a database that two connections can write at once: PostgreSQL, or SQLite in a file.")
