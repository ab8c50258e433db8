"""The auditor's pages: filters, paging, one entry, files."""

import csv
import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.utils import timezone

from grids.models import Officer
from gridsup.audit.chain import append, check
from gridsup.audit.wording import kind_words
from gridsup.models import AuditEntry
from tests.conftest import posted
from tests.factories import ClockFactory, ComplaintFactory, PostingFactory, PremisesFactory, noon

NOW = timezone.now()
AT = timezone.localtime(NOW).strftime("%Y-%m-%d %H:%M:%S")
BUSINESS = "secret-business"


def entry(bureau="05", at=NOW, area_code="050101", **facts):
    given = {"action": "view", "username": "lead", "model": "subjects.Premises", "row": "7", "route": "premises"}
    return append(AuditEntry(bureau=bureau, area_code=area_code if bureau == "05" else bureau, at=at, **given | facts))


@pytest.fixture
def auditor(district, client):
    client.cookies["django_language"] = "en"
    client.force_login(district.by_duty["auditor"])
    return client


def shown(client, query=""):
    return [row["entry"].label for row in client.get(f"/audit/{query}").context["entries"]]


def test_the_auditor_starts_here_and_sees_the_own_bureau_and_what_belongs_to_none(auditor):
    entry()
    entry(bureau="06")
    append(AuditEntry(action="log_in_failed", at=NOW))

    assert auditor.get("/")["Location"] == "/audit/"
    assert shown(auditor) == ["0-1", "05-1"]


def test_the_list_has_words_and_no_routes_the_entry_and_the_file_have_the_route(auditor):
    done = entry(action="change", method="POST", route="task_assign", model="inspections.InspectionTask")

    listed, alone = auditor.get("/audit/").text, auditor.get(f"/audit/{done.pk}/")
    assert "changed: Assign the task" in listed
    assert "task_assign" not in listed
    assert 'POST <a href="/audit/?route=task_assign">task_assign</a>' in alone.text
    file = b"".join(auditor.get("/audit/file.csv?row=7").streaming_content).decode()
    heads, row, *_ends = csv.reader(io.StringIO(file))
    assert (row[heads.index("step")], row[heads.index("route")]) == ("Assign the task", "POST task_assign")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("assign the", "05-1"),
        ("task_ass", "05-1"),
        ("Pause a time", "05-2"),
        ("end the post", "05-3"),
        ("closed", "05-4"),
    ],
)
def test_what_was_done_is_found_by_its_words_as_by_its_route(auditor, asked, found):
    entry(action="change", route="task_assign", model="inspections.InspectionTask")
    entry(action="change", route="clock_act", step="pause", model="complaints.Complaint")
    entry(action="change", route="post_step", step="end", model="grids.Posting")
    entry(action="change", route="complaint_move", step="closed", model="complaints.Complaint")

    assert shown(auditor, f"?route={asked}") == [found]


class TestReasonsApart:
    def change(self, **facts):
        given = {"action": "change", "method": "POST", "route": "complaint_move", "model": "complaints.Complaint"}
        return entry(**given | facts)

    @pytest.mark.parametrize(
        ("facts", "says"),
        [
            ({}, True),
            ({"outcome": "refused"}, True),
            ({"outcome": "answered"}, False),
            ({"action": "view", "method": "GET"}, False),
            ({"model": "inspections.InspectionTask"}, False),
            ({"row": "no-key"}, True),
        ],
    )
    def test_the_entry_says_where_the_reason_of_a_complaint_stands(self, auditor, facts, says):
        page = auditor.get(f"/audit/{self.change(**facts).pk}/")

        assert ("stands with the complaint" in page.text) == says
        assert "Open the complaint" not in page.text

    def test_a_reveal_keeps_its_reason_here(self, auditor):
        page = auditor.get(f"/audit/{self.change(action='reveal', why='To call back').pk}/")

        assert "To call back" in page.text
        assert "stands with the complaint" not in page.text

    @pytest.mark.parametrize("limit", [False, True])
    def test_who_may_open_the_complaint_finds_the_way(self, auditor, district, limit):
        complaint = ComplaintFactory(area_code="0501")
        row = ClockFactory(complaint=complaint) if limit else complaint
        PostingFactory(officer=district.by_duty["auditor"], duty="duty_desk", area_code="05")

        page = auditor.get(f"/audit/{self.change(model=row._meta.label, row=str(row.pk)).pk}/")

        assert f'<a href="/complaints/{complaint.pk}/">Open the complaint</a>' in page.text


