"""What all pages of the admin have in common, and jobs."""

import pytest
from django.contrib import admin
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from unfold.utils import display_for_label

from grids.permissions import DUTIES, Duty, Permission
from gridsup.backoffice.base import ScopedAdmin
from gridsup.composition import JOB_WORDS, JOBS
from gridsup.models import Job
from inspections.models import InspectionTask
from tests.factories import OfficerFactory, PermitFactory, PostingFactory, PremisesFactory, TaskFactory
from tests.gridsup.test_api import MAKERS
from tests.style.routes import client_of

# admin list → one more row of it
LISTS = {
    "grids_station": MAKERS["stations"],
    "grids_grid": MAKERS["grids"],
    "grids_locality": MAKERS["localities"],
    "grids_posting": lambda number: PostingFactory(duty="manager"),
    "grids_officer": lambda number: PostingFactory(duty="manager"),
    "subjects_tier": MAKERS["tiers"],
    "subjects_marketsubject": MAKERS["subjects"],
    "subjects_premises": MAKERS["premises"],
    "subjects_permit": lambda number: PermitFactory(),
    "inspections_inspectiontask": lambda number: TaskFactory(assignee=OfficerFactory()),
    "inspections_inspectionplan": MAKERS["plans"],
    "gridsup_job": MAKERS["jobs"],
}


def a_job(state="failed", **facts):
    now = timezone.now()
    ended = now if state in {"done", "failed"} else None
    return Job.objects.create(
        name="generate_due_tasks", period="2026-11-22", area_code="05", state=state, queued_at=now, finished_at=ended,
        **facts,
    )  # fmt: skip


def coloured():
    """Each coloured column of a list: model and name, its colours, and every value that it may have."""
    for model, pages in admin.site._registry.items():
        for name in pages.list_display:
            column = getattr(pages, name, None)
            if isinstance(getattr(column, "label", None), dict):
                field = model._meta.get_field(column.admin_order_field)
                yield f"{model._meta.label}.{name}", column.label, [str(value) for value, _words in field.choices]


def test_a_coloured_column_shows_words_for_every_value():
    assert len(list(coloured())) > 1
    raw = {
        (column, value)
        for column, colours, values in coloured()
        for value in values
        if "the words" not in display_for_label((value, "the words"), "", colours)
    }
    assert raw == set()


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_thirty_rows_asks_the_database_as_often_as_one_of_three(district, name):
    client, taken = client_of(district.district_office), []
    address = reverse(f"admin:{name}_changelist")
    for rows in (range(10, 13), range(13, 40)):
        for number in rows:
            LISTS[name](number - 9)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        taken.append(len(queries))

    assert taken[0] == taken[1]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_many_pages_sorts_keys_and_not_all_that_it_shows(district, name, monkeypatch):
    monkeypatch.setattr(ScopedAdmin, "list_per_page", 2)
    for number in range(1, 4):
        LISTS[name](number)
    with CaptureQueriesContext(connection) as queries:
        client_of(district.district_office).get(reverse(f"admin:{name}_changelist"))

    listed = [query["sql"] for query in queries if f' FROM "{name}"' in query["sql"] and " ORDER BY " in query["sql"]]
    cut = [sql for sql in listed if sql.endswith("LIMIT 2")]
    assert cut
    assert all('AS "pk" FROM' in sql for sql in cut)


@pytest.mark.parametrize("kind", ["year", "month", "day"])
@pytest.mark.parametrize("order", ["ASC", "DESC"])
def test_the_days_to_choose_from_are_those_that_django_would_find(db, kind, order):
    for day in ("2025-12-31", "2026-01-01", "2026-01-31", "2026-01-31", "2026-11-02"):
        TaskFactory(due_on=day, opens_on="2025-12-01")
    tasks = InspectionTask.objects.all()

    assert tasks.dates("due_on", kind, order) == list(QuerySet.dates(tasks, "due_on", kind, order))


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model.__name__)
def test_no_page_adds_changes_or_deletes_by_itself(district, rf, model):
    page, request = admin.site._registry[model], rf.get("/")
    request.user = district.district_office

    assert isinstance(page, ScopedAdmin)
    assert not page.has_add_permission(request)
    assert not page.has_change_permission(request)
    assert not page.has_delete_permission(request)
    assert "delete_selected" not in page.get_actions(request)


def test_the_admin_relaxes_the_content_policy_no_further_than_its_skin_needs(district):
    policy = client_of(district.chief).get("/admin/")["Content-Security-Policy"]

    assert "script-src 'self' 'unsafe-eval'" in policy
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert client_of(district.chief).get("/account/")["Content-Security-Policy"].count("unsafe") == 0


