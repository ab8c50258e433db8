from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from grids.models import Officer, Posting
from inspections.models import Finding, InspectionTask, Visit
from subjects.actions import load_preset
from tests.api import api_as, errors
from tests.factories import DuePremisesFactory, FindingFactory, TaskFactory, VisitFactory
from tests.visits import in_order

WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def policy(district):
    load_preset(bureau="05", name="FR", on=date(2024, 1, 1), now=timezone.now())


@pytest.fixture
def premises(district):
    """A premises of the high tier with a due task."""
    today = timezone.localdate()
    row = DuePremisesFactory(tier_given="high", entered_on=date(2025, 1, 1), next_due_on=today)
    TaskFactory(premises=row, due_on=today, opens_on=today - WEEK)
    return row


def body(district, premises, **facts) -> dict[str, object]:
    """A record without a problem as the manager's phone sends it, the lead being whoever asks."""
    usual = {
        "client_id": str(uuid4()),
        "premises": premises.pk,
        "visited_at": timezone.now().isoformat(),
        "partner": district.manager.pk,
        "outcome": "no_problem",
    }
    return {**usual, "answers": in_order(premises, timezone.localdate()), **facts}


def order(**facts) -> dict[str, object]:
    return {"text": "Sold goods past their date", "disposition": "order", "item": "goods_quality", **facts}


def test_a_visit_goes_from_draft_to_the_archive_over_the_api_alone(district, premises):
    lead, chief = api_as(district.lead), api_as(district.chief)
    items = lead.get(f"/api/v1/premises/{premises.pk}/check_items").json()
    whole = body(district, premises, answers=[{"code": item["code"], "result": "ok"} for item in items])
    draft = {name: whole[name] for name in ("client_id", "premises")} | {"held": {"narrative": "so far"}}

    kept = lead.post("/api/v1/visits/draft", draft, format="json")
    assert (kept.status_code, kept.json()["state"], kept.json()["draft"]) == (200, "draft", {"narrative": "so far"})
    assert chief.get(f"/api/v1/visits/{kept.json()['id']}").status_code == 404
    assert chief.get("/api/v1/visits").json()["count"] == 0

    sent = lead.post("/api/v1/visits", whole, format="json")
    assert (sent.status_code, sent.json()["id"], sent.json()["state"]) == (201, kept.json()["id"], "submitted")
    assert [task["reason"] for task in sent.json()["tasks"]] == ["routine"]
    assert [answer["result"] for answer in sent.json()["answers"]] == ["ok"] * 5

    archived = chief.post(f"/api/v1/visits/{sent.json()['id']}/archive")
    assert (archived.json()["state"], archived.json()["reviewed_by"]["name"]) == ("archived", "chief")
    assert archived.json()["next_states"] == []
    assert [event["new"] for event in archived.json()["events"]] == ["draft", "submitted", "archived"]


def test_a_returned_record_that_nobody_can_correct_is_archived_with_a_reason(district):
    Posting.objects.that_inspect().update(to_day=timezone.localdate() - timedelta(days=1))
    address = f"/api/v1/visits/{VisitFactory(state='returned').pk}/archive"
    chief = api_as(district.chief)

    assert errors(chief.post(address)) == [("bad_input", "why")]
    archived = chief.post(address, {"why": "both have left"}, format="json").json()

    assert [(event["new"], event["why"]) for event in archived["events"]] == [("archived", "both have left")]


