"""API of staffing and load: each grid in force with its people, what lies on it, and what the guides say."""

from datetime import date
from typing import Any

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assessment.staffing.rows import GridRow, rows_of
from grids.models import Grid
from grids.permissions import Permission
from grids.presence import Member
from gridsup.api.filters import InArea, Ordering
from gridsup.api.views import ScopedViewSet
from gridsup.scoping import inside


class MemberRow(serializers.Serializer[Any]):
    post = serializers.IntegerField(help_text="id of the posting")
    officer = serializers.IntegerField()
    name = serializers.CharField()
    duty = serializers.CharField()
    team = serializers.CharField()
    since = serializers.DateField()


class StaffingFaultRow(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=["short", "over", "under"])
    words = serializers.CharField()


class StaffingRow(serializers.Serializer[Any]):
    """A grid on a day; counts of load are of today."""

    id = serializers.IntegerField(source="grid.pk")
    area_code = serializers.CharField(source="row.code")
    name = serializers.CharField(source="row.name")
    has_lead = serializers.SerializerMethodField()
    officers = serializers.IntegerField(source="row.officers", help_text="lead and managers")
    certified = serializers.IntegerField(source="row.certified", help_text="of its own, with a valid certificate")
    certified_counting = serializers.IntegerField(source="row.counting", help_text="with those of its patrol groups")
    supervisors = serializers.IntegerField(source="row.supervisors")
    cadres = serializers.SerializerMethodField()
    service_stations = serializers.SerializerMethodField()
    premises = serializers.IntegerField(source="row.load.premises", help_text="in business")
    premises_per_officer = serializers.SerializerMethodField(help_text="rounded; null where nobody holds the grid")
    due_next_quarter = serializers.IntegerField(source="row.load.due")
    open_complaints = serializers.IntegerField(source="row.load.complaints")
    faults = serializers.SerializerMethodField(help_text="what is not as the figures in force want it")
    not_judged = serializers.SerializerMethodField(help_text="what no figure in force judges")

    def get_has_lead(self, found: dict[str, Any]) -> bool:
        return bool(found["row"].leads)

    def get_cadres(self, found: dict[str, Any]) -> int:
        return len(found["row"].cadres)

    def get_service_stations(self, found: dict[str, Any]) -> int:
        return len(found["row"].service_stations)

    def get_premises_per_officer(self, found: dict[str, Any]) -> int | None:
        row: GridRow = found["row"]
        return row.per_officer(row.load.premises)

    @extend_schema_field(StaffingFaultRow(many=True))
    def get_faults(self, found: dict[str, Any]) -> list[dict[str, str]]:
        return [{"kind": fault.kind, "words": fault.words} for fault in found["row"].faults]

    def get_not_judged(self, found: dict[str, Any]) -> list[str]:
        row: GridRow = found["row"]
        return row.guides.unjudged


class StaffingDetail(StaffingRow):
    people = serializers.SerializerMethodField(help_text="posts of the day")

    @extend_schema_field(MemberRow(many=True))
    def get_people(self, found: dict[str, Any]) -> list[Any]:
        members: list[Member] = found["row"].members
        return list(MemberRow(members, many=True).data)


class StaffingFilter(InArea):
    day = filters.DateFilter(method="of_day", help_text="people as posted on this day; default: today")
    ordering = Ordering(fields=["code"])

    def of_day(self, queryset: Any, name: str, day: date) -> Any:
        """Says nothing of which grids are listed."""
        return queryset


class StaffingViewSet(ScopedViewSet):
    """Grids in force: who is there, how much lies on them, and what the figures in force say of both."""

    queryset = Grid.objects.in_force().defer("boundary")
    serializer_class = StaffingRow
    detail_serializer_class = StaffingDetail
    filterset_class = StaffingFilter

    def seen_with(self) -> tuple[str, ...]:
        return (Permission.VIEW_PEOPLE,)

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return queryset
        return queryset.filter(inside(self.officer.area_codes(Permission.VIEW_PEOPLE), "code"))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset())) or []
        return self.get_paginated_response(StaffingRow(with_rows(page, request.query_params), many=True).data)

    @extend_schema(responses=StaffingDetail)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(StaffingDetail(with_rows([self.get_object()], request.query_params)[0]).data)


def with_rows(grids: list[Grid], query: Any) -> list[dict[str, Any]]:
    """The grids with their staffing on the day that the query names, else today."""
    asked = StaffingFilter(query, queryset=Grid.objects.none()).form
    day = (asked.cleaned_data.get("day") if asked.is_valid() else None) or timezone.localdate()
    rows = rows_of([(grid.code, grid.name) for grid in grids], day)
    return [{"grid": grid, "row": row} for grid, row in zip(grids, rows, strict=True)]
