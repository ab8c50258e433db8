"""API of plans."""

from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from grids.models import Bureau
from grids.permissions import Permission
from gridsup.api.filters import InArea, Ordering
from gridsup.api.views import Nothing, ScopedViewSet, Visible
from gridsup.states import targets
from inspections.actions import approve_plan, propose_plan, publish_plan
from inspections.models import InspectionPlan, PlanEvent, PlanLine
from inspections.models.plan import PLAN_MOVES


class PlanRow(serializers.ModelSerializer[InspectionPlan]):
    bureau = serializers.CharField(source="bureau_id", read_only=True)

    class Meta:
        model = InspectionPlan
        fields = [
            "id", "area_code", "bureau", "year", "version", "state", "yearly_cap", "cap_basis", "cap_reason",
            "proposed_on", "published_on",
        ]  # fmt: skip


class PlanLineRow(serializers.ModelSerializer[PlanLine]):
    class Meta:
        model = PlanLine
        fields = ["id", "area_code", "tier", "mode", "premises", "wanted", "planned"]


class PlanEventRow(serializers.ModelSerializer[PlanEvent]):
    by = serializers.CharField(source="by.name", read_only=True, default="")

    class Meta:
        model = PlanEvent
        fields = ["what", "old", "new", "by", "at", "why"]


class PlanDetail(PlanRow):
    next_states = serializers.SerializerMethodField(help_text="states that can follow, whoever may move it there")
    lines = PlanLineRow(many=True, read_only=True, help_text="those of the person's areas")
    events = PlanEventRow(many=True, read_only=True)

    class Meta(PlanRow.Meta):
        fields = [*PlanRow.Meta.fields, "next_states", "lines", "events"]

    def get_next_states(self, plan: InspectionPlan) -> list[str]:
        return targets(PLAN_MOVES, plan.state)


class PlanFilter(InArea):
    ordering = Ordering(fields=["year", "version"])

    class Meta:
        model = InspectionPlan
        fields = ["year", "state"]


class PlanProposal(serializers.Serializer[Any]):
    bureau = Visible("code", queryset=Bureau.objects.all())
    year = serializers.IntegerField(min_value=2000, max_value=2999)
    cap = serializers.IntegerField(
        min_value=1, max_value=999, required=False, allow_null=True, help_text="visits a year at most"
    )
    cap_basis = serializers.ChoiceField(choices=InspectionPlan.CapBasis.choices, required=False)
    cap_reason = serializers.CharField(
        max_length=500, required=False, allow_blank=True, help_text="needed for a cap above the policy's"
    )


class PlanViewSet(ScopedViewSet):
    """Yearly inspection plans of a bureau, each version."""

    queryset = InspectionPlan.objects.all()
    serializer_class = PlanRow
    detail_serializer_class = PlanDetail
    filterset_class = PlanFilter

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        if self.action == "list" or getattr(self, "swagger_fake_view", False):
            return queryset
        return queryset.prefetch_related(
            Prefetch("lines", PlanLine.objects.visible_to(self.officer)),
            Prefetch("events", PlanEvent.objects.select_related("by")),
        )

    @extend_schema(request=PlanProposal, responses={201: PlanDetail})
    def create(self, request: Request) -> Response:
        """Drafts the next version of a bureau's plan for a year from the ledger's rhythm, cut to the cap."""
        body = self.body(PlanProposal)
        bureau = body.pop("bureau").code
        now = timezone.now()
        return self.answer(propose_plan(bureau=bureau, **body, on=timezone.localdate(now), by=self.officer, now=now))

    @extend_schema(request=None, responses=PlanDetail)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """The head approves a draft."""

        def agree(plan: InspectionPlan, body: dict[str, Any]) -> None:
            approve_plan(plan=plan, by=self.officer, now=timezone.now())

        return self.act(agree, Nothing, Permission.APPROVE_PLAN)

    @extend_schema(request=None, responses=PlanDetail)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """The grid office publishes an approved plan; the version in force until now is closed."""

        def announce(plan: InspectionPlan, body: dict[str, Any]) -> None:
            now = timezone.now()
            publish_plan(plan=plan, on=timezone.localdate(now), by=self.officer, now=now)

        return self.act(announce, Nothing, Permission.PLAN)
