"""API of plans and tasks."""

from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from grids.api import OfficerName
from grids.models import Bureau, Officer
from grids.permissions import Permission
from gridsup.api.filters import InArea, KeyFilter, Ordering
from gridsup.api.views import Nothing, ScopedViewSet, Visible
from gridsup.states import targets
from inspections.actions import approve_plan, assign_task, cancel_task, propose_plan, publish_plan
from inspections.models import InspectionPlan, InspectionTask, PlanEvent, PlanLine, TaskEvent
from inspections.models.plan import PLAN_MOVES
from inspections.models.task import TASK_MOVES
from subjects.models import Premises


class TaskPremises(serializers.ModelSerializer[Premises]):
    """The premises where a task names it."""

    name = serializers.CharField(source="subject.name", read_only=True)

    class Meta:
        model = Premises
        fields = ["id", "name", "address", "tier", "mode", "lon", "lat"]


class TaskRow(serializers.ModelSerializer[InspectionTask]):
    premises = TaskPremises(read_only=True)
    assignee = OfficerName(read_only=True, allow_null=True, help_text="empty: whoever holds the grid")
    overdue = serializers.SerializerMethodField()

    class Meta:
        model = InspectionTask
        fields = [
            "id", "area_code", "premises", "reason", "state", "opens_on", "due_on", "overdue", "assignee", "plan",
            "merged_into",
        ]  # fmt: skip

    def get_overdue(self, task: InspectionTask) -> bool:
        return task.is_overdue(timezone.localdate())


class TaskEventRow(serializers.ModelSerializer[TaskEvent]):
    by = serializers.CharField(source="by.name", read_only=True, default="", help_text="empty: a job")

    class Meta:
        model = TaskEvent
        fields = ["what", "old", "new", "by", "at", "why"]


class TaskDetail(TaskRow):
    next_states = serializers.SerializerMethodField(help_text="states that can follow, whoever may move it there")
    events = TaskEventRow(many=True, read_only=True)

    class Meta(TaskRow.Meta):
        fields = [*TaskRow.Meta.fields, "next_states", "events"]

    def get_next_states(self, task: InspectionTask) -> list[str]:
        return targets(TASK_MOVES, task.state)


class TaskFilter(InArea):
    tier = filters.CharFilter(field_name="premises__tier")
    assignee = KeyFilter(field_name="assignee")
    premises = KeyFilter(field_name="premises")
    plan = KeyFilter(field_name="plan")
    due_from = filters.DateFilter(field_name="due_on", lookup_expr="gte")
    due_to = filters.DateFilter(field_name="due_on", lookup_expr="lte")
    overdue = filters.BooleanFilter(method="is_overdue", help_text="due, and the due day is over")
    mine = filters.BooleanFilter(method="is_mine", help_text="given to me, or nobody's by name in a grid that I hold")
    ordering = Ordering(fields=["due_on", "opens_on", "area_code"])

    class Meta:
        model = InspectionTask
        fields = ["state", "reason"]

    def is_overdue(self, queryset: Any, name: str, wanted: bool) -> Any:
        over = queryset.overdue(timezone.localdate())
        return over if wanted else queryset.exclude(pk__in=over.values("pk"))

    def is_mine(self, queryset: Any, name: str, wanted: bool) -> Any:
        request: Any = self.request
        mine = queryset.mine(request.user)
        return mine if wanted else queryset.exclude(pk__in=mine.values("pk"))


class Assignment(serializers.Serializer[Any]):
    officer = Visible("id", queryset=Officer.objects.all(), allow_null=True, help_text="null: whoever holds the grid")


class Cancellation(serializers.Serializer[Any]):
    why = serializers.CharField(max_length=500, help_text="the ground, kept in the task's history")


class TaskViewSet(ScopedViewSet):
    """Obligations to visit a premises by a day."""

    queryset = InspectionTask.objects.select_related("premises__subject", "assignee")
    serializer_class = TaskRow
    detail_serializer_class = TaskDetail
    filterset_class = TaskFilter

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        if self.action == "list":
            return queryset
        return queryset.prefetch_related(Prefetch("events", TaskEvent.objects.select_related("by")))

    @extend_schema(request=Assignment, responses=TaskDetail)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: str) -> Response:
        """Gives an open task to somebody by name, or back to whoever holds the grid."""

        def give(task: InspectionTask, body: dict[str, Any]) -> None:
            assign_task(task=task, to=body["officer"], by=self.officer, now=timezone.now())

        return self.act(give, Assignment, Permission.ASSIGN)

    @extend_schema(request=Cancellation, responses=TaskDetail)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """Cancels an open task on a ground."""

        def drop(task: InspectionTask, body: dict[str, Any]) -> None:
            cancel_task(task=task, why=body["why"], by=self.officer, now=timezone.now())

        return self.act(drop, Cancellation, Permission.CANCEL_TASK)


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
