"""What leaves an entry in the audit trail, what does not, and what an entry says."""

import pytest
from django.db import DatabaseError
from django.test import Client, override_settings
from django.urls import reverse

from grids.models import Officer
from gridsup import composition
from gridsup.audit import recording
from gridsup.models import AuditEntry
from tests.factories import ComplaintFactory, PhotoFactory, PremisesFactory, TaskFactory

PASSWORD = "a-long-password-1"


@pytest.fixture
def as_chief(district):
    client = Client(REMOTE_ADDR="10.1.2.3")
    client.force_login(district.chief)
    return client


def said():
    """Action, outcome, route, kind and key of the row, area: of each entry."""
    fields = ("action", "outcome", "route", "model", "row", "area_code")
    return list(AuditEntry.objects.order_by("pk").values_list(*fields))


def only():
    return AuditEntry.objects.get()


def test_a_page_of_a_row_says_who_looked_at_what_when_and_from_where(as_chief):
    premises = PremisesFactory()

    as_chief.get(f"/premises/{premises.pk}/")

    entry = only()
    assert said() == [("view", "done", "premises", "subjects.Premises", str(premises.pk), "050101")]
    assert (entry.username, entry.address, entry.method, entry.status) == ("chief", "10.1.2.3", "GET", 200)
    assert entry.bureau == "05"


def test_a_file_that_no_table_lists_was_still_taken_out(as_chief, monkeypatch):
    for name in ("book_export", "visit_photo"):
        monkeypatch.delitem(composition.AUDIT_ACTIONS, name)
    photo = PhotoFactory()

    b"".join(as_chief.get("/ledgers/all/xlsx/").streaming_content)
    as_chief.get(reverse("visit_photo", args=[photo.pk]))
    as_chief.get("/visits/")

    assert [entry[:3] for entry in said()] == [("export", "done", "book_export"), ("export", "done", "visit_photo")]


@pytest.mark.parametrize("path", ["/ledger/", "/tasks/", "/account/", "/duties/", "/healthz", "/public/", "/login/"])
def test_lists_and_pages_without_a_row_leave_nothing(as_chief, path):
    as_chief.get(path)

    assert said() == []


def test_the_facts_of_an_area_are_no_secret(as_chief, district):
    as_chief.get(f"/api/v1/grids/{district.grid.pk}/")

    assert said() == []


def test_people_are_personal_data_as_a_list_too(as_chief, district):
    as_chief.get("/api/v1/officers/")
    as_chief.get(reverse("admin:grids_officer_changelist"))
    as_chief.get(reverse("admin:grids_officer_change", args=[district.lead.pk]))

    assert [entry[3:] for entry in said()] == [
        ("grids.Officer", "", "05"), ("grids.Officer", "", "05"), ("grids.Officer", str(district.lead.pk), "05"),
    ]  # fmt: skip


def test_a_change_is_written_down_whether_done_or_refused(as_chief, district):
    task = TaskFactory()

    as_chief.post(f"/tasks/{task.pk}/assign/", {"officer": district.lead.pk})
    as_chief.post(f"/tasks/{task.pk}/cancel/", {})

    assert [entry[:3] for entry in said()] == [
        ("change", "done", "task_assign"), ("change", "refused", "task_cancel"),
    ]  # fmt: skip


def test_a_foreign_row_is_refused_and_the_trail_says_whose_it_was(district):
    client = Client()
    client.force_login(district.outsider)
    premises = PremisesFactory()

    client.get(f"/premises/{premises.pk}/")

    assert said() == [("view", "refused", "premises", "subjects.Premises", str(premises.pk), "050101")]


def test_a_refusal_that_sends_on_with_a_message_is_a_refusal(as_chief):
    complaint = ComplaintFactory(area_code="0501")

    as_chief.post(f"/complaints/{complaint.pk}/to/closed/", {})

    assert said()[0][:2] in {("change", "refused"), ("change", "answered")}


def test_the_api_writes_like_the_pages(as_chief, district):
    task = TaskFactory()

    as_chief.post(f"/api/v1/tasks/{task.pk}/assign/", {"officer": district.lead.pk}, content_type="application/json")
    as_chief.post(f"/api/v1/tasks/{task.pk}/cancel/", {}, content_type="application/json")

    assert [entry[1:5] for entry in said()] == [
        ("done", "inspectiontask-assign", "inspections.InspectionTask", str(task.pk)),
        ("refused", "inspectiontask-cancel", "inspections.InspectionTask", str(task.pk)),
    ]


def test_nothing_that_was_typed_is_kept_but_a_reason(as_chief):
    task = TaskFactory()

    as_chief.post(f"/tasks/{task.pk}/cancel/?q=secret", {"why": "Closed for good", "ground": "secret"})
    assert only().why == "Closed for good"
    as_chief.get(f"/tasks/{task.pk}/?q=secret")

    assert not any("secret" in str(value) for entry in AuditEntry.objects.values() for value in entry.values())


