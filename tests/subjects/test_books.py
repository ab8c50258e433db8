"""The ledgers of last year say what a hand-made history says."""

from datetime import date

import pytest

from grids.models import Bureau, Certificate, OfficerEvent
from gridsup.books import Ask
from subjects.books import BOOKS
from subjects.books.rollup import rolled_up
from tests.factories import GridFactory, OfficerFactory, PostingFactory, PremisesFactory
from tests.subjects import story

pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def told(db):
    for code in ("050101", "050102", "050201"):
        GridFactory(code=code)
    return story.tell()


def read(name, day, columns, codes=("0501",)):
    book = BOOKS[name]
    wanted = [position for position, column in enumerate(book.columns) if column.name in columns]
    ask = Ask(codes, story.day(day))
    lines = [tuple(line.cells[position] for position in wanted) for line in book.walk(ask)]
    assert book.count(ask) == len(lines)
    return lines


def dated(rows):
    return [(*row[:-1], story.day(row[-1])) for row in rows]


@pytest.mark.parametrize("day", story.SUBJECTS)
def test_subjects_stood_where_the_story_says(told, day):
    columns = {"area_code", "name", "address", "trade", "tier", "status", "from_day"}

    assert read("subjects", day, columns) == dated(story.SUBJECTS[day])


@pytest.mark.parametrize("day", story.CODES)
def test_codes_were_in_force_or_retired_as_the_story_says(db, day):
    story.draw()
    Bureau.objects.filter(code="05").update(level_names=["管理片区", "管理单元", "管理网格"])
    said = [(*row[:-2], *(story.day(one) if one else None for one in row[-2:])) for row in story.CODES[day]]

    assert read("codes", day, {"code", "name", "level", "above", "state", "since", "until"}) == said


@pytest.mark.parametrize("day", story.AREAS)
def test_areas_lay_as_the_story_says(db, day):
    story.draw()
    columns = {"code", "name", "extent", "localities", "square_km", "since"}
    measured = [(*row[:4], row[4] and float(row[4]), row[5]) for row in read("areas", day, columns)]

    assert measured == dated(story.AREAS[day])


def test_areas_are_called_as_they_were_on_the_day(told):
    story.draw()

    assert {name for (name,) in read("subjects", "0601", {"area"})} == {"Station 0501", "东网格"}
    assert {name for (name,) in read("subjects", "1010", {"area"})} == {"纺东网格", "西网格"}


@pytest.mark.parametrize("day", story.PEOPLE)
def test_people_held_the_posts_that_the_story_says(told, day):
    story.post()

    assert read("people", day, {"area_code", "duty", "officer", "stands_in_for", "from_day"}) == dated(
        story.PEOPLE[day]
    )


def test_people_are_called_and_certified_as_they_were_on_the_day(db):
    officer = OfficerFactory(name="New name", phone="13800001234")
    PostingFactory(officer=officer, area_code="050101", from_day=story.day("0101"))
    OfficerEvent.objects.create(officer=officer, what="renamed", old="Old name", new="New name", at=story.at("0601"))
    for number, since, until in (("A-1", None, "0430"), ("A-2", "0601", "2030-01-01")):
        first = story.day(since) if since else None
        Certificate.objects.create(officer=officer, number=number, from_day=first, to_day=story.day(until))
    columns = {"officer", "certificate_no", "certificate_valid_to", "phone"}

    def on(day):
        return read("people", day, columns)

    assert on("0430") == [("Old name", "A-1", story.day("0430"), "13800001234")]
    assert on("0531") == [("Old name", "", None, "13800001234")]
    assert on("0601") == [("New name", "A-2", date(2030, 1, 1), "13800001234")]


def test_a_premises_that_moved_away_stands_in_the_former_ledger_of_its_former_area(told):
    assert [name for (name,) in read("subjects", "0601", {"name"}, codes=("050201",))] == ["远来商店"]
    assert read("subjects", "0901", {"name"}, codes=("050201",)) == []