@pytest.mark.parametrize(
    "query",
    [
        "?person=chief", "?action=change", "?outcome=refused", "?area=0502", "?route=task", "?row=9",
        "?kind=complaints.Complaint", "?named=plan", "?from=2026-01-02&to=2026-01-02",
    ],
)  # fmt: skip
def test_each_filter_leaves_what_answers_to_it(auditor, query):
    entry()
    entry(
        username="chief", action="change", outcome="refused", area_code="050201", route="task_assign", row="9",
        model="complaints.Complaint", named="A plan", at=noon(date(2026, 1, 2)),
    )  # fmt: skip

    assert shown(auditor, query) == ["05-2"]


def test_what_cannot_be_understood_is_answered_with_a_sentence_and_left_out(auditor):
    entry()

    page = auditor.get("/audit/?from=tomorrow&area=5&before=x&row=;drop")

    assert len(page.context["entries"]) == 1
    assert "Write the day as 2026-11-22." in page.text


@pytest.mark.parametrize("query", ["from=0001-01-01", "to=9999-12-31", "from=1899-12-31", "to=3000-01-01"])
def test_a_day_at_the_end_of_the_calendar_is_answered_with_a_sentence(auditor, query):
    entry()

    page = auditor.get(f"/audit/?{query}")

    assert "Choose a day between 1900-01-01 and 2999-12-31." in page.text
    assert len(page.context["entries"]) == 1


def test_a_person_is_found_by_name_as_by_user_name_and_stands_there_with_both(auditor, district):
    Officer.objects.filter(pk=district.lead.pk).update(name="王秀英")
    entry()
    entry(username="chief")

    assert shown(auditor, "?person=王秀英") == ["05-1"]
    assert shown(auditor, "?person=王") == []
    assert "王秀英" in auditor.get("/audit/?person=lead").text


def test_older_entries_are_a_page_further(auditor):
    for _number in range(60):
        entry()

    page = auditor.get("/audit/?person=lead")
    rest = shown(auditor, f"?person=lead&before={page.context['older']}")

    assert (len(page.context["entries"]), rest[0], rest[-1]) == (50, "05-10", "05-1")


def test_the_trail_asks_as_often_for_fifty_as_for_three(auditor, count_queries):
    for _number in range(3):
        entry()
    few = count_queries(auditor, "/audit/")
    for _number in range(50):
        entry()

    assert count_queries(auditor, "/audit/") == few


def test_one_entry_stands_between_those_of_its_person_and_of_its_row(auditor):
    before, other = entry(row="1"), entry(username="chief", row="7")
    chosen, after = entry(row="7"), entry(row="2")

    page = auditor.get(f"/audit/{chosen.pk}/")

    person, row = page.context["around"]
    assert [line["entry"].pk for line in person[1]] == [after.pk, chosen.pk, before.pk]
    assert [line["entry"].pk for line in row[1]] == [chosen.pk, other.pk]


def test_the_auditor_of_another_bureau_finds_no_entry(auditor, client, district):
    other, mine = posted("auditor06", "auditor", "06"), entry()
    client.force_login(other)

    assert client.get(f"/audit/{mine.pk}/").status_code == 404
    assert shown(client) == []


def test_an_entry_names_a_row_and_says_nothing_of_what_stands_in_it(auditor, district, client):
    premises = PremisesFactory(address=BUSINESS, subject__name=BUSINESS)
    client.force_login(district.chief)
    client.get(f"/premises/{premises.pk}/")
    client.force_login(district.by_duty["auditor"])

    page = client.get("/audit/")

    assert f"Premises {premises.pk}" in page.text
    assert BUSINESS not in page.text + client.get(f"/audit/{AuditEntry.objects.last().pk}/").text
    assert client.get(f"/premises/{premises.pk}/").status_code == 403