def test_the_same_form_again_is_answered_with_the_stored_visit(district, premises):
    client, given = api_as(district.lead), body(district, premises, outcome="problem", problems=[order()])

    answers = [client.post("/api/v1/visits", given, format="json") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()
    assert (Visit.objects.count(), Finding.objects.count()) == (1, 1)


def test_a_form_that_says_something_else_when_it_comes_again_is_answered_with_the_id_of_the_stored_visit(
    district, premises
):
    client, given = api_as(district.lead), body(district, premises)
    stored = client.post("/api/v1/visits", given, format="json").json()

    answer = client.post("/api/v1/visits", {**given, "narrative": "The owner was away"}, format="json")

    assert (answer.status_code, errors(answer)) == (409, [("already_stored", "client_id")])
    assert answer.json()["errors"][0]["id"] == stored["id"]
    assert client.get(f"/api/v1/visits/{stored['id']}").json() == stored


def test_the_same_visit_under_another_form_number_is_answered_with_the_id_of_the_stored_visit(district, premises):
    client, given = api_as(district.lead), body(district, premises)
    stored = client.post("/api/v1/visits", given, format="json").json()

    answer = client.post("/api/v1/visits", {**given, "client_id": str(uuid4())}, format="json")

    assert (answer.status_code, errors(answer)) == (409, [("already_stored", "visited_at")])
    assert answer.json()["errors"][0]["id"] == stored["id"]
    assert Visit.objects.count() == 1


def test_a_second_visit_of_the_day_is_handed_in_by_saying_so(district, premises):
    client = api_as(district.lead)
    first = body(district, premises, visited_at=(timezone.now() - timedelta(minutes=2)).isoformat())
    stored = client.post("/api/v1/visits", first, format="json").json()
    given = body(district, premises)

    refused = client.post("/api/v1/visits", given, format="json")
    taken = client.post("/api/v1/visits", {**given, "another_visit": True}, format="json")

    assert (refused.status_code, errors(refused)) == (409, [("already_stored", "another_visit")])
    assert refused.json()["errors"][0]["id"] == stored["id"]
    assert (taken.status_code, Visit.objects.count()) == (201, 2)


def test_the_documentation_names_the_id_of_the_visit_that_stands(district):
    schema = api_as(district.lead).get("/api/schema", {"format": "json"}).json()

    answers = schema["paths"]["/api/v1/visits"]["post"]["responses"]
    assert "already_stored" in answers["409"]["description"]
    assert "id" in schema["components"]["schemas"]["Error"]["properties"]


def test_a_returned_record_is_corrected_by_a_new_version(district, premises):
    lead, chief = api_as(district.lead), api_as(district.chief)
    first = lead.post("/api/v1/visits", body(district, premises), format="json").json()["id"]

    returned = chief.post(f"/api/v1/visits/{first}/return", {"why": "Which goods?"}, format="json")
    assert (returned.json()["state"], returned.json()["events"][-1]["why"]) == ("returned", "Which goods?")
    second = lead.post("/api/v1/visits", body(district, premises, corrects=first), format="json").json()

    assert (second["version"], second["corrects"]) == (2, first)
    assert lead.get(f"/api/v1/visits/{first}").json()["corrected_by"] == second["id"]
    assert [row["id"] for row in lead.get("/api/v1/visits?latest=true").json()["results"]] == [second["id"]]


def test_a_finding_goes_from_ordered_to_rectified_over_the_api_alone(district, premises):
    client, limit = api_as(district.lead), str(timezone.localdate())
    found = client.post(
        "/api/v1/visits", body(district, premises, outcome="problem", problems=[order(rectify_by=limit)]), format="json"
    ).json()["findings"][0]
    assert (found["state"], found["rectify_by"], found["line"]) == ("ordered", limit, "consumer_protection")
    tasks = client.get("/api/v1/tasks?reason=recheck&state=due").json()["results"]
    assert [(task["id"], task["due_on"]) for task in tasks] == [(found["recheck"], limit)]

    again = client.post("/api/v1/visits", body(district, premises, corrected=[found["id"]]), format="json").json()

    seen = client.get(f"/api/v1/findings/{found['id']}").json()
    assert (seen["state"], seen["rectified_by"], seen["next_states"]) == ("rectified", again["id"], [])
    assert [event["new"] for event in seen["events"]] == ["ordered", "rectified"]
    assert [row["id"] for row in again["rectified"]] == [found["id"]]
    assert InspectionTask.objects.get(pk=found["recheck"]).state == "done"


def test_a_finding_goes_to_the_case_team_and_back_to_be_closed(district, premises):
    client = api_as(district.lead)
    visit = client.post(
        "/api/v1/visits", body(district, premises, outcome="problem", problems=[order()]), format="json"
    )
    address = f"/api/v1/findings/{visit.json()['findings'][0]['id']}"
    outcome = {"number": "7/2026", "decision": "Fine of 500", "closed_on": str(timezone.localdate())}
    steps = [
        ("hand_over", district.lead, {"why": "so"}),
        ("case_return", district.by_duty["case_team"], outcome),
        ("close", district.chief, {"why": "so"}),
    ]

    rows = [api_as(by).post(f"{address}/{step}", given, format="json").json() for step, by, given in steps]

    assert [row["state"] for row in rows] == ["handed_over", "case_returned", "closed"]
    assert rows[1]["case"] == {"id": rows[1]["case"]["id"], **outcome, "revisit": None}
    assert rows[2]["case"]["revisit"] == InspectionTask.objects.get(reason="case_return").pk


def test_the_chief_decides_on_a_grave_danger_and_asks_for_another_look(district, premises):
    lead, chief, today = api_as(district.lead), api_as(district.chief), timezone.localdate()
    grave = order(disposition="report", text="Gas bottles")
    visit = lead.post("/api/v1/visits", body(district, premises, outcome="problem", problems=[grave]), format="json")
    address = f"/api/v1/findings/{visit.json()['findings'][0]['id']}"
    decision = {"to": "ordered", "why": "seen it", "rectify_by": str(today)}

    assert errors(chief.post(f"{address}/decide", {**decision, "rectify_by": None}, format="json")) == [
        ("bad_input", "rectify_by")
    ]
    assert chief.post(f"{address}/decide", decision, format="json").json()["state"] == "ordered"
    assert errors(chief.post(f"{address}/recheck", {"due_on": str(today)}, format="json")) == [("wrong_state", "")]
    lead.post("/api/v1/visits", body(district, premises, another_visit=True), format="json")
    asked = chief.post(f"{address}/recheck", {"due_on": str(today + WEEK)}, format="json")
    assert InspectionTask.objects.get(pk=asked.json()["recheck"]).due_on == today + WEEK


def test_records_free_of_problems_are_archived_together(district, premises):
    officers = {"lead": district.lead, "partner": district.manager}
    free = [VisitFactory(**officers) for _ in range(3)]
    other = VisitFactory(**officers, outcome="problem")
    foreign = VisitFactory(premises=DuePremisesFactory(area_code="050201"))
    keys = [visit.pk for visit in (*free, other, foreign)]

    answer = api_as(district.chief).post("/api/v1/visits/archive", {"visits": keys}, format="json")

    assert answer.json() == {"archived": 3}
    assert set(Visit.objects.filter(state="archived").values_list("pk", flat=True)) == {visit.pk for visit in free}


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"client_id": "x"}, ("invalid", "client_id")),
        ({"premises": 10**30}, ("does_not_exist", "premises")),
        ({"visited_at": "yesterday"}, ("invalid", "visited_at")),
        ({"visited_at": "2999-01-01T10:00:00+08:00"}, ("bad_input", "visited_at")),
        ({"partner": None}, ("bad_input", "partner")),
        ({"partner": 999_999}, ("does_not_exist", "partner")),
        ({"outcome": "fine"}, ("invalid_choice", "outcome")),
        ({"outcome": "problem"}, ("bad_input", "problems")),
        ({"answers": []}, ("bad_input", "answers")),
        ({"answers": [{"code": "goods_quality", "result": "ok"}]}, ("bad_input", "answers")),
        ({"answers": [{"code": "shoes", "result": "ok"}]}, ("bad_input", "answers")),
        ({"answers": [{"code": "goods_quality", "result": "?"}]}, ("invalid_choice", "answers.0.result")),
        ({"problems": [{"text": "", "disposition": "order"}]}, ("blank", "problems.0.text")),
        ({"outcome": "problem", "problems": [order(rectify_by="2020-01-01")]}, ("bad_input", "problems.0.rectify_by")),
        ({"outcome": "problem", "problems": [order(rectify_by="9999-12-31")]}, ("bad_input", "problems.0.rectify_by")),
        ({"problems": [order()] * 201}, ("max_length", "problems")),
        ({"tasks": [999_999]}, ("bad_input", "tasks")),
        ({"corrected": [999_999]}, ("bad_input", "corrected")),
        ({"narrative": "x" * 4001}, ("max_length", "narrative")),
        ({"corrects": 999_999}, ("does_not_exist", "corrects")),
    ],
)
def test_what_a_record_must_not_be_is_refused_at_its_field(district, premises, change, error):
    answer = api_as(district.lead).post("/api/v1/visits", {**body(district, premises), **change}, format="json")

    assert answer.status_code == 400
    assert errors(answer) == [error]
    assert not Visit.objects.exists()