def test_who_left_the_service_is_no_grid_person_from_the_day_after(db):
    officer = OfficerFactory(name="Gone", is_active=False, closed_on=date(2026, 6, 1))
    PostingFactory(officer=officer, duty="manager", area_code="050101", from_day=date(2026, 1, 1))

    for day, listed in (("2026-06-01", [("Gone",)]), ("2026-06-02", [])):
        assert read("people", day, {"officer"}) == listed
        rows, total = rolled_up("0501", story.day(day))
        assert (total.people, len(rows)) == (len(listed), len(listed))


def test_administrators_are_no_grid_people(db):
    PostingFactory(officer=OfficerFactory(name="Chief"), duty="station_chief", area_code="0501")
    PostingFactory(officer=OfficerFactory(name="Auditor"), duty="auditor", area_code="05")

    assert read("people", "2026-01-01", {"officer"}, codes=("05",)) == [("Chief",)]


@pytest.fixture
def as_chief(client, district):
    client.cookies["django_language"] = "en"
    client.force_login(district.chief)
    return client


def names(client, query, name="subjects"):
    page = client.get(f"/ledgers/{name}/?{query}").context
    title = [column.name for column in page["book"].columns].index(page["book"].title)
    return [line.cells[title][1] for line in page["lines"]]


def stand(number, area="050101", since=date(2025, 1, 1)):
    for premises in PremisesFactory.create_batch(number, area_code=area, entered_on=since):
        premises.placements.create(area_code=area, from_day=since)


def test_pages_follow_one_another_forwards_and_back(as_chief, monkeypatch):
    monkeypatch.setattr("subjects.book_views.PAGE_SIZE", 2)
    stand(5)
    seen, query = [], ""
    for _ in range(3):
        page = as_chief.get(f"/ledgers/subjects/?{query}").context["page"]
        seen.append([line.key for line in page.lines])
        query = f"after={page.next}"
    back = as_chief.get(f"/ledgers/subjects/?before={page.previous}").context["page"]

    assert [len(keys) for keys in seen] == [2, 2, 1]
    assert len({key for keys in seen for key in keys}) == 5
    assert page.next == ""
    assert [line.key for line in back.lines] == seen[1]
    first = as_chief.get(f"/ledgers/subjects/?before={back.previous}").context["page"]
    assert [line.key for line in first.lines] == seen[0]
    assert first.previous == ""


@pytest.mark.parametrize("size", [2, 5, 6])
def test_every_page_says_how_many_rows_there_are_in_all(db, size):
    stand(5)
    ask, after, told = Ask(("05",), date(2026, 1, 1)), "", []
    while not told or after:
        page, count = BOOKS["subjects"].page(ask, after=after, size=size)
        told.append(count)
        after = page.next

    assert told == [5] * -(-5 // size)


@pytest.mark.parametrize(
    ("codes", "words", "count"),
    [
        (("05",), "店", 2),
        (("05",), "店 新名", 1),
        (("05",), "没有", 0),
        (("0501",), "店", 1),
        (("050201",), "店", 1),
        (("050101", "0502"), "店", 2),
        (("05", "0601"), "店", 2),
    ],
)
def test_a_search_counts_what_it_lists(told, codes, words, count):
    book, ask = BOOKS["subjects"], Ask(codes, story.day("0601"), words)

    assert book.count(ask) == len(list(book.walk(ask))) == count


@pytest.mark.parametrize("name", BOOKS)
def test_a_book_needs_as_many_queries_for_thirty_rows_as_for_three(as_chief, count_queries, name):
    stand(3)
    few = count_queries(as_chief, f"/ledgers/{name}/?on=2026-06-01")
    stand(27)
    for number in range(27):
        PostingFactory(officer=OfficerFactory(username=f"more{number}"), duty="manager", area_code="050102")

    assert count_queries(as_chief, f"/ledgers/{name}/?on=2026-06-01") == few


def test_a_chief_reads_the_own_station_and_a_lead_the_own_grid(as_chief, district):
    for area in ("050101", "050102", "050201"):
        stand(1, area)

    assert len(names(as_chief, "")) == 2
    as_chief.force_login(district.lead)
    assert len(names(as_chief, "area=05")) == 1


@pytest.mark.parametrize("area", ["0502", "050201", "06", "0599", "050199", "99"])
@pytest.mark.parametrize(
    "address",
    [
        "/ledgers/subjects/", "/ledgers/codes/", "/ledgers/people/xlsx/", "/ledgers/all/xlsx/", "/ledgers/",
        "/ledgers/files/", "/letters/", "/letters/all.zip", "/areas/health/", "/api/v1/ledgers/areas",
    ],
)  # fmt: skip
def test_an_area_of_others_and_one_that_is_not_there_are_not_found(as_chief, told, address, area):
    assert as_chief.get(f"{address}?area={area}").status_code == 404


def test_an_area_of_ones_own_without_the_duty_for_it_is_refused(client, district):
    PostingFactory(officer=district.chief, duty="case_team", area_code="0502")
    client.force_login(district.chief)

    assert client.get("/ledgers/codes/?area=0502").status_code == 200
    assert client.get("/ledgers/codes/xlsx/?area=0502").status_code == 403


def test_only_premises_that_one_may_open_are_links(as_chief, told):
    page = as_chief.get("/ledgers/subjects/?on=2025-06-01&area=0501").context
    assert all(line.url for line in page["lines"])

    told.noodles.placements.filter(to_day=None).update(area_code="050201")
    type(told.noodles).objects.filter(pk=told.noodles.pk).update(area_code="050201", grid="050201")
    page = as_chief.get("/ledgers/subjects/?on=2025-06-01&area=0501").context

    assert [bool(line.url) for line in page["lines"]] == [True, False, True]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("on=2025-01-09&area=0501", "This ledger begins on 2025-01-10"),
        ("on=2999-01-01", "not known: choose today or an earlier day"),
        ("on=2025-02-30", "There is no day 2025-02-30."),
        ("area=abc", "An area code has 2, 4 or 6 digits."),
        ("q=Nowhere", "Nothing in this ledger answers to “Nowhere”"),
    ],
)
def test_what_cannot_be_answered_gets_a_sentence(as_chief, told, query, sentence):
    assert sentence in as_chief.get(f"/ledgers/subjects/?{query}").text


