import pytest

from assessment.models import Report
from gridsup.jobs import claim, run
from tests.api import api_as, errors
from tests.assessment.reported import built
from tests.assessment.worked import NOW
from tests.factories import ReportFactory

ASKED = {"area": "0501", "period": "2026Q3"}


@pytest.fixture
def client(placed, time_machine):
    time_machine.move_to(NOW, tick=False)
    return api_as(placed.chief)


def test_a_report_is_asked_for_watched_and_fetched_over_the_api_alone(client):
    asked = client.post("/api/v1/reports", ASKED)
    assert (asked.status_code, asked.json()["state"], asked.json()["sheet"]) == (201, "queued", None)
    run(claim(Report.objects.get().job_id, now=NOW), clock=lambda: NOW)

    row = client.get(f"/api/v1/reports/{asked.json()['id']}").json()

    assert (row["state"], row["done"], row["steps_total"], row["version"]) == ("done", 12, 12, 1)
    for kind in ("sheet", "text"):
        answer = client.get(row[kind])
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content)[:2] == b"PK"
        assert answer["Content-Disposition"].startswith("attachment; filename")


def test_asked_twice_it_is_the_one_under_way(client, time_machine):
    first = client.post("/api/v1/reports", ASKED)
    time_machine.shift(5)

    second = client.post("/api/v1/reports", ASKED)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"period": "2026Q4"}, 400, ("bad_input", "period")),
        ({"period": "2026H1"}, 400, ("bad_input", "period")),
        ({"period": "2020-01"}, 400, ("bad_input", "period")),
        ({"period": "soon"}, 400, ("bad_input", "period")),
        ({"period": "x" * 100}, 400, ("max_length", "period")),
        ({"period": None}, 400, ("null", "period")),
        ({"area": "050101"}, 400, ("bad_input", "area")),
        ({"area": "0502"}, 403, ("not_allowed", "")),
        ({"area": 7}, 403, ("not_allowed", "")),
    ],
)
def test_what_cannot_be_made_is_refused_with_its_field(client, change, status, error):
    answer = client.post("/api/v1/reports", ASKED | change, format="json")

    assert (answer.status_code, errors(answer)) == (status, [error])
    assert not Report.objects.exists()


def test_the_list_is_scoped_and_filtered(client, district):
    own, other = ReportFactory(area_code="0501"), ReportFactory(area_code="0502", state="failed", error="Full.")

    assert [row["id"] for row in client.get("/api/v1/reports").json()["results"]] == [own.pk]
    all_of_them = api_as(district.head)
    for query in ("state=failed", "area=0502"):
        rows = all_of_them.get(f"/api/v1/reports?{query}").json()["results"]
        assert [(row["id"], row["error"]) for row in rows] == [(other.pk, "Full.")]
    assert all_of_them.get("/api/v1/reports?period=2026-10&ordering=-requested_at").json()["count"] == 2


@pytest.mark.parametrize("accept", ["*/*", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"])
def test_a_file_that_is_not_built_is_409_in_json(client, accept):
    report = ReportFactory()

    answer = client.get(f"/api/v1/reports/{report.pk}/sheet", headers={"accept": accept})

    assert answer.status_code == 409
    assert errors(answer) == [("wrong_state", "")]


def test_a_client_may_say_that_it_accepts_the_file_only(client):
    report = built("0501")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    answer = client.get(f"/api/v1/reports/{report.pk}/sheet", headers={"accept": kind})

    assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert (answer.status_code, answer["Content-Type"]) == (200, kind)


def test_foreign_files_are_not_there(placed):
    report = built("0501")

    for officer in (placed.far_chief, placed.outsider):
        for path in ("", "/sheet", "/text"):
            assert api_as(officer).get(f"/api/v1/reports/{report.pk}{path}").status_code == 404


def test_the_documentation_names_files_and_refusals(placed):
    paths = api_as(placed.chief).get("/api/schema/?format=json").json()["paths"]

    download = paths["/api/v1/reports/{id}/sheet"]["get"]["responses"]
    assert {"200", "401", "403", "404", "409"} <= set(download)
    assert list(download["200"]["content"]) == ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"]
    assert {"200", "201", "400", "403", "409"} <= set(paths["/api/v1/reports"]["post"]["responses"])
