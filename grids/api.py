"""API of areas and people, and the token login."""

from datetime import datetime
from typing import Any

from django.contrib.auth import authenticate
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import exceptions, serializers, status
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from grids import tokens
from grids.lockouts import locked_sentence, locked_until
from grids.models import ApiToken, Bureau, Grid, Locality, Officer, Posting, Station
from grids.people_api import OfficerSteps, PostingSteps, ResponsibleMixin
from grids.permissions import Permission
from gridsup.api.filters import InArea, KeyFilter, Ordering
from gridsup.api.schema import ERRORS
from gridsup.api.views import ScopedViewSet
from gridsup.audit.recording import note


class BureauRow(serializers.ModelSerializer[Bureau]):
    class Meta:
        model = Bureau
        fields = ["id", "area_code", "code", "name", "district_code", "level_names", "synthetic"]


class BureauDetail(BureauRow):
    class Meta(BureauRow.Meta):
        fields = [*BureauRow.Meta.fields, "outline"]


class BureauViewSet(ScopedViewSet):
    """District bureaus."""

    queryset = Bureau.objects.defer("outline")
    serializer_class = BureauRow
    detail_serializer_class = BureauDetail


class StationRow(serializers.ModelSerializer[Station]):
    bureau = serializers.CharField(source="bureau_id", read_only=True)

    class Meta:
        model = Station
        fields = ["id", "area_code", "code", "name", "bureau"]


class StationDetail(StationRow):
    class Meta(StationRow.Meta):
        fields = [*StationRow.Meta.fields, "outline", "outline_synthetic"]


class StationViewSet(ResponsibleMixin, ScopedViewSet):
    """Market-supervision stations; the outline stands on the station's own page."""

    queryset = Station.objects.defer("outline")
    serializer_class = StationRow
    detail_serializer_class = StationDetail


class GridRow(serializers.ModelSerializer[Grid]):
    station = serializers.CharField(source="station_id", read_only=True)

    class Meta:
        model = Grid
        fields = ["id", "area_code", "code", "name", "station", "extent", "state", "synthetic"]


class GridDetail(GridRow):
    class Meta(GridRow.Meta):
        fields = [*GridRow.Meta.fields, "boundary"]


class GridFilter(InArea):
    on = filters.DateFilter(method="in_force_on", help_text="grids in force on this day")
    ordering = Ordering(fields=["code", "name"])

    class Meta:
        model = Grid
        fields = ["state"]

    def in_force_on(self, queryset: Any, name: str, day: Any) -> Any:
        return queryset.in_force_on(day)


class GridViewSet(ResponsibleMixin, ScopedViewSet):
    """Grids; the boundary stands on the grid's own page."""

    queryset = Grid.objects.defer("boundary")
    serializer_class = GridRow
    detail_serializer_class = GridDetail
    filterset_class = GridFilter


class LocalityRow(serializers.ModelSerializer[Locality]):
    street = serializers.CharField(source="street_id", read_only=True, allow_null=True)
    grid = serializers.CharField(source="grid_id", read_only=True, allow_null=True)

    class Meta:
        model = Locality
        fields = ["id", "area_code", "code", "name", "kind", "street", "grid"]


class LocalityFilter(InArea):
    street = filters.CharFilter(field_name="street", help_text="12-digit code")
    ordering = Ordering(fields=["code", "name"])

    class Meta:
        model = Locality
        fields = ["kind"]


class LocalityViewSet(ScopedViewSet):
    """Streets, villages and communities: the places inside grids."""

    queryset = Locality.objects.all()
    serializer_class = LocalityRow
    filterset_class = LocalityFilter


class OfficerName(serializers.ModelSerializer[Officer]):
    """An officer where another row names them."""

    class Meta:
        model = Officer
        fields = ["id", "name"]


class PostingRow(serializers.ModelSerializer[Posting]):
    officer = OfficerName(read_only=True)

    class Meta:
        model = Posting
        fields = [
            "id", "area_code", "officer", "duty", "line", "team", "from_day", "to_day", "stands_in_for", "called_off",
        ]  # fmt: skip


class PostingFilter(InArea):
    officer = KeyFilter(field_name="officer")
    on = filters.DateFilter(method="held_on", help_text="postings that hold on this day")
    ordering = Ordering(fields=["area_code", "duty", "from_day"])

    class Meta:
        model = Posting
        fields = ["duty"]

    def held_on(self, queryset: Any, name: str, day: Any) -> Any:
        return queryset.on(day)


class PostingViewSet(PostingSteps):
    """Who holds which post, since when and until when."""

    queryset = Posting.objects.select_related("officer")
    serializer_class = PostingRow
    filterset_class = PostingFilter


class PostName(serializers.ModelSerializer[Posting]):
    class Meta:
        model = Posting
        fields = ["id", "area_code", "duty", "line", "team", "from_day"]


