"""API of scorecards: read with every line and its rows, computed by a job, published at once."""

from typing import Any

from django.db.models import Prefetch
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from assessment.actions import publish_scores, request_scores
from assessment.indicators import INDICATORS, Shown, Span
from assessment.models import Scorecard, ScorecardEvent, ScoreLine
from assessment.models.scorecard import SCORECARD_MOVES
from assessment.scoring import fingerprint_of, is_intact
from grids.permissions import Permission
from gridsup.api.filters import InArea, Ordering
from gridsup.api.jobs import JobDetail
from gridsup.api.schema import ERRORS
from gridsup.api.views import AreaCode, ScopedViewSet
from gridsup.audit.recording import note
from gridsup.models import Job
from gridsup.periods import Period
from gridsup.states import targets

NOT_LOOKED_AT = gettext_lazy(
    "Hand in the fingerprint of the scores that you looked at (GET scorecards/fingerprint): what nobody looked at "
    "is not published."
)
STALE = OpenApiResponse(
    ERRORS,
    "`overtaken`: the scores were computed again after `seen` was read, or are published already; look again. "
    "`wrong_state`: a card no longer says what was computed. Nothing was published.",
)
LEVELS = [(2, "bureau"), (4, "station"), (6, "grid")]


class ScorecardRow(serializers.ModelSerializer[Scorecard]):
    scheme = serializers.CharField(source="scheme.preset", read_only=True)

    class Meta:
        model = Scorecard
        fields = [
            "id", "area_code", "period", "version", "state", "total", "grade", "rank", "scheme", "cut_off",
            "computed_at", "published_at",
        ]  # fmt: skip


class ScoreLineRow(serializers.ModelSerializer[ScoreLine]):
    name = serializers.SerializerMethodField()
    counted = serializers.SerializerMethodField(help_text="what the denominator counts, in words")
    met = serializers.SerializerMethodField(help_text="what the numerator counts, in words")

    class Meta:
        model = ScoreLine
        fields = [
            "indicator", "name", "counted", "met", "numerator", "denominator", "target_percent", "weight",
            "effective_weight", "points",
        ]  # fmt: skip

    def get_name(self, line: ScoreLine) -> str:
        return str(INDICATORS[line.indicator].label)

    def get_counted(self, line: ScoreLine) -> str:
        return str(INDICATORS[line.indicator].whole)

    def get_met(self, line: ScoreLine) -> str:
        return str(INDICATORS[line.indicator].part)


class ScorecardEventRow(serializers.ModelSerializer[ScorecardEvent]):
    by = serializers.CharField(source="by.name", read_only=True, default="", help_text="empty: a job")

    class Meta:
        model = ScorecardEvent
        fields = ["what", "old", "new", "by", "at", "why"]


class ScorecardDetail(ScorecardRow):
    lines = ScoreLineRow(many=True, read_only=True)
    intact = serializers.SerializerMethodField(help_text="the card still says what was computed")
    next_states = serializers.SerializerMethodField(help_text="states that can follow, whoever may move it there")
    events = ScorecardEventRow(many=True, read_only=True)

    class Meta(ScorecardRow.Meta):
        fields = [*ScorecardRow.Meta.fields, "digest", "intact", "lines", "next_states", "events"]

    def get_intact(self, card: Scorecard) -> bool:
        return is_intact(card)

    def get_next_states(self, card: Scorecard) -> list[str]:
        return targets(SCORECARD_MOVES, card.state)


class RowsQuery(serializers.Serializer[Any]):
    indicator = serializers.ChoiceField(choices=list(INDICATORS))
    show = serializers.ChoiceField(
        choices=["counted", "met", "missed", "left_out"], default="counted", help_text="which rows of the line"
    )
    exact = serializers.BooleanField(
        default=False, help_text="only rows at the level of the card, in none of the areas below it"
    )
    page = serializers.IntegerField(required=False, min_value=1)
    page_size = serializers.IntegerField(required=False, min_value=1)


class CountedRow(serializers.Serializer[Any]):
    id = serializers.IntegerField(help_text="of the task, visit, finding, time limit or rating")
    area_code = serializers.CharField()
    name = serializers.CharField()
    detail = serializers.CharField()
    due_on = serializers.DateField(help_text="the last day in time")
    done_on = serializers.DateField(allow_null=True)
    ground = serializers.CharField(help_text="why and when it was cancelled or merged; else empty")
    met = serializers.BooleanField(allow_null=True, help_text="null for a row that is left out")


class ScoreRequest(serializers.Serializer[Any]):
    area = AreaCode(help_text="two digits of a bureau")
    period = serializers.CharField(
        max_length=10, help_text="a month, quarter, half-year or year that is over: 2026-09, 2026Q3, 2026H1, 2025"
    )


class Publication(ScoreRequest):
    seen = serializers.CharField(
        max_length=64, error_messages=dict.fromkeys(("required", "null", "blank"), NOT_LOOKED_AT),
        help_text="fingerprint of the cards that were looked at, from `scorecards/fingerprint`",
    )  # fmt: skip