@pytest.mark.parametrize("door", ["page", "api"])
def test_a_reveal_says_what_for(as_chief, door):
    complaint = ComplaintFactory(area_code="0501")
    if door == "page":
        as_chief.post(f"/complaints/{complaint.pk}/reveal/", {"why": "To call back"})
    else:
        path = f"/api/v1/complaints/{complaint.pk}/reveal/"
        as_chief.post(path, {"why": "To call back"}, content_type="application/json")

    entry = only()
    assert (entry.action, entry.outcome, entry.why, entry.area_code) == ("reveal", "done", "To call back", "0501")


def test_the_public_stays_unnamed(district, client):
    client.post(reverse("public_new"), {"text": "A complaint"})
    client.get(reverse("public_follow"))

    assert said() == []


class TestLogins:
    @pytest.fixture(autouse=True)
    def account(self, district):
        Officer.objects.create_user("lead9", password=PASSWORD, bureau=district.bureau)

    def log_in(self, client, username="lead9", password=PASSWORD):
        return client.post("/login/", {"username": username, "password": password})

    def test_logging_in_and_out(self, client):
        self.log_in(client)
        client.post("/logout/")

        assert [(entry.action, entry.username, entry.bureau) for entry in AuditEntry.objects.order_by("pk")] == [
            ("log_in", "lead9", "05"), ("log_out", "lead9", "05"),
        ]  # fmt: skip

    def test_a_failed_login_names_the_account_and_never_what_is_none(self, client):
        self.log_in(client, password="wrong")
        self.log_in(client, username="my-password-typed-in-the-wrong-place")

        entries = AuditEntry.objects.order_by("pk")
        assert [(entry.action, entry.outcome, entry.username, entry.bureau) for entry in entries] == [
            ("log_in_failed", "refused", "lead9", "05"), ("log_in_failed", "refused", "", ""),
        ]  # fmt: skip

    @override_settings(AXES_ENABLED=True, AXES_FAILURE_LIMIT=2)
    def test_a_lock_out(self, client):
        for _ in range(3):
            self.log_in(client, password="wrong")

        actions = list(AuditEntry.objects.order_by("pk").values_list("action", "username"))
        assert actions[0] == ("log_in_failed", "lead9")
        assert actions[-1] == ("locked_out", "lead9")

    def test_a_token_is_made_and_taken_back(self, client):
        body = {"username": "lead9", "password": PASSWORD}
        key = client.post("/api/v1/auth/token", body, content_type="application/json").json()["token"]
        client.delete("/api/v1/auth/token", headers={"Authorization": f"Token {key}"})
        client.post("/api/v1/auth/token", {**body, "password": "x"}, content_type="application/json")

        assert [entry[:2] for entry in said()] == [
            ("token_made", "done"), ("token_revoked", "done"), ("log_in_failed", "refused"),
        ]  # fmt: skip


class TestWithoutTrail:
    @pytest.fixture(autouse=True)
    def away(self, monkeypatch):
        def refuse(entry):
            raise DatabaseError("locked")

        monkeypatch.setattr(recording, "append", refuse)

    @pytest.mark.usefixtures("english")
    def test_what_must_leave_a_trace_is_not_shown(self, as_chief, caplog):
        premises = PremisesFactory(address="Weaving Street 9")
        as_chief.cookies["django_language"] = "en"

        page, row = as_chief.get(f"/premises/{premises.pk}/"), as_chief.get(f"/api/v1/premises/{premises.pk}/")

        assert (page.status_code, row.status_code) == (503, 503)
        assert "Weaving Street 9" not in page.text + row.text
        assert row.json()["errors"][0]["code"] == "trail_away"

    def test_what_was_done_is_told_and_stands_in_the_log(self, as_chief, district, caplog):
        task = TaskFactory()

        reply = as_chief.post(f"/tasks/{task.pk}/assign/", {"officer": district.lead.pk})

        assert reply.status_code == 302
        assert f"not in the trail: POST task_assign {task.pk} by chief" in caplog.text


def test_an_entry_costs_a_fixed_number_of_queries(as_chief, count_queries, monkeypatch):
    premises = PremisesFactory()
    as_chief.get(f"/premises/{premises.pk}/")
    with_entry = count_queries(as_chief, f"/premises/{premises.pk}/")
    monkeypatch.setattr(recording, "entry_of", lambda request, response: None)

    without = count_queries(as_chief, f"/premises/{premises.pk}/")

    # the row's area, the lock (PostgreSQL), the chain's end, the insert, a savepoint's two
    assert with_entry - without <= 6
