"""The ledgers as spreadsheets, at once or by a job, and all four on one page."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from grids.models import GridPeriod
from gridsup.books import Ask
from gridsup.errors import BadInput, NotAllowed
from gridsup.jobs import claim, run
from gridsup.models import Job
from subjects.books import BOOKS
from subjects.books.rollup import rolled_up
from subjects.exporting import DAYS_KEPT, request_export
from subjects.models import LedgerExport
from tests.factories import GridFactory, OfficerFactory, PostingFactory, PremisesFactory, SubjectFactory, noon
from tests.subjects import story

pytestmark = pytest.mark.usefixtures("english")
NOW = noon(date(2026, 3, 2))
SHEETS = ["Grid codes", "Grid areas", "Supervised subjects", "Grid people"]


@pytest.fixture
def told(db):
    for code in ("050101", "050102", "050201"):
        GridFactory(code=code)
    return story.tell()


@pytest.fixture
def as_chief(client, district):
    client.cookies["django_language"] = "en"
    client.force_login(district.chief)
    return client


def sheets(reply):
    book = load_workbook(BytesIO(b"".join(reply.streaming_content)))
    return {page.title: [[cell.value for cell in row] for row in page.iter_rows()] for page in book}


def export(area="0501", day=date(2025, 9, 1), by=None, now=NOW):
    asked = request_export(area=area, day=day, by=by, now=now)
    run(claim(asked.job_id, now=now), clock=lambda: now)
    asked.refresh_from_db()
    return asked


def test_one_book_is_a_sheet_with_title_note_headings_and_rows(as_chief, told):
    reply = as_chief.get("/ledgers/subjects/xlsx/?area=0501&on=2025-09-01")
    rows = sheets(reply)["Supervised subjects"]

    assert rows[0][0] == "Supervised subjects, 0501 Station 0501, as it stood on 2025-09-01"
    assert rows[2] == [str(column.label) for column in BOOKS["subjects"].columns]
    assert [row[2] for row in rows[3:]] == ["红印社", "新名副食店", "远来商店", "张记面馆"]
    assert rows[3][-1].date() == date(2025, 6, 1)


def test_all_four_come_as_one_workbook_that_says_what_is_as_written_today(as_chief, told):
    found = sheets(as_chief.get("/ledgers/all/xlsx/?area=0501&on=2025-09-01"))

    assert list(found) == SHEETS
    assert found["Grid people"][1][0].startswith("As written today, since no history is kept of it: Phone")


def test_a_long_extent_is_shown_whole_in_a_high_row(as_chief, told):
    GridPeriod.objects.filter(grid="050101").update(extent="东至纺织城正街，" * 20)

    book = load_workbook(BytesIO(b"".join(as_chief.get("/ledgers/areas/xlsx/").streaming_content)))

    # 160 letters of two columns each, 46 columns on a line: seven lines of 16 points, as Excel rounds them
    assert [book.active.row_dimensions[row].height for row in (4, 5)] == [111.75, None]


def test_a_name_that_looks_like_a_formula_stays_text(as_chief):
    premises = PremisesFactory(subject=SubjectFactory(name="=1+1"), address="@SUM(A1)")
    premises.placements.create(area_code="050101", from_day=date(2026, 1, 1))

    row = sheets(as_chief.get("/ledgers/subjects/xlsx/"))["Supervised subjects"][3]

    assert (row[2], row[5]) == ("=1+1", "@SUM(A1)")


def test_a_chief_exports_the_own_station_alone(as_chief, told):
    assert len(sheets(as_chief.get("/ledgers/subjects/xlsx/?area=0501&on=2025-06-01"))["Supervised subjects"]) == 6
    assert len(sheets(as_chief.get("/ledgers/subjects/xlsx/?area=05&on=2025-06-01"))["Supervised subjects"]) == 6


def test_too_many_rows_to_wait_for_are_asked_for_as_a_file(as_chief, told, monkeypatch):
    monkeypatch.setattr("subjects.exporting.MOST_AT_ONCE", 2)

    page = as_chief.get("/ledgers/subjects/xlsx/?area=0501&on=2025-09-01", follow=True)

    assert page.redirect_chain[0][0] == "/ledgers/files/?area=0501&on=2025-09-01"
    assert "written in the background" in page.text
    body = {"area": "0501", "on": "2025-09-01"}
    assert "The file is being written" in as_chief.post("/ledgers/files/", body, follow=True).text
    assert Job.objects.get(name="export_ledger").period == "2025-09-01"
    Job.objects.update(state="done", finished_at=NOW)
    assert "The file is being written" not in as_chief.get("/ledgers/files/").text


@pytest.mark.parametrize("name", ["subjects", "all"])
@pytest.mark.parametrize(
    ("asked", "sentence"),
    [("on=2026-02-30", "There is no day 2026-02-30."), ("on=2999-01-01", "not known"), ("area=x", "4 or 6 digits")],
)
def test_of_a_day_or_area_that_makes_no_sense_there_is_no_file(as_chief, told, name, asked, sentence):
    reply = as_chief.get(f"/ledgers/{name}/xlsx/?{asked}", follow=True)

    assert asked in reply.redirect_chain[0][0]
    assert sentence in reply.text


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"area": "0502", "on": "2025-09-01"}, "do not permit"),
        ({"area": "0501", "on": "2999-01-01"}, "not known: choose today"),
        ({"area": "x", "on": "2025-09-01"}, "2, 4 or 6 digits"),
        ({"area": "050177", "on": "2025-09-01"}, "There is no area 050177"),
    ],
)
def test_what_cannot_be_written_gets_a_sentence(as_chief, body, sentence):
    assert sentence in as_chief.post("/ledgers/files/", body, follow=True).text
    assert not LedgerExport.objects.exists()


class TestJob:
    def test_it_writes_what_the_pages_show(self, district, told, client):
        asked = export(by=district.chief)
        client.force_login(district.chief)

        found = sheets(client.get(f"/ledgers/files/{asked.pk}/"))

        assert (asked.built_at, asked.job.state) == (NOW, "done")
        ask = Ask(("0501",), date(2025, 9, 1))
        assert [len(rows) - 3 for rows in found.values()] == [book.count(ask) for book in BOOKS.values()]
        assert asked.rows == sum(book.count(ask) for book in BOOKS.values())

    def test_asked_for_twice_it_is_written_once(self, district, told):
        first = request_export(area="0501", day=date(2025, 9, 1), by=district.chief, now=NOW)

        assert request_export(area="0501", day=date(2025, 9, 1), by=district.chief, now=NOW) == first
        assert Job.objects.filter(name="export_ledger").count() == 1

    def test_killed_while_writing_it_ends_the_same(self, district, told, monkeypatch, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path
        asked = request_export(area="0501", day=date(2025, 9, 1), by=district.chief, now=NOW)

        def dies(job):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("subjects.exporting.keep_hold", dies)
            with pytest.raises(KeyboardInterrupt):
                run(claim(asked.job_id, now=NOW), clock=lambda: NOW)
        run(claim(asked.job_id, now=NOW), clock=lambda: NOW)

        asked.refresh_from_db()
        assert [path.name for path in (tmp_path / "ledgers").iterdir()] == [asked.file.name.removeprefix("ledgers/")]

    def test_after_a_week_a_file_goes(self, district, told):
        old = export(by=district.chief)
        path = old.file.path
        later = NOW + timedelta(days=DAYS_KEPT, hours=1)

        fresh = export(by=district.chief, now=later)

        assert list(LedgerExport.objects.all()) == [fresh]
        with pytest.raises(FileNotFoundError):
            open(path, "rb").close()

    def test_others_are_refused(self, district, told):
        for officer, area in ((district.lead, "050101"), (district.chief, "0502"), (district.chief, "05")):
            with pytest.raises(NotAllowed):
                request_export(area=area, day=date(2025, 9, 1), by=officer, now=NOW)
        with pytest.raises(BadInput):
            request_export(area="0501", day=date(2026, 3, 3), by=district.chief, now=NOW)

    def test_a_file_is_for_who_exports_its_area(self, district, told, client):
        asked = export(by=district.chief)
        client.force_login(district.far_chief)
        assert client.get(f"/ledgers/files/{asked.pk}/").status_code == 404

        client.force_login(district.chief)
        asked.file.storage.delete(asked.file.name)
        assert client.get(f"/ledgers/files/{asked.pk}/").status_code == 409
        assert client.get("/ledgers/files/").status_code == 200
        assert client.get("/ledgers/files/", headers={"HX-Request": "true"}).status_code == 200


class TestOnePage:
    def test_a_grid_shows_its_four_ledgers_whole(self, as_chief, told):
        page = as_chief.get("/ledgers/?area=050101&on=2025-09-01").context

        assert [(str(part["book"].label), part["count"]) for part in page["parts"]] == [
            ("Grid codes", 1), ("Grid areas", 1), ("Supervised subjects", 2), ("Grid people", 4),
        ]  # fmt: skip

    def test_a_station_shows_its_grids_and_their_sum(self, told):
        story.draw()
        PostingFactory(officer=OfficerFactory(), area_code="050102", from_day=date(2025, 1, 1))

        rows, total = rolled_up("0501", date(2025, 9, 1))

        assert [(row.code, row.grids, row.undrawn, row.km2, row.people, row.premises) for row in rows] == [
            ("0501", 0, 0, 0, 0, 1), ("050101", 1, 1, 0, 0, 2), ("050102", 1, 0, Decimal("1.02"), 1, 1),
            ("050103", 1, 0, Decimal("1.02"), 0, 0),
        ]  # fmt: skip
        assert (total.grids, total.km2, total.people, total.premises) == (3, Decimal("2.04"), 1, 4)

    def test_a_bureau_shows_its_stations(self, told):
        rows, total = rolled_up("05", date(2025, 6, 1))

        assert [(row.code, row.premises) for row in rows] == [("0501", 3), ("0502", 1)]
        assert total.premises == 4

    def test_of_a_wider_area_the_own_part_is_shown(self, as_chief, told):
        page = as_chief.get("/ledgers/?area=05&on=2025-06-01")

        assert page.context["area"] == "0501"
        assert "wider than yours" in page.text

    @pytest.mark.parametrize("area", ["05", "0501", "050101"])
    def test_it_needs_as_many_queries_for_thirty_rows_as_for_three(self, client, district, count_queries, area):
        def grow(number):
            for premises in PremisesFactory.create_batch(number):
                premises.placements.create(area_code="050101", from_day=date(2026, 1, 1))
            PostingFactory.create_batch(number, duty="manager", officer=OfficerFactory())

        client.force_login(district.district_office)
        grow(3)
        few = count_queries(client, f"/ledgers/?area={area}")
        grow(27)

        assert count_queries(client, f"/ledgers/?area={area}") == few


def test_links_on_the_pages_carry_area_and_day(as_chief, told):
    text = as_chief.get("/ledgers/subjects/?area=0501&on=2025-09-01").text

    assert "/ledgers/subjects/xlsx/?area=0501&amp;on=2025-09-01" in text
    assert "/ledgers/people/?area=0501&amp;on=2025-09-01" in text
    assert timezone.localdate().isoformat() in text
