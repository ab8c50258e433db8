"""API of responsibility letters."""

from typing import Any

from django.http import FileResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from grids.actions import record_signature, request_letters, withdraw_signature
from grids.api import PostingRow
from grids.letter_views import WORD
from grids.lettering.files import file_name, opened
from grids.models import ResponsibilityLetter
from grids.permissions import Permission
from gridsup.api.filters import InArea, Ordering
from gridsup.api.negotiation import WhateverAccepted
from gridsup.api.schema import ERRORS
from gridsup.api.views import AreaCode, ScopedViewSet
from gridsup.audit.recording import note
from gridsup.models import Job


class LetterRow(serializers.ModelSerializer[ResponsibilityLetter]):
    number = serializers.CharField(read_only=True)
    holder = PostingRow(read_only=True)
    giver = PostingRow(read_only=True)
    file = serializers.SerializerMethodField(help_text="address of the letter as a Word document")

    class Meta:
        model = ResponsibilityLetter
        fields = [
            "id", "area_code", "year", "version", "number", "state", "made_on", "signed_on", "holder", "giver", "file",
        ]  # fmt: skip

    def get_file(self, letter: ResponsibilityLetter) -> str:
        return str(reverse("responsibilityletter-file", args=[letter.pk]))


class LettersWanted(serializers.Serializer[Any]):
    area = AreaCode(help_text="code of a bureau, station or grid")
    year = serializers.IntegerField(min_value=2000, max_value=2199, help_text="this year or the next")


class LettersJob(serializers.ModelSerializer[Job]):
    class Meta:
        model = Job
        fields = ["id", "name", "period", "area_code", "state"]


class Signature(serializers.Serializer[Any]):
    signed_on = serializers.DateField()


class TakenBack(serializers.Serializer[Any]):
    why = serializers.CharField(max_length=300)


class LetterFilter(InArea):
    ordering = Ordering(fields=["area_code", "made_on", "signed_on"])

    class Meta:
        model = ResponsibilityLetter
        fields = ["year", "state"]


class LetterViewSet(ScopedViewSet):
    """Responsibility letters of a year, with the posts that sign; a superseded one stays."""

    queryset = ResponsibilityLetter.objects.select_related("holder__officer", "giver__officer")
    serializer_class = LetterRow
    filterset_class = LetterFilter

    @extend_schema(request=LettersWanted, responses={202: LettersJob})
    def create(self, request: Request) -> Response:
        """Has the letters made that are still missing at or below the area; answers with the job that makes them."""
        given = self.body(LettersWanted)
        job = request_letters(year=given["year"], area=given["area"], by=self.officer, now=timezone.now())
        note(request, row=job)
        return Response(LettersJob(job).data, status=status.HTTP_202_ACCEPTED)

    @extend_schema(request=Signature, responses=LetterRow)
    @action(detail=True, methods=["post"])
    def sign(self, request: Request, pk: str) -> Response:
        """Records that both sides signed on a day; said by the side above."""

        def act(letter: ResponsibilityLetter, given: dict[str, Any]) -> object:
            return record_signature(letter=letter, **given, by=self.officer, now=timezone.now())

        return self.act(act, Signature, Permission.KEEP_LETTERS)

    @extend_schema(request=TakenBack, responses=LetterRow)
    @action(detail=True, methods=["post"])
    def unsign(self, request: Request, pk: str) -> Response:
        """Takes back a signature that was recorded by mistake."""

        def act(letter: ResponsibilityLetter, given: dict[str, Any]) -> object:
            return withdraw_signature(letter=letter, **given, by=self.officer, now=timezone.now())

        return self.act(act, TakenBack, Permission.KEEP_LETTERS)

    @extend_schema(responses={(200, WORD): OpenApiTypes.BINARY, 409: OpenApiResponse(ERRORS, "Its file is gone.")})
    @action(detail=True, content_negotiation_class=WhateverAccepted)
    def file(self, request: Request, pk: str) -> FileResponse:
        """The letter as a Word document."""
        letter = self.get_object()
        return FileResponse(opened(letter), as_attachment=True, filename=file_name(letter), content_type=WORD)
