"""What all lists and errors of the API have in common."""

from datetime import date, timedelta
from io import StringIO
from json import dumps, loads

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.exceptions import Throttled

from assessment.actions import load_scheme
from assessment.models import Scheme, Scorecard
from gridsup.api.errors import explain, failed_before
from gridsup.composition import JOB_PERIODS, JOBS
from gridsup.errors import BadInput, DomainError, NotAllowed, Overtaken, WrongState
from gridsup.models import Job
from subjects.models import Tier
from tests.api import api_as, errors
from tests.factories import (
    BureauFactory,
    GridFactory,
    LocalityFactory,
    OfficerFactory,
    PlanFactory,
    PostingFactory,
    PremisesFactory,
    StationFactory,
    TaskFactory,
    TradeFactory,
)


def a_job(number):
    return Job.objects.create(
        name="generate_due_tasks", period=f"2026-11-{number:02}", area_code="05", queued_at=timezone.now()
    )


def a_tier(number):
    return Tier.objects.create(
        bureau=BureauFactory(), key="k" * (number % 12 + 1), name="x", colour="red", rank=1, preset="F", source="F",
        from_day=date(2020 + number, 1, 1), to_day=date(2020 + number, 12, 31),
    )  # fmt: skip


def a_card(number):
    load_scheme(bureau="05", on=date(2020, 1, 1), now=timezone.now())
    scheme = Scheme.objects.get()
    return Scorecard.objects.create(
        scheme=scheme, period=str(1990 + number), area_code="05", cut_off=date(2026, 1, 1), computed_at=timezone.now()
    )


# one more row of every list, seen by the grid office of 05
MAKERS = {
    "stations": lambda number: StationFactory(code=f"05{number:02}"),
    "grids": lambda number: GridFactory(code=f"0501{number:02}"),
    "localities": lambda number: LocalityFactory(code=f"6101110010{number:02}"),
    "officers": lambda number: PostingFactory(duty="manager"),
    "postings": lambda number: PostingFactory(duty="manager"),
    "trades": lambda number: TradeFactory(code=f"52{number:02}"),
    "tiers": a_tier,
    "subjects": lambda number: PremisesFactory(),
    "premises": lambda number: PremisesFactory(),
    "tasks": lambda number: TaskFactory(assignee=OfficerFactory()),
    "plans": lambda number: PlanFactory(bureau=BureauFactory(), year=2026 + number),
    "scorecards": a_card,
    "jobs": a_job,
}
LISTS = ["bureaus", *MAKERS]


@pytest.mark.parametrize("name", MAKERS)
def test_a_list_of_thirty_rows_asks_the_database_as_often_as_one_of_three(district, name):
    client, taken = api_as(district.district_office), []
    for rows in (range(10, 13), range(13, 40)):
        for number in rows:
            MAKERS[name](number - 9)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            reply = client.get(f"/api/v1/{name}", {"page_size": 100}).json()
        taken.append((len(queries), reply["count"]))

    assert taken[0][1] + 20 < taken[1][1]
    assert taken[0][0] == taken[1][0]


@pytest.mark.parametrize("name", LISTS)
def test_every_list_is_paged_and_every_row_has_an_id_and_an_area(district, name):
    for number in (1, 2):
        MAKERS.get(name, lambda number: None)(number)

    reply = api_as(district.district_office).get(f"/api/v1/{name}/", {"page_size": 1}).json()

    assert set(reply) == {"count", "next", "previous", "results"}
    assert reply["count"] >= 1
    assert {"id", "area_code"} <= set(reply["results"][0])


@pytest.mark.parametrize("name", LISTS)
def test_a_list_holds_no_row_of_another_bureau_and_a_foreign_row_is_unknown(district, name):
    MAKERS.get(name, lambda number: None)(7)
    mine = api_as(district.district_office).get(f"/api/v1/{name}").json()["results"][0]["id"]

    theirs = api_as(district.outsider)

    if name == "trades":
        pytest.skip("the trades are the nation's")
    assert mine not in [row["id"] for row in theirs.get(f"/api/v1/{name}").json()["results"]]
    foreign = theirs.get(f"/api/v1/{name}/{mine}")
    assert foreign.status_code == 404
    assert errors(foreign) == [("not_found", "")]
    assert foreign.json() == theirs.get(f"/api/v1/{name}/999999999").json()


@pytest.mark.parametrize("name", [*LISTS, "bureaus/1", "auth/token"])
def test_nobody_reads_anything_without_a_login(db, name):
    method = "delete" if name == "auth/token" else "get"
    answer = getattr(api_as(None), method)(f"/api/v1/{name}")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"
    assert errors(answer) == [("not_authenticated", "")]


@pytest.mark.parametrize("name", ["premises", "subjects", "tasks", "plans", "jobs", "officers", "postings"])
def test_a_duty_without_the_permission_is_refused_the_whole_list(district, name):
    answer = api_as(district.supervisor).get(f"/api/v1/{name}")

    assert answer.status_code == 403
    assert errors(answer) == [("permission_denied", "")]


