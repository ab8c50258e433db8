"""Files over the API: pictures that come with a record or after it, and pictures that are handed out."""

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any, ClassVar

from django.core.files.uploadedfile import UploadedFile
from django.db.models.fields.files import FieldFile
from django.http import HttpResponse
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import parsers, serializers
from rest_framework.exceptions import ErrorDetail, ParseError

from gridsup.api.parsers import JSONBody
from gridsup.api.schema import ERRORS
from gridsup.api.views import ScopedViewSet
from gridsup.errors import BadInput, WrongState
from gridsup.images import CONTENT_TYPE, MOST_PICTURES, Picture, proven
from gridsup.pictures import handed_out

# The part of a form that holds the record as JSON, beside its files.
RECORD = "record"


class FilesForm(parsers.MultiPartParser):
    """A form with files, as `curl -F` sends it."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        try:
            return super().parse(stream, media_type, parser_context)
        except ParseError as error:
            raise ParseError(_("The form came only in part, or is not well formed. Send it again.")) from error


class WithFiles(ScopedViewSet):
    """Rows of which some operations take files, too (`takes_files`); the record itself is JSON in a part of the form.

    Decided by the operation, and unpacked here rather than by the parser: beside a session, the look for the token
    against forgery has read the form already, and no parser is asked.
    """

    takes_files: ClassVar[frozenset[str]]

    def get_parsers(self) -> list[Any]:
        parsers = super().get_parsers()
        method = str(getattr(self.request, "method", "")).lower()
        named = getattr(self, "action", None) or getattr(self, "action_map", {}).get(method)
        return [*parsers, FilesForm()] if named in self.takes_files else parsers

    def given(self) -> Any:
        data = super().given()
        if not isinstance(data, MultiValueDict) or RECORD not in data or self.action not in self.takes_files:
            return data
        part = data[RECORD]
        record = JSONBody().parse(part if isinstance(part, UploadedFile) else BytesIO(str(part).encode()))
        if not isinstance(record, dict):
            return record
        beside = {name: values for name, values in data.lists() if name != RECORD}
        files = {name: values for name, values in beside.items() if isinstance(values[0], UploadedFile)}
        return {**record, **{name: values[-1] for name, values in beside.items()}, **files}


class PicturesField(serializers.ListField):
    """Pictures as they were uploaded, each proven (`gridsup.images`); `too_many`: the sentence for more than fit."""

    child = serializers.FileField()

    def __init__(self, *, too_many: Promise, **kwargs: Any) -> None:
        super().__init__(allow_empty=False, **kwargs)
        self.too_many = too_many

    def to_internal_value(self, data: Any) -> list[Picture]:
        """Raises ValidationError with a sentence for each that is none."""
        uploads = data if isinstance(data, list) else [data]
        if not uploads:
            self.fail("empty")
        if len(uploads) > MOST_PICTURES:
            raise serializers.ValidationError([str(self.too_many) % {"most": MOST_PICTURES}], code="many")
        pictures, faults = [], []
        for upload in uploads:
            try:
                pictures.append(proven(self._file(upload), field=self.field_name or ""))
            except BadInput as error:
                faults.append(ErrorDetail(str(error), code=error.code))
        if faults:
            raise serializers.ValidationError(faults)
        return pictures

    def _file(self, upload: Any) -> Any:
        if not isinstance(upload, UploadedFile):
            raise BadInput(_("This is no file: send it as a part of a form (multipart/form-data)."))
        return upload


def a_picture() -> Callable[[Any], Any]:
    """What the documentation says of the download of a picture."""
    gone = OpenApiResponse(ERRORS, "Its file is gone.")
    return extend_schema(responses={(200, CONTENT_TYPE): OpenApiTypes.BINARY, 409: gone})


def kept_picture(file: FieldFile, name: str) -> HttpResponse:
    """The picture as a file; raises WrongState, in words, where it is gone."""
    try:
        return handed_out(file, name)
    except FileNotFoundError as error:
        raise WrongState(_("The file of this picture is not on the server any more.")) from error
