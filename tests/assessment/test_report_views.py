from urllib.parse import quote

import pytest
from django.urls import reverse
from django.utils import timezone

from assessment.models import Report
from grids.models import Station
from gridsup.models import Job
from tests.assessment.reported import built, inside
from tests.factories import ReportFactory

ASKED = {"area": "0501", "period": "2026Q3"}


@pytest.fixture
def now(time_machine, placed):
    from tests.assessment.worked import NOW

    time_machine.move_to(NOW, tick=False)
    return NOW


@pytest.fixture
def as_chief(client, now, district):
    client.force_login(district.chief, backend="grids.backends.DutyBackend")
    return client


def page(client, query=""):
    answer = client.get(f"/reports/{query}")
    assert answer.status_code == 200
    return answer


def test_asking_leads_back_to_the_list_that_shows_how_far_it_is(as_chief):
    answer = as_chief.post("/reports/", ASKED, follow=True)

    assert answer.redirect_chain == [("/reports/", 302)]
    text = answer.content.decode()
    assert "2026" in text
    assert 'hx-trigger="every 2s"' in text
    assert "htmx-2.min.js" in text
    assert Report.objects.get().job.by == "chief"


def test_progress_grows_and_is_refreshed_as_a_fragment(as_chief):
    as_chief.cookies["django_language"] = "en"
    report = ReportFactory(state="running")
    Job.objects.update(steps_done=["a", "b", "c"], steps_total=12)

    text = as_chief.get("/reports/", headers={"HX-Request": "true"}).content.decode()

    assert 'value="25"' in text
    assert "is being built" in text
    assert "<html" not in text
    assert str(report.version) in text


def test_once_nothing_is_under_way_it_is_not_refreshed_any_more(as_chief):
    as_chief.cookies["django_language"] = "en"
    as_chief.post("/reports/", ASKED)
    built("0501")

    text = page(as_chief).content.decode()

    assert "hx-trigger" not in text
    assert "being built" not in text
    assert "htmx-2.min.js" not in text
    assert reverse("report_sheet", args=[Report.objects.get().pk]) in text


def test_a_failed_one_shows_its_sentence_and_can_be_asked_for_again(as_chief):
    ReportFactory(state="failed", error="The disk is full.", period="2026Q3")

    assert "The disk is full." in page(as_chief).content.decode()
    as_chief.post("/reports/", ASKED)

    assert Report.objects.get().job.state == "queued"
    assert "The disk is full." not in page(as_chief).content.decode()


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"period": "2026Q4"}, "period", "is not over"),
        ({"period": "2026-12"}, "period", "is not over"),
        ({"period": "yesterday"}, "period", "is no period"),
        ({"period": "x" * 50}, "period", ""),
        ({"period": "2024Q1"}, "period", "Nothing is on record"),
        ({"period": ""}, "period", ""),
        ({"area": "0502"}, "__all__", "duties"),
        ({"area": "05'--"}, "__all__", "duties"),
        ({"area": "050101"}, "area", "bureau or a station"),
    ],
)
def test_what_cannot_be_made_gets_a_sentence_and_keeps_what_was_chosen(as_chief, change, field, sentence):
    as_chief.cookies["django_language"] = "en"

    answer = as_chief.post("/reports/", ASKED | change)

    form = answer.context["form"]
    assert answer.status_code == 200
    assert sentence in " ".join(form.errors[field])
    assert form["area"].value() == (ASKED | change)["area"]
    assert not Report.objects.exists()


def test_only_periods_that_are_over_are_offered(as_chief):
    form = page(as_chief).context["form"]

    (_quarters, quarters), (_months, months) = form.fields["period"].widget.choices
    assert [value for value, _words in quarters][:2] == ["2026Q3", "2026Q2"]
    assert next(value for value, _words in months) == "2026-09"
    assert (len(quarters), len(months)) == (8, 12)


def test_areas_are_those_in_which_the_person_builds_reports(as_chief, client, district):
    assert [area.code for area in page(as_chief).context["areas"]] == ["0501"]
    client.force_login(district.head, backend="grids.backends.DutyBackend")
    assert [area.code for area in page(client).context["areas"]] == ["05", "0501", "0502"]


