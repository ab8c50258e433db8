"""What those see of areas and policy who see no business: informants, supervisors and the three administrators."""

import re
from datetime import date

import pytest
from django.utils import timezone

from grids.models import GridEvent
from grids.permissions import DUTIES, Duty, Permission
from gridsup.models import AuditEntry
from subjects.actions import load_preset
from tests.factories import AreaChangeFactory, LocalityFactory, PostingFactory, PremisesFactory

WITHOUT_BUSINESS = [
    duty for duty in Duty if Permission.VIEW_AREAS in DUTIES[duty] and Permission.VIEW not in DUTIES[duty]
]
PAGES = ["/areas/", "/areas/grids/050101/", "/policy/", "/ledgers/codes/", "/ledgers/areas/"]
# Stands in the name, reason or address of whatever is somebody's business.
MARK = "内部密号"


@pytest.fixture(autouse=True)
def business(district):
    """A person, a change, a premises, a decision on the grid and one on the policy, each with the mark."""
    now = timezone.now()
    type(district.lead).objects.filter(pk=district.lead.pk).update(name=MARK)
    AreaChangeFactory(reason=MARK, proposed_by=district.lead)
    PremisesFactory(address=MARK)
    LocalityFactory(area_code="050101", name="纺织社区", grid=district.grid)
    GridEvent.objects.create(grid=district.grid, what="state", new="approved", by=district.lead, why=MARK, at=now)
    load_preset(bureau="05", name="FR", on=date(2026, 1, 1), by=district.district_office, why=MARK, now=now)


def links_of(text):
    return set(re.findall(r'href="(/[^"#]*)', text.replace("&amp;", "&"))) - {"/language/"}


def test_there_are_such_duties():
    assert {"informant", "supervisor", "system_admin", "security_admin", "auditor"} <= set(WITHOUT_BUSINESS)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("duty", WITHOUT_BUSINESS)
def test_a_page_of_public_facts_shows_no_business_and_no_way_to_it(district, client, duty, path):
    client.force_login(district.by_duty[duty])

    page = client.get(path)

    assert page.status_code == 200
    assert MARK not in page.text
    shut = {link: client.get(link).status_code for link in links_of(page.text) if not link.startswith("/static/")}
    assert {link: code for link, code in shut.items() if code not in {200, 302}} == {}


def test_nothing_is_asked_where_there_is_nothing_to_choose(district, client):
    client.force_login(district.by_duty["informant"])
    assert 'class="question"' not in client.get("/areas/").text

    client.force_login(district.by_duty["auditor"])

    assert 'name="area"' in client.get("/areas/").text
    assert 'name="state"' not in client.get("/areas/").text


@pytest.mark.parametrize("path", PAGES[:3])
def test_whoever_sees_the_business_sees_it_there(district, client, path):
    client.force_login(district.district_office)

    assert MARK in client.get(path).text


def test_the_facts_themselves_are_there(district, client):
    client.force_login(district.by_duty["auditor"])

    assert "050101" in client.get("/areas/").text
    assert "纺织社区" in client.get("/areas/grids/050101/").text
    assert "手册§4" in client.get("/policy/").text
    assert "050101" in client.get("/ledgers/codes/").text
    assert client.get("/ledgers/?area=0501")["Location"] == "/ledgers/codes/?area=0501"


def test_premises_are_counted_only_where_one_sees_them(district, client):
    """An informant of one grid who is the manager of another."""
    officer = district.by_duty["informant"]
    PostingFactory(officer=officer, duty="manager", area_code="050102")
    client.force_login(officer)

    page = client.get("/areas/")

    assert [(grid.code, count) for grid, count in page.context["rows"]] == [("050101", None), ("050102", 0)]
    assert MARK not in client.get("/areas/grids/050101/").text


def test_who_decided_on_a_grid_and_why_is_no_public_fact_in_the_admin_either(district, client):
    history = f"/admin/grids/grid/{district.grid.pk}/history/"
    client.force_login(district.by_duty["system_admin"])
    assert client.get(history).status_code == 403
    assert history not in client.get(f"/admin/grids/grid/{district.grid.pk}/change/").text

    client.force_login(district.chief)

    assert MARK in client.get(history).text
    assert history in client.get(f"/admin/grids/grid/{district.grid.pk}/change/").text


def test_looking_for_the_four_ledgers_leaves_one_entry_about_the_one_that_was_shown(district, client):
    client.force_login(district.by_duty["auditor"])

    client.get("/ledgers/?area=0501", follow=True)

    assert [entry.route for entry in AuditEntry.objects.all()] == ["book"]
