"""Readers of request bodies that refuse what is too long or too deep before it costs memory."""

from collections.abc import Mapping
from io import BytesIO
from json import JSONDecodeError
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError


def bounded(stream: IO[Any]) -> BytesIO:
    """The body, read up to the limit for uploads in memory; raises RequestDataTooBig beyond it."""
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    body = stream.read(most + 1)
    if len(body) > most:
        raise RequestDataTooBig("The body is longer than what is kept in memory.")
    return BytesIO(body)


class JSONBody(parsers.JSONParser):
    """A JSON body."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        try:
            return super().parse(bounded(stream), media_type, parser_context)
        except RecursionError as error:
            raise ParseError(_("The body is nested too deep.")) from error
        except ParseError as error:
            raise ParseError(_no_json(error.__cause__ or error.__context__)) from error


def _no_json(error: BaseException | None) -> str:
    """Where the body ceases to be JSON, in the language of the caller."""
    if isinstance(error, JSONDecodeError):
        return _("This is no JSON: look at line %(line)d, character %(column)d.") % {
            "line": error.lineno, "column": error.colno,
        }  # fmt: skip
    if isinstance(error, UnicodeDecodeError):
        return _("The body is no text in UTF-8.")
    return _("The body is no JSON: NaN and Infinity are no numbers there.")


class FormBody(parsers.FormParser):
    """A form body, as `curl -d` sends it."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        return super().parse(bounded(stream), media_type, parser_context)
