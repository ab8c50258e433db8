"""Photos of a visit over the API: by the rules and with the sentences of the form."""

from datetime import date
from json import dumps

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from gridsup.images import LARGEST, MEGABYTE, MOST_PICTURES, proven
from inspections.models import Visit, VisitPhoto
from subjects.actions import load_preset
from tests.api import api_as, errors
from tests.factories import DuePremisesFactory, PhotoFactory, VisitFactory
from tests.forms import photo
from tests.inspections.test_visits_api import body


@pytest.fixture(autouse=True)
def policy(district):
    load_preset(bureau="05", name="FR", on=date(2024, 1, 1), now=timezone.now())


@pytest.fixture
def premises(district):
    return DuePremisesFactory(tier_given="high", entered_on=date(2025, 1, 1), next_due_on=timezone.localdate())


@pytest.fixture
def visit(district):
    return VisitFactory(lead=district.lead, partner=district.manager)


def address(visit, key=""):
    return f"/api/v1/visits/{visit.pk}/photos" + (f"/{key}" if key else "")


def add(officer, visit, *photos):
    return api_as(officer).post(address(visit), {"photos": list(photos)}, format="multipart")


def said(answer) -> str:
    return " ".join(error["message"] for error in answer.json()["errors"])


def test_a_visit_with_photos_goes_from_the_form_to_the_archive_over_the_api_alone(district, premises):
    lead, chief = api_as(district.lead), api_as(district.chief)
    record = dumps(body(district, premises))

    sent = lead.post("/api/v1/visits", {"record": record, "photos": [photo()]}, format="multipart")
    assert (sent.status_code, len(sent.json()["photos"])) == (201, 1)
    visit = Visit.objects.get(pk=sent.json()["id"])
    more = add(district.manager, visit, photo(colour="red"))
    assert (more.status_code, len(more.json())) == (201, 2)

    seen = chief.get(f"/api/v1/visits/{visit.pk}").json()["photos"]
    assert seen == chief.get(address(visit)).json() == more.json()
    file = chief.get(seen[0]["file"])
    assert (file.status_code, file["Content-Type"], file["Cache-Control"]) == (200, "image/jpeg", "private, no-store")
    assert file.content == proven(photo()).content
    archived = chief.post(f"/api/v1/visits/{visit.pk}/archive").json()
    assert (archived["state"], len(archived["photos"])) == ("archived", 2)


def test_photos_that_only_come_through_when_the_form_is_sent_again_are_added(district, premises):
    client, record = api_as(district.lead), body(district, premises)
    client.post("/api/v1/visits", record, format="json")

    answers = [
        client.post("/api/v1/visits", {"record": dumps(record), "photos": [photo()]}, format="multipart")
        for _time in range(2)
    ]

    assert [(answer.status_code, len(answer.json()["photos"])) for answer in answers] == [(200, 1), (200, 1)]


def test_a_record_that_is_refused_keeps_no_photo(district, premises):
    record = dumps({**body(district, premises), "partner": district.lead.pk})

    answer = api_as(district.lead).post("/api/v1/visits", {"record": record, "photos": [photo()]}, format="multipart")

    assert answer.status_code == 400
    assert not VisitPhoto.objects.exists()


@pytest.mark.parametrize(
    ("record", "sentence"),
    [("{", "This is no JSON"), ("[1]", "one object with named fields"), ('{"held": {}}', "Nothing here is called so")],
)
def test_what_is_no_record_beside_the_photos_is_said(district, english, record, sentence):
    client = api_as(district.lead)
    client.cookies["django_language"] = "en"

    answer = client.post("/api/v1/visits", {"record": record, "photos": [photo()]}, format="multipart")

    assert answer.status_code == 400
    assert errors(answer)
    assert sentence in said(answer)


def test_a_form_that_came_only_in_part_is_said(district, visit):
    client = api_as(district.lead)

    for kind in ("multipart/form-data", "multipart/form-data; boundary=x"):
        answer = client.generic("POST", address(visit), b"--y\r\n", kind)
        assert answer.status_code == 400
        assert errors(answer)


