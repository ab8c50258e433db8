import pytest

from assessment.actions import publish_scores
from assessment.models import Scorecard
from gridsup.jobs import claim, run
from gridsup.models import Job
from tests.api import api_as, errors
from tests.assessment import worked
from tests.assessment.worked import NOW, card, compute

CARDS = "/api/v1/scorecards"
Q3 = {"area": "05", "period": "2026Q3"}


@pytest.fixture
def scored(district, time_machine):
    time_machine.move_to(NOW, tick=False)
    worked.load()
    worked.place()
    worked.what_does_not_count()
    compute()
    return district


def listed(client, **query):
    return [row["area_code"] for row in client.get(CARDS, query).json()["results"]]


def test_a_quarter_goes_from_nothing_to_published_over_the_api_alone(district, time_machine):
    time_machine.move_to(NOW, tick=False)
    worked.load()
    worked.place()
    client = api_as(district.district_office)
    queued = client.post(CARDS, Q3)
    run(claim(queued.json()["id"], now=NOW), clock=lambda: NOW)
    seen = client.get(f"{CARDS}/fingerprint", Q3).json()
    done = client.post(f"{CARDS}/publish", {**Q3, "seen": seen["fingerprint"]})

    assert (queued.status_code, queued.json()["state"]) == (201, "queued")
    assert (done.status_code, done.json()) == (200, {"published": seen["cards"]})
    first = client.get(CARDS, {"level": 4, "ordering": "rank"}).json()["results"][0]
    assert (first["area_code"], first["total"], first["state"]) == ("0502", "84.07", "published")


def test_asking_again_while_the_job_waits_answers_with_it(scored):
    client = api_as(scored.district_office)
    first = client.post(CARDS, Q3).json()["id"]

    again = client.post(CARDS, Q3)
    assert again.json()["id"] == first
    assert Job.objects.count() == 1


def test_a_card_is_read_with_every_line_and_how_it_came_about(scored):
    found = api_as(scored.chief).get(f"{CARDS}/{card('0501').pk}").json()

    assert (found["total"], found["grade"], found["rank"], found["intact"]) == ("73.42", "qualified", 2, True)
    assert found["next_states"] == ["published"]
    assert found["events"][0]["what"] == "computed"
    line = found["lines"][0]
    assert (line["indicator"], line["numerator"], line["denominator"]) == ("visits_on_time", 7, 10)
    assert (line["weight"], line["effective_weight"], line["points"]) == (30, "30.0000", "21.0000")
    assert line["counted"]
    assert line["met"]


@pytest.mark.parametrize(
    ("show", "count"), [("counted", 10), ("met", 7), ("missed", 3), ("left_out", 2)],
)  # fmt: skip
def test_a_line_opens_to_its_rows(scored, show, count):
    address = f"{CARDS}/{card('0501').pk}/rows"
    reply = api_as(scored.chief).get(address, {"indicator": "visits_on_time", "show": show, "page_size": 2}).json()

    assert (reply["count"], len(reply["results"])) == (count, 2)
    assert {row["met"] for row in reply["results"]} <= {"met": {True}, "missed": {False}, "left_out": {None}}.get(
        show, {True, False}
    )
    assert set(reply["results"][0]) == {"id", "area_code", "name", "detail", "due_on", "done_on", "ground", "met"}


def test_a_line_opens_to_what_stands_at_the_own_level(scored):
    address = f"{CARDS}/{card('0501').pk}/rows"
    reply = api_as(scored.chief).get(address, {"indicator": "complaints_on_time", "exact": "true"}).json()

    assert [(row["area_code"], row["met"]) for row in reply["results"]] == [("0501", True)]


def test_cards_are_found_by_area_period_level_state_and_grade(scored):
    client = api_as(scored.district_office)

    assert sorted(listed(client, area="0501")) == ["0501", "050101", "050102"]
    assert sorted(listed(client, level=4)) == ["0501", "0502"]
    assert listed(client, level=4, ordering="-total") == ["0502", "0501"]
    assert listed(client, period="2026Q2") == []
    assert listed(client, state="published") == []
    assert len(listed(client, grade="qualified")) == 6


def test_of_several_versions_the_current_one_can_be_asked_for(scored):
    publish_scores(bureau="05", period="2026Q3", by=scored.district_office, now=NOW)
    worked.task("050201", late=0)
    compute()
    client = api_as(scored.district_office)

    assert len(listed(client, area="0502")) == 4
    assert {row["version"] for row in client.get(CARDS, {"current": "true"}).json()["results"]} == {1}
    assert {row["version"] for row in client.get(CARDS, {"current": "false"}).json()["results"]} == {2}