def test_a_second_officer_without_a_certificate_is_named_in_the_sentence(district, premises):
    Officer.objects.filter(pk=district.manager.pk).update(certificate_valid_to=date(2025, 1, 1))

    answer = api_as(district.lead).post("/api/v1/visits", body(district, premises), format="json")

    assert errors(answer) == [("bad_input", "partner")]
    assert "manager" in answer.json()["errors"][0]["message"]


def test_an_officer_of_the_station_may_be_the_second_and_one_of_elsewhere_is_unknown(district, premises):
    team = district.by_duty["case_team"]
    Officer.objects.filter(pk=team.pk).update(certificate_no="S-9", certificate_valid_to=date(2099, 1, 1))
    client = api_as(district.lead)

    far = client.post("/api/v1/visits", body(district, premises, partner=district.outsider.pk), format="json")
    near = client.post("/api/v1/visits", body(district, premises, partner=team.pk), format="json")

    assert errors(far) == [("does_not_exist", "partner")]
    assert near.json()["partner"]["id"] == team.pk


@pytest.mark.parametrize("who", ["chief", "district_office", "head"])
def test_who_does_not_inspect_hands_nothing_in(district, premises, who):
    client = api_as(getattr(district, who))

    assert client.post("/api/v1/visits", {}, format="json").status_code == 403
    assert client.post("/api/v1/visits/draft", {}, format="json").status_code == 403
    assert client.post("/api/v1/visits", body(district, premises), format="json").status_code == 403