class TestFiles:
    def test_a_csv_holds_what_the_filters_leave_and_names_the_end_of_the_chain(self, auditor):
        entry(username="chief")
        last = entry(why="=1+1")

        reply = auditor.get("/audit/file.csv?person=lead")

        rows = list(csv.reader(io.StringIO(b"".join(reply.streaming_content).decode("utf-8-sig"))))
        assert [row[0] for row in rows[:2]] == ["entry", "05-2"]
        assert (rows[1][2], rows[1][12], rows[1][14]) == ("lead", "'=1+1", last.hash)
        assert rows[2] == [f"The chain of 05 ends with entry 2, hash {last.hash}."]

    def test_a_workbook_holds_the_same_as_text(self, auditor):
        last = entry(why="=1+1")

        reply = auditor.get("/audit/file.xlsx")

        sheet = openpyxl.load_workbook(io.BytesIO(b"".join(reply.streaming_content))).active
        assert [cell.value for cell in sheet[2]][:3] == [
            "05-1",
            timezone.localtime(NOW).strftime("%Y-%m-%d %H:%M:%S"),
            "lead",
        ]
        assert (sheet["M2"].value, sheet["M2"].data_type) == ("=1+1", "s")
        assert last.hash in sheet["A4"].value

    @pytest.mark.parametrize("query", ["from=2026-12-01&to=2026-11-01", "person=%00", "to=9999-12-31"])
    def test_no_file_answers_to_half_of_a_question(self, auditor, query):
        entry()

        page = auditor.get(f"/audit/file.csv?{query}", follow=True)

        assert page.redirect_chain == [(f"/audit/?{query}", 302)]
        assert page.context["question"].sentences
        taken = AuditEntry.objects.latest("pk")
        assert (taken.action, taken.outcome) == ("export", "refused")

    @pytest.mark.parametrize("ending", ["csv", "xlsx"])
    def test_that_it_was_taken_out_stands_in_the_trail(self, auditor, ending):
        reply = auditor.get(f"/audit/file.{ending}?person=lead")
        b"".join(reply.streaming_content)

        taken = AuditEntry.objects.get()
        assert (taken.action, taken.username, taken.outcome, taken.bureau) == ("export", "auditor", "done", "05")

    def test_too_many_for_a_workbook_are_refused_with_a_way_out(self, auditor, monkeypatch):
        monkeypatch.setattr("gridsup.audit.views.MOST_XLSX", 1)
        entry()
        entry()

        page = auditor.get("/audit/file.xlsx?person=lead", follow=True)

        assert page.redirect_chain == [("/audit/?person=lead", 302)]
        assert "take the csv file" in page.text


def test_the_last_check_stands_above_the_trail(auditor):
    append(
        AuditEntry(bureau="05", area_code="05", at=NOW, action="check", outcome="failed", why="Entry 05-2 was changed.")
    )

    assert 'role="alert"' in auditor.get("/audit/").text
    assert check("05").faults == []


def test_days_are_those_of_the_bureau(auditor):
    entry(at=noon(date(2026, 1, 2)) + timedelta(hours=11, minutes=59))  # a minute before midnight in Shanghai
    entry(at=noon(date(2026, 1, 2)) + timedelta(hours=12))

    assert shown(auditor, "?to=2026-01-02") == ["05-1"]


def test_a_span_that_ends_before_it_begins_is_answered_with_a_sentence(auditor):
    page = auditor.get("/audit/?from=2026-12-01&to=2026-11-01")

    assert "It lies before the first day" in page.text
    assert page.context["asked"].keys() == {"from"}


def test_a_complaint_is_called_so_in_the_filter_of_kinds():
    assert kind_words("complaints.Complaint") == "投诉举报"
