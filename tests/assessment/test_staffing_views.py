import re
from datetime import date
from html import unescape

import pytest

from grids.models import LinkedCadre, Posting
from subjects.actions import load_preset
from subjects.models import PolicyFigure
from tests.api import api_as
from tests.factories import (
    TODAY,
    ComplaintFactory,
    DuePremisesFactory,
    GridFactory,
    OfficerFactory,
    PostingFactory,
    PremisesFactory,
    TaskFactory,
    noon,
)
from tests.style.routes import client_of


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(noon(TODAY), tick=False)


@pytest.fixture
def busy(district):
    """Bureau 05 with a policy that wants 2 to 3 premises a grid and 1 to 2 for one officer, and some of everything."""
    load_preset(bureau="05", name="FR", on=date(2026, 1, 1), now=noon(TODAY))
    for key, value in (("grid_premises", (2, 3)), ("officer_premises", (1, 2)), ("grid_officers", (1, 4))):
        for end, number in zip(("least", "most"), value, strict=True):
            PolicyFigure.objects.filter(key=f"{end}_{key}").update(value=number)
    for _each in range(4):
        DuePremisesFactory(next_due_on=date(2027, 2, 1), interval_months=6)
    PremisesFactory(status="closed")
    PremisesFactory(area_code="050102")
    ComplaintFactory(state="in_hand")
    ComplaintFactory(state="closed")
    LinkedCadre.objects.create(grid=district.grid, name="分管副局长", from_day=TODAY)
    return district


@pytest.fixture
def as_office(client, busy):
    client.cookies["django_language"] = "en"
    client.force_login(busy.district_office)
    return client


def codes(page):
    return [line.row.code for line in page.context["lines"]]


def test_the_grid_furthest_from_the_guide_stands_first(as_office):
    page = as_office.get("/staffing/")

    assert codes(page) == ["050201", "050102", "050101"]
    assert codes(as_office.get("/staffing/?sort=area")) == ["050101", "050102", "050201"]
    assert [(kind, count) for kind, _words, count in page.context["kinds"]] == [("short", 2), ("over", 1), ("under", 2)]
    assert "premises: 4, guide 2–3" in page.text
    assert "no grid lead" in page.text


@pytest.mark.parametrize(
    ("show", "listed"), [("short", ["050201", "050102"]), ("over", ["050101"]), ("under", ["050201", "050102"])]
)
def test_a_count_lists_its_grids(as_office, show, listed):
    assert codes(as_office.get(f"/staffing/?show={show}")) == listed


def rows_behind(page):
    """How many rows a list shows in all."""
    return page.context["page"].paginator.count


@pytest.mark.parametrize("path", ["/staffing/", "/staffing/050101/"])
def test_every_count_of_load_opens_its_rows(as_office, path):
    text = as_office.get(path).text
    links = re.findall(r'href="(/(?:ledger|complaints)/[^"]+)"[^>]*?data-count="(\d+)"', text)

    assert sum(int(number) > 0 for _href, number in links) >= 3
    for href, number in links:
        assert rows_behind(as_office.get(unescape(href))) == int(number), href


def test_every_count_of_people_opens_a_page_with_as_many(as_office):
    for line in as_office.get("/staffing/").context["lines"]:
        page = as_office.get(line.cells[0].href)
        row = page.context["row"]
        assert (len(page.context["certified"]), len(row.cadres)) == (line.row.certified, len(line.row.cadres))
        assert page.text.count('data-label="Duty"') == len(line.row.members)


@pytest.mark.parametrize("path", ["/staffing/050101/", "/staffing/?by=officer", "/staffing/rotation/?area=0501"])
def test_everybody_named_leads_to_their_posts(client, busy, path):
    client.force_login(busy.chief)

    page = client.get(path).text

    for officer in (busy.lead, busy.manager):
        assert f'href="/people/{officer.pk}/">{officer}</a>' in page
        assert client.get(f"/people/{officer.pk}/").status_code == 200


