"""Pictures and the rating of a complaint over the API, and its whole course over the API alone."""

from json import dumps

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from complaints.models import Attachment, Complaint, Rating
from gridsup.images import MEGABYTE, MOST_PICTURES, proven
from gridsup.models import Attempt
from tests.api import api_as, errors
from tests.factories import AttachmentFactory, ComplaintFactory
from tests.pictures import upload

URL, FOLLOW, RATE = "/api/v1/complaints", "/api/v1/public/follow", "/api/v1/public/rate"
ITEM = {
    "bureau": "05", "kind": "complaint", "channel": "phone", "text": "The scale shows too much.", "name": "李秀英",
    "phone": "13800001234", "client_id": "7d444840-9dc0-11d1-b245-5ffdce74fad2",
}  # fmt: skip


def take_in(officer, *pictures, **facts):
    body = {"record": dumps({**ITEM, **facts}), "pictures": list(pictures)}
    return api_as(officer).post(URL, body, format="multipart")


def said(answer) -> str:
    return " ".join(error["message"] for error in answer.json()["errors"])


def test_one_with_a_picture_and_a_rating_is_carried_from_first_to_last_state_over_the_api_alone(law, district, desk):
    answer = take_in(desk, upload())
    row = answer.json()
    assert (answer.status_code, len(row["pictures"]), row["rating"]) == (201, 1, None)
    keys = {"number": row["number"], "code": row["follow_code"]}
    assert api_as(None).post(FOLLOW, keys).json()["may_rate"] is False

    for who, to, body in [
        (desk, "accepted", {}),
        (desk, "dispatched", {"area": "050101"}),
        (district.lead, "in_hand", {}),
        (district.lead, "settled", {"result": "money back"}),
        (district.chief, "reviewed", {}),
        (desk, "told", {"why": "by telephone"}),
    ]:
        assert api_as(who).post(f"{URL}/{row['id']}/move", {"to": to, **body}).json()["state"] == to
    file = api_as(district.lead).get(row["pictures"][0]["file"])
    rated = api_as(None).post(RATE, {**keys, "score": 4, "comment": "Quick."})
    closed = api_as(district.chief).post(f"{URL}/{row['id']}/move", {"to": "closed"}).json()

    assert (file["Content-Type"], file.content) == ("image/jpeg", proven(upload()).content)
    assert (rated.status_code, rated.json()["result"], rated.json()["rating"]["score"]) == (201, "money back", 4)
    assert (closed["state"], closed["rating"]["score"], closed["rating"]["comment"]) == ("closed", 4, "Quick.")
    assert closed["pictures"] == row["pictures"]


class TestPictures:
    def test_they_are_listed_and_handed_out_to_whoever_sees_the_complaint(self, district, desk):
        picture = AttachmentFactory(complaint=ComplaintFactory(area_code="050101"))
        address = f"{URL}/{picture.complaint_id}/pictures"

        for officer in (desk, district.lead, district.chief):
            [row] = api_as(officer).get(address).json()
            file = api_as(officer).get(row["file"])
            assert (file.status_code, file["Cache-Control"]) == (200, "private, no-store")
        for officer in (district.neighbour_lead, district.outsider):
            assert api_as(officer).get(address).status_code == 404
            assert api_as(officer).get(row["file"]).status_code == 404
        assert api_as(None).get(row["file"]).status_code == 401

    def test_one_is_found_under_its_own_complaint_alone_and_a_lost_file_is_said(self, district):
        picture, other = AttachmentFactory(complaint__area_code="050101"), ComplaintFactory(area_code="050101")
        client = api_as(district.lead)
        assert client.get(f"{URL}/{other.pk}/pictures/{picture.pk}").status_code == 404
        picture.file.storage.delete(picture.file.name)

        answer = client.get(f"{URL}/{picture.complaint_id}/pictures/{picture.pk}")

        assert (answer.status_code, errors(answer)) == (409, [("wrong_state", "")])

    def test_who_asked_stays_masked_beside_them(self, law, desk):
        assert take_in(desk, upload()).json()["complainant"] == {"name": "李**", "phone": "138****1234"}

    def test_the_same_again_is_the_one_that_is_stored_and_another_picture_is_a_change(self, law, desk):
        first, second = (take_in(desk, upload()) for _time in range(2))
        changed = take_in(desk, upload(colour="blue"))

        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json() == second.json()
        assert (changed.status_code, errors(changed)) == (409, [("already_stored", "client_id")])
        assert Attachment.objects.count() == 1

    def test_what_is_no_picture_is_named_and_nothing_is_taken_in(self, law, desk):
        text = SimpleUploadedFile("list.txt", b"no picture")
        large = SimpleUploadedFile("large.jpg", b"x" * (50 * MEGABYTE))

        answer = take_in(desk, upload(), text, large)

        assert (answer.status_code, errors(answer)) == (400, [("bad_input", "pictures")] * 2)
        assert "list.txt" in said(answer)
        assert "10 MB" in said(answer)
        assert not Complaint.objects.exists()

    def test_too_many_are_refused(self, law, desk):
        answer = take_in(desk, *[upload(name=f"{n}.jpg") for n in range(MOST_PICTURES + 1)])

        assert errors(answer) == [("many", "pictures")]
        assert not Complaint.objects.exists()

    def test_who_takes_nothing_in_is_refused_before_the_pictures_are_looked_at(self, law, district):
        answer = take_in(district.by_duty["case_team"], SimpleUploadedFile("list.txt", b"no picture"))

        assert (answer.status_code, errors(answer)) == (403, [("not_allowed", "")])


