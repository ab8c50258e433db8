"""API of the pictures of a complaint: they come with it, and are handed out to whoever sees it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from complaints.models import Attachment
from gridsup.api.files import PicturesField, WithFiles, a_picture, kept_picture
from gridsup.api.negotiation import WhateverAccepted
from gridsup.audit.recording import note


class PictureRow(serializers.ModelSerializer[Attachment]):
    """A picture where its complaint names it."""

    file = serializers.SerializerMethodField(help_text="address of the picture as a JPEG file")

    class Meta:
        model = Attachment
        fields = ["id", "file"]

    def get_file(self, attachment: Attachment) -> str:
        return str(reverse("complaint-picture", args=[attachment.complaint_id, attachment.pk]))


class PicturesOfComplaint(PicturesField):
    """Pictures that come with a complaint."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            too_many=gettext_lazy("Choose at most %(most)d pictures."),
            help_text="JPEG, PNG or WebP; kept without the place and time that a phone hides in them",
            **kwargs,
        )


class ComplaintPictures(WithFiles):
    """Adds `/pictures`."""

    @extend_schema(responses=PictureRow(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def pictures(self, request: Request, pk: str) -> Response:
        """Which pictures came with it."""
        return Response(PictureRow(self.get_object().attachments, many=True).data)

    @a_picture()
    @action(
        detail=True,
        url_path="pictures/(?P<picture>[0-9]+)",
        content_negotiation_class=WhateverAccepted,
        pagination_class=None,
        filterset_class=None,
    )
    def picture(self, request: Request, pk: str, picture: str) -> HttpResponse:
        """One picture as a JPEG file."""
        found = get_object_or_404(Attachment.objects.filter(complaint=self.get_object()), pk=picture)
        note(request, row=found)
        return kept_picture(found.file, found.file_name)