class OfficerRow(serializers.ModelSerializer[Officer]):
    """Phone and certificate are empty for whoever may see the account, but not the person."""

    area_code = serializers.SerializerMethodField(help_text="area of the first post of today; empty without one")
    postings = PostName(many=True, read_only=True, source="posts_of_today", help_text="posts of today")
    phone = serializers.SerializerMethodField()
    certificate_no = serializers.SerializerMethodField()
    certificate_valid_to = serializers.SerializerMethodField()

    class Meta:
        model = Officer
        fields = [
            "id", "area_code", "username", "name", "is_active", "phone", "certificate_no", "certificate_valid_to",
            "postings",
        ]  # fmt: skip

    def get_area_code(self, officer: Officer) -> str:
        posts: list[Posting] = officer.posts_of_today  # type: ignore[attr-defined]
        return posts[0].area_code if posts else ""

    def get_phone(self, officer: Officer) -> str:
        return officer.phone if self._known(officer) else ""

    def get_certificate_no(self, officer: Officer) -> str:
        return officer.certificate_no if self._known(officer) else ""

    def get_certificate_valid_to(self, officer: Officer) -> str | None:
        day = officer.certificate_valid_to
        return day.isoformat() if day and self._known(officer) else None

    def _known(self, officer: Officer) -> bool:
        return bool(officer.is_known)  # type: ignore[attr-defined]


class OfficerFilter(InArea):
    ordering = Ordering(fields=["username", "name"])

    class Meta:
        model = Officer
        fields = ["is_active"]


class OfficerViewSet(OfficerSteps):
    """Officers with a post, of today or earlier, in one's areas."""

    queryset = Officer.objects.all()
    serializer_class = OfficerRow
    filterset_class = OfficerFilter

    def seen_with(self) -> tuple[str, ...]:
        return Permission.VIEW_PEOPLE, Permission.VIEW_ACCOUNTS

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return queryset
        posts = Posting.objects.on(timezone.localdate()).order_by("area_code", "duty")
        return queryset.marking_known_to(self.officer).prefetch_related(
            Prefetch("postings", posts, to_attr="posts_of_today")
        )


class Credentials(serializers.Serializer[Any]):
    username = serializers.CharField()
    password = serializers.CharField(trim_whitespace=False)
    name = serializers.CharField(max_length=60, default="", allow_blank=True, help_text="the program or device")


class Locked(exceptions.APIException):
    """Too many failed logins from here: the account rests."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS
    default_code = "locked"

    def __init__(self, until: datetime) -> None:
        now = timezone.now()
        super().__init__(locked_sentence(until, now=now))
        self.wait = (until - now).total_seconds()


class TokenView(APIView):
    """Token login: a key that expires, for `Authorization: Token KEY`."""

    def get_permissions(self) -> list[Any]:
        return [AllowAny()] if self.request is None or self.request.method == "POST" else [IsAuthenticated()]

    def get_authenticators(self) -> list[Any]:
        # A login must work beside a session that ran out or a stale key: only the taking back asks who is there.
        if self.request is not None and self.request.method == "POST":
            return []
        return super().get_authenticators()

    def get_authenticate_header(self, request: Request) -> str:
        return tokens.TokenAuthentication.keyword

    @extend_schema(
        request=Credentials,
        responses={
            200: inline_serializer("Token", {"token": serializers.CharField(), "expires": serializers.DateTimeField()}),
            429: OpenApiResponse(ERRORS, "Too many failed logins: wait as long as the sentence says."),
        },
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """A new key; it is shown this once. The keys of other devices stay valid."""
        given = Credentials(data=request.data)
        given.is_valid(raise_exception=True)
        plain: Any = request._request
        name = given.validated_data.pop("name")
        officer = authenticate(plain, **given.validated_data)
        if getattr(plain, "axes_locked_out", False):
            plain.axes_locked_out = False  # answered here; the middleware would put a page in its place
            raise Locked(locked_until(plain, given.validated_data["username"], now=timezone.now()))
        if not isinstance(officer, Officer):
            raise exceptions.AuthenticationFailed(_("User name or password is wrong."))
        tokens.check_own_password(officer)
        note(plain, person=officer)
        key, token = tokens.issue(officer=officer, name=name, now=timezone.now())
        expires: datetime = timezone.localtime(token.expires)
        return Response({"token": key, "expires": expires.isoformat()})

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Takes back the key that was presented."""
        if not isinstance(request.auth, ApiToken):
            raise exceptions.ValidationError({"token": [_("Present the token that is to be taken back.")]})
        note(request, action="token_revoked")
        request.auth.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class TokenScheme(OpenApiAuthenticationExtension):
    """How the documentation describes the token login."""

    target_class = "grids.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": "`Token KEY`"}
