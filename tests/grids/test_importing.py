import csv
import json
from datetime import date, datetime, timedelta
from functools import partial
from io import StringIO

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import timezone

from grids.importing import run
from grids.importing.columns import COLUMNS
from grids.importing.keeping import KEPT, find, folder, keep
from grids.models import Grid, Officer, Posting
from gridsup.errors import BadInput, NotAllowed, Overtaken
from gridsup.foreground import held
from gridsup.images import LARGEST
from gridsup.models import Job
from tests.factories import PostingFactory
from tests.style.routes import client_of
from tests.together import at_once

NOON = datetime(2026, 11, 22, 12, tzinfo=timezone.get_default_timezone())
DAY = date(2026, 11, 22)


def person(number=1, **facts):
    return {
        "name": f"管理员 {number}",
        "username": f"new{number}",
        "phone": f"1380000{number:04}",
        "certificate_no": f"N-{number}",
        "certificate_valid_to": "2029-01-31",
        "duty": "管理员",
        "area_code": "050102",
        "team": "二组",
        "from_day": "2026-11-01",
        **facts,
    }


def as_csv(path, rows, titles=COLUMNS):
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file)
        lines.writerow([titles[key] for key in COLUMNS])
        lines.writerows([[row.get(key, "") for key in COLUMNS] for row in rows])
    return path


@pytest.fixture
def take(district, tmp_path):
    """A function that imports rows as the grid office of 05."""

    def take(rows, **options):
        path = as_csv(tmp_path / "people.csv", rows)
        given = {"bureau": district.bureau, "on": DAY, "now": NOON, "by": district.district_office}
        return run(path=path, **given | options)

    return take


def told(outcome):
    return [(fault.row, fault.column) for fault in outcome.faults]


def test_a_person_comes_in_with_certificate_and_post_and_cannot_log_in_yet(take, district):
    outcome = take([person()])

    officer = Officer.objects.get(username="new1")
    assert outcome.counts() == {"read": 1, "made": 1, "changed": 0, "unchanged": 0, "refused": 0, "posted": 1}
    assert (officer.name, officer.bureau_id, officer.certificate_valid_to) == ("管理员 1", "05", date(2029, 1, 31))
    post = officer.postings.get()
    assert (post.duty, post.area_code, post.from_day, post.team) == ("manager", "050102", date(2026, 11, 1), "二组")
    assert not officer.has_usable_password()
    assert officer in Officer.objects.all().never_invited()


def test_the_same_file_again_changes_nothing_also_on_another_day(take):
    rows = [person(1), person(2, from_day=""), person(3, duty="", area_code="")]
    take(rows)

    again = take(rows, on=date(2026, 12, 1))

    assert (again.unchanged, again.refused) == (3, 0)
    assert Posting.objects.filter(officer__username__startswith="new").count() == 2


def test_english_titles_serve_as_well(take, district, tmp_path):
    path = as_csv(tmp_path / "people.csv", [person(duty="Grid manager")], {key: key for key in COLUMNS})

    assert run(path=path, bureau=district.bureau, on=DAY, now=NOON).made == 1


def test_a_dry_run_says_the_same_and_writes_nothing(take):
    rows = [person(1), person(2, area_code="050199")]

    counts = take(rows, dry_run=True).counts()

    assert not Officer.objects.filter(username__startswith="new").exists()
    assert take(rows).counts() == counts


def test_somebody_with_two_posts_has_a_row_for_each(take):
    outcome = take([person(), person(duty="informant", area_code="050101")])

    assert (outcome.made, outcome.changed, outcome.posted) == (1, 1, 2)
    assert Officer.objects.get(username="new1").postings.count() == 2


