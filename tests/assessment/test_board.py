import gzip
import json
from datetime import date, timedelta

import pytest
from django.core.cache import cache

from grids.models import Grid, Locality, Officer, Station
from grids.permissions import Duty
from tests.drawing import box, draw_whole
from tests.factories import (
    TODAY,
    LocalityFactory,
    OfficerFactory,
    PostingFactory,
    PremisesFactory,
    StationFactory,
    SubjectFactory,
    noon,
)

# Of each stands on a person or a business, and may stand on no public page.
SECRETS = {
    "username": "geheimkonto", "phone": "13800138000", "certificate_no": "ZHENGJIAN-77",
    "email": "someone@example.org",
}  # fmt: skip


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(noon(TODAY), tick=False)
    cache.clear()


@pytest.fixture
def citizen(client, district):
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def board(district):
    """Station 0501 with two grids, places and people by name."""
    draw_whole()
    Station.objects.filter(code="0501").update(name="Textile City Station")
    Grid.objects.filter(code="050101").update(name="East grid", extent="From the river to Long Joy Road")
    street = LocalityFactory()
    LocalityFactory(
        code="610111001001", name="向阳坊社区居委会", kind="community", street=street, area_code="050101",
        grid=district.grid,
    )  # fmt: skip
    for username, name in (("chief", "Chief Li"), ("lead", "Lead Wang"), ("manager", "Manager Zhao")):
        Officer.objects.filter(username=username).update(name=name)
    for status in ("active", "active", "closed"):
        PremisesFactory(status=status)
    return district


def test_a_station_publishes_extent_places_number_and_who_is_responsible(citizen, board):
    page = citizen.get("/public/board/0501/")

    first, second = page.context["station"].grids
    assert (first.code, first.extent, first.premises) == ("050101", "From the river to Long Joy Road", 2)
    assert first.places == ["向阳坊社区居委会"]
    assert [(one.duty, one.name) for one in first.people] == [("grid_lead", "Lead Wang"), ("manager", "Manager Zhao")]
    assert [one.name for one in page.context["station"].people] == ["Chief Li"]
    assert [one.name for one in second.people] == ["neighbour"]
    as_of = f"as of {TODAY} 12:00"
    for words in ("From the river to Long Joy Road", "Lead Wang", "Grid manager", "Textile City Station", as_of):
        assert words in page.text


def test_nothing_else_of_anyone_is_in_the_bytes(citizen, board):
    people = {duty: OfficerFactory(name=f"Name{duty}") for duty in Duty}
    for number, (duty, officer) in enumerate(people.items()):
        area = board.by_duty[duty].postings.get().area_code
        Officer.objects.filter(pk=officer.pk).update(
            **{field: f"{value}{number}" for field, value in SECRETS.items()}, certificate_valid_to=date(2031, 7, 9)
        )
        last = TODAY + timedelta(days=30) if duty in {"bureau_head", "station_chief", "grid_lead"} else None
        PostingFactory(officer=officer, duty=duty, area_code=area, line="secret-line", team="secret-team", to_day=last)
    subject = SubjectFactory(name="Secret shop", representative="Secret owner", phone="13900139000")
    PremisesFactory(subject=subject, address="Secret road 1")

    text = (
        "".join(
            citizen.get(path).text
            for path in (
                "/public/board/",
                "/public/board/0501/",
                "/public/board/?q=grid",
                "/public/board/?q=纺织城街道",
            )
        )
        + gzip.decompress(citizen.get("/public/board/grids.json?area=05").content).decode()
    )

    named = {str(duty) for duty, officer in people.items() if officer.name in text}
    assert named == {"station_chief", "grid_lead", "manager"}
    for secret in (*SECRETS.values(), "secret", "Secret", "2031", "13900139000", "supervisor", "tel:", "mailto:"):
        assert secret not in text, secret


def test_who_stands_in_today_stands_as_substitute(citizen, board):
    absent = board.lead.postings.get()
    PostingFactory(
        officer=OfficerFactory(name="Deputy Sun"), duty="grid_lead", area_code="050101", from_day=TODAY, to_day=TODAY,
        stands_in_for=absent,
    )  # fmt: skip

    page = citizen.get("/public/board/0501/")

    assert "Deputy Sun</b> (stands in for Lead Wang today)" in page.text
    assert [one.name for one in page.context["station"].grids[0].people] == ["Deputy Sun", "Manager Zhao"]


def test_who_no_longer_holds_a_post_or_an_account_is_not_named(citizen, board):
    board.lead.postings.update(to_day=TODAY - timedelta(days=1))
    Officer.objects.filter(username="manager").update(is_active=False, closed_on=date(2025, 12, 31))

    page = citizen.get("/public/board/0501/")

    assert page.context["station"].grids[0].people == []
    assert "the station answers" in page.text


def test_somebody_without_a_name_is_not_called_by_the_account(citizen, board):
    Officer.objects.filter(username="neighbour").update(name="")

    assert "neighbour" not in citizen.get("/public/board/0501/").text


def test_only_grids_in_force_are_published(citizen, board):
    Grid.objects.filter(code="050102").update(state="proposed")
    Grid.objects.filter(code="050201").update(state="retired")

    assert [one.code for one in citizen.get("/public/board/0501/").context["station"].grids] == ["050101"]
    lines = citizen.get("/public/board/").context["stations"]
    assert [(line.code, line.grids, line.premises) for line in lines] == [("0501", 1, 2), ("0601", 1, 0)]
    assert [one.code for one in citizen.get("/public/board/?q=grid").context["found"]] == ["050101", "060101"]


