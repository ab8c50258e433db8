"""API of tasks."""

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
from grids.models import Officer
from grids.permissions import Permission
from gridsup.api.filters import InAreaAlone, KeyFilter, Ordering
from gridsup.api.views import ScopedViewSet, Visible
from gridsup.states import targets
from inspections.actions import assign_task, cancel_task
from inspections.forms import DONE, STATES_TOGETHER
from inspections.models import InspectionTask, TaskEvent
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
            "id", "area_code", "premises", "reason", "state", "made_on", "opens_on", "due_on", "overdue", "assignee",
            "plan", "merged_into",
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


class TaskFilter(InAreaAlone):
    state = filters.ChoiceFilter(
        choices=[*STATES_TOGETHER, *InspectionTask.State.choices], method="in_state",
        help_text="open: planned or due; counted: owed or done",
    )  # fmt: skip
    done = filters.ChoiceFilter(choices=DONE, method="done_when", help_text="done, and by the due day or after it")
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
        fields = ["reason"]

    def in_state(self, queryset: Any, name: str, state: str) -> Any:
        return queryset.in_state(state)

    def done_when(self, queryset: Any, name: str, when: str) -> Any:
        return queryset.done_late() if when == "late" else queryset.done_in_time()

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
