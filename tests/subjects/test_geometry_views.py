import re
from html import unescape

import pytest
from django.utils import timezone

from grids.geometry import reason_words
from gridsup.models import Job
from subjects.actions import load_preset
from subjects.geometry.actions import keep, look
from subjects.geometry.decisions import waiting
from subjects.geometry.wording import percent, square
from subjects.models import Coverage, Premises
from tests.drawing import box, degrees, draw, draw_whole
from tests.factories import TODAY, CoverageFactory, FaultFactory, PremisesFactory, noon

LINK = re.compile(r'<a class="btn btn-outline-primary" href="([^"]*/ledger/[^"]+)"')


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to(noon(TODAY), tick=False)


@pytest.fixture
def as_office(client, district):
    client.cookies["django_language"] = "en"
    client.force_login(district.district_office)
    return client


def checked():
    """Looks at bureau 05 and keeps what is wrong."""
    keep(seen=look("05"), on=TODAY, now=noon(TODAY))


@pytest.fixture
def faulty(district):
    """An overlap, a hole, a grid that is not drawn, and premises of every kind of fault."""
    draw_whole()
    draw(g050101=box(0, 0, 1.5, 1), g050201=None)
    for x, area in ((1.7, "050101"), (1.8, "050101"), (0.5, "050101"), (0.5, "0501")):
        lon, lat = degrees(x, 0.5)
        PremisesFactory(area_code=area, lon=lon, lat=lat)
    PremisesFactory(area_code="050102")
    PremisesFactory(area_code="0501")
    PremisesFactory(area_code="0501", status="closed")
    checked()
    return district


def test_the_page_says_how_much_is_covered_and_names_every_fault(as_office, faulty):
    page = as_office.get("/areas/health/")

    counts = {kind: number for kind, _short, number, _amount in page.context["whole"].cells}
    assert counts == {
        "gap": 1, "overlap": 1, "outside_bureau": 0, "outside_station": 0, "invalid": 0, "undrawn": 1, "astray": 1,
        "unplaced": 1, "pointless": 2,
    }  # fmt: skip
    assert page.context["whole"].percent == "66.66 %"
    kinds = [row.fault.kind for row in page.context["rows"]]
    assert kinds == ["gap", "overlap", "undrawn", "astray", "unplaced", "pointless", "pointless"]
    assert "1.02 km²" in page.text
    assert "since 2026-11-22" in page.text


def test_each_number_of_premises_opens_as_many_rows_of_the_ledger(as_office, faulty):
    load_preset(bureau="05", name="FR", on=TODAY, now=timezone.now())
    page = as_office.get("/areas/health/")
    amounts = [row.fault.count for row in page.context["rows"] if row.fault.count]
    links = [unescape(found) for found in LINK.findall(page.text)]

    assert len(links) == len(amounts) == 4
    for href, number in zip(links, amounts, strict=True):
        assert as_office.get(href).context["page"].paginator.count == number, href


def test_every_way_to_mend_opens_for_who_mends(client, faulty):
    load_preset(bureau="05", name="FR", on=TODAY, now=timezone.now())
    client.force_login(faulty.chief)
    page = client.get("/areas/health/")

    links = {row.mend[0] for row in page.context["rows"]}
    assert len(links) == 6
    assert [client.get(href).status_code for href in links] == [200] * 6
    overlap = next(row for row in page.context["rows"] if row.fault.kind == "overlap")
    assert overlap.mend[0] == f"/areas/new/?kind=redraw&grid={overlap.fault.area_code}"


def test_every_count_opens_as_many_faults(as_office, faulty):
    page = as_office.get("/areas/health/")

    for kind, _short, number, _amount in page.context["whole"].cells:
        assert as_office.get(f"/areas/health/?kind={kind}").context["page"].paginator.count == number


def test_the_counts_of_each_station_stand_under_what_they_count(as_office, faulty):
    page = as_office.get("/areas/health/")

    assert f'<th scope="colgroup" colspan="{len(page.context["kinds"])}" class="number">' in page.text


def test_an_overlap_of_two_stations_stands_in_both_lines_and_once_in_the_whole(as_office, district):
    draw_whole()
    draw(g050102=box(1, 0, 2.5, 1))
    checked()

    context = as_office.get("/areas/health/").context

    assert [(line.code, line.counts["overlap"]) for line in context["lines"]] == [("0501", 1), ("0502", 1)]
    assert context["whole"].counts["overlap"] == 1


def test_a_chief_sees_the_own_station_alone(client, faulty):
    client.force_login(faulty.far_chief)

    page = client.get("/areas/health/")

    assert [row.fault.kind for row in page.context["rows"]] == ["undrawn"]
    assert [line.code for line in page.context["lines"]] == ["0502"]
    assert client.get("/areas/health/?area=0501").status_code == 404
    assert client.get("/areas/health/faults.json?area=05").status_code == 404