class Published(serializers.Serializer[Any]):
    published = serializers.IntegerField(help_text="cards")


class Fingerprint(serializers.Serializer[Any]):
    cards = serializers.IntegerField(help_text="computed, not published")
    fingerprint = serializers.CharField()


class ScorecardFilter(InArea):
    level = filters.ChoiceFilter(choices=LEVELS, method="of_level", help_text="2 bureau, 4 station, 6 grid")
    current = filters.BooleanFilter(method="is_current", help_text="published, or computed where nothing is published")
    ordering = Ordering(fields=["period", "area_code", "rank", "total", "version"])

    class Meta:
        model = Scorecard
        fields = ["period", "state", "grade"]

    def of_level(self, queryset: Any, name: str, level: str) -> Any:
        return queryset.filter(area_code__length=int(level))

    def is_current(self, queryset: Any, name: str, wanted: bool) -> Any:
        current = queryset.current()
        return current if wanted else queryset.exclude(pk__in=current.values("pk"))


class ScorecardViewSet(ScopedViewSet):
    """Scores of areas for periods; computed ones may still be replaced, published ones never change."""

    queryset = Scorecard.objects.select_related("scheme")
    serializer_class = ScorecardRow
    detail_serializer_class = ScorecardDetail
    filterset_class = ScorecardFilter

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        if self.action == "list":
            return queryset
        return queryset.prefetch_related("lines", Prefetch("events", ScorecardEvent.objects.select_related("by")))

    @extend_schema(request=ScoreRequest, responses={200: JobDetail, 201: JobDetail})
    def create(self, request: Request) -> Response:
        """Queues the job that computes a bureau's scores; while it is queued or running, answers 200 with that one."""
        self.need(Permission.SCORE)
        given, now = self.body(ScoreRequest), timezone.now()
        job = request_scores(bureau=given["area"], period=given["period"], by=self.officer, now=now)
        note(request, row=job)
        is_new = job.queued_at == now
        data = JobDetail(Job.objects.get(pk=job.pk), context=self.get_serializer_context()).data
        return Response(data, status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)

    @extend_schema(parameters=[RowsQuery], responses=CountedRow(many=True), filters=False)
    @action(detail=True, methods=["get"])
    def rows(self, request: Request, pk: str) -> Response:
        """The rows behind one line, as they are today, by the day that brought them into the period."""
        card = self.get_object()
        query = RowsQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        indicator, show = INDICATORS[query.validated_data["indicator"]], query.validated_data["show"]
        span = Span(card.area_code, Period.parse(card.period), card.cut_off, query.validated_data["exact"])
        rows = indicator.left_out(span) if show == "left_out" else indicator.rows(span)
        if show in {"met", "missed"}:
            rows = rows.filter(is_met=show == "met")
        files = indicator.filed(rows.visible_to(self.officer)).order_by(indicator.day, "pk")
        page = self.paginate_queryset(files) or []
        return self.get_paginated_response(
            CountedRow([counted(row, indicator.show(row)) for row in page], many=True).data
        )

    @extend_schema(request=Publication, responses={200: Published, 409: STALE})
    @action(detail=False, methods=["post"])
    def publish(self, request: Request) -> Response:
        """Publishes every computed card of a bureau's period at once, as they were looked at; what was published before
        is superseded."""
        self.need(Permission.PUBLISH_SCORES)
        given = self.body(Publication)
        note(request, named=str(given["period"]), area=given["area"])
        count = publish_scores(
            bureau=given["area"], period=given["period"], seen=given["seen"], by=self.officer, now=timezone.now()
        )
        return Response({"published": count})

    @extend_schema(parameters=[ScoreRequest], responses=Fingerprint, filters=False)
    @action(detail=False, methods=["get"], pagination_class=None)
    def fingerprint(self, request: Request) -> Response:
        """One text for what the computed cards of a bureau's period say, to be handed in with the publication."""
        query = ScoreRequest(data=request.query_params)
        query.is_valid(raise_exception=True)
        area, period = query.validated_data["area"], str(Period.parse(query.validated_data["period"]))
        if not self.officer.may(Permission.VIEW, area):
            raise Http404
        cards = self.get_queryset().in_area(area)
        computed = list(cards.filter(period=period, state=Scorecard.State.COMPUTED))
        return Response({"cards": len(computed), "fingerprint": fingerprint_of(computed)})

    def need(self, permission: Permission) -> None:
        """Tells whoever lacks the permission everywhere so before anything is said of the body."""
        if not self.officer.has_perm(permission):
            raise PermissionDenied


def counted(row: Any, shown: Shown) -> dict[str, Any]:
    """A row of a line as the API shows it."""
    return {
        "id": row.pk,
        "area_code": row.area_code,
        "name": shown.name,
        "detail": shown.detail,
        "due_on": shown.due_on,
        "done_on": shown.done_on,
        "ground": shown.ground,
        "met": getattr(row, "is_met", None),
    }
