"""Changes of areas over the API and in the admin, by the same actions."""

import pytest
from django.urls import reverse
from shapely.geometry import mapping

from grids.models import AreaChange, Grid
from subjects.areas.deciding import propose_change
from subjects.models import Premises
from tests.drawing import box
from tests.factories import TODAY, TaskFactory, VisitFactory
from tests.splitting import NOON, draw_station, premises_at, split_draft

URL = "/api/v1/area-changes"


@pytest.fixture(autouse=True)
def paper(district, monkeypatch):
    draw_station()
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)


@pytest.fixture
def send(client):
    """Posts JSON as somebody; returns status and body."""

    def post(officer, address, body=None):
        client.force_login(officer, backend="grids.backends.DutyBackend")
        reply = client.post(address, body or {}, content_type="application/json")
        return reply.status_code, reply.json()

    return post


def split_body(**changed):
    kept = {"code": "050101", "role": "changed", "name": "一号", "boundary": mapping(box(0, 0, 1, 1))}
    new = {"code": "050103", "role": "new", "name": "三号", "boundary": mapping(box(1, 0, 2, 1))}
    return {
        "station": "0501", "kind": "split", "effective_on": TODAY.isoformat(), "reason": "太大", "crs": "wgs84",
        "parts": [kept, new],
    } | changed  # fmt: skip


def test_a_preview_stores_nothing(send, district):
    premises_at(1.5)

    status, body = send(district.chief, f"{URL}/preview", split_body())

    assert (status, body["moving"]) == (200, 1)
    assert body["flows"] == [{"from_code": "050101", "to_code": "050103", "count": 1}]
    assert not AreaChange.objects.exists()


def test_codes_in_full_width_digits_are_the_codes(send, district):
    east = premises_at(1.5)
    body = split_body(station="０５０１", listed={"０５０１０３": [east.pk]})
    for part in body["parts"]:
        part["code"] = {"050101": "０５０１０１", "050103": "０５０１０３"}[part["code"]]

    status, made = send(district.chief, URL, body)

    change = AreaChange.objects.get()
    assert (status, made["station"], change.listed) == (201, "0501", {"050103": [east.pk]})
    assert list(change.parts.values_list("code", flat=True)) == ["050101", "050103"]


def test_a_list_that_names_a_key_of_no_row_is_refused_by_its_field(send, district):
    status, told = send(district.chief, URL, split_body(listed={"050103": [10**22]}))

    assert (status, {error["field"].split(".")[0] for error in told["errors"]}) == (400, {"listed"})
    assert "9223372036854775807" in told["errors"][0]["message"]


def test_a_change_in_effect_still_tells_what_went_along_and_what_stayed(send, district):
    TaskFactory(premises=premises_at(1.5))
    VisitFactory(premises=premises_at(1.5), state="returned")
    made = send(district.chief, URL, split_body())[1]

    told = send(district.district_office, f"{URL}/{made['id']}/approve")[1]["preview"]

    assert (told["moving"], sum(told["work"].values()), sum(told["left"].values())) == (2, 1, 1)
    assert [(line["code"], line["before"], line["after"]) for line in told["grids"]] == [
        ("050101", 2, 0),
        ("050103", None, 2),
    ]


def test_a_change_is_carried_from_first_to_last_state(send, district):
    east, office = premises_at(1.5), district.district_office
    status, made = send(district.chief, URL, split_body())
    assert (status, made["state"], made["next_states"]) == (201, "proposed", ["approved", "returned", "withdrawn"])
    row = f"{URL}/{made['id']}"

    assert send(office, f"{row}/return", {"why": "不清"})[1]["state"] == "returned"
    assert send(district.chief, f"{row}/propose", split_body(reason="更清楚"))[1]["state"] == "proposed"
    assert send(office, f"{row}/approve")[1]["state"] == "in_effect"
    assert Premises.objects.get(pk=east.pk).area_code == "050103"
    status, undone = send(office, f"{row}/undo", {"why": "错了"})

    assert (status, undone["state"], Premises.objects.get(pk=east.pk).area_code) == (200, "undone", "050101")
    assert [event["new"] for event in undone["events"]] == [
        "proposed", "returned", "proposed", "approved", "in_effect", "undone",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"parts": []}, "parts"),
        ({"crs": "utm"}, "crs"),
        ({"station": "0502"}, "station"),
        ({"nonsense": 1}, "nonsense"),
        ({"parts": [{"code": "050103", "role": "new", "name": "x", "boundary": {"type": "Point"}}]}, "boundary"),
    ],
)
def test_a_body_that_cannot_be_is_refused_with_its_field(send, district, changed, field):
    status, body = send(district.chief, URL, split_body(**changed))

    assert (status, body["errors"][0]["field"].split(".")[0]) == (400, field)
    assert not Grid.objects.filter(code="050103").exists()


def test_the_own_proposal_and_a_foreign_station_are_refused(send, district):
    change = propose_change(draft=split_draft(district), by=district.chief, now=NOON)

    assert send(district.chief, f"{URL}/{change.pk}/approve")[0] == 403
    assert send(district.lead, URL, split_body())[0] == 403
    assert send(district.far_chief, f"{URL}/{change.pk}/withdraw")[0] == 404
    assert send(district.outsider, f"{URL}/{change.pk}/approve")[0] == 404
    assert send(district.chief, f"{URL}/{change.pk}/withdraw")[1]["state"] == "withdrawn"


def test_grids_in_force_on_a_day_are_asked_for(client, district):
    client.force_login(district.chief, backend="grids.backends.DutyBackend")

    assert client.get("/api/v1/grids?on=2019-12-31").json()["count"] == 0
    assert client.get("/api/v1/grids?on=2026-01-01").json()["count"] == 2


def test_the_grid_office_decides_in_the_admin(client, district):
    change = propose_change(draft=split_draft(district), by=district.chief, now=NOON)
    client.force_login(district.district_office, backend="grids.backends.DutyBackend")

    client.post(reverse("admin:grids_areachange_step_approve", args=[change.pk]), {"sure": "1"})

    change.refresh_from_db()
    assert change.state == "in_effect"


def test_a_proposal_waits_in_the_admin_of_the_grid_office(client, district):
    propose_change(draft=split_draft(district), by=district.chief, now=NOON)
    client.force_login(district.district_office, backend="grids.backends.DutyBackend")

    assert "/areas/?state=proposed" in client.get("/admin/").content.decode()
