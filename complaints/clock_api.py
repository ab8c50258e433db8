"""API of the time limits of complaints, reports and clues."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.actions import explain, extend_clock, pause_clock, resume_clock
from complaints.api import ClockRow, Coloured, ForReason
from complaints.models import Clock
from complaints.rules import ANSWERING
from grids.permissions import Permission
from gridsup.api.filters import InArea, KeyFilter, Ordering
from gridsup.api.views import Nothing

F = TypeVar("F", bound=Callable[..., Any])


class Explanation(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=500)


class ClockFilter(InArea):
    complaint = KeyFilter(field_name="complaint")
    running = filters.BooleanFilter(method="is_running", help_text="neither met nor stopped")
    overdue = filters.BooleanFilter(method="is_overdue", help_text="running, and its latest day is over")
    latest_from = filters.DateFilter(field_name="latest_on", lookup_expr="gte")
    latest_to = filters.DateFilter(field_name="latest_on", lookup_expr="lte")
    ordering = Ordering(fields=["due_on", "latest_on", "area_code"])

    class Meta:
        model = Clock
        fields = ["kind"]

    def is_running(self, queryset: Any, name: str, wanted: bool) -> Any:
        return queryset.running() if wanted else queryset.exclude(pk__in=queryset.running().values("pk"))

    def is_overdue(self, queryset: Any, name: str, wanted: bool) -> Any:
        over = queryset.overdue(timezone.localdate())
        return over if wanted else queryset.exclude(pk__in=over.values("pk"))


def an_act(shape: type[serializers.Serializer[Any]]) -> Callable[[F], F]:
    """Routes an operation on one limit, and says what it takes; it answers with the limit as it is then."""

    def routed(operation: F) -> F:
        posted = cast(F, action(detail=True, methods=["post"])(operation))
        return extend_schema(request=None if shape is Nothing else shape, responses=ClockRow)(posted)

    return routed


class ClockViewSet(Coloured):
    """Time limits: by when something has to be done, by which rule, and whether it was."""

    queryset = Clock.objects.select_related("rule")
    serializer_class = ClockRow
    filterset_class = ClockFilter

    @an_act(ForReason)
    def pause(self, request: Request, pk: str) -> Response:
        """Lets it stand still while a test or an appraisal is made."""
        return self.done(pause_clock, ForReason, Permission.HANDLE)

    @an_act(Nothing)
    def resume(self, request: Request, pk: str) -> Response:
        """Lets it run on; the days of the pause are added."""
        return self.done(resume_clock, Nothing, Permission.HANDLE)

    @an_act(ForReason)
    def extend(self, request: Request, pk: str) -> Response:
        """The head extends it, once, by what its rule permits."""
        return self.done(extend_clock, ForReason, Permission.EXTEND_CLOCK)

    @an_act(Explanation)
    def explain(self, request: Request, pk: str) -> Response:
        """Whoever answers for it says why it was missed."""
        clock = self.get_object()
        permission = self.one_of(tuple(ANSWERING[Clock.Kind(clock.kind)]), clock.area_code)
        return self.done(explain, Explanation, permission)

    def done(self, act: Callable[..., object], shape: type[serializers.Serializer[Any]], permission: str) -> Response:
        """Does it with the limit of the address and what the body says; see `act`."""

        def do(clock: Clock, body: dict[str, Any]) -> None:
            act(clock=clock, **body, by=self.officer, now=timezone.now())

        return self.act(do, shape, permission)