def test_the_same_photo_again_changes_nothing(district, visit):
    answers = [add(district.lead, visit, photo()) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()


def test_each_file_that_is_no_picture_is_named_and_none_is_kept(district, visit, english):
    large = SimpleUploadedFile("large.jpg", b"x" * (LARGEST + MEGABYTE))
    text = SimpleUploadedFile("list.txt", b"no picture")
    client = api_as(district.lead)
    client.cookies["django_language"] = "en"

    answer = client.post(address(visit), {"photos": [photo(), text, large]}, format="multipart")

    assert errors(answer) == [("bad_input", "photos")] * 2
    assert "“list.txt” is no picture that can be read here" in said(answer)
    assert "“large.jpg” is larger than 10 MB" in said(answer)
    assert not visit.photos.exists()


def test_a_file_of_fifty_megabytes_is_refused_with_its_limit(district, visit, english):
    client = api_as(district.lead)
    client.cookies["django_language"] = "en"

    answer = client.post(
        address(visit), {"photos": [SimpleUploadedFile("x.jpg", b"x" * (50 * MEGABYTE))]}, format="multipart"
    )

    assert errors(answer) == [("bad_input", "photos")]
    assert "larger than 10 MB" in said(answer)


def test_too_many_are_refused_at_once_and_beside_those_that_are_there(district, visit):
    at_once = add(district.lead, visit, *[photo(colour=f"#{n}{n}{n}") for n in range(MOST_PICTURES + 1)])
    assert errors(at_once) == [("many", "photos")]
    PhotoFactory.create_batch(MOST_PICTURES - 1, visit=visit)

    beside = add(district.lead, visit, photo(), photo(colour="red"))

    assert errors(beside) == [("bad_input", "photos")]
    assert said(at_once) == said(beside)
    assert visit.photos.count() == MOST_PICTURES - 1


def test_nothing_and_what_is_no_file_is_refused(district, visit):
    client = api_as(district.lead)

    assert errors(client.post(address(visit), {}, format="multipart")) == [("required", "photos")]
    assert errors(client.post(address(visit), {"photos": ["x"]}, format="json")) == [("bad_input", "photos")]
    assert errors(client.post(address(visit), {"photos": [], "why": "x"}, format="json")) == [("unknown", "why")]


@pytest.mark.parametrize("state", ["returned", "archived"])
def test_a_reviewed_record_takes_no_more_photos(district, state):
    visit = VisitFactory(lead=district.lead, partner=district.manager, state=state)

    answer = add(district.lead, visit, photo())

    assert (answer.status_code, errors(answer)) == (409, [("wrong_state", "")])
    assert not visit.photos.exists()


def test_who_did_not_make_the_visit_is_refused_before_the_body_is_read(district, visit):
    assert add(district.chief, visit, photo()).status_code == 403
    assert errors(api_as(district.chief).post(address(visit), {"nobody reads": "this"})) == [("not_allowed", "")]
    assert add(district.neighbour_lead, visit, photo()).status_code == 404
    assert add(None, visit, photo()).status_code == 401
    assert not visit.photos.exists()


def test_photos_of_what_is_put_aside_are_the_officers_own(district):
    draft = VisitFactory(lead=district.lead, state="draft", draft={"narrative": ["x"]})
    mine = add(district.lead, draft, photo()).json()

    assert api_as(district.lead).get(mine[0]["file"]).status_code == 200
    for path in (address(draft), mine[0]["file"]):
        assert api_as(district.chief).get(path).status_code == 404


def test_a_photo_is_found_under_its_own_visit_alone_and_a_lost_file_is_said(district, visit):
    kept, other = PhotoFactory(visit=visit), VisitFactory(lead=district.lead, partner=district.manager)
    client = api_as(district.chief)
    assert client.get(address(other, kept.pk)).status_code == 404
    assert client.get(address(visit, "9" * 30)).status_code == 404
    kept.file.storage.delete(kept.file.name)

    answer = client.get(address(visit, kept.pk))

    assert (answer.status_code, errors(answer)) == (409, [("wrong_state", "")])


def test_a_browser_sends_photos_only_with_its_token_against_forgery(district, visit):
    client = Client(enforce_csrf_checks=True)
    client.force_login(district.lead, backend="grids.backends.DutyBackend")
    client.get(f"/visits/{visit.pk}/")
    token = client.cookies["csrftoken"].value

    assert client.post(address(visit), {"photos": [photo()]}).status_code == 403
    answer = client.post(address(visit), {"photos": [photo()]}, headers={"X-CSRFToken": token})

    assert answer.status_code == 201


@pytest.mark.parametrize("form", ["json", "multipart"])
def test_a_request_without_a_photo_is_told_so(district, visit, form):
    answer = api_as(district.lead).post(address(visit), {"photos": []}, format=form)

    assert answer.status_code == 400
    assert errors(answer)[0][1] == "photos"
    assert not VisitPhoto.objects.exists()
