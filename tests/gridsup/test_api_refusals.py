"""What the documentation says of refusals is what the API does, for every operation of the work itself."""

import re
from functools import cache
from io import StringIO
from json import loads

import pytest
from django.core.management import call_command

from grids.models import Officer
from tests.api import api_as, errors
from tests.factories import VisitFactory

NAMES = ("visits", "findings", "complaints", "clocks", "scorecards", "reports", "jobs")
ERRORS = "#/components/schemas/Errors"
UNKNOWN = "999999"


@cache
def document():
    """The OpenAPI document."""
    out = StringIO()
    call_command("spectacular", "--format", "openapi-json", stdout=out)
    return loads(out.getvalue())


def operations():
    """(path, method, what the document says) of every operation of the six lists and the clocks of complaints."""
    return [
        (path, method, said)
        for path, methods in document()["paths"].items()
        for method, said in methods.items()
        if path.removeprefix("/api/v1/").split("/")[0] in NAMES
    ]


def call(officer, path, method, body=None):
    return getattr(api_as(officer), method)(re.sub(r"{\w+}", UNKNOWN, path), body or {}, format="json")


@pytest.fixture
def everyone(district):
    return [None, *Officer.objects.order_by("pk")]


def test_every_operation_documents_each_refusal_that_it_may_answer_with(db):
    found = {}
    for path, method, said in operations():
        wanted = {"401", "403"}
        wanted |= {"404"} if "{" in path else set()
        wanted |= {"400", "409", "413"} if method == "post" else set()
        wanted |= {"400"} if any(one["in"] == "query" for one in said.get("parameters", [])) else set()
        if missing := wanted - set(said["responses"]):
            found[f"{method} {path}"] = sorted(missing)

    assert len(operations()) > 30
    assert found == {}


def test_every_refusal_is_documented_in_the_one_shape(db):
    for path, method, said in operations():
        for code, answer in said["responses"].items():
            if code >= "400":
                schema = answer["content"]["application/json"]["schema"]
                assert schema == {"$ref": ERRORS}, f"{method} {path} {code}"
                assert answer["description"], f"{method} {path} {code}"


def test_whoever_is_not_logged_in_is_told_so_everywhere(db):
    for path, method, _said in operations():
        answer = call(None, path, method)
        assert (answer.status_code, errors(answer)[0][1]) == (401, ""), f"{method} {path}"


def test_what_is_answered_is_documented_whoever_asks(everyone):
    for path, method, said in operations():
        for officer in everyone:
            answer = call(officer, path, method, {"nobody reads": "this"} if method == "post" else None)
            if answer.status_code >= 400:
                assert str(answer.status_code) in said["responses"], f"{method} {path}: {answer.status_code}"
                errors(answer)


def test_a_row_that_does_not_exist_is_not_found_by_whoever_may_see_such_rows(district):
    for path, method, _said in operations():
        if "{" in path:
            answer = call(district.district_office, path, method)
            assert answer.status_code in ({404} if method == "get" else {403, 404}), f"{method} {path}"


BODIES = [
    ([], "", "one object with named fields", "名称的对象"),
    ([{"why": "x"}], "", "one object with named fields", "名称的对象"),
    ({"why": "a\x00b"}, "why", "no text (NUL)", "空字符（NUL）"),
]


@pytest.mark.parametrize(("body", "field", "english", "chinese"), BODIES)
def test_what_is_no_object_or_no_text_gets_a_sentence_that_says_what_to_mend(district, body, field, english, chinese):
    client, address = api_as(district.chief), f"/api/v1/visits/{VisitFactory().pk}/return"
    for language, sentence in (("zh-hans", chinese), ("en", english)):
        client.cookies["django_language"] = language

        answer = client.post(address, body, format="json")

        assert (answer.status_code, [where for _code, where in errors(answer)]) == (400, [field])
        assert sentence in answer.json()["errors"][0]["message"]


def test_every_sentence_follows_the_choice_of_the_person_and_none_the_clients_own_language(district):
    client = api_as(district.lead)
    ours, framework = {"nobody reads": "this"}, {}

    def said(body):
        answer = client.post("/api/v1/visits", body, format="json", headers={"Accept-Language": "en"})
        return "".join(error["message"] for error in answer.json()["errors"])

    assert not any(said(body).isascii() for body in (ours, framework))
    client.cookies["django_language"] = "en"
    assert all(said(body).isascii() for body in (ours, framework))
