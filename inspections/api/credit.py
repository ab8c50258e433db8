"""API of credit reviews."""

from typing import Any

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from grids.permissions import Permission
from gridsup.api.filters import InArea, KeyFilter, Ordering
from gridsup.api.views import ScopedViewSet
from gridsup.states import targets
from inspections.actions import confirm_review, reject_review
from inspections.api.findings import CaseRow, Why
from inspections.api.tasks import TaskPremises
from inspections.models import CreditReview, CreditReviewEvent
from inspections.models.case import CREDIT_MOVES
from subjects.models import MarketSubject


class CreditReviewRow(serializers.ModelSerializer[CreditReview]):
    area_code = serializers.CharField(read_only=True, help_text="where the premises of the case stands")
    subject = serializers.IntegerField(source="case.premises.subject_id", read_only=True)
    premises = TaskPremises(source="case.premises", read_only=True)
    present_credit = serializers.CharField(
        source="case.premises.subject.credit", read_only=True, help_text="the subject's grade of now; empty: none"
    )
    case = CaseRow(read_only=True)
    decided_by = serializers.CharField(source="decided_by.name", read_only=True, default="")

    class Meta:
        model = CreditReview
        fields = [
            "id", "area_code", "subject", "premises", "present_credit", "case", "state", "proposed_on", "credit",
            "decided_on", "decided_by",
        ]  # fmt: skip


class CreditReviewEventRow(serializers.ModelSerializer[CreditReviewEvent]):
    by = serializers.CharField(source="by.name", read_only=True, default="")

    class Meta:
        model = CreditReviewEvent
        fields = ["what", "old", "new", "by", "at", "why"]


class CreditReviewDetail(CreditReviewRow):
    next_states = serializers.SerializerMethodField(help_text="states that can follow, whoever may move it there")
    events = CreditReviewEventRow(many=True, read_only=True)

    class Meta(CreditReviewRow.Meta):
        fields = [*CreditReviewRow.Meta.fields, "next_states", "events"]

    def get_next_states(self, review: CreditReview) -> list[str]:
        return targets(CREDIT_MOVES, review.state)


class CreditReviewFilter(InArea):
    premises = KeyFilter(field_name="case__premises")
    subject = KeyFilter(field_name="case__premises__subject")
    mine = filters.BooleanFilter(method="is_mine", help_text="waits, and the person may decide it")
    ordering = Ordering(fields=["proposed_on", "decided_on"])

    class Meta:
        model = CreditReview
        fields = ["state"]

    def is_mine(self, queryset: Any, name: str, wanted: bool) -> Any:
        request: Any = self.request
        mine = CreditReview.objects.waiting().decidable(request.user).values("pk")
        return queryset.filter(pk__in=mine) if wanted else queryset.exclude(pk__in=mine)


class NewGrade(serializers.Serializer[Any]):
    """The grade that the subject gets."""

    credit = serializers.ChoiceField(choices=MarketSubject.Credit.choices, help_text="another one than now")
    why = serializers.CharField(max_length=500, required=False, allow_blank=True, help_text="empty: the case")


class CreditReviewViewSet(ScopedViewSet):
    """Reviews of credit grades that closed cases propose, and what was decided."""

    queryset = CreditReview.objects.with_file()
    serializer_class = CreditReviewRow
    detail_serializer_class = CreditReviewDetail
    filterset_class = CreditReviewFilter

    @extend_schema(request=NewGrade, responses=CreditReviewDetail)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        """Gives the subject another grade; mode and rhythm of all its places follow."""

        def change(review: CreditReview, body: dict[str, Any]) -> None:
            confirm_review(review=review, **body, by=self.officer, now=timezone.now())

        return self.act(change, NewGrade, Permission.SET_TIER)

    @extend_schema(request=Why, responses=CreditReviewDetail)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """Keeps the grade, for a reason."""

        def keep(review: CreditReview, body: dict[str, Any]) -> None:
            reject_review(review=review, **body, by=self.officer, now=timezone.now())

        return self.act(keep, Why, Permission.SET_TIER)
