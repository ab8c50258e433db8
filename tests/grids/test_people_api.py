from datetime import date, timedelta

import pytest
from django.utils import timezone

from grids.actions import stand_in
from grids.models import Officer, Posting
from subjects.models import Placement
from tests.certified import certified
from tests.factories import PremisesFactory, TaskFactory
from tests.style.routes import client_of

TODAY = timezone.localdate()
NOW = timezone.now()


def send(officer, path, body):
    return client_of(officer).post(f"/api/v1/{path}/", body, content_type="application/json")


def names(answer):
    return [(post["officer"], post["absent"], post["stands_in_for"]) for post in answer.json()["people"]]


def test_a_post_is_given_stood_in_for_ended_and_called_off(district):
    chief = district.chief
    post = {"officer": district.nobody.pk, "duty": "manager", "area_code": "050102", "from_day": str(TODAY)}
    district.nobody.bureau = district.bureau
    district.nobody.save(update_fields=["bureau"])

    made = send(chief, "postings", post)
    assert made.status_code == 201
    key = made.json()["id"]
    days = {"from_day": str(TODAY + timedelta(days=1)), "to_day": str(TODAY + timedelta(days=5))}
    leave = send(chief, f"postings/{key}/substitute", {"officer": district.lead.pk, **days})
    assert (leave.status_code, leave.json()["stands_in_for"]) == (201, key)
    assert send(chief, f"postings/{leave.json()['id']}/call-off", {}).json()["called_off"] is True
    assert send(chief, f"postings/{key}/end", {"to_day": str(TODAY)}).json()["to_day"] == str(TODAY)
    assert send(chief, f"postings/{key}/end", {"to_day": str(TODAY)}).status_code == 409


def test_who_names_administrators_does_so_with_a_reason_and_nothing_else(district):
    security = district.by_duty["security_admin"]
    somebody = Officer.objects.create(username="somebody", bureau=district.bureau)
    post = {"officer": "somebody", "duty": "auditor", "area_code": "05", "from_day": str(TODAY)}

    bare = send(security, "postings", post)
    assert (bare.status_code, [error["field"] for error in bare.json()["errors"]]) == (400, ["why"])
    made = send(security, "postings", {**post, "why": "Ms Li retires"})
    assert (made.status_code, made.json()["duty"]) == (201, "auditor")
    assert send(security, "postings", {**post, "duty": "manager", "area_code": "050101"}).status_code == 403
    for other in ({"area_code": "06", "why": "x"}, {"officer": district.outsider.pk, "why": "x"}):
        assert send(security, "postings", {**post, **other}).status_code in {400, 403}

    path = f"postings/{made.json()['id']}/end"
    assert send(security, path, {"to_day": str(TODAY)}).status_code == 400
    assert send(security, path, {"to_day": str(TODAY), "why": "By mistake"}).json()["to_day"] == str(TODAY)
    assert send(security, f"postings/{district.lead.postings.get().pk}/end", {"to_day": str(TODAY)}).status_code == 404
    assert client_of(security).get("/api/v1/postings").status_code == 403
    assert list(somebody.postings.get().events.values_list("why", flat=True)) == ["Ms Li retires", "By mistake"]


def test_who_is_on_leave_does_not_stand_in_by_the_api(district):
    days = {"from_day": str(TODAY), "to_day": str(TODAY + timedelta(days=5))}
    away, other = district.manager.postings.get().pk, district.neighbour_lead.postings.get().pk
    assert send(district.chief, f"postings/{away}/substitute", {"officer": district.lead.pk, **days}).status_code == 201

    answer = send(district.chief, f"postings/{other}/substitute", {"officer": district.manager.pk, **days})

    assert (answer.status_code, [error["field"] for error in answer.json()["errors"]]) == (400, ["officer"])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"duty": "grid_lead", "area_code": "050101"}, "from_day"),
        ({"area_code": "050199"}, "area_code"),
        ({"to_day": "2019-01-01"}, "to_day"),
        ({"duty": "king"}, "duty"),
        ({"boss": 1}, "boss"),
    ],
)
def test_a_post_that_cannot_be_is_refused_with_its_field(district, change, field):
    post = {"officer": district.manager.pk, "duty": "informant", "area_code": "050102", "from_day": str(TODAY)}

    answer = send(district.chief, "postings", post | change)

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Posting.objects.filter(officer=district.manager, duty="informant").exists()


def test_who_may_not_post_is_refused(district):
    post = {"officer": district.manager.pk, "duty": "informant", "area_code": "050201", "from_day": str(TODAY)}

    assert send(district.chief, "postings", post).status_code == 403
    assert send(district.lead, "postings", post).status_code == 403
    theirs = district.far_chief.postings.get().pk
    assert send(district.chief, f"postings/{theirs}/end", {"to_day": str(TODAY)}).status_code == 404