def test_a_draft_with_a_character_that_no_database_stores_is_refused(district, premises):
    given = {"client_id": str(uuid4()), "premises": premises.pk, "held": {"narrative": "a\x00b"}}

    answer = api_as(district.lead).post("/api/v1/visits/draft", given, format="json")

    assert errors(answer) == [("bad_input", "held")]


@pytest.mark.parametrize(
    ("who", "address", "code"),
    [
        ("lead", "visits/{visit}/archive", 403),
        ("lead", "visits/{visit}/return", 403),
        ("lead", "visits/archive", 403),
        ("far_chief", "visits/{visit}/archive", 404),
        ("outsider", "findings/{finding}/close", 404),
        ("chief", "findings/{finding}/hand_over", 403),
        ("lead", "findings/{finding}/close", 403),
        ("lead", "findings/{finding}/decide", 403),
        ("manager", "findings/{finding}/recheck", 403),
        ("chief", "visits/{visit}/return", 400),
        ("chief", "findings/{finding}/close", 400),
    ],
)
def test_a_move_that_is_not_theirs_or_not_whole_is_refused(district, who, address, code):
    finding = FindingFactory()
    before = (finding.visit.state, finding.state)
    named = address.format(visit=finding.visit.pk, finding=finding.pk)

    answer = api_as(getattr(district, who)).post(f"/api/v1/{named}", {}, format="json")

    assert (answer.status_code, len(errors(answer))) == (code, 1)
    assert (Visit.objects.get(pk=finding.visit.pk).state, Finding.objects.get().state) == before


