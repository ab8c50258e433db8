"""One shape of error for everything under /api/."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import defaults
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.settings import api_settings

from gridsup.errors import AlreadyStored, BadInput, DomainError, NotAllowed, Overtaken, TooOften, WrongState
from gridsup.images import MEGABYTE
from gridsup.uploads import LARGEST_FORM

log = logging.getLogger(__name__)

STATUSES: dict[type[DomainError], int] = {
    NotAllowed: status.HTTP_403_FORBIDDEN,
    WrongState: status.HTTP_409_CONFLICT,
    Overtaken: status.HTTP_409_CONFLICT,
    BadInput: status.HTTP_400_BAD_REQUEST,
    TooOften: status.HTTP_429_TOO_MANY_REQUESTS,
}
NO_TRACE = gettext_lazy("The audit trail cannot be written just now, so this is not shown. Try again in a moment.")

Fault = dict[str, str | int]
OUR_FAULT = gettext_lazy("Something went wrong on our side. Try again; if it stays, tell the administrator.")


class TooLarge(exceptions.APIException):
    """What was sent is more than what is taken; the sentence says the limits."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


def limit_of(error: Exception | None) -> str:
    """The sentence of a limit that a whole request went beyond; empty for any other error."""
    if isinstance(error, RequestDataTooBig):
        return _(
            "More was sent than is taken: at most %(text)s MB of text, and with files %(form)d MB together. Nothing "
            "was stored."
        ) % {"text": settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 2**20, "form": LARGEST_FORM // MEGABYTE}
    if isinstance(error, (TooManyFieldsSent, TooManyFilesSent)):
        return _(
            "More was sent than is taken: a form has at most %(fields)d fields and %(files)d files. Nothing was stored."
        ) % {"fields": settings.DATA_UPLOAD_MAX_NUMBER_FIELDS, "files": settings.DATA_UPLOAD_MAX_NUMBER_FILES}
    return ""


def explain(error: Exception, context: Mapping[str, Any]) -> Response:
    """Any exception as `{"errors": [{"code", "field", "message"}]}`, with the `id` of a row that stands already."""
    if isinstance(error, DomainError):
        code = next((code for kind, code in STATUSES.items() if isinstance(error, kind)), 400)
        fault = _fault(error.code, error.field, str(error))
        if isinstance(error, AlreadyStored):
            fault["id"] = error.row
        return Response({"errors": [fault]}, code, headers=_headers(error))
    if isinstance(error, Http404):
        error = exceptions.NotFound(_("There is no such row among those that you may see."))
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif sentence := limit_of(error):
        error = TooLarge(sentence)
    elif isinstance(error, (SuspiciousOperation, MultiPartParserError)):
        error = exceptions.ParseError(_("The request cannot be read."))
    if isinstance(error, exceptions.APIException):
        return Response({"errors": list(_faults(error.get_full_details()))}, error.status_code, headers=_headers(error))
    log.exception("%s failed", getattr(context.get("request"), "path", "request"), exc_info=error)
    # what Django does with an error nobody caught: tests and error trackers listen to it
    got_request_exception.send(sender=explain, request=context.get("request"))
    return Response({"errors": [_fault("error", "", str(OUR_FAULT))]}, status=status.HTTP_500_INTERNAL_SERVER_ERROR)


def _headers(error: exceptions.APIException | DomainError) -> dict[str, str]:
    """`WWW-Authenticate` for a login that is missing, `Retry-After` for a person who asked too often."""
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = str(error.auth_header)  # type: ignore[union-attr]
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(int(error.wait))  # type: ignore[union-attr]
    return headers


def _faults(details: Any, field: str = "") -> Iterator[Fault]:
    """The framework's nested details, flat; a nested field reads `outer.inner`."""
    if isinstance(details, Mapping) and set(details) == {"message", "code"} and isinstance(details["code"], str):
        yield _fault(details["code"], field, str(details["message"]))
    elif isinstance(details, Mapping):
        for name, inner in details.items():
            own = "" if name == api_settings.NON_FIELD_ERRORS_KEY else str(name)
            yield from _faults(inner, ".".join(part for part in (field, own) if part))
    else:
        for inner in details:
            yield from _faults(inner, field)


def _fault(code: str, field: str, message: str) -> Fault:
    return {"code": code, "field": field, "message": message}


def refused_before(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that no view was reached for (a forged host, a body beyond limits): JSON under /api/, else a page."""
    sentence = limit_of(exception)
    if is_api(request):
        if sentence:
            return refused_with(TooLarge.default_code, sentence, TooLarge.status_code)
        return refused_with("bad_request", _("The request cannot be read."), 400)
    if sentence:
        return HttpResponse(render_to_string("413.html", {"sentence": sentence}), status=TooLarge.status_code)
    return defaults.bad_request(request, exception or SuspiciousOperation())


def failed_before(request: HttpRequest) -> HttpResponse:
    """An error outside of any view: JSON under /api/, else a page."""
    if not is_api(request):
        return defaults.server_error(request)
    return JsonResponse({"errors": [_fault("error", "", str(OUR_FAULT))]}, status=500)


def away() -> HttpResponse:
    """The audit trail cannot be written: what must leave a trace there is not shown."""
    return refused_with("trail_away", str(NO_TRACE), 503)


def refused_with(code: str, message: str, status: int) -> HttpResponse:
    """A refusal from outside of any view, in the shape of all others."""
    return JsonResponse({"errors": [_fault(code, "", message)]}, status=status)


def is_api(request: HttpRequest) -> bool:
    """The request asked the API, so that its answer must be JSON."""
    return request.path_info.startswith("/api/")