def test_certificates_accounts_and_open_work_over_the_api(district):
    key, keeper = district.manager.pk, district.by_duty["system_admin"]
    task = TaskFactory(assignee=district.manager)

    renewed = send(district.chief, f"officers/{key}/certificate", {"number": "S-2", "to_day": "2035-01-01"})
    assert renewed.json()["certificate_no"] == "S-2"
    over = send(district.chief, f"officers/{key}/withdraw", {"on": "2034-01-01", "why": "typed wrongly"})
    assert over.json()["certificate_valid_to"] == "2034-01-01"
    assert send(district.chief, f"officers/{key}/hand-over", {"to": None}).status_code == 200
    assert send(keeper, f"officers/{key}/invite", {}).json()["path"].startswith("/invitation/")
    assert send(keeper, f"officers/{key}/close", {"why": "left"}).json()["is_active"] is False
    assert send(keeper, f"officers/{key}/reopen", {}).json()["is_active"] is True

    task.refresh_from_db()
    assert task.assignee is None


def test_each_side_does_its_own_part_alone(district):
    key, keeper = district.manager.pk, district.by_duty["system_admin"]

    assert send(keeper, f"officers/{key}/certificate", {"number": "x", "to_day": "2035-01-01"}).status_code == 403
    assert send(district.chief, f"officers/{key}/close", {"why": "x"}).status_code == 403
    assert send(district.chief, f"officers/{key}/invite", {}).status_code == 403
    assert Officer.objects.get(pk=key).is_active


# who was responsible on a day: a history made by hand


@pytest.fixture
def history(district):
    """050101: lead to 2026-06-30, neighbour from July (away 10 to 14 August, manager's post goes on). The premises lay
    in 050102 until 2026-03-31 and moved then to 050101; it was entered on 2026-01-01."""
    Posting.objects.filter(officer=district.lead).update(to_day=date(2026, 6, 30))
    Posting.objects.filter(officer=district.neighbour_lead).update(to_day=date(2026, 6, 30))
    later = Posting.objects.create(
        officer=district.neighbour_lead, duty="grid_lead", area_code="050101", from_day=date(2026, 7, 1)
    )
    stand_in(
        posting=later, officer=certified(district.nobody), from_day=date(2026, 8, 10), to_day=date(2026, 8, 14), now=NOW
    )
    premises = PremisesFactory(area_code="050101", entered_on=date(2026, 1, 1))
    for area, first, last in (("050102", date(2026, 1, 1), date(2026, 3, 31)), ("050101", date(2026, 4, 1), None)):
        Placement.objects.create(premises=premises, area_code=area, from_day=first, to_day=last)
    return premises


ABOVE = [("chief", False, ""), ("head", False, "")]


@pytest.mark.parametrize(
    ("day", "people"),
    [
        ("2025-12-31", []),
        ("2026-01-01", [("neighbour", False, ""), *ABOVE]),
        ("2026-03-31", [("neighbour", False, ""), *ABOVE]),
        ("2026-04-01", [("lead", False, ""), ("manager", False, ""), *ABOVE]),
        ("2026-06-30", [("lead", False, ""), ("manager", False, ""), *ABOVE]),
        ("2026-07-01", [("neighbour", False, ""), ("manager", False, ""), *ABOVE]),
        ("2026-08-09", [("neighbour", False, ""), ("manager", False, ""), *ABOVE]),
        (
            "2026-08-10",
            [("neighbour", True, ""), ("nobody", False, "neighbour"), ("manager", False, ""), *ABOVE],
        ),
        (
            "2026-08-14",
            [("neighbour", True, ""), ("nobody", False, "neighbour"), ("manager", False, ""), *ABOVE],
        ),
        ("2026-08-15", [("neighbour", False, ""), ("manager", False, ""), *ABOVE]),
    ],
)
def test_who_was_responsible_for_a_premises_on_any_day(district, history, day, people):
    answer = client_of(district.chief).get(f"/api/v1/premises/{history.pk}/responsible/?on={day}")

    assert names(answer) == people


def test_who_was_responsible_for_a_grid_and_a_station(district, history):
    client = client_of(district.chief)

    grid = client.get(f"/api/v1/grids/{district.grid.pk}/responsible/?on=2026-08-10")
    station = client.get(f"/api/v1/stations/{district.station.pk}/responsible/?on=2026-08-10")

    assert [name for name, *_rest in names(grid)] == ["neighbour", "nobody", "manager", "chief", "head"]
    assert names(station) == ABOVE
    assert client.get(f"/api/v1/grids/{district.grid.pk}/responsible/?on=2026-02-31").status_code == 400
    assert client.get(f"/api/v1/grids/{district.far_grid.pk}/responsible/").status_code == 404