def test_what_somebody_carries_with_other_grids_leads_to_their_posts(as_office, busy):
    PostingFactory(officer=busy.manager, duty="manager", area_code="050102")

    page = as_office.get("/staffing/?by=officer").text

    assert len(re.findall(rf'<a href="/people/{busy.manager.pk}/">≈', page)) == 2


def test_the_officers_of_a_station_lead_to_its_grids_for_who_gives_out_no_work(client, busy):
    client.force_login(busy.head)

    page = client.get("/staffing/").text

    assert len(re.findall(r'data-label="[^"]+"><a href="\?area=050\d&amp;sort=area">\d+</a>', page)) == 2


def test_the_people_are_those_of_the_day_asked_for(as_office, busy):
    Posting.objects.filter(officer=busy.lead).update(to_day=TODAY)

    assert "no grid lead" not in as_office.get("/staffing/050101/").text
    assert "no grid lead" in as_office.get("/staffing/050101/?day=2026-11-23").text
    assert "Write the day as" in as_office.get("/staffing/?day=tomorrow").text


def test_what_nothing_judges_is_said(as_office, busy):
    PolicyFigure.objects.filter(key__contains="premises").delete()

    text = as_office.get("/staffing/?show=over").text

    assert "shown and not judged: premises of a grid, premises for one officer" in " ".join(text.split())
    assert "No grid of this area is so." in text


def test_members_of_the_patrol_group_are_named(as_office, busy):
    Posting.objects.filter(officer__in=[busy.neighbour_lead, busy.lead]).update(team="一组")

    text = as_office.get("/staffing/050102/").text

    assert "1 certified officer of the patrol group counts besides." in " ".join(text.split())
    assert f'050101 <a class="target" href="/people/{busy.lead.pk}/">lead</a>' in text


class TestOfOfficers:
    def test_they_stand_in_the_order_of_areas_whatever_they_carry(self, as_office, busy):
        PostingFactory(officer=busy.neighbour_lead, area_code="050101", duty="manager")

        lines = as_office.get("/staffing/?by=officer").context["officers"]

        shown = [(line.row.code, line.member.name, line.premises, line.together) for line in lines]
        assert shown == [
            ("050101", "lead", 1, None), ("050101", "manager", 1, None), ("050101", "neighbour", 1, 2),
            ("050102", "neighbour", 1, 2),
        ]  # fmt: skip

    def test_somebody_with_two_posts_on_a_grid_stands_there_once(self, as_office, busy):
        PostingFactory(officer=busy.lead, area_code="050101", duty="manager")

        lines = as_office.get("/staffing/?by=officer").context["officers"]

        assert [line.member.name for line in lines if line.row.code == "050101"] == ["lead", "manager"]

    @pytest.mark.parametrize("duty", ["section", "city_office", "bureau_head", "manager", "duty_desk"])
    def test_who_gives_out_no_work_is_not_told_what_lies_on_a_person(self, client, busy, duty):
        client.force_login(busy.by_duty[duty])

        for path in ("/staffing/?by=officer", "/staffing/050101/" if duty == "manager" else "/staffing/"):
            assert not client.get(path).context["officers"]

    def test_a_lead_sees_those_of_the_own_grid(self, client, busy):
        client.force_login(busy.lead)

        officers = client.get("/staffing/?by=officer").context["officers"]
        assert {line.row.code for line in officers} == {"050101"}


@pytest.mark.parametrize(("who", "seen"), [("chief", 2), ("far_chief", 1), ("lead", 1), ("head", 3), ("outsider", 1)])
def test_everybody_sees_the_grids_of_the_own_area(client, busy, who, seen):
    client.force_login(getattr(busy, who))

    assert client.get("/staffing/").context["grids"] == seen


