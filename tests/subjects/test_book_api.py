"""The four ledgers and their files over the API."""

from datetime import date

import pytest

from gridsup.jobs import claim, run
from subjects.models import LedgerExport
from tests.factories import GridFactory, PremisesFactory, noon
from tests.subjects import story

pytestmark = pytest.mark.usefixtures("english")
NOW = noon(date(2026, 11, 22))


@pytest.fixture
def told(district):
    for code in ("050101", "050102", "050201"):
        GridFactory(code=code)
    return story.tell()


@pytest.fixture
def as_chief(client, district):
    client.force_login(district.chief)
    client.cookies["django_language"] = "en"
    return client


def get(client, address):
    return client.get(f"/api/v1/ledgers/{address}").json()


def test_a_ledger_of_a_past_day_is_read(as_chief, told):
    page = get(as_chief, "subjects?area=0501&on=2025-09-01")

    assert [row["name"] for row in page["results"]] == ["红印社", "新名副食店", "远来商店", "张记面馆"]
    assert (page["count"], page["next"], page["previous"], page["undated"]) == (4, None, None, [])
    row = page["results"][2]
    assert (row["area_code"], row["from_day"], row["status"]) == ("050101", "2025-09-01", "in business")


def test_pages_lead_on(as_chief, monkeypatch):
    monkeypatch.setattr("subjects.book_api.PAGE_SIZE", 2)
    for premises in PremisesFactory.create_batch(3):
        premises.placements.create(area_code="050101", from_day=date(2025, 1, 1))
    first = get(as_chief, "subjects")
    second = as_chief.get(first["next"]).json()

    assert [len(page["results"]) for page in (first, second)] == [2, 1]
    assert as_chief.get(second["previous"]).json()["results"] == first["results"]


@pytest.mark.parametrize("name", ["codes", "areas", "people"])
def test_the_other_ledgers_are_read_too(as_chief, name):
    row = get(as_chief, name)["results"][0]

    assert row["id"]
    assert row["area_code"].startswith("0501")


@pytest.mark.parametrize(
    ("query", "field"), [("on=2999-01-01", "on"), ("on=x", "on"), ("area=5", "area"), ("state=x", "state")]
)
def test_what_is_not_understood_is_refused_by_field(as_chief, query, field):
    reply = as_chief.get(f"/api/v1/ledgers/subjects?{query}")

    assert (reply.status_code, reply.json()["errors"][0]["field"]) == (400, field)


def test_an_unknown_ledger_is_not_found_and_others_are_refused(as_chief, district):
    assert as_chief.get("/api/v1/ledgers/nothing").status_code == 404
    as_chief.force_login(district.supervisor)
    assert as_chief.get("/api/v1/ledgers/subjects").status_code == 403
    assert as_chief.get("/api/v1/ledgers/people").status_code == 403


def test_a_file_is_asked_for_and_fetched(as_chief, told):
    def ask():
        body = {"area": "0501", "day": "2025-09-01"}
        return as_chief.post("/api/v1/ledger-files", body, content_type="application/json")

    first = ask()
    assert (first.status_code, ask().status_code, first.json()["file"]) == (201, 200, None)
    address = f"/api/v1/ledger-files/{first.json()['id']}"
    assert as_chief.get(f"{address}/file").status_code == 409
    run(claim(LedgerExport.objects.get().job_id, now=NOW), clock=lambda: NOW)

    assert as_chief.get(address).json()["state"] == "done"
    assert b"".join(as_chief.get(f"{address}/file").streaming_content).startswith(b"PK")
