"""API for whoever sent a complaint, without an account: follow it by number and code, and rate what was done.

The code is the secret, as on the public pages: it stands in no address, and wrong ones count together with theirs.
"""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from complaints.actions import rate
from complaints.api import RatingRow
from complaints.course import Course, course_of
from complaints.following import NO_OFFICER, found, may_rate
from complaints.models import Complaint, Rating
from complaints.public_forms import MOST_TYPED, as_stored
from gridsup.api.schema import ERRORS
from gridsup.api.views import checked_by
from gridsup.errors import NotAllowed

NO_STORE = {"Cache-Control": "no-store"}
GUESSED = OpenApiResponse(ERRORS, "Too many wrong numbers or codes from this connection: wait as long as it says.")


class AsStored(serializers.CharField):
    """A number or code, however it was written."""

    def to_internal_value(self, data: Any) -> str:
        return as_stored(super().to_internal_value(data))


class Keys(serializers.Serializer[Any]):
    number = AsStored(max_length=MOST_TYPED, help_text="of the complaint: 05-2026-000123")
    code = AsStored(max_length=MOST_TYPED, help_text="that was told with the number")


class RatingGiven(Keys):
    score = serializers.IntegerField(min_value=1, max_value=5, help_text="5: very satisfied")
    comment = serializers.CharField(
        max_length=Rating._meta.get_field("comment").max_length, required=False, allow_blank=True, default=""
    )


class StageRow(serializers.Serializer[Any]):
    day = serializers.DateField()
    words = serializers.CharField()
    reason = serializers.CharField(help_text="written to the person; else empty")


class LimitRow(serializers.Serializer[Any]):
    words = serializers.CharField()
    by = serializers.DateField()
    is_provisional = serializers.BooleanField()
    is_paused = serializers.BooleanField()


class Followed(serializers.Serializer[Course]):
    """What the person may see of the course."""

    number = serializers.CharField(source="complaint.number")
    kind = serializers.ChoiceField(choices=Complaint.Kind.choices, source="complaint.kind")
    stages = StageRow(many=True, help_text="the latest last")
    limits = LimitRow(many=True, help_text="by when the next thing is owed")
    result = serializers.CharField(help_text="empty until it was told")
    may_rate = serializers.SerializerMethodField(help_text="the result was told, and not rated yet")
    rating = RatingRow(source="complaint.rating", allow_null=True, default=None)

    def get_may_rate(self, course: Course) -> bool:
        return may_rate(course.complaint)


class FollowView(APIView):
    """Open to everybody; who has no code learns nothing."""

    permission_classes = [AllowAny]

    @extend_schema(request=Keys, responses={200: Followed, 429: GUESSED})
    def post(self, request: Request) -> Response:
        """The course of a complaint, report or question, by its number and code."""
        return self.shown(self.named(checked_by(Keys(data=request.data))))

    def named(self, given: dict[str, Any]) -> Complaint:
        """The complaint of number and code, which are taken out of what was given."""
        return found(self.request._request, given.pop("number"), given.pop("code"))

    def shown(self, complaint: Complaint, code: int = status.HTTP_200_OK) -> Response:
        """Its course; kept by no cache."""
        return Response(Followed(course_of(complaint)).data, code, headers=NO_STORE)


class RateView(FollowView):
    """Open to everybody but officers; who has no code rates nothing."""

    @extend_schema(
        request=RatingGiven,
        responses={
            201: Followed,
            409: OpenApiResponse(ERRORS, "The result was not told yet, or it was rated already."),
            429: GUESSED,
        },
    )
    def post(self, request: Request) -> Response:
        """How satisfied the person who asked is with what was done, once; refused to whoever is logged in."""
        if request.user.is_authenticated:
            raise NotAllowed(NO_OFFICER)
        given = checked_by(RatingGiven(data=request.data))
        complaint = self.named(given)
        rate(complaint=complaint, now=timezone.now(), **given)
        return self.shown(complaint, status.HTTP_201_CREATED)