@pytest.mark.parametrize(
    ("query", "field"),
    [({"level": 3}, "level"), ({"state": "x"}, "state"), ({"area": "x"}, "area"), ({"odd": 1}, "odd"),
     ({"current": "maybe"}, "current")],
)  # fmt: skip
def test_a_filter_that_is_not_understood_is_refused(scored, query, field):
    reply = api_as(scored.chief).get(CARDS, query)

    assert reply.status_code == 400
    assert errors(reply)[0][1] == field


@pytest.mark.parametrize("query", [{}, {"indicator": "fines"}, {"indicator": "satisfaction", "show": "all"}])
def test_rows_of_no_line_are_refused(scored, query):
    reply = api_as(scored.chief).get(f"{CARDS}/{card('0501').pk}/rows", query)

    assert reply.status_code == 400
    assert errors(reply)[0][1] in {"indicator", "show"}


@pytest.mark.parametrize(("address", "seen"), [("", {}), ("/publish", {"seen": "other"})])
@pytest.mark.parametrize(
    ("who", "facts", "code", "error"),
    [
        ("district_office", {"period": "x"}, 400, ("bad_input", "period")),
        ("district_office", {"period": ""}, 400, ("blank", "period")),
        ("district_office", {"area": "06"}, 403, ("not_allowed", "")),
        ("chief", {}, 403, ("permission_denied", "")),
        ("head", {}, 403, ("permission_denied", "")),
        ("supervisor", {}, 403, ("permission_denied", "")),
        ("outsider", {}, 403, ("not_allowed", "")),
    ],
)
def test_what_is_not_to_be_is_refused_and_nothing_changes(scored, address, seen, who, facts, code, error):
    reply = api_as(getattr(scored, who)).post(CARDS + address, {**Q3, **seen, **facts})

    assert (reply.status_code, errors(reply)) == (code, [error])
    assert not Job.objects.exists()
    assert set(Scorecard.objects.values_list("state", flat=True)) == {"computed"}


def test_a_period_that_is_not_over_is_refused(scored):
    reply = api_as(scored.district_office).post(CARDS, {**Q3, "period": "2026Q4"})

    assert (reply.status_code, errors(reply)) == (400, [("bad_input", "period")])


def seen_by(client):
    return {**Q3, "seen": client.get(f"{CARDS}/fingerprint", Q3).json()["fingerprint"]}


def test_the_second_to_publish_is_told(scored):
    client = api_as(scored.district_office)
    looked_at = seen_by(client)
    first, second = (client.post(f"{CARDS}/publish", looked_at) for _time in range(2))

    assert (first.status_code, second.status_code) == (200, 409)
    assert errors(second) == [("overtaken", "")]


def test_what_was_computed_again_since_it_was_looked_at_is_not_published(scored):
    client = api_as(scored.district_office)
    stale = seen_by(client)
    worked.task("050201", late=0)
    compute()
    reply = client.post(f"{CARDS}/publish", stale)

    assert (reply.status_code, errors(reply)) == (409, [("overtaken", "")])
    assert set(Scorecard.objects.values_list("state", flat=True)) == {"computed"}
    assert client.post(f"{CARDS}/publish", seen_by(client)).status_code == 200


@pytest.mark.parametrize(("seen", "code"), [({}, "required"), ({"seen": ""}, "blank"), ({"seen": None}, "null")])
def test_scores_that_nobody_looked_at_are_not_published(scored, seen, code):
    client = api_as(scored.district_office)
    client.cookies["django_language"] = "en"
    reply = client.post(f"{CARDS}/publish", {**Q3, **seen}, format="json")

    assert (reply.status_code, errors(reply)) == (400, [(code, "seen")])
    assert "fingerprint of the scores that you looked at" in reply.json()["errors"][0]["message"]
    assert set(Scorecard.objects.values_list("state", flat=True)) == {"computed"}


def test_a_card_out_of_scope_is_not_there(scored):
    for who in (scored.far_chief, scored.outsider, scored.neighbour_lead):
        for address in ("", "/rows?indicator=satisfaction"):
            reply = api_as(who).get(f"{CARDS}/{card('0501').pk}{address}")
            assert (reply.status_code, errors(reply)) == (404, [("not_found", "")])


def test_what_the_scores_of_others_say_is_not_there(scored):
    for who in (scored.far_chief, scored.outsider):
        reply = api_as(who).get(f"{CARDS}/fingerprint", Q3)
        assert (reply.status_code, errors(reply)) == (404, [("not_found", "")])


def test_the_fingerprint_of_no_period_is_refused(scored):
    reply = api_as(scored.district_office).get(f"{CARDS}/fingerprint", {**Q3, "period": "soon"})

    assert (reply.status_code, errors(reply)) == (400, [("bad_input", "period")])