@pytest.mark.parametrize(
    ("facts", "column"),
    [
        ({"name": ""}, "name"),
        ({"username": ""}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": "LEAD"}, "name"),  # the account of the lead, who is called otherwise
        ({"username": "outsider"}, "username"),  # of another bureau
        ({"certificate_valid_to": ""}, "certificate_valid_to"),
        ({"certificate_no": ""}, "certificate_no"),
        ({"certificate_valid_to": "soon"}, "certificate_valid_to"),
        ({"certificate_no": "M-1"}, "certificate_no"),  # the manager's
        ({"certificate_from": "2029-02-01"}, "certificate_valid_to"),
        ({"certificate_no": "", "certificate_valid_to": "", "certificate_from": "2026-01-01"}, "certificate_from"),
        ({"duty": "国王"}, "duty"),
        ({"duty": ""}, "duty"),
        ({"area_code": ""}, "area_code"),
        ({"area_code": "0501"}, "area_code"),
        ({"area_code": "050199"}, "area_code"),
        ({"area_code": "060101"}, "area_code"),
        ({"duty": "网格长", "area_code": "050101"}, "from_day"),  # has a head
        ({"duty": "系统管理员", "area_code": "05"}, "duty"),  # is not named by who runs the business
        ({"phone": "=1+1"}, "phone"),
        ({"phone": "#N/A"}, "phone"),
        ({"phone": "1" * 31}, "phone"),
    ],
)
def test_a_bad_row_comes_back_and_the_good_one_stays(take, facts, column):
    outcome = take([person(1, **facts), person(2)])

    assert told(outcome) == [(2, column)]
    assert (outcome.made, outcome.refused) == (1, 1)
    assert not Officer.objects.filter(username="new1").exists()


def test_a_retired_grid_takes_nobody(take):
    Grid.objects.filter(code="050102").update(state=Grid.State.RETIRED)

    assert told(take([person()])) == [(2, "area_code")]


def test_two_heads_in_one_file_are_one_too_many(take):
    Posting.objects.filter(area_code="050102").delete()

    outcome = take([person(number, duty="grid_lead") for number in (1, 2)])

    assert (outcome.made, told(outcome)) == (1, [(3, "from_day")])


@pytest.mark.parametrize(
    ("second", "column"),
    [
        (person(1), "username"),
        (person(1, phone="13900000000"), "phone"),
        (person(1, username="NEW1", name="x"), "name"),
    ],
)
def test_a_user_name_twice_in_a_file_is_said(take, second, column):
    outcome = take([person(1), second])

    assert told(outcome) == [(3, column)]
    assert "2" in outcome.faults[0].reason


def test_a_longer_certificate_renews_and_a_shorter_one_is_refused(take):
    take([person()])

    assert take([person(certificate_valid_to="2031-01-31", certificate_no="S-9")]).changed == 1
    assert told(take([person(certificate_valid_to="2028-01-31")])) == [(2, "certificate_valid_to")]
    assert Officer.objects.get(username="new1").certificates.count() == 2


def test_a_chief_imports_into_the_own_station_alone(take, district):
    outcome = take([person(1), person(2, area_code="050201")], by=district.chief)

    assert (outcome.made, told(outcome)) == (1, [(3, "area_code")])
    for stranger in (district.lead, district.outsider, district.by_duty["system_admin"]):
        with pytest.raises(NotAllowed):
            take([person()], by=stranger)


def test_whose_a_user_name_is_is_said_to_who_may_see_the_person_alone(take, district, english):
    for by, said in ((district.chief, "is in use elsewhere"), (district.district_office, "belongs to farchief")):
        assert said in take([person(username="FarChief")], by=by).faults[0].reason


def test_a_formula_in_a_workbook_is_refused_at_its_cell(district, tmp_path):
    path = tmp_path / "people.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["姓名", "用户名", "手机"])
        sheet.write_row(1, 0, ["管理员", "new1"])
        sheet.write_formula(1, 2, "=1+1", None, "2")

    assert told(run(path=path, bureau=district.bureau, on=DAY, now=NOON)) == [(2, "phone")]


def test_a_file_without_user_names_is_refused_as_a_whole(district, tmp_path, english):
    path = tmp_path / "people.csv"
    path.write_text("姓名,手机\n管理员,1380000\n", encoding="utf-8")

    with pytest.raises(BadInput, match="用户名"):
        run(path=path, bureau=district.bureau, on=DAY, now=NOON)


def test_more_rows_than_a_bureau_has_people_are_refused(take, monkeypatch):
    monkeypatch.setattr("grids.importing.running.MOST_PEOPLE", 2)

    monkeypatch.setattr("grids.importing.running.add_officer", None)  # is not come to
    with pytest.raises(BadInput):
        take([person(number) for number in range(3)])
    assert not Officer.objects.filter(username__startswith="new").exists()


def test_an_unknown_duty_is_answered_with_the_words_of_one_language(take):
    (fault,) = take([person(duty="国王")]).faults

    assert "站长" not in fault.reason
    assert "所长" in fault.reason
    assert "Station" not in fault.reason
    assert "STATION" not in fault.reason


def test_an_area_in_full_width_digits_is_the_area(take):
    take([person(1, area_code="０５０１０２")])

    assert Posting.objects.get(officer__name=person(1)["name"]).area_code == "050102"


def test_a_chief_is_told_that_an_area_is_not_there_or_is_not_theirs(take, district):
    rows = [person(1, area_code="059999"), person(2, area_code="050201")]

    faults = take(rows, by=district.chief).faults

    assert [fault.column for fault in faults] == ["area_code", "area_code"]
    assert "059999" in faults[0].reason


def test_a_certificate_that_is_over_or_has_no_first_day_is_remarked(take):
    today = {"from_day": DAY.isoformat()}
    rows = [
        person(1, certificate_valid_to="2026-11-21", **today),
        person(2, certificate_from="2024-02-01", **today),
    ]
    over, whole = take(rows).lines

    assert len(over.remarks) == 2
    assert whole.remarks == ()
    assert not Officer.objects.get(username="new2").certified_on(date(2024, 1, 31))


def test_a_new_post_that_begins_in_the_past_is_remarked(take, english):
    past = [person(1, from_day="2024-01-01", certificate_from="2024-01-01")]
    (first,), (again,) = take(past).lines, take(past).lines

    assert [words for words in first.remarks if "begins in the past" in words]
    assert again.remarks == ()


def test_the_command_prints_counts_and_writes_the_refused_rows_that_can_be_mended(district, tmp_path, capsys):
    path = as_csv(tmp_path / "people.csv", [person(1), person(2, area_code="050199")])
    rejects = tmp_path / "rejects.csv"

    call_command("import_officers", str(path), "--bureau", "05", "--rejects", str(rejects), "--today", "2026-11-22")

    assert json.loads(capsys.readouterr().out.splitlines()[-1])["refused"] == 1
    rows = list(csv.reader(StringIO(rejects.read_text(encoding="utf-8-sig"))))
    assert (rows[1][0], rows[1][4]) == ("3", "new2")
    mended = tmp_path / "mended.csv"
    mended.write_text(rejects.read_text(encoding="utf-8-sig").replace("050199", "050101"), encoding="utf-8")
    assert run(path=mended, bureau=district.bureau, on=DAY, now=NOON).made == 1
    with pytest.raises(CommandError):
        call_command("import_officers", str(path), "--bureau", "99")


# the pages


@pytest.fixture
def as_office(client, district, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    client.cookies["django_language"] = "en"
    client.force_login(district.district_office)
    return client


def sent(client, district, content, name="people.csv"):
    body = {"bureau": district.bureau.pk, "file": SimpleUploadedFile(name, content)}
    return client.post("/people/import/", body)


def test_a_file_is_shown_before_it_is_imported_and_its_refused_rows_come_back(as_office, district, tmp_path):
    content = as_csv(tmp_path / "people.csv", [person(1), person(2, area_code="050199")]).read_bytes()

    address = sent(as_office, district, content)["Location"]
    shown = as_office.get(address)
    assert (shown.context["outcome"].made, Officer.objects.filter(username="new1").exists()) == (1, False)
    as_office.post(address)

    assert Officer.objects.filter(username="new1").exists()
    assert "new2" in as_office.get(f"{address}rejects/").content.decode("utf-8-sig")


def test_a_file_that_is_confirmed_twice_shows_what_was_done_the_first_time(as_office, district, tmp_path):
    content = as_csv(tmp_path / "people.csv", [person(1), person(2, area_code="050199")]).read_bytes()
    address = sent(as_office, district, content)["Location"]

    first, again = as_office.post(address, follow=True), as_office.post(address, follow=True)

    assert first.redirect_chain == again.redirect_chain == [(address, 302)]
    assert "Imported: 1 new accounts, 1 new posts, 1 rows refused." in first.text
    assert "was entered already" not in first.text
    assert "This file was entered already, on 20" in again.text
    for page in (first, again, as_office.get(address)):
        assert page.context["outcome"].counts() == first.context["outcome"].counts()
        assert (page.context["outcome"].made, page.context["outcome"].unchanged) == (1, 0)
        assert page.context["outcome"].lines[0].person.from_day == date(2026, 11, 1)
        assert "Import now" not in page.text
    assert Job.objects.filter(name="import_officers").count() == 1


@pytest.mark.slow
@pytest.mark.usefixtures("two_connections")
def test_of_two_clicks_at_once_none_is_told_that_nothing_was_new(district, tmp_path):
    path = as_csv(tmp_path / "people.csv", [person(number) for number in range(1, 20)])
    given = {"path": path, "bureau": district.bureau, "on": DAY, "record": tmp_path / "done.json"}
    clicks = [partial(run, **given, now=NOON + timedelta(seconds=second)) for second in (0, 1)]

    told = [one for one in at_once(*clicks) if not isinstance(one, Overtaken)]

    assert {(one.made, one.unchanged) for one in told} == {(19, 0)}
    assert len({one.at for one in told}) == 1
    assert run(**given, now=NOON + timedelta(hours=1)).at == told[0].at


def test_while_another_import_runs_a_file_is_neither_shown_nor_entered(as_office, district, tmp_path):
    content = as_csv(tmp_path / "people.csv", [person(1)]).read_bytes()
    address = sent(as_office, district, content)["Location"]

    with held(name="import_officers", area_code="05") as lock:
        pages = as_office.get(address), as_office.post(address)
        lock.finish({})

    for page in pages:
        assert page.status_code == 409
        assert "is running since" in page.text
    assert not Officer.objects.filter(username="new1").exists()
    assert as_office.get(address).context["outcome"].made == 1


def test_the_only_bureau_is_chosen_and_of_several_none_is(as_office, district):
    page = as_office.get("/people/import/").text
    assert '<option value="">' not in page
    assert f'<option value="{district.bureau.pk}" selected>' in page

    PostingFactory(officer=district.district_office, duty="grid_office", area_code="06")

    assert '<option value="" selected>' in as_office.get("/people/import/").text


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7", b"PK\x03\x04 nothing", b"x" * (LARGEST + 1), b"name,username\n", b"\x00\x01\x02\x03" * 50]
)
def test_a_file_that_cannot_be_used_gets_a_sentence_at_its_field(as_office, district, content):
    page = sent(as_office, district, content)

    assert page.status_code == 200
    assert page.context["form"].errors["file"]


def test_a_file_is_kept_for_who_handed_it_in_and_for_a_day(as_office, district, settings):
    upload = SimpleUploadedFile("../../people.csv", b"name,username\nx,y\n")
    kept = keep(upload=upload, bureau="05", by=district.district_office, now=NOON)

    assert kept.name == "people.csv"
    assert find(key=kept.key, by=district.district_office, now=NOON)
    assert not find(key=kept.key, by=district.chief, now=NOON)
    assert not find(key="../" + kept.key, by=district.district_office, now=NOON)
    assert not find(key=kept.key, by=district.district_office, now=NOON + KEPT + timedelta(seconds=1))
    keep(upload=upload, bureau="05", by=district.district_office, now=NOON + timedelta(days=2))
    assert len(list(folder().iterdir())) == 1


def test_a_file_of_somebody_else_is_asked_for_anew(as_office, district):
    kept = keep(upload=SimpleUploadedFile("a.csv", b"x"), bureau="05", by=district.chief, now=timezone.now())

    assert as_office.get(f"/people/import/{kept.key}/")["Location"] == "/people/import/"
    assert client_of(district.lead).get("/people/import/").status_code == 403