def test_the_list_shows_own_areas_alone_and_can_be_narrowed(as_chief, client, district):
    own, _bureau, other = (ReportFactory(area_code=code) for code in ("0501", "05", "0502"))

    assert [entry.report for entry in page(as_chief).context["entries"]] == [own]
    client.force_login(district.head, backend="grids.backends.DutyBackend")
    assert len(page(client).context["entries"]) == 3
    assert [entry.report for entry in page(client, "?area=0502").context["entries"]] == [other]


@pytest.mark.parametrize("area", ["99", "0502", "05", "0509", "050199"])
def test_an_area_that_does_not_exist_or_is_foreign_is_not_found(as_chief, area):
    assert as_chief.get(f"/reports/?area={area}").status_code == 404


def test_an_own_area_without_reports_is_an_empty_list(as_chief):
    assert page(as_chief, "?area=0501").context["entries"] == []


@pytest.mark.parametrize("kind", ["sheet", "text"])
def test_a_file_comes_under_a_name_in_chinese(as_chief, kind):
    Station.objects.filter(code="0501").update(name="纺织城市场监管所")
    report = built("0501")

    answer = as_chief.get(f"/reports/{report.pk}/{kind}/")

    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert answer["Content-Type"].startswith("application/vnd.openxmlformats-officedocument")
    assert "filename*=utf-8''" + quote("纺织城市场监管所") in answer["Content-Disposition"]
    assert answer["Content-Disposition"].endswith({"sheet": ".xlsx", "text": ".docx"}[kind])


def test_the_file_that_comes_is_the_one_on_the_server(as_chief, tmp_path):
    report = built("0501")
    copy = tmp_path / "copy.xlsx"
    copy.write_bytes(b"".join(as_chief.get(f"/reports/{report.pk}/sheet/").streaming_content))

    assert inside(copy) == inside(report.sheet.path)


@pytest.mark.parametrize("kind", ["sheet", "text"])
def test_a_foreign_file_is_not_there(client, placed, kind):
    report = built("0501")
    for officer in (placed.far_chief, placed.outsider):
        client.force_login(officer, backend="grids.backends.DutyBackend")
        assert client.get(f"/reports/{report.pk}/{kind}/").status_code == 404


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [({}, "still being built"), ({"state": "failed", "error": "The disk is full."}, "The disk is full.")],
)
def test_a_file_that_is_not_built_gets_a_sentence(as_chief, facts, sentence):
    as_chief.cookies["django_language"] = "en"
    report = ReportFactory(**facts)

    answer = as_chief.get(f"/reports/{report.pk}/text/")

    assert answer.status_code == 409
    assert sentence in answer.content.decode()


def test_a_file_that_is_gone_from_the_server_gets_a_sentence(as_chief):
    as_chief.cookies["django_language"] = "en"
    report = built("0501")
    report.sheet.storage.delete(report.sheet.name)

    answer = as_chief.get(f"/reports/{report.pk}/sheet/")

    assert answer.status_code == 409
    assert "Ask for the report again" in answer.content.decode()


def test_whoever_may_not_build_reports_sees_none(client, placed):
    client.force_login(placed.lead, backend="grids.backends.DutyBackend")

    assert client.get("/reports/").status_code == 403
    assert client.post("/reports/", ASKED).status_code == 403
    assert 'href="/reports/"' not in client.get("/tasks/").content.decode()


def test_the_list_takes_as_many_queries_for_three_as_for_thirty(as_chief, count_queries):
    for number in range(3):
        ReportFactory(period=f"2020-{number + 1:02}", state="done", built_at=timezone.now(), sheet="a", text="b")
    few = count_queries(as_chief, "/reports/")
    for number in range(24):
        ReportFactory(period=f"{2021 + number // 12}-{number % 12 + 1:02}", state="failed", error="x")

    assert count_queries(as_chief, "/reports/") == few


def test_names_of_areas_are_escaped(as_chief, placed):
    Station.objects.filter(code="0501").update(name="<script>alert(1)</script>")
    ReportFactory()

    assert "<script>alert" not in page(as_chief).content.decode()
