"""API of the photos of a visit: which there are, each as a file, added to it until it is reviewed."""

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from gridsup.api.files import PicturesField, WithFiles, a_picture, kept_picture
from gridsup.api.negotiation import WhateverAccepted
from gridsup.audit.recording import note
from inspections.actions import attach_photos, check_adds_photos
from inspections.models import Visit, VisitPhoto


class PhotoRow(serializers.ModelSerializer[VisitPhoto]):
    """A photo where its visit names it."""

    file = serializers.SerializerMethodField(help_text="address of the photo as a JPEG file")

    class Meta:
        model = VisitPhoto
        fields = ["id", "file"]

    def get_file(self, photo: VisitPhoto) -> str:
        return str(reverse("visit-photo", args=[photo.visit_id, photo.pk]))


class PhotosOfVisit(PicturesField):
    """Photos that come with a visit or after it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            too_many=gettext_lazy("A visit has at most %(most)d photos."),
            help_text="JPEG, PNG or WebP; kept without the place and time that a phone hides in them",
            **kwargs,
        )


class PhotosShape(serializers.Serializer[Any]):
    photos = PhotosOfVisit()


class VisitPhotos(WithFiles):
    """Adds `/photos`."""

    @extend_schema(responses=PhotoRow(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def photos(self, request: Request, pk: str) -> Response:
        """Which photos there are."""
        return self._photos_of(self.get_object())

    @extend_schema(
        request={"multipart/form-data": PhotosShape},
        responses={200: PhotoRow(many=True), 201: PhotoRow(many=True)},
        filters=False,
    )
    @photos.mapping.post
    def add_photos(self, request: Request, pk: str) -> Response:
        """One of its officers adds photos to a visit that nobody has reviewed, all or none; answers with every photo of
        the visit, 200 when each was there already."""
        visit = self.get_object()
        check_adds_photos(visit=visit, by=self.officer)
        pictures = self.body(PhotosShape)["photos"]
        with transaction.atomic():
            before = visit.photos.count()
            attach_photos(visit=visit, pictures=pictures, by=self.officer, now=timezone.now())
            is_new = visit.photos.count() > before
        return self._photos_of(visit, status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)

    @a_picture()
    @action(
        detail=True,
        url_path="photos/(?P<photo>[0-9]+)",
        content_negotiation_class=WhateverAccepted,
        pagination_class=None,
        filterset_class=None,
    )
    def photo(self, request: Request, pk: str, photo: str) -> HttpResponse:
        """One photo as a JPEG file."""
        found = get_object_or_404(VisitPhoto.objects.filter(visit=self.get_object()), pk=photo)
        note(request, row=found)
        return kept_picture(found.file, found.file_name)

    def _photos_of(self, visit: Visit, code: int = status.HTTP_200_OK) -> Response:
        # read anew: what came with the visit was there before the photos were added
        return Response(PhotoRow(VisitPhoto.objects.filter(visit=visit), many=True).data, status=code)
