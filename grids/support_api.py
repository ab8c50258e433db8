"""API of what stands beside a grid: linked cadres and consumer-service stations."""

from typing import Any

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from grids.actions import end_support, link_cadre, open_service_station
from grids.models import Grid, LinkedCadre, Officer, ServiceStation
from grids.permissions import Permission
from gridsup.api.filters import InArea, Ordering
from gridsup.api.views import ScopedViewSet, Visible

COMMON = ["id", "area_code", "name", "phone", "from_day", "to_day"]


class CadreRow(serializers.ModelSerializer[LinkedCadre]):
    class Meta:
        model = LinkedCadre
        fields = [*COMMON, "position", "officer"]


class ServiceStationRow(serializers.ModelSerializer[ServiceStation]):
    class Meta:
        model = ServiceStation
        fields = [*COMMON, "address"]


class SupportFilter(InArea):
    on = filters.DateFilter(method="held_on", help_text="those that hold on this day")
    ordering = Ordering(fields=["grid", "from_day"])

    def held_on(self, queryset: Any, name: str, day: Any) -> Any:
        return queryset.on(day)


class Beginning(serializers.Serializer[Any]):
    grid = Visible("code", queryset=Grid.objects.all())
    name = serializers.CharField(max_length=80)
    from_day = serializers.DateField()
    phone = serializers.CharField(max_length=30, required=False, allow_blank=True)


class CadreLink(Beginning):
    position = serializers.CharField(max_length=80, required=False, allow_blank=True)
    officer = serializers.PrimaryKeyRelatedField(
        queryset=Officer.objects.none(), required=False, allow_null=True, help_text="the cadre's account, if any"
    )

    def get_fields(self) -> Any:
        fields = super().get_fields()
        request = self.context.get("request")
        if request is not None and request.user.is_authenticated:
            fields["officer"].queryset = Officer.objects.visible_to(request.user)  # type: ignore[attr-defined]
        return fields


class ServiceStationOpening(Beginning):
    address = serializers.CharField(max_length=200, required=False, allow_blank=True)


class LastDay(serializers.Serializer[Any]):
    to_day = serializers.DateField(help_text="the last day")


class SupportViewSet(ScopedViewSet):
    """What both have in common: scope of the grid, and an end."""

    filterset_class = SupportFilter

    def _end(self) -> Response:
        def end(row: Any, body: dict[str, Any]) -> None:
            end_support(support=row, on=body["to_day"], by=self.officer, now=timezone.now())

        return self.act(end, LastDay, Permission.POST_OFFICERS)


class LinkedCadreViewSet(SupportViewSet):
    """Leading cadres linked to grids."""

    queryset = LinkedCadre.objects.all()
    serializer_class = CadreRow

    @extend_schema(request=CadreLink, responses={201: CadreRow})
    def create(self, request: Request) -> Response:
        """Links a leading cadre to a grid from a day."""
        return self.answer(link_cadre(**self.body(CadreLink), by=self.officer, now=timezone.now()))

    @extend_schema(request=LastDay, responses=CadreRow)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Ends the link; the row stays."""
        return self._end()


class ServiceStationViewSet(SupportViewSet):
    """Consumer-service stations in grids."""

    queryset = ServiceStation.objects.all()
    serializer_class = ServiceStationRow

    @extend_schema(request=ServiceStationOpening, responses={201: ServiceStationRow})
    def create(self, request: Request) -> Response:
        """Registers a service station in a grid from a day."""
        body = self.body(ServiceStationOpening)
        return self.answer(open_service_station(**body, by=self.officer, now=timezone.now()))

    @extend_schema(request=LastDay, responses=ServiceStationRow)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Closes the service station; the row stays."""
        return self._end()
