import tracemalloc
from io import BytesIO

import pytest
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.test import RequestFactory
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from gridsup.images import LARGEST, MEGABYTE
from gridsup.uploads import LARGEST_FORM


@pytest.fixture
def sent():
    """A function that makes the request of a form with a text and a file of so many bytes."""
    made = []

    def make(size, length=None):
        body = encode_multipart(BOUNDARY, {"text": "typed", "photos": BytesIO(b"x" * size)})
        request = RequestFactory().generic("POST", "/", body, content_type=MULTIPART_CONTENT)
        if length:
            request.META["CONTENT_LENGTH"] = length
        made.append(request)
        return request

    yield make
    for request in made:
        request.close()


def test_a_file_of_fifty_megabytes_is_neither_kept_in_memory_nor_on_disk_and_the_text_is_there(sent):
    request = sent(50 * MEGABYTE)
    tracemalloc.start()

    upload = request.FILES["photos"]

    assert tracemalloc.get_traced_memory()[1] < 5 * MEGABYTE
    tracemalloc.stop()
    assert LARGEST < upload.size < LARGEST + MEGABYTE
    assert isinstance(upload, TemporaryUploadedFile)
    assert upload.seek(0, 2) == upload.size
    assert request.POST["text"] == "typed"


@pytest.mark.parametrize("size", [10, 3 * MEGABYTE, LARGEST])
def test_a_file_within_the_limit_comes_whole(sent, size):
    assert sent(size).FILES["photos"].size == size


def test_a_form_beyond_all_limits_is_refused_before_it_is_read(sent):
    request = sent(10, length=LARGEST_FORM + 1)

    with pytest.raises(RequestDataTooBig):
        request.FILES.get("photos")

    assert request._stream.read(1)


def test_the_refusal_is_a_page_with_a_sentence(client, db):
    client.cookies["django_language"] = "en"
    client.raise_request_exception = False

    reply = client.post("/login/", {"username": "x"}, CONTENT_LENGTH=LARGEST_FORM + 1)

    assert reply.status_code == 413
    assert "with files 101 MB together" in reply.text
    assert "send fewer or smaller files at a time" in reply.text


def test_a_text_beyond_the_limit_is_refused_with_the_limit_and_the_way_back(client, db):
    client.cookies["django_language"] = "en"
    client.raise_request_exception = False

    reply = client.post("/login/", {"username": "x" * 3_000_000})

    assert reply.status_code == 413
    assert "at most 2.5 MB of text" in reply.text
    assert "Go back in your browser: what you typed stands there still." in reply.text


def test_fields_beyond_the_limit_are_refused_with_the_limit(client, db):
    client.cookies["django_language"] = "en"
    client.raise_request_exception = False

    reply = client.post("/login/", {f"field{number}": "x" for number in range(1_001)})

    assert reply.status_code == 413
    assert "at most 1000 fields" in reply.text