def test_a_foreign_area_is_not_there(busy):
    client = client_of(busy.chief)

    for path in ("/staffing/?area=0502", "/staffing/?area=05", "/staffing/050201/", "/staffing/059999/"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("query", ["area=x", "show=x", "sort=x", "day=%00", "by=x", "area=05%00"])
def test_a_question_that_makes_no_sense_is_answered_with_a_page(as_office, query):
    assert as_office.get(f"/staffing/?{query}").status_code == 200


def test_it_needs_as_many_queries_for_thirty_grids_as_for_three(as_office, count_queries):
    paths = ("/staffing/", "/staffing/?by=officer", "/staffing/?show=short", "/api/v1/staffing?page_size=100")
    few = {path: count_queries(as_office, path) for path in paths}
    for number in range(10, 40):
        PremisesFactory(area_code=f"0501{number}")
        PostingFactory(area_code=f"0501{number}", officer=OfficerFactory())
    assert {path: count_queries(as_office, path) for path in paths} == few


def test_a_long_table_is_cut_and_says_so(as_office, monkeypatch):
    monkeypatch.setattr("assessment.staffing.page.MOST_GRIDS", 2)

    page = as_office.get("/staffing/")

    assert len(page.context["lines"]) == 2
    assert "Shown are the first 2" in page.text


def test_a_station_is_measured_by_its_number_of_grids(as_office):
    GridFactory(code="050103")

    stations = as_office.get("/staffing/").context["stations"]

    assert [(line.code, line.grids, str(line.guide), line.grids_off) for line in stations] == [
        ("0501", 3, "2", True), ("0502", 1, "2", True),
    ]  # fmt: skip


class TestOfTheApi:
    def test_it_says_what_the_page_says(self, busy):
        client = api_as(busy.chief)

        rows = client.get("/api/v1/staffing?area=0501").json()["results"]
        first = rows[0]
        detail = client.get(f"/api/v1/staffing/{first['id']}").json()

        assert [row["area_code"] for row in rows] == ["050101", "050102"]
        assert (first["premises"], first["premises_per_officer"], first["due_next_quarter"]) == (4, 2, 4)
        assert [fault["kind"] for fault in first["faults"]] == ["over"]
        assert (first["certified"], first["cadres"], first["open_complaints"]) == (2, 1, 1)
        assert {member["name"] for member in detail["people"]} == {"lead", "manager", "supervisor"}

    def test_it_reads_the_people_of_a_day_and_writes_nothing(self, busy):
        client = api_as(busy.chief)

        assert not client.get("/api/v1/staffing?day=2024-12-31").json()["results"][0]["has_lead"]
        assert client.get("/api/v1/staffing?day=soon").status_code == 400
        assert client.post("/api/v1/staffing", {}, format="json").status_code == 405


@pytest.fixture
def troubled(busy):
    """A lead who has been there too long, a certificate that ends, and work of somebody without a post."""
    busy.lead.postings.update(from_day=date(2022, 1, 1))
    type(busy.manager).objects.filter(pk=busy.manager.pk).update(certificate_valid_to=TODAY)
    TaskFactory(assignee=busy.nobody)
    return busy


@pytest.mark.parametrize("who", ["chief", "district_office"])
def test_what_asks_for_a_decision_about_posts_stands_on_the_page_and_opens_its_rows(troubled, who):
    client = client_of(getattr(troubled, who))
    client.cookies["django_language"] = "en"
    found = {one.label: one for one in client.get("/staffing/").context["waiting"]}

    labels = ["Certificates that run out", "Rotation near or due", "Work held by people without a post there"]
    assert {label: one.count for label, one in found.items()} == dict.fromkeys(labels, 1)
    assert len(client.get(found["Rotation near or due"].url).context["turns"]) == 1
    assert {client.get(one.url).status_code for one in found.values()} == {200}


def test_nothing_waits_on_the_page_of_who_decides_nothing_of_it(troubled):
    assert client_of(troubled.head).get("/staffing/").context["waiting"] == []


@pytest.mark.parametrize(("who", "led"), [("chief", True), ("district_office", True), ("head", False), ("lead", False)])
def test_the_overview_leads_whoever_gives_posts_to_the_page(troubled, who, led):
    page = client_of(getattr(troubled, who)).get("/dashboard/")

    waits = page.text.partition('<nav class="waiting"')[2].partition("</nav>")[0]
    assert ('href="/staffing/' in waits) is led