@pytest.mark.parametrize("area", ["5", "05a", "050", "0501011", "; drop"])
@pytest.mark.parametrize("name", ["grids", "premises", "tasks", "officers"])
def test_an_area_that_is_no_code_is_refused_with_its_field(district, name, area):
    answer = api_as(district.district_office).get(f"/api/v1/{name}", {"area": area})

    assert answer.status_code == 400
    assert errors(answer) == [("area", "area")]


def test_an_area_in_full_width_digits_is_the_area(district):
    narrow, wide = (
        api_as(district.district_office).get("/api/v1/grids", {"area": area}).json()["results"]
        for area in ("0501", " ０５０１ ")
    )

    assert [row["code"] for row in wide] == [row["code"] for row in narrow] == ["050101", "050102"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"page": "0"}, ("not_found", "")),
        ({"page": "x"}, ("not_found", "")),
        ({"page_size": "0"}, ("invalid", "page_size")),
        ({"page_size": "501"}, ("invalid", "page_size")),
        ({"page_size": "-1"}, ("invalid", "page_size")),
        ({"ordering": "subject__phone"}, ("invalid_choice", "ordering")),
        ({"due_from": "2026-13-01"}, ("invalid", "due_from")),
        ({"status": "asleep"}, ("invalid_choice", "status")),
        ({"name": "\x00"}, ("null_characters_not_allowed", "name")),
    ],
)
def test_a_filter_that_cannot_be_used_is_named(district, query, expected):
    answer = api_as(district.district_office).get("/api/v1/premises", query)

    assert answer.status_code in {400, 404}
    assert errors(answer) == [expected]


@pytest.mark.parametrize("key", ["9" * 30, "1.5", "NaN", "-1e400", "x"])
def test_a_key_that_no_row_can_have_is_refused_or_finds_nothing(district, key):
    answer = api_as(district.district_office).get("/api/v1/tasks", {"premises": key})

    assert answer.status_code == 400
    assert errors(answer)[0][1] == "premises"


def test_a_list_is_cut_to_an_area_and_ordered(district):
    here, there = PremisesFactory(area_code="050101"), PremisesFactory(area_code="050201")
    client = api_as(district.district_office)

    def found(**query):
        return [row["id"] for row in client.get("/api/v1/premises", query).json()["results"]]

    assert found(area="0502") == [there.pk]
    assert found(area="050101") == [here.pk]
    assert found(area="05", ordering="-area_code") == [there.pk, here.pk]
    assert found(area="06") == []


@pytest.mark.parametrize("path", ["/api/", "/api/v2/premises", "/api/v1/nothing", "/api/v1/premises/abc"])
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_unknown_address_is_an_error_like_the_others(db, path, method):
    answer = getattr(api_as(None), method)(path)

    assert answer.status_code == 404
    assert errors(answer) == [("not_found", "")]


def test_a_method_that_does_not_exist_is_an_error_like_the_others(district):
    answer = api_as(district.district_office).delete(f"/api/v1/bureaus/{district.bureau.pk}")

    assert answer.status_code == 405
    assert errors(answer) == [("method_not_allowed", "")]


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        ("{", "application/json", 400),
        ("[" * 100_000, "application/json", 400),
        ("[]", "application/json", 400),
        ("\xff", "application/json", 400),
        ('{"name": "%s"}' % ("x" * 3_000_000), "application/json", 413),
        ("name=" + "x" * 3_000_000, "application/x-www-form-urlencoded", 413),
        ("&".join("x=1" for _field in range(1_001)), "application/x-www-form-urlencoded", 413),
        ("x", "text/plain", 415),
    ],
)
def test_a_body_that_cannot_be_read_is_an_error_like_the_others(district, body, kind, code):
    answer = api_as(district.district_office).generic("POST", "/api/v1/jobs", body.encode("latin-1"), kind)

    assert answer.status_code == code
    assert errors(answer)


LONG = "x" * 3_000_000
BEYOND = [
    ("application/json", dumps({"held": {"narrative": LONG}})),
    ("application/x-www-form-urlencoded", f"narrative={LONG}"),
]


@pytest.mark.parametrize(("kind", "body"), BEYOND, ids=["json", "form"])
def test_a_draft_beyond_the_limit_is_answered_with_the_limit(district, kind, body):
    client = api_as(district.lead)
    client.cookies["django_language"] = "en"

    answer = client.generic("POST", "/api/v1/visits/draft", body.encode(), kind)

    assert (answer.status_code, errors(answer)) == (413, [("too_large", "")])
    assert "at most 2.5 MB of text" in answer.json()["errors"][0]["message"]


def test_a_form_beyond_the_limit_is_answered_so_where_the_look_for_forgery_reads_it_first(district):
    client = Client(enforce_csrf_checks=True)
    client.force_login(district.lead, backend="grids.backends.DutyBackend")
    client.get("/visits/")
    token = client.cookies["csrftoken"].value

    answer = client.post("/api/v1/visits", {"record": LONG}, headers={"X-CSRFToken": token})

    assert (answer.status_code, errors(answer)) == (413, [("too_large", "")])


