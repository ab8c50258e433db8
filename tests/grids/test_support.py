from datetime import date, datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from grids.actions import end_support, link_cadre, open_service_station
from grids.models import Grid, LinkedCadre, ServiceStation
from gridsup.errors import BadInput, NotAllowed, WrongState
from tests.api import api_as
from tests.style.routes import client_of

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.get_default_timezone())
DAY = date(2026, 11, 22)


def linked(district, **facts):
    known = {"grid": district.grid, "name": "分管副局长", "from_day": DAY, "by": district.chief, "now": NOON}
    return link_cadre(**{**known, **facts})


def opened(district, **facts):
    known = {"grid": district.grid, "name": "商场服务站", "from_day": DAY, "by": district.chief, "now": NOON}
    return open_service_station(**{**known, **facts})


@pytest.mark.parametrize(("begin", "kind"), [(linked, "cadre"), (opened, "station")])
def test_it_begins_and_ends_and_the_grid_remembers_by_whom(district, begin, kind):
    row = begin(district)
    end_support(support=row, on=date(2026, 12, 31), by=district.district_office, now=NOON)

    row.refresh_from_db()
    events = [(event.what, event.new, event.by) for event in district.grid.events.all()]
    assert row.to_day == date(2026, 12, 31)
    assert events == [
        (f"{kind}_begun", row.name, district.chief), (f"{kind}_ended", row.name, district.district_office),
    ]  # fmt: skip


@pytest.mark.parametrize("begin", [linked, opened])
def test_it_holds_from_its_first_day_to_its_last(district, begin):
    row = end_support(support=begin(district), on=date(2026, 11, 30), by=district.chief, now=NOON)

    held = [day for day in (21, 22, 30) if type(row).objects.on(date(2026, 11, day)).exists()]

    assert held == [22, 30]
    assert not type(row).objects.on(date(2026, 12, 1)).exists()


@pytest.mark.parametrize("begin", [linked, opened])
def test_what_cannot_be_is_refused_with_a_sentence(district, begin):
    begin(district)

    with pytest.raises(BadInput, match="登记"):
        begin(district)
    with pytest.raises(BadInput):
        begin(district, name="  ")
    with pytest.raises(NotAllowed):
        begin(district, name="another", by=district.far_chief)
    with pytest.raises(NotAllowed):
        begin(district, name="another", by=district.lead)
    Grid.objects.filter(pk=district.neighbour_grid.pk).update(state="retired")
    district.neighbour_grid.refresh_from_db()
    with pytest.raises(BadInput):
        begin(district, grid=district.neighbour_grid)


@pytest.mark.parametrize("begin", [linked, opened])
def test_it_ends_once_and_not_before_it_began(district, begin):
    row = begin(district)
    with pytest.raises(BadInput):
        end_support(support=row, on=date(2026, 11, 21), by=district.chief, now=NOON)
    end_support(support=row, on=DAY, by=district.chief, now=NOON)

    with pytest.raises(WrongState):
        end_support(support=row, on=DAY, by=district.chief, now=NOON)
    assert begin(district).pk != row.pk  # and may begin anew


@pytest.mark.parametrize("model", [LinkedCadre, ServiceStation])
@pytest.mark.parametrize(
    ("facts", "refused"),
    [
        ({}, False),
        ({"to_day": date(2026, 11, 22)}, False),
        ({"to_day": date(2026, 11, 21)}, True),
        ({"name": ""}, True),
    ],
)
def test_the_database_refuses_nonsense(district, model, facts, refused):
    known = {"grid": district.grid, "name": "x", "from_day": DAY}
    if not refused:
        assert model.objects.create(**{**known, **facts})
        return
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(**{**known, **facts})


@pytest.mark.parametrize("model", [LinkedCadre, ServiceStation])
def test_the_same_name_stands_in_a_grid_once_at_a_time(district, model):
    known = {"grid": district.grid, "name": "x", "from_day": DAY}
    model.objects.create(**known, to_day=DAY)
    model.objects.create(**known)

    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(**known)


@pytest.mark.parametrize("path", ["linked-cadres", "service-stations"])
def test_the_api_begins_lists_and_ends(district, path):
    client = api_as(district.chief)
    body = {"grid": "050101", "name": "某站", "from_day": "2026-11-22"}

    made = client.post(f"/api/v1/{path}", body, format="json")
    ended = client.post(f"/api/v1/{path}/{made.json()['id']}/end", {"to_day": "2026-12-31"}, format="json")

    assert (made.status_code, ended.status_code) == (201, 200)
    assert ended.json()["to_day"] == "2026-12-31"
    assert client.get(f"/api/v1/{path}?on=2026-12-01").json()["count"] == 1
    assert client.get(f"/api/v1/{path}?on=2027-01-01").json()["count"] == 0
    assert client.post(f"/api/v1/{path}", {**body, "grid": "050201"}, format="json").status_code == 400


def test_a_chief_links_a_cadre_in_the_admin(district):
    client = client_of(district.chief)

    page = client.get("/admin/grids/linkedcadre/new/link/")
    client.post(
        "/admin/grids/linkedcadre/new/link/", {"grid": "050101", "name": "分管副局长", "from_day": "2026-11-22"}
    )

    cadre = LinkedCadre.objects.get()
    assert "060101" not in page.text
    assert (cadre.grid_id, cadre.name) == ("050101", "分管副局长")
    assert "分管副局长" in client.get("/admin/grids/linkedcadre/").text