def test_the_chief_hands_over_what_was_escalated(district):
    finding, chief = FindingFactory(state="escalated"), api_as(district.chief)

    empty = chief.post(f"/api/v1/findings/{finding.pk}/hand_over", {}, format="json")
    done = chief.post(f"/api/v1/findings/{finding.pk}/hand_over", {"why": "will not"}, format="json")

    assert (empty.status_code, errors(empty)) == (400, [("required", "why")])
    assert (done.status_code, done.json()["state"]) == (200, "handed_over")


def test_a_move_from_a_stale_page_is_told(district):
    visit, chief = VisitFactory(), api_as(district.chief)
    chief.post(f"/api/v1/visits/{visit.pk}/archive")

    again = chief.post(f"/api/v1/visits/{visit.pk}/return", {"why": "x"}, format="json")

    assert (again.status_code, errors(again)) == (409, [("wrong_state", "")])


def test_visits_and_findings_are_found_by_what_lists_ask(district):
    old = VisitFactory(visited_on=date(2026, 1, 5), lead=district.lead, outcome="problem")
    new = VisitFactory(visited_on=date(2026, 3, 5), state="archived", partner=district.lead)
    VisitFactory(premises=DuePremisesFactory(area_code="050102"), visited_on=date(2026, 2, 1))
    late = FindingFactory(visit=old, line="food")
    over = FindingFactory(visit=new, state="rectified")

    def found(kind, **query):
        reply = api_as(district.chief).get(f"/api/v1/{kind}", {"area": "050101", **query})
        assert reply.status_code == 200
        return [row["id"] for row in reply.json()["results"]]

    assert found("visits") == [new.pk, old.pk]
    assert found("visits", state="archived") == found("visits", outcome="no_problem") == [new.pk]
    assert found("visits", **{"from": "2026-01-01", "to": "2026-01-31"}) == [old.pk]
    assert found("visits", officer=district.lead.pk, ordering="visited_on") == [old.pk, new.pk]
    assert found("visits", premises=old.premises.pk) == [old.pk]
    assert found("findings", overdue="true") == found("findings", line="food") == [late.pk]
    assert found("findings", overdue="false") == found("findings", state="rectified") == [over.pk]
    assert found("findings", visit=old.pk, premises=old.premises.pk, disposition="order") == [late.pk]
    assert found("findings", limit_to="2026-02-01") == found("findings", **{"from": "2026-01-05", "to": "2026-01-05"})


@pytest.mark.parametrize("kind", ["visits", "findings"])
def test_a_list_takes_the_same_queries_for_three_rows_and_for_thirty(district, kind, count_queries):
    client = api_as(district.chief)
    FindingFactory.create_batch(3)
    few = count_queries(client, f"/api/v1/{kind}")
    FindingFactory.create_batch(27)

    assert count_queries(client, f"/api/v1/{kind}") == few


def test_the_items_of_a_premises_are_those_of_its_tier(district, premises):
    client = api_as(district.lead)
    client.post("/api/v1/visits", body(district, premises), format="json")

    rows = client.get(f"/api/v1/premises/{premises.pk}/check_items").json()

    assert [row["code"] for row in rows][:2] == ["subject_qualification", "prior_permit"]
    assert set(rows[0]) == {"id", "code", "line", "text", "source", "preset"}
    assert api_as(district.outsider).get(f"/api/v1/premises/{premises.pk}/check_items").status_code == 404


@pytest.mark.parametrize(("status", "answer"), [("suspended", 201), ("missing", 201), ("closed", 400)])
def test_only_a_premises_that_is_struck_off_is_refused(district, premises, english, status, answer):
    type(premises).objects.filter(pk=premises.pk).update(status=status)

    reply = api_as(district.lead).post("/api/v1/visits", body(district, premises, outcome="not_found"))

    assert reply.status_code == answer
    assert Visit.objects.exists() == (answer == 201)
    if answer == 400:
        assert errors(reply) == [("bad_input", "premises")]
