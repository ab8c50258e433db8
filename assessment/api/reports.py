"""API of reports."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import FileResponse
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from assessment.actions import request_report
from assessment.models import Report
from assessment.reporting.delivery import CONTENT_TYPES, delivered
from assessment.reporting.desk import SHEET, TEXT
from gridsup.api.filters import InArea, Ordering
from gridsup.api.negotiation import WhateverAccepted
from gridsup.api.schema import ERRORS
from gridsup.api.views import AreaCode, ScopedViewSet
from gridsup.models import Job

F = TypeVar("F", bound=Callable[..., Any])


class ReportRow(serializers.ModelSerializer[Report]):
    state = serializers.ChoiceField(source="job.state", choices=Job.State.choices, read_only=True)
    done = serializers.SerializerMethodField(help_text="steps that are done")
    steps_total = serializers.IntegerField(source="job.steps_total", read_only=True)
    error = serializers.CharField(source="job.error", read_only=True, help_text="why it was not built; else empty")
    sheet = serializers.SerializerMethodField(help_text="address of the sheet; null until it is built")
    text = serializers.SerializerMethodField(help_text="address of the text; null until it is built")

    class Meta:
        model = Report
        fields = [
            "id", "area_code", "period", "version", "state", "done", "steps_total", "error", "requested_at", "built_at",
            "sheet", "text",
        ]  # fmt: skip

    def get_done(self, report: Report) -> int:
        return len(report.job.steps_done)

    def get_sheet(self, report: Report) -> str | None:
        return self._address(report, "report-sheet")

    def get_text(self, report: Report) -> str | None:
        return self._address(report, "report-text")

    def _address(self, report: Report, route: str) -> str | None:
        return None if report.built_at is None else reverse(route, args=[report.pk])


class ReportRequest(serializers.Serializer[Any]):
    area = AreaCode(help_text="code of a bureau or station")
    period = serializers.CharField(max_length=10, help_text="a month or quarter that is over: 2026-10 or 2026Q3")


class ReportFilter(InArea):
    state = filters.ChoiceFilter(field_name="job__state", choices=Job.State.choices)
    ordering = Ordering(fields=["requested_at", "built_at", "period"])

    class Meta:
        model = Report
        fields = ["period"]


def a_file(kind: str) -> Callable[[F], F]:
    """What the documentation says of a download."""
    return extend_schema(
        responses={
            (200, CONTENT_TYPES[kind]): OpenApiTypes.BINARY,
            409: OpenApiResponse(ERRORS, "It is not built yet, could not be built, or its file is gone."),
        }
    )


class ReportViewSet(ScopedViewSet):
    """Reports of a bureau's or station's month or quarter, each version with the state of its job."""

    queryset = Report.objects.select_related("job")
    serializer_class = ReportRow
    filterset_class = ReportFilter

    @extend_schema(request=ReportRequest, responses={200: ReportRow, 201: ReportRow})
    def create(self, request: Request) -> Response:
        """Asks for a report; while the same one is being built, answers 200 with that one."""
        given, now = self.body(ReportRequest), timezone.now()
        report = request_report(**given, by=self.officer, now=now)
        code = status.HTTP_201_CREATED if report.requested_at == now else status.HTTP_200_OK
        return self.answer(report, code)

    @a_file(SHEET)
    @action(detail=True, content_negotiation_class=WhateverAccepted)
    def sheet(self, request: Request, pk: str) -> FileResponse:
        """The sheet (XLSX): what was counted, and every row of it."""
        return self._file(SHEET)

    @a_file(TEXT)
    @action(detail=True, content_negotiation_class=WhateverAccepted)
    def text(self, request: Request, pk: str) -> FileResponse:
        """The text (DOCX), to be edited."""
        return self._file(TEXT)

    def _file(self, kind: str) -> FileResponse:
        report = self.get_object()
        file = delivered(report, kind)
        return FileResponse(file.content, as_attachment=True, filename=file.name, content_type=file.content_type)
