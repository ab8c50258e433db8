"""A JSON client that is somebody."""

from rest_framework.test import APIClient

from grids.models import Officer


def api_as(officer: Officer | None) -> APIClient:
    """A client logged in as the officer, reading the postings anew on each request as a browser's would be."""
    client = APIClient()
    if officer is not None:
        client.force_login(officer, backend="grids.backends.DutyBackend")
    return client


def errors(response) -> list[tuple[str, str]]:
    """The code and field of each error; fails unless the answer has the one shape of errors."""
    assert response["Content-Type"] == "application/json"
    body = response.json()
    assert list(body) == ["errors"]
    assert body["errors"]
    for error in body["errors"]:
        assert set(error) - {"id"} == {"code", "field", "message"}
        assert error["message"]
    return [(error["code"], error["field"]) for error in body["errors"]]