@pytest.mark.parametrize(
    "text",
    [
        "向阳坊", "纺织城街道", "纺织城 向阳", "Long Joy", "east", "Textile", "east 向阳坊", "Textile 纺织城 river",
        "纺织城街道向阳坊社区12号", "向阳坊社区居民委员会",
    ],
)  # fmt: skip
def test_a_citizen_finds_the_grid_by_the_name_of_a_place(citizen, board, text):
    page = citizen.get("/public/board/", {"q": text})

    assert "050101" in [one.code for one in page.context["found"]]
    assert "/public/board/0501/#g050101" in page.text


@pytest.mark.parametrize("text", ["east 灞桥", "向阳坊 河", "社区居委会12号", "阳坊社"])
def test_a_word_that_stands_nowhere_in_a_grid_finds_none(citizen, board, text):
    LocalityFactory(
        code="610111001002", name="社区", kind="community", street=Locality.objects.get(kind="street"),
        area_code="050101", grid=board.grid,
    )  # fmt: skip
    found = [one.code for one in citizen.get("/public/board/", {"q": text}).context["found"]]

    assert found == (["050101"] if text in "向阳坊社区居委会" else [])


@pytest.mark.parametrize(
    ("text", "codes"),
    [("050101", ["050101"]), ("０５０１０１", ["050101"]), ("0501", ["050101", "050102"])],
)
def test_a_grid_is_found_by_its_code(citizen, board, text, codes):
    assert [one.code for one in citizen.get("/public/board/", {"q": text}).context["found"]] == codes


def test_premises_in_no_grid_are_told_beside_the_sum(citizen, board):
    PremisesFactory(area_code="0501")

    assert "(1 of them in no grid yet)" in citizen.get("/public/board/0501/").text


@pytest.mark.parametrize(("text", "words"), [("nowhere", "No grid has such a place"), ("x", "at least two characters")])
def test_what_is_not_found_or_too_short_is_answered_with_a_sentence(citizen, board, text, words):
    page = citizen.get("/public/board/", {"q": text})

    assert not page.context["found"]
    assert words in page.text


def test_a_word_that_is_everywhere_finds_the_first(citizen, board, monkeypatch):
    monkeypatch.setattr("assessment.board.MOST_FOUND", 1)
    monkeypatch.setattr("assessment.board_views.MOST_FOUND", 1)

    page = citizen.get("/public/board/?q=grid")

    assert [one.code for one in page.context["found"]] == ["050101"]
    assert "Type more of the name" in page.text


@pytest.mark.parametrize(
    "path", ["/public/board/9999/", "/public/board/05/", "/public/board/050101/", "/public/board/x/"]
)
def test_what_is_no_station_is_not_found(citizen, district, path):
    assert citizen.get(path).status_code == 404


def test_a_station_without_a_grid_says_so(citizen, district):
    StationFactory(code="0509")

    assert "no grid in force yet" in citizen.get("/public/board/0509/").text


@pytest.mark.parametrize(
    "path", ["/public/board/", "/public/board/0501/", "/public/board/?q=Grid", "/public/board/grids.json?area=05"]
)
def test_it_takes_as_many_queries_for_many_grids_and_next_to_none_again(citizen, board, count_queries, path):
    def fill(numbers):
        for number in numbers:
            PremisesFactory(area_code=f"0501{number:02}")
            PostingFactory(area_code=f"0501{number:02}", duty="manager")
        Grid.objects.filter(boundary=None).update(
            boundary={"type": "Polygon", "coordinates": list(box(0, 0, 1, 1).exterior.coords)}
        )
        cache.clear()

    fill(range(10, 13))
    few = count_queries(citizen, path)
    fill(range(13, 40))

    assert count_queries(citizen, path) == few <= 10
    assert count_queries(citizen, path) <= (0 if "q=" not in path and "json" not in path else few)


def test_no_session_is_made_and_nothing_is_kept_of_the_reader(citizen, board):
    answers = [citizen.get(path) for path in ("/public/board/", "/public/board/0501/", "/public/board/?q=east")]

    assert all("sessionid" not in answer.cookies for answer in answers)


class TestShapes:
    """The grids as every map of the site gets them."""

    def test_a_map_gets_the_grids_once_and_then_the_word_that_nothing_changed(self, citizen, board):
        first = citizen.get("/public/board/grids.json?area=0501")
        again = citizen.get("/public/board/grids.json?area=0501", headers={"If-None-Match": first["ETag"]})

        names = [one["properties"]["code"] for one in json.loads(gzip.decompress(first.content))["features"]]
        assert names == ["050101", "050102"]
        assert (first["Content-Encoding"], first["Cache-Control"]) == ("gzip", "public, no-cache")
        assert (again.status_code, again.content) == (304, b"")

    def test_a_change_of_the_drawing_is_seen(self, citizen, board):
        first = citizen.get("/public/board/grids.json?area=0501")
        Grid.objects.filter(code="050102").update(state="retired")
        cache.clear()

        again = citizen.get("/public/board/grids.json?area=0501", headers={"If-None-Match": first["ETag"]})

        assert again.status_code == 200

    @pytest.mark.parametrize("query", ["", "?area=", "?area=x", "?area=050", "?area=050101", "?area=٠٥"])
    def test_without_an_area_there_is_a_sentence(self, citizen, district, query):
        reply = citizen.get(f"/public/board/grids.json{query}")

        assert (reply.status_code, reply.json()["errors"][0]["field"]) == (400, "area")
