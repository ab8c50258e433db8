from datetime import timedelta

import pytest
from django.utils import timezone

from complaints.models import Clock, Complaint
from complaints.models.complaint import RECEIPT
from tests.api import api_as, errors
from tests.factories import ClockFactory, ComplaintFactory, PremisesFactory

URL = "/api/v1/complaints"
FACTS = {"bureau": "05", "channel": "phone", "text": "The scale shows too much."}
PERSON = {"name": "李秀英", "phone": "13800001234"}


@pytest.fixture
def cast(district, desk):
    return {"desk": desk, "lead": district.lead, "chief": district.chief, "head": district.head}


@pytest.fixture
def post(cast):
    """A function that posts as one of the cast and gives back the answer's body; fails on a refusal."""

    def send(who, address, **body):
        answer = api_as(cast[who]).post(address, body)
        assert answer.status_code in {200, 201}, answer.json()
        return answer.json()

    return send


COURSES = {
    "complaint": [
        ("desk", "accepted", {}),
        ("desk", "dispatched", {"area": "050101"}),
        ("lead", "in_hand", {}),
        ("lead", "settled", {"result": "money back"}),
        ("chief", "reviewed", {}),
        ("desk", "told", {"why": "by telephone"}),
        ("chief", "closed", {}),
    ],
    "report": [
        ("desk", "dispatched", {"area": "050101", "state": "received"}),
        ("lead", "verifying", {}),
        ("lead", "handled", {"result": "corrected on the spot"}),
        ("chief", "verifying", {"why": "which goods?"}),
        ("lead", "handled", {"result": "forty bottles taken off the shelf"}),
        ("chief", "reviewed", {}),
        ("desk", "told", {"why": "by telephone"}),
        ("chief", "closed", {}),
    ],
    "enquiry": [("desk", "answered", {"result": "at nine"}), ("office", "closed", {})],
}


@pytest.mark.parametrize("kind", COURSES)
def test_one_is_carried_from_receipt_to_the_end_over_the_api_alone(law, district, cast, post, kind):
    cast["office"] = district.district_office
    row = post("desk", URL, kind=kind, **FACTS, **PERSON)

    for who, to, body in COURSES[kind]:
        assert to in row["next_states"]
        row = post(who, f"{URL}/{row['id']}/move", to=to, **body)
        assert row["state"] == to

    assert [event["new"] for event in row["events"] if event["what"] == "state"][-1] == "closed"
    assert (row["rating"], row["next_states"], row["colour"]) == (None, ["reopened"], "")
    assert all(clock["met_on"] or clock["stopped_on"] for clock in row["clocks"])


def test_what_is_taken_in_answers_with_number_code_and_limit_and_the_person_masked(law, post):
    row = post("desk", URL, kind="complaint", is_urgent=True, **FACTS, **PERSON)

    assert (row["state"], row["area_code"], row["is_urgent"]) == ("received", "05", True)
    assert len(row["follow_code"]) == 8
    assert row["complainant"] == {"name": "李**", "phone": "138****1234"}
    assert [(clock["kind"], clock["colour"], clock["law"]) for clock in row["clocks"]] == [
        ("accept", "green", "Order 121")
    ]
    assert row["next_states"] == ["accepted", "refused", "returned"]


def test_the_code_is_told_once(law, district, post, desk):
    row = post("desk", URL, kind="report", **FACTS)

    assert "follow_code" not in api_as(desk).get(f"{URL}/{row['id']}").json()


def test_who_says_that_the_person_was_told_says_how(law, district, walk, desk):
    complaint = walk("accepted", "dispatched", "in_hand", "settled", "reviewed")

    answer = api_as(desk).post(f"{URL}/{complaint.pk}/move", {"to": "told"})

    assert errors(answer) == [("bad_input", "why")]
    said = {"Say when and how the person was told.", "请填写告知当事人的时间和方式。"}
    assert answer.json()["errors"][0]["message"] in said


def test_a_form_moves_one_as_json_does(law, walk, desk):
    answer = api_as(desk).generic(
        "POST", f"{URL}/{walk().pk}/move", b"to=accepted", "application/x-www-form-urlencoded"
    )

    assert (answer.status_code, answer.json()["state"]) == (200, "accepted")


def test_the_documentation_names_the_answers_to_a_form_that_comes_again(district):
    schema = api_as(district.lead).get("/api/schema", {"format": "json"}).json()
    answers = schema["paths"]["/api/v1/complaints"]["post"]["responses"]

    assert {"200", "201", "409"} <= set(answers)
    assert "already_stored" in answers["409"]["description"]