def test_the_map_has_each_fault_with_a_shape_in_words(as_office, faulty):
    reply = as_office.get("/areas/health/faults.json").json()

    drawn = {one["properties"]["kind"]: one["properties"] for one in reply["features"]}
    assert set(drawn) == {"gap", "overlap", "astray"}
    assert drawn["overlap"]["areas"] == "050101, 050102"
    assert drawn["astray"]["amount"] == "2 premises"
    assert as_office.get("/areas/health/faults.json?kind=gap").json()["features"][0]["properties"]["kind"] == "gap"


def test_a_map_of_too_many_faults_shows_the_largest_and_says_so(as_office, faulty, monkeypatch):
    monkeypatch.setattr("subjects.geometry.views.MOST_DRAWN", 1)

    reply = as_office.get("/areas/health/faults.json").json()

    assert [one["properties"]["kind"] for one in reply["features"]] == ["gap"]
    assert reply["sentence"]


def test_what_is_mended_is_listed_apart(as_office, faulty):
    draw_whole()
    Premises.objects.all().update(status="closed")
    checked()

    assert as_office.get("/areas/health/").context["page"].paginator.count == 0
    page = as_office.get("/areas/health/?mended=on")
    assert page.context["page"].paginator.count == 7
    assert "mended on 2026-11-22" in page.text
    assert "/ledger/?" not in page.text.split('id="faults"')[1].split("</section>")[0]


def test_before_the_first_check_the_page_says_so(as_office, district):
    assert "has not been checked yet" in as_office.get("/areas/health/").text


def test_somebody_who_draws_or_approves_has_it_checked_now(as_office, district):
    assert as_office.post("/areas/health/check/")["Location"] == "/areas/health/"
    as_office.post("/areas/health/check/")

    job = Job.objects.get()
    assert (job.name, job.area_code, job.period, job.by) == ("check_geometry", "05", "2026-11-22", "district")
    assert "Being checked" in as_office.get("/areas/health/").text


def test_somebody_else_does_not(client, district):
    client.force_login(district.lead)

    assert client.post("/areas/health/check/").status_code == 403
    assert "/areas/health/check/" not in client.get("/areas/health/").text


def test_what_is_not_understood_is_answered_with_a_sentence(as_office, faulty):
    page = as_office.get("/areas/health/?kind=nonsense&area=12345")

    assert page.context["page"].paginator.count == 7
    assert len(page.context["question"].sentences) == 2


@pytest.mark.parametrize("path", ["/areas/health/", "/areas/health/?kind=overlap", "/areas/health/faults.json"])
def test_it_takes_as_many_queries_for_many_faults(as_office, count_queries, path):
    def fill(numbers):
        for number in numbers:
            facts = {"other_code": "050201", "geometry": {"type": "Point", "coordinates": [109, 34]}}
            FaultFactory(kind="overlap", area_code=f"0501{number + 3:02}", square_metres=number, **facts)
            CoverageFactory(area_code=f"05{number + 10}")

    fill(range(3))
    few = count_queries(as_office, path)
    fill(range(3, 30))

    assert count_queries(as_office, path) == few


def test_the_last_days_of_an_area_are_shown(as_office, district):
    CoverageFactory(gaps=0)
    CoverageFactory(day="2026-11-20")

    history = as_office.get("/areas/health/?area=05").context["history"]

    assert [(str(day.coverage.day), day.percent) for day in history] == [
        ("2026-11-22", "100 %"),
        ("2026-11-20", "90.00 %"),
    ]


def test_whoever_draws_or_approves_is_told_of_open_faults(faulty):
    counts = [[one.count for one in waiting(officer, TODAY)] for officer in (faulty.district_office, faulty.far_chief)]

    assert counts == [[3], [1]]
    assert waiting(faulty.lead, TODAY) == []


def test_the_admin_lists_the_faults_of_the_own_areas(client, faulty):
    client.force_login(faulty.far_chief)
    address = "/admin/subjects/geometryfault/"

    assert client.get(address).context["cl"].result_count == 1
    assert client.get(f"{address}?mended=yes").context["cl"].result_count == 0
    (fault,) = client.get(f"{address}?mended=no").context["cl"].queryset
    assert client.get(f"{address}{fault.pk}/change/").status_code == 200


class TestWording:
    """Numbers and reasons as people read them."""

    @pytest.mark.parametrize(
        ("metres", "words"), [(12.4, "12 m²"), (99_999, "99,999 m²"), (100_000, "0.10 km²"), (1.5e9, "1,500.00 km²")]
    )
    def test_a_size_is_short(self, english, metres, words):
        assert square(metres) == words

    @pytest.mark.parametrize(("gaps", "words"), [(0, "100 %"), (5, "99.99 %"), (1e8, "0.00 %"), (2e8, "0.00 %")])
    def test_a_share_is_never_rounded_up_to_the_whole(self, gaps, words):
        assert percent(Coverage(ground=1e8, gaps=gaps)) == words

    def test_without_an_outline_there_is_no_share(self):
        assert percent(None) == percent(Coverage(ground=None)) == percent(Coverage(ground=0)) == ""

    def test_a_reason_is_said_in_words_and_an_unknown_one_as_it_is(self, english):
        assert reason_words("Self-intersection") == "The line crosses itself."
        assert reason_words("Something new") == "Something new"