@pytest.fixture
def told(walk):
    """A complaint whose result was told."""
    return walk("accepted", "dispatched", "in_hand", "settled", "reviewed", "told")


def keys(complaint, **more):
    return {"number": complaint.number, "code": complaint.follow_code, **more}


class TestRating:
    def test_who_has_number_and_code_follows_and_rates_once(self, told):
        client = api_as(None)
        followed = client.post(FOLLOW, keys(told))
        assert (followed.status_code, followed["Cache-Control"]) == (200, "no-store")
        assert (followed.json()["result"], followed.json()["may_rate"]) == ("Paid back.", True)
        assert followed.json()["stages"][-1]["words"]

        answers = [client.post(RATE, keys(told, score=score)) for score in (5, 1)]

        assert [answer.status_code for answer in answers] == [201, 409]
        assert errors(answers[1]) == [("overtaken", "")]
        assert client.post(FOLLOW, keys(told)).json()["may_rate"] is False
        assert Rating.objects.get().score == 5

    def test_names_of_officers_and_of_the_person_are_not_told(self, told, desk, district):
        text = api_as(None).post(FOLLOW, keys(told)).content.decode()

        for name in (desk.name, district.lead.name, "李秀英", "13800001234", told.follow_code):
            assert name not in text

    def test_number_and_code_are_read_however_they_are_written(self, told):
        wide = told.follow_code.lower() + " "

        assert api_as(None).post(FOLLOW, {"number": f" {told.number}", "code": wide}).status_code == 200

    def test_before_the_result_was_told_nobody_rates(self, take_in):
        answer = api_as(None).post(RATE, keys(take_in(), score=1))

        assert (answer.status_code, errors(answer)) == (409, [("wrong_state", "")])
        assert not Rating.objects.exists()

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"score": 0}, "score"),
            ({"score": 6}, "score"),
            ({}, "score"),
            ({"score": 3, "comment": "x" * 501}, "comment"),
            ({"score": 3, "area": "05"}, "area"),
        ],
    )
    def test_what_is_no_rating_is_refused_with_its_field(self, told, body, field):
        answer = api_as(None).post(RATE, keys(told, **body))

        assert (answer.status_code, [where for _code, where in errors(answer)]) == (400, [field])
        assert not Rating.objects.exists()

    def test_no_officer_rates_whatever_code_they_have(self, told, desk):
        answer = api_as(desk).post(RATE, keys(told, score=5))

        assert (answer.status_code, errors(answer)) == (403, [("not_allowed", "")])
        assert not told.events.filter(what="rate").exists()

    def test_a_wrong_number_and_a_wrong_code_are_answered_alike(self, told):
        wrong = api_as(None).post(FOLLOW, {"number": told.number, "code": "AAAAAAAA"})
        unknown = api_as(None).post(FOLLOW, {"number": "05-2026-999999", "code": told.follow_code})

        assert wrong.status_code == unknown.status_code == 400
        assert wrong.json() == unknown.json()

    def test_guessing_here_is_guessing_on_the_pages(self, told, client):
        answers = [api_as(None).post(RATE, keys(told, code="AAAAAAAA", score=1)) for _try in range(6)]

        assert [answer.status_code for answer in answers] == [400] * 5 + [429]
        assert (errors(answers[-1]), int(answers[-1]["Retry-After"]) > 0) == ([("too_often", "")], True)
        assert Attempt.objects.filter(kind="follow").count() == 5
        assert client.post("/public/complaints/follow/", keys(told)).status_code == 429
        assert api_as(None).post(FOLLOW, keys(told)).status_code == 429

    def test_the_documentation_names_the_answers(self, district):
        schema = api_as(district.lead).get("/api/schema", {"format": "json"}).json()["paths"]

        assert {"200", "400", "429"} <= set(schema[FOLLOW]["post"]["responses"])
        assert {"201", "400", "403", "409", "413", "429"} <= set(schema[RATE]["post"]["responses"])