def test_the_admin_opens_with_what_waits_for_a_decision(district):
    TaskFactory(due_on="2020-01-01", opens_on="2020-01-01")
    PremisesFactory(area_code="0501")
    PremisesFactory(area_code="0502")
    a_job()

    waiting = client_of(district.chief).get("/admin/").context["decisions"]
    office = client_of(district.district_office).get("/admin/").context["decisions"]

    year = timezone.localdate().year
    assert [(one.url.partition("?")[2], one.count) for one in waiting] == [
        ("overdue=yes", 1), ("placed=no&status=active", 1), (f"year={year}&show=needed", 3),
    ]  # fmt: skip
    assert [one.count for one in office if one.url.endswith("?placed=no&status=active")] == [2]
    assert [one.count for one in office if one.url.endswith("?standing=failed")] == [1]


@pytest.mark.parametrize("who", ["chief", "district_office"])
def test_every_decision_opens_as_many_rows_as_it_counts(district, who):
    TaskFactory(due_on="2020-01-01", opens_on="2020-01-01")
    PremisesFactory(area_code="0501")
    OfficerFactory(certificate_no="x", certificate_valid_to="2020-01-01")
    PostingFactory(duty="manager", officer=OfficerFactory(certificate_no="y", certificate_valid_to="2020-01-01"))
    a_job()
    client = client_of(getattr(district, who))

    for decision in client.get("/admin/").context["decisions"]:
        assert rows_of(client.get(decision.url).context) == decision.count


def rows_of(context):
    """How many rows a list of the admin or of the site has."""
    return context["cl"].result_count if "cl" in context else context["page"].paginator.count


def test_a_failed_job_is_run_again_and_no_longer_waits(district):
    job, client = a_job(), client_of(district.district_office)

    client.post(f"/admin/gridsup/job/{job.pk}/step/again/", {"step": 1})

    assert [str(row.state) for row in Job.objects.order_by("pk")] == ["failed", "queued"]
    assert not Job.objects.failed_for_good().exists()


def test_a_running_job_is_not_queued_twice(district):
    job, client = a_job("queued"), client_of(district.district_office)

    page = client.post(f"/admin/gridsup/job/{job.pk}/step/again/", {"step": 1})

    assert page.status_code == 200
    assert page.context["form"].non_field_errors()
    assert Job.objects.count() == 1


def test_a_job_is_queued_from_the_admin_and_a_bad_period_is_named(district):
    client = client_of(district.district_office)
    body = {"name": "generate_due_tasks", "area": "05"}

    for period in ("yesterday", "2199-11-22"):
        refused = client.post("/admin/gridsup/job/new/job/", {**body, "period": period})
        assert refused.context["form"].errors["period"]
    client.post("/admin/gridsup/job/new/job/", {**body, "period": "2026-11-22"})

    assert Job.objects.get().period == "2026-11-22"


def test_the_side_bar_lists_what_the_duties_open_and_nothing_else(district):
    def seen_by(duty):
        page = client_of(district.by_duty[duty]).get("/admin/")
        return {item["link"] for group in page.context["sidebar_navigation"] for item in group["items"]}

    assert {"/admin/subjects/premises/", "/dashboard/", "/tasks/"} <= seen_by("station_chief")
    assert "/admin/gridsup/job/" not in seen_by("document_keeper")
    accounts = seen_by("system_admin")
    assert "/admin/grids/officer/" in accounts
    assert not {"/admin/subjects/premises/", "/admin/inspections/inspectiontask/"} & accounts


@pytest.mark.parametrize("duty", [duty for duty in Duty if Permission.USE_ADMIN in DUTIES[duty]])
def test_the_side_bar_leads_to_every_list_that_opens_and_to_no_other_page(district, duty):
    client = client_of(district.by_duty[duty])
    groups = client.get("/admin/").context["sidebar_navigation"]
    listed = {str(item["link"]) for group in groups for item in group["items"]}
    names = [f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]
    lists = {reverse(f"admin:{name}_changelist") for name in names}

    answers = {link: client.get(link).status_code for link in lists | listed}

    assert answers == {link: 200 if link in listed else 403 for link in answers}


@pytest.mark.parametrize("query", [{"state__exact": "\x00"}, {"due_on__year": "9" * 30}, {"assignee__password": "x"}])
def test_a_filter_that_no_database_understands_leads_back_to_the_list(district, query):
    TaskFactory()

    page = client_of(district.chief).get("/admin/inspections/inspectiontask/", query)

    assert page.status_code in {302, 400}


@pytest.mark.usefixtures("english")
def test_jobs_are_called_in_words_and_found_by_them(district):
    job, client = a_job(), client_of(district.district_office)
    client.cookies["django_language"] = "en"

    page = client.get(reverse("admin:gridsup_job_changelist"))
    form = client.get(reverse("admin:gridsup_job_new_job"))

    assert str(job) == "Make the tasks that are due 2026-11-22 05"
    assert "generate_due_tasks" not in page.text.replace("name=generate_due_tasks", "")
    assert "Make the tasks that are due</option>" in form.text
    found = client.get(reverse("admin:gridsup_job_changelist"), {"name": "apply_policy"})
    assert job not in found.context["cl"].queryset


def test_every_job_has_words():
    assert JOB_WORDS.keys() == JOBS.keys()