@pytest.mark.parametrize("cursor", ["x", "050101", "050101,x", "050101,9" + "9" * 30, "%00", "a,b,c", "050101,-1", ","])
def test_a_cursor_that_makes_no_sense_gives_a_page(as_chief, cursor):
    stand(1)

    assert as_chief.get(f"/ledgers/subjects/?after={cursor}").status_code == 200
    assert as_chief.get(f"/ledgers/people/?before={cursor}").status_code == 200


def test_the_page_of_a_past_day_says_what_is_as_written_today(as_chief):
    past = as_chief.get("/ledgers/people/?on=2025-06-01").text
    today = as_chief.get("/ledgers/people/").text

    assert "As it stood on 2025-06-01" in past
    assert "as written today" in past
    assert "as written today" not in today


def test_subjects_are_found_by_a_part_of_name_address_or_code(as_chief, told):
    assert names(as_chief, "q=张记&on=2025-06-01") == ["张记面馆"]
    assert names(as_chief, f"q={told.grocer.subject.uscc}&on=2025-03-01") == ["旧名副食店"]


def test_subjects_of_a_past_day_are_found_by_what_they_were_called_then(as_chief, told):
    today = told.grocer.subject.name

    assert names(as_chief, "q=旧名 老街&on=2025-03-01") == ["旧名副食店"]
    assert names(as_chief, f"q={today}&on=2025-03-01") == []
    assert names(as_chief, "q=旧名&on=2025-06-01") == []
    assert names(as_chief, f"q={today}&on=2025-06-01") == [today]
    whole = Ask(("05",), date(2025, 3, 1), "旧名")
    assert BOOKS["subjects"].count(whole) == len(list(BOOKS["subjects"].walk(whole))) == 1


def test_a_book_that_does_not_exist_is_not_found(as_chief):
    assert as_chief.get("/ledgers/nothing/").status_code == 404


def test_todays_subjects_are_the_ledger_with_what_is_due(as_chief):
    tabs = {str(tab.label): tab.url for tab in as_chief.get("/ledgers/people/?area=0501").context["tabs"]}
    past = as_chief.get("/ledgers/people/?on=2025-06-01").context["tabs"]

    assert tabs["Subjects"] == "/ledger/?area=0501"
    assert "/ledgers/subjects/?on=2025-06-01" in [tab.url for tab in past]
