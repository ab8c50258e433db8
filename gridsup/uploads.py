"""Files that come with a form: bounded while they arrive, before they cost memory or disk."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

from gridsup.images import LARGEST, MEGABYTE, MOST_PICTURES

# A whole form: every picture at its largest, and the text. Beyond it not even the text is read.
LARGEST_FORM = (MOST_PICTURES + 1) * LARGEST + MEGABYTE


class Bounded(FileUploadHandler):
    """Reads past what a file has beyond the limit and keeps none of it; the text beside it is not lost.

    What the later handlers have kept is longer than the limit by one piece, so that whoever looks at the size sees that
    the file was too large.
    """

    def handle_raw_input(self, *given: Any, **named: Any) -> None:
        _stream, _headers, content_length, *_others = given
        if content_length > LARGEST_FORM:
            raise RequestDataTooBig("The form is larger than all its pictures together may be.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return None if start > LARGEST else raw_data

    def file_complete(self, file_size: int) -> None:
        return None