@pytest.mark.parametrize(
    ("refusal", "code"),
    [(NotAllowed, 403), (WrongState, 409), (Overtaken, 409), (BadInput, 400), (DomainError, 400)],
)
def test_a_refusal_of_the_domain_keeps_its_sentence_and_field(refusal, code):
    answer = explain(refusal("Say why.", field="why"), {})

    assert answer.status_code == code
    assert answer.data == {"errors": [{"code": refusal.code, "field": "why", "message": "Say why."}]}


def test_whoever_asks_too_often_is_told_when_to_come_back():
    answer = explain(Throttled(wait=9), {})

    assert answer.status_code == 429
    assert answer["Retry-After"] == "9"


def test_an_unforeseen_error_is_json_too_and_says_nothing_of_its_cause(caplog):
    answer = explain(ZeroDivisionError("secret"), {})

    assert answer.status_code == 500
    assert "secret" not in str(answer.data)
    assert "secret" in caplog.text


def test_a_request_that_reaches_no_view_is_json_under_the_api_and_a_page_elsewhere(db, client, settings):
    settings.ALLOWED_HOSTS = ["here"]

    answer, page = client.get("/api/v1/grids", HTTP_HOST="there"), client.get("/login/", HTTP_HOST="there")

    assert answer.status_code == page.status_code == 400
    assert errors(answer) == [("bad_request", "")]
    assert page["Content-Type"].startswith("text/html")


def test_an_error_outside_of_views_is_json_under_the_api(rf):
    assert failed_before(rf.get("/api/v1/grids"))["Content-Type"] == "application/json"
    assert failed_before(rf.get("/login/"))["Content-Type"].startswith("text/html")


def test_the_schema_is_complete_and_names_the_errors_of_every_operation(db):
    out = StringIO()

    call_command("spectacular", "--fail-on-warn", "--validate", "--format", "openapi-json", stdout=out)

    for path, operations in loads(out.getvalue())["paths"].items():
        for method, operation in operations.items():
            refusals = {code for code in operation["responses"] if code >= "400"}
            assert refusals, f"{method} {path}"
            assert method != "post" or "400" in refusals


def test_schema_and_docs_are_there_for_whoever_is_logged_in(district):
    client = api_as(district.lead)

    assert client.get("/api/schema/").status_code == 200
    page = client.get("/api/docs/")
    assert page.status_code == 200
    assert "'unsafe-inline'" in page["Content-Security-Policy"]
    assert "script-src" not in page["Content-Security-Policy"]
    assert api_as(None).get("/api/schema/").status_code == 401


def test_health_is_public_and_tells_how_long_jobs_wait(db, client):
    a_job(1)

    answer = client.get("/healthz")

    assert answer.status_code == 200
    assert answer.json()["jobs"]["queued"] == 1
    assert answer.json()["jobs"]["oldest_queued_seconds"] >= 0


def test_health_fails_with_the_database(db, client, monkeypatch):
    from django.db import OperationalError

    from gridsup import health

    def broken(now):
        raise OperationalError

    monkeypatch.setattr(health, "queue", broken)

    assert client.get("/healthz").status_code == 503


@pytest.mark.parametrize("query", ["foo=1", "overdue=maybe"])
def test_a_parameter_that_would_change_nothing_is_refused(district, query):
    reply = api_as(district.chief).get(f"/api/v1/tasks?{query}")

    assert reply.status_code == 400
    assert errors(reply) == [("invalid", query.partition("=")[0])]


def test_a_job_is_asked_for_by_the_day_and_made_once(district):
    client = api_as(district.district_office)
    body = {"name": "generate_due_tasks", "period": "2026-11-22", "area": "05"}

    replies = [client.post("/api/v1/jobs", body, format="json") for _time in range(2)]
    longer = client.post("/api/v1/jobs", {**body, "period": "2026"}, format="json")

    assert [reply.status_code for reply in replies] == [201, 200]
    assert replies[0].json()["id"] == replies[1].json()["id"]
    assert longer.status_code == 400
    assert errors(longer)[0][1] == "period"
    assert Job.objects.count() == 1


@pytest.mark.parametrize("name", [name for name in JOBS if "day" in JOB_PERIODS.get(name, ("day",))])
def test_a_job_for_tomorrow_is_refused_and_writes_no_history(district, name):
    tomorrow = timezone.localdate() + timedelta(days=1)
    body = {"name": name, "period": tomorrow.isoformat(), "area": "05"}

    reply = api_as(district.district_office).post("/api/v1/jobs", body, format="json")

    assert reply.status_code == 400
    # a ledger of a day is asked for by its day
    assert errors(reply)[0][1] == ("day" if name == "export_ledger" else "period")
    assert not Job.objects.exists()


def test_a_field_that_nobody_reads_is_refused_and_nothing_is_done(district, english):
    task = TaskFactory()

    answer = api_as(district.chief).post(f"/api/v1/tasks/{task.pk}/cancel", {"why": "gone", "area_code": "0502"})

    assert answer.status_code == 400
    assert errors(answer) == [("unknown", "area_code")]
    task.refresh_from_db()
    assert task.state == "due"