class TestSentAgain:
    ITEM = {**FACTS, **PERSON, "kind": "report", "client_id": "7d444840-9dc0-11d1-b245-5ffdce74fad2"}

    def test_the_same_is_answered_with_what_is_stored(self, law, desk):
        first, second = (api_as(desk).post(URL, self.ITEM) for _time in range(2))

        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json() == second.json()

    def test_a_change_is_refused_with_the_row_that_stands(self, law, desk):
        row = api_as(desk).post(URL, self.ITEM).json()

        answer = api_as(desk).post(URL, {**self.ITEM, "text": "Something else.", "name": "王五"})

        assert (answer.status_code, errors(answer)) == (409, [("already_stored", "client_id")])
        assert answer.json()["errors"][0]["id"] == row["id"]

    def test_the_form_of_somebody_elsewhere_is_not_shown(self, law, desk, district):
        row = api_as(desk).post(URL, self.ITEM).json()

        answer = api_as(district.lead).post(URL, self.ITEM)

        assert (answer.status_code, errors(answer)) == (409, [("wrong_state", "client_id")])
        assert row["number"] not in answer.text

    def test_who_took_in_what_went_elsewhere_is_told_its_number(self, law, desk, district, post):
        row = api_as(district.lead).post(URL, self.ITEM).json()
        post("desk", f"{URL}/{row['id']}/move", to="dispatched", area="050201")

        answer = api_as(district.lead).post(URL, self.ITEM)

        assert (answer.status_code, errors(answer)) == (409, [("already_stored", "client_id")])
        assert row["number"] in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("who", "body", "code", "error"),
    [
        ("desk", {"text": ""}, 400, ("blank", "text")),
        ("desk", {"text": "x" * 100_000}, 400, ("max_length", "text")),
        ("desk", {"text": "x"}, 400, ("bad_input", "text")),
        ("desk", {"kind": "wish"}, 400, ("invalid_choice", "kind")),
        ("desk", {"channel": "12315"}, 400, ("bad_input", "outside_number")),
        ("desk", {"phone": "1"}, 400, ("bad_input", "phone")),
        ("desk", {"line": "不存在的条线"}, 400, ("bad_input", "line")),
        ("desk", {"outside_due_on": "2020-01-01"}, 400, ("bad_input", "outside_due_on")),
        ("desk", {"outside_due_on": "9999-12-31"}, 400, ("bad_input", "outside_due_on")),
        ("desk", {"bureau": "06"}, 400, ("does_not_exist", "bureau")),
        ("desk", {"premises": 999_999}, 400, ("does_not_exist", "premises")),
        ("chief", {}, 403, ("not_allowed", "")),
        ("chief", {"text": ""}, 403, ("not_allowed", "")),
    ],
)
def test_what_cannot_be_taken_in_is_refused(law, cast, who, body, code, error):
    answer = api_as(cast[who]).post(URL, {"kind": "report", **FACTS, **body})

    assert (answer.status_code, errors(answer)) == (code, [error])
    assert not Complaint.objects.exists()


def test_the_same_outside_number_names_the_one_that_is_stored(law, desk, post):
    item = {**FACTS, "kind": "report", "channel": "12345", "outside_number": "A-1"}
    row = post("desk", URL, **item)

    answer = api_as(desk).post(URL, item)

    assert errors(answer) == [("bad_input", "outside_number")]
    assert row["number"] in answer.json()["errors"][0]["message"]


def test_nobody_at_a_desk_takes_in_by_the_public_page(law, cast):
    answer = api_as(cast["desk"]).post(URL, {"bureau": "05", "kind": "report", **FACTS, "channel": "public"})

    assert (answer.status_code, errors(answer)) == (400, [("invalid_choice", "channel")])


@pytest.mark.parametrize(
    ("who", "body", "code", "error"),
    [
        ("desk", {}, 400, ("required", "to")),
        ("desk", {"to": "nowhere"}, 400, ("invalid_choice", "to")),
        ("desk", {"to": "closed"}, 409, ("wrong_state", "")),
        ("desk", {"to": "dispatched", "area": "060101"}, 400, ("bad_input", "area")),
        ("desk", {"to": "dispatched", "area": "0599"}, 400, ("bad_input", "area")),
        ("desk", {"to": "dispatched"}, 400, ("bad_input", "area")),
        ("desk", {"to": "transferred"}, 400, ("bad_input", "why")),
        ("desk", {"to": "transferred", "why": "x", "result": "x"}, 400, ("bad_input", "result")),
        ("desk", {"to": "dispatched", "state": "accepted"}, 409, ("overtaken", "")),
        ("desk", {"to": "linked", "linked_to": 999_999}, 400, ("does_not_exist", "linked_to")),
        ("head", {"to": "dispatched"}, 403, ("not_allowed", "")),
        ("lead", {"to": "dispatched"}, 404, ("not_found", "")),
    ],
)
def test_a_move_that_is_not_to_be_is_refused_and_the_row_stays(law, cast, post, who, body, code, error):
    row = post("desk", URL, kind="report", **FACTS)

    answer = api_as(cast[who]).post(f"{URL}/{row['id']}/move", body)

    assert (answer.status_code, errors(answer)) == (code, [error])
    assert Complaint.objects.get().state == "received"


