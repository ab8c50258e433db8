"""API of findings."""

from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from grids.permissions import Permission
from gridsup.api.filters import InAreaAlone, KeyFilter, Ordering
from gridsup.api.views import ScopedViewSet
from gridsup.states import targets
from inspections.actions import ask_recheck, close_finding, hand_over, open_decision, return_case
from inspections.actions.findings import DECISIONS
from inspections.api.tasks import TaskPremises
from inspections.forms import TO_DO
from inspections.models import CaseReturn, Finding, FindingEvent
from inspections.models.finding import FINDING_MOVES


class CaseRow(serializers.ModelSerializer[CaseReturn]):
    """A case as the case team returned it; `revisit` is the task of its revisit."""

    class Meta:
        model = CaseReturn
        fields = ["id", "number", "decision", "closed_on", "revisit"]


class FindingRow(serializers.ModelSerializer[Finding]):
    premises = TaskPremises(read_only=True)
    overdue = serializers.SerializerMethodField(help_text="to be corrected, and the last day is over")

    class Meta:
        model = Finding
        fields = [
            "id", "area_code", "visit", "premises", "item", "line", "text", "disposition", "state", "found_on",
            "rectify_by", "overdue", "rectified_on", "rectified_by", "recheck",
        ]  # fmt: skip

    def get_overdue(self, finding: Finding) -> bool:
        return finding.is_overdue(timezone.localdate())


class FindingEventRow(serializers.ModelSerializer[FindingEvent]):
    by = serializers.CharField(source="by.name", read_only=True, default="", help_text="empty: a job")

    class Meta:
        model = FindingEvent
        fields = ["what", "old", "new", "by", "at", "why"]


class FindingDetail(FindingRow):
    next_states = serializers.SerializerMethodField(help_text="states that can follow, whoever may move it there")
    case = CaseRow(read_only=True, allow_null=True, help_text="what the case team reported")
    events = FindingEventRow(many=True, read_only=True)

    class Meta(FindingRow.Meta):
        fields = [*FindingRow.Meta.fields, "next_states", "case", "events"]

    def get_next_states(self, finding: Finding) -> list[str]:
        return targets(FINDING_MOVES, finding.state)


class FindingFilter(InAreaAlone):
    state = filters.ChoiceFilter(
        choices=[*TO_DO, *Finding.State.choices], method="in_state",
        help_text="to_rectify: ordered and not corrected yet; to_follow: not at their end",
    )  # fmt: skip
    premises = KeyFilter(field_name="premises")
    visit = KeyFilter(field_name="visit")
    line = filters.CharFilter(help_text="line of business")
    vars()["from"] = filters.DateFilter(field_name="found_on", lookup_expr="gte", help_text="found on or after")
    to = filters.DateFilter(field_name="found_on", lookup_expr="lte", help_text="found on or before")
    limit_from = filters.DateFilter(field_name="rectify_by", lookup_expr="gte")
    limit_to = filters.DateFilter(field_name="rectify_by", lookup_expr="lte")
    overdue = filters.BooleanFilter(method="is_overdue", help_text="to be corrected, and the last day is over")
    ordering = Ordering(fields=["found_on", "rectify_by", "area_code"])

    class Meta:
        model = Finding
        fields = ["disposition"]

    def in_state(self, queryset: Any, name: str, state: str) -> Any:
        return queryset.in_state(state)

    def is_overdue(self, queryset: Any, name: str, wanted: bool) -> Any:
        over = queryset.overdue(timezone.localdate())
        return over if wanted else queryset.exclude(pk__in=over.values("pk"))


class Why(serializers.Serializer[Any]):
    """The reason for a move, kept in the row's history."""

    why = serializers.CharField(max_length=500)


class Outcome(serializers.Serializer[Any]):
    """What became of a case."""

    number = serializers.CharField(max_length=60, help_text="of the case; one number may stand for several findings")
    decision = serializers.CharField(max_length=400, help_text="as it was served, in a sentence")
    closed_on = serializers.DateField(help_text="when the case was closed: today or earlier")


class Decision(Why):
    """What is decided of a grave danger."""

    to = serializers.ChoiceField(choices=[(state.value, state.label) for state in DECISIONS])
    rectify_by = serializers.DateField(required=False, allow_null=True, help_text="last day, for an order")


class LookAgain(serializers.Serializer[Any]):
    due_on = serializers.DateField(help_text="today or later")


class FindingViewSet(ScopedViewSet):
    """Problems found on visits, what was ordered, and whether it was put right in time."""

    queryset = Finding.objects.select_related("premises__subject")
    serializer_class = FindingRow
    detail_serializer_class = FindingDetail
    filterset_class = FindingFilter

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        if self.action == "list":
            return queryset
        return queryset.select_related("case").prefetch_related(
            Prefetch("events", FindingEvent.objects.select_related("by"))
        )

    @extend_schema(request=Why, responses=FindingDetail)
    @action(detail=True, methods=["post"])
    def hand_over(self, request: Request, pk: str) -> Response:
        """An officer hands a finding that was not put right to the case team; of an escalated one the station decides,
        too."""

        def give(finding: Finding, body: dict[str, Any]) -> None:
            hand_over(finding=finding, **body, by=self.officer, now=timezone.now())

        above = self.get_object().state == Finding.State.ESCALATED and not self.officer.has_perm(Permission.INSPECT)
        return self.act(give, Why, Permission.REVIEW_VISITS if above else Permission.INSPECT)

    @extend_schema(request=Outcome, responses=FindingDetail)
    @action(detail=True, methods=["post"])
    def case_return(self, request: Request, pk: str) -> Response:
        """The case team reports what became of a finding: number of the case, decision, closing."""

        def report(finding: Finding, body: dict[str, Any]) -> None:
            return_case(finding=finding, **body, by=self.officer, now=timezone.now())

        return self.act(report, Outcome, Permission.TAKE_CASE)

    @extend_schema(request=Why, responses=FindingDetail)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """The station closes what the case team returned; a revisit becomes due, a credit review is proposed."""

        def end(finding: Finding, body: dict[str, Any]) -> None:
            close_finding(finding=finding, **body, by=self.officer, now=timezone.now())

        return self.act(end, Why, Permission.REVIEW_VISITS)

    @extend_schema(request=Decision, responses=FindingDetail)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: str) -> Response:
        """The station decides on a grave danger: settled, ordered to be corrected, or handed to the case team."""

        def settle(finding: Finding, body: dict[str, Any]) -> None:
            open_decision(finding=finding, **body, by=self.officer, now=timezone.now())

        return self.act(settle, Decision, Permission.REVIEW_VISITS)

    @extend_schema(request=LookAgain, responses=FindingDetail)
    @action(detail=True, methods=["post"])
    def recheck(self, request: Request, pk: str) -> Response:
        """Asks for another look at a finding still to be put right whose re-check is done or past its day."""

        def ask(finding: Finding, body: dict[str, Any]) -> None:
            ask_recheck(finding=finding, **body, by=self.officer, now=timezone.now())

        return self.act(ask, LookAgain, Permission.ASSIGN)
