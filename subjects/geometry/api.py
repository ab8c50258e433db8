"""API of the drawing's health: its faults, and coverage by day."""

from typing import Any

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from gridsup.api.filters import InArea, Ordering
from gridsup.api.views import ScopedViewSet
from subjects.models import Coverage, GeometryFault


class FaultRow(serializers.ModelSerializer[GeometryFault]):
    other_code = serializers.CharField(read_only=True, help_text="of an overlap the second grid, else empty")
    count = serializers.IntegerField(read_only=True, allow_null=True, help_text="premises concerned")

    class Meta:
        model = GeometryFault
        fields = [
            "id", "area_code", "other_code", "kind", "square_metres", "count", "detail", "since", "checked_at",
            "mended_on",
        ]  # fmt: skip


class FaultDetail(FaultRow):
    class Meta(FaultRow.Meta):
        fields = [*FaultRow.Meta.fields, "geometry"]


class FaultFilter(InArea):
    open = filters.BooleanFilter(
        field_name="mended_on", lookup_expr="isnull", help_text="the last check found it, or it is mended"
    )
    ordering = Ordering(fields=["area_code", "kind", "square_metres", "count", "since"])

    class Meta:
        model = GeometryFault
        fields = ["kind"]


class FaultViewSet(ScopedViewSet):
    """Faults of the drawing of areas; the geometry (GeoJSON, WGS 84) stands on the fault's own page."""

    queryset = GeometryFault.objects.all()
    serializer_class = FaultRow
    detail_serializer_class = FaultDetail
    filterset_class = FaultFilter

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        return queryset.defer("geometry") if self.action == "list" else queryset


class CoverageRow(serializers.ModelSerializer[Coverage]):
    percent = serializers.SerializerMethodField(help_text="share of the ground that lies in grids; null: no outline")

    class Meta:
        model = Coverage
        fields = ["id", "area_code", "day", "percent", "ground", "gaps", "overlaps", "faults", "premises", "checked_at"]

    @extend_schema_field(serializers.FloatField(allow_null=True))
    def get_percent(self, coverage: Coverage) -> float | None:
        return coverage.percent


class CoverageFilter(InArea):
    day = filters.DateFilter()
    from_day = filters.DateFilter(field_name="day", lookup_expr="gte")
    to_day = filters.DateFilter(field_name="day", lookup_expr="lte")
    ordering = Ordering(fields=["area_code", "day"])

    class Meta:
        model = Coverage
        fields: list[str] = []


class CoverageViewSet(ScopedViewSet):
    """How much of bureau and stations lies in grids, by day; areas in m²."""

    queryset = Coverage.objects.all()
    serializer_class = CoverageRow
    filterset_class = CoverageFilter