def test_what_leaves_the_persons_areas_is_gone_from_their_sight(law, district, post):
    row = post("desk", URL, kind="report", **FACTS)
    post("desk", f"{URL}/{row['id']}/move", to="dispatched", area="050101")

    answer = api_as(district.lead).post(f"{URL}/{row['id']}/move", {"to": "received", "why": "not our grid"})

    assert (answer.status_code, answer.content) == (204, b"")
    assert Complaint.objects.get().area_code == "05"


def test_the_desk_sends_somebody_to_the_premises_that_it_found(law, post):
    premises = PremisesFactory()
    row = post("desk", URL, kind="report", **FACTS)

    row = post("desk", f"{URL}/{row['id']}/move", to="dispatched", premises=premises.pk, visit=True)

    assert (row["area_code"], row["premises"], row["visit"]) == ("050101", premises.pk, None)
    assert Complaint.objects.get().task.premises == premises


class TestPerson:
    @pytest.fixture
    def row(self, law, post):
        row = post("desk", URL, kind="report", **FACTS, **PERSON)
        return post("desk", f"{URL}/{row['id']}/move", to="dispatched", area="050101")

    def test_is_revealed_for_a_reason_that_stays(self, district, row, post):
        person = post("lead", f"{URL}/{row['id']}/reveal", why="call back")

        assert person == {**PERSON, "address": ""}
        event = Complaint.objects.get().events.get(what="reveal")
        assert (event.by, event.why) == (district.lead, "call back")

    @pytest.mark.parametrize(
        ("who", "body", "code", "error"),
        [
            ("head", {"why": "curious"}, 403, ("not_allowed", "")),
            ("lead", {}, 400, ("required", "why")),
            ("lead", {"why": "  "}, 400, ("blank", "why")),
        ],
    )
    def test_is_not_revealed_without_duty_or_reason(self, cast, row, who, body, code, error):
        answer = api_as(cast[who]).post(f"{URL}/{row['id']}/reveal", body)

        assert (answer.status_code, errors(answer)) == (code, [error])
        assert not Complaint.objects.get().events.filter(what="reveal").exists()

    def test_stands_nowhere_else(self, district, row):
        for address in (URL, f"{URL}/{row['id']}", "/api/v1/clocks"):
            text = api_as(district.lead).get(address).content.decode()
            assert "秀英" not in text
            assert "13800001234" not in text

    def test_is_completed_by_the_desk(self, row, post):
        changed = post("desk", f"{URL}/{row['id']}/complainant", phone="029 8350 1234")

        assert changed["complainant"]["name"] == "李**"
        assert changed["events"][-1]["what"] == "complainant"


def test_no_officer_has_a_door_to_rate(law, desk):
    told = ComplaintFactory(state="told")

    assert api_as(desk).post(f"{URL}/{told.pk}/rate", {"score": 5}).status_code == 404
    assert not hasattr(told, "rating")


def test_the_same_form_again_is_told_the_code_for_half_an_hour(law, desk, post):
    given = {"kind": "report", "client_id": "5f0c3d7e-2f0a-4b57-9c59-1f8d2f6a9c01", **FACTS}
    code = post("desk", URL, **given)["follow_code"]

    assert post("desk", URL, **given)["follow_code"] == code
    Complaint.objects.update(received_at=timezone.now() - RECEIPT)
    assert "follow_code" not in post("desk", URL, **given)


