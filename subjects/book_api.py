"""API of the four ledgers as they stood on a day, and of their files."""

from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import FileResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, inline_serializer
from rest_framework import exceptions, serializers, status
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from grids.areas import areas_asked
from gridsup.api.filters import InArea, Ordering
from gridsup.api.negotiation import WhateverAccepted
from gridsup.api.schema import ERRORS
from gridsup.api.views import AreaCode, ScopedViewSet
from gridsup.audit.recording import note_looked_at
from gridsup.books import Ask, Book
from subjects.book_forms import BookQuestion
from subjects.books import BOOKS
from subjects.books.workbook import CONTENT_TYPE, file_name
from subjects.exporting import opened, request_export
from subjects.models import LedgerExport

PAGE_SIZE = 100
ASKED = ("area", "on", "q", "after", "before")


class BookView(APIView):
    """A page of one ledger: `codes`, `areas`, `subjects` or `people`, as it stood on a day."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        parameters=[
            OpenApiParameter("area", str, description="code of a bureau, station or grid"),
            OpenApiParameter("on", date, description="the day; today without it"),
            OpenApiParameter("q", str, description="part of a name, address or code (subjects alone)"),
            OpenApiParameter("after", str, description="key of the row before the page: the `id` of a row"),
            OpenApiParameter("before", str, description="key of the row behind the page"),
        ],
        responses=inline_serializer(
            "LedgerPage",
            {
                "count": serializers.IntegerField(),
                "next": serializers.CharField(allow_null=True),
                "previous": serializers.CharField(allow_null=True),
                "undated": serializers.ListField(child=serializers.CharField(), help_text="as written today"),
                "results": serializers.ListField(child=serializers.DictField()),
            },
        ),
    )
    def get(self, request: Request, name: str) -> Response:
        """Rows in the order of their keys, one hundred a page; days as text, areas in km² as text."""
        book = BOOKS.get(name)
        if book is None:
            raise exceptions.NotFound
        officer: Any = request.user
        if not officer.has_perm(book.permission):
            raise exceptions.PermissionDenied
        question = _understood(request)
        ask = Ask(
            areas_asked(officer, book.permission, question.asked.get("area", "")),
            question.day,
            question.asked.get("q", "") if book.searched else "",
        )
        note_looked_at(request, book.label, ask.codes, ask.day)
        given = {way: request.query_params.get(way, "") for way in ("after", "before")}
        page, count = book.page(ask, **given, size=PAGE_SIZE)
        return Response(
            {
                "count": count,
                "next": _address(request, name, after=page.next),
                "previous": _address(request, name, before=page.previous),
                "undated": [column.name for column in book.columns if column.today],
                "results": [_row(book, line.key, line.cells) for line in page.lines],
            }
        )


def _understood(request: Request) -> BookQuestion:
    """What is asked; raises ValidationError, by field, for anything that is not understood."""
    given = {name: str(value) for name, value in request.query_params.items() if name != "format"}
    faults = _unknown(given)
    question = BookQuestion(given, today=timezone.localdate())
    faults |= {name: [str(sentence) for sentence in sentences] for name, sentences in question.errors.items()}
    if faults:
        raise exceptions.ValidationError(faults)
    return question


def _unknown(given: dict[str, str]) -> dict[str, list[str]]:
    message = _("This list has no such parameter. It has: %(known)s.") % {"known": ", ".join(ASKED)}
    return {name: [message] for name in given if name not in ASKED}


def _address(request: Request, name: str, **way: str) -> str | None:
    """The address of another page; none at the ends."""
    if not any(way.values()):
        return None
    given = {key: value for key, value in request.query_params.items() if key not in {"after", "before"}}
    path = reverse("api-ledger", args=[name], request=request)
    return f"{path}?{urlencode({**given, **way})}"


def _row(book: Book[Any], key: str, cells: list[Any]) -> dict[str, Any]:
    values = {column.name: _plain(cell) for column, cell in zip(book.columns, cells, strict=True)}
    return {"id": key, "area_code": key.split(",", maxsplit=1)[0], **values}


def _plain(cell: Any) -> Any:
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell) if isinstance(cell, Decimal) else cell


class ExportRow(serializers.ModelSerializer[LedgerExport]):
    state = serializers.CharField(source="job.state", read_only=True)
    error = serializers.CharField(source="job.error", read_only=True, help_text="why it was not written; else empty")
    file = serializers.SerializerMethodField(help_text="address of the workbook; null until it is written")

    class Meta:
        model = LedgerExport
        fields = ["id", "area_code", "day", "state", "error", "rows", "requested_at", "built_at", "file"]

    def get_file(self, export: LedgerExport) -> str | None:
        return None if export.built_at is None else str(reverse("ledgerexport-file", args=[export.pk]))


class ExportWanted(serializers.Serializer[Any]):
    area = AreaCode(help_text="code of a bureau, station or grid")
    day = serializers.DateField(help_text="today or earlier")


class ExportFilter(InArea):
    ordering = Ordering(fields=["requested_at", "day"])

    class Meta:
        model = LedgerExport
        fields = ["day"]


class LedgerExportViewSet(ScopedViewSet):
    """The four ledgers of an area on a day as one workbook, written in the background, kept for a week."""

    queryset = LedgerExport.objects.select_related("job")
    serializer_class = ExportRow
    filterset_class = ExportFilter

    @extend_schema(request=ExportWanted, responses={200: ExportRow, 201: ExportRow})
    def create(self, request: Request) -> Response:
        """Asks for a workbook; while the same one is being written, answers 200 with that one."""
        given, now = self.body(ExportWanted), timezone.now()
        export = request_export(**given, by=self.officer, now=now)
        return self.answer(export, status.HTTP_201_CREATED if export.requested_at == now else status.HTTP_200_OK)

    @extend_schema(
        responses={
            (200, CONTENT_TYPE): OpenApiTypes.BINARY,
            409: OpenApiResponse(ERRORS, "It is not written yet, could not be written, or its file is gone."),
        }
    )
    @action(detail=True, content_negotiation_class=WhateverAccepted)
    def file(self, request: Request, pk: str) -> FileResponse:
        """The workbook (XLSX)."""
        export = self.get_object()
        name = file_name(list(BOOKS.values()), Ask((export.area_code,), export.day))
        return FileResponse(opened(export), as_attachment=True, filename=name, content_type=CONTENT_TYPE)