class TestClocks:
    @pytest.fixture
    def verify(self, law, post):
        row = post("desk", URL, kind="report", **FACTS)
        return post("desk", f"{URL}/{row['id']}/move", to="dispatched", area="050101")["clocks"][0]

    def test_one_is_paused_resumed_and_extended(self, verify, post):
        address = f"/api/v1/clocks/{verify['id']}"

        assert post("lead", f"{address}/pause", why="laboratory")["colour"] == "paused"
        assert post("lead", f"{address}/resume")["paused_days"] == 0
        extended = post("head", f"{address}/extend", why="two laboratories")
        assert (extended["extension_days"], extended["latest_on"] > verify["latest_on"]) == (15, True)

    def test_a_missed_one_is_explained(self, verify, post):
        yesterday = timezone.localdate() - timedelta(days=1)
        Clock.objects.update(due_on=yesterday, latest_on=yesterday)

        row = post("lead", f"/api/v1/clocks/{verify['id']}/explain", text="flooded")

        assert (row["explanation"], row["colour"]) == ("flooded", "red")

    @pytest.mark.parametrize(
        ("who", "what", "body", "code", "error"),
        [
            ("lead", "pause", {}, 400, ("required", "why")),
            ("desk", "pause", {"why": "x"}, 403, ("not_allowed", "")),
            ("lead", "resume", {}, 409, ("wrong_state", "")),
            ("lead", "extend", {"why": "x"}, 403, ("not_allowed", "")),
            ("lead", "explain", {"text": "x"}, 409, ("wrong_state", "")),
            ("head", "explain", {"text": "x"}, 403, ("not_allowed", "")),
        ],
    )
    def test_what_may_not_be_is_refused(self, cast, verify, who, what, body, code, error):
        answer = api_as(cast[who]).post(f"/api/v1/clocks/{verify['id']}/{what}", body)

        assert (answer.status_code, errors(answer)) == (code, [error])

    def test_they_are_found_by_what_runs_and_what_is_over(self, district, verify):
        today = timezone.localdate()
        over = ClockFactory(due_on=today - timedelta(days=1))
        met = ClockFactory(due_on=today, met_on=today)

        def found(**query):
            return {row["id"] for row in api_as(district.lead).get("/api/v1/clocks", query).json()["results"]}

        assert found(running="true") == {verify["id"], over.pk}
        assert found(running="false") == {met.pk}
        assert found(overdue="true") == {over.pk}
        assert found(kind="verify") == {verify["id"]}
        assert found(complaint=met.complaint_id) == {met.pk}
        assert found(latest_to=str(over.latest_on)) == {over.pk}


def test_the_list_is_filtered_by_all_that_a_page_links_to(district):
    today = timezone.localdate()
    premises = PremisesFactory()
    red = ComplaintFactory(kind="report", received_on=today - timedelta(days=9), premises=premises)
    ClockFactory(complaint=red, due_on=today - timedelta(days=1))
    plain = ComplaintFactory(received_on=today, channel="12345", state="told", area_code="050102")

    def found(**query):
        return [row["id"] for row in api_as(district.chief).get(URL, query).json()["results"]]

    assert found() == [plain.pk, red.pk]
    assert found(clock="red") == found(kind="report") == found(premises=premises.pk) == [red.pk]
    assert found(area="050102") == found(state="told") == found(channel="12345") == [plain.pk]
    assert found(**{"from": str(today)}) == [plain.pk]
    assert found(to=str(today - timedelta(days=1))) == [red.pk]


@pytest.mark.parametrize(("ordering", "first"), [("next_due", 1), ("-next_due", 5)])
def test_by_limit_those_under_none_stand_last_whichever_way(district, ordering, first):
    without = ComplaintFactory()
    limits = {days: ClockFactory(due_on=timezone.localdate() + timedelta(days=days)) for days in (5, 1)}

    rows = api_as(district.chief).get(URL, {"ordering": ordering}).json()["results"]

    assert (rows[0]["id"], rows[-1]["id"]) == (limits[first].complaint_id, without.pk)


def test_a_list_refuses_what_it_does_not_understand(district):
    for query, field in (({"clock": "blue"}, "clock"), ({"colour": "red"}, "colour"), ({"from": "soon"}, "from")):
        answer = api_as(district.chief).get(URL, query)
        assert [name for _code, name in errors(answer)] == [field]


def test_a_row_of_another_bureau_is_unknown(district):
    row, clock = ComplaintFactory(), ClockFactory()

    for address in (f"{URL}/{row.pk}", f"/api/v1/clocks/{clock.pk}"):
        assert api_as(district.outsider).get(address).status_code == 404


@pytest.mark.parametrize("address", [URL, "/api/v1/clocks"])
def test_lists_take_as_many_queries_for_many_rows(district, count_queries, address):
    ClockFactory()
    few = count_queries(api_as(district.chief), address)
    for _row in range(20):
        ClockFactory()

    assert count_queries(api_as(district.chief), address) == few
