"""API of the ledger and of the policy that governs it."""

from datetime import date
from typing import Any
from unicodedata import normalize

from django.db.models import Prefetch
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from grids.people_api import ON, RESPONSIBLE, day_of, responsible_answer
from grids.permissions import Permission
from gridsup.api.filters import InArea, InAreaAlone, Ordering
from gridsup.api.views import ScopedViewSet
from gridsup.privacy import masked_name, masked_phone
from subjects.actions import set_tier
from subjects.items import items_for
from subjects.models import (
    CheckItem,
    CreditEffect,
    MarketSubject,
    Permit,
    Placement,
    Premises,
    Tier,
    TierPeriod,
    Trade,
    TradeTier,
)
from subjects.views import area_on


class TradeRow(serializers.ModelSerializer[Trade]):
    area_code = serializers.CharField(default="", read_only=True, help_text="empty: the table is the nation's")
    within = serializers.CharField(source="parent_id", read_only=True, allow_null=True, help_text="the wider trade")

    class Meta:
        model = Trade
        fields = ["id", "area_code", "code", "name", "section", "within"]


class TradeFilter(filters.FilterSet):
    starts = filters.CharFilter(field_name="code", lookup_expr="startswith", help_text="the code starts with this")

    class Meta:
        model = Trade
        fields = ["section"]


class TradeViewSet(ScopedViewSet):
    """Trades of GB/T 4754-2017: the nation's table, alike for everybody with a duty."""

    queryset = Trade.objects.all()
    serializer_class = TradeRow
    filterset_class = TradeFilter

    def seen_with(self) -> tuple[str, ...]:
        return (Permission.VIEW_AREAS,)

    def get_queryset(self) -> Any:
        return Trade.objects.all()


class TierRow(serializers.ModelSerializer[Tier]):
    bureau = serializers.CharField(source="bureau_id", read_only=True)

    class Meta:
        model = Tier
        fields = [
            "id", "area_code", "bureau", "key", "name", "colour", "rank", "interval_months", "preset", "source",
            "from_day", "to_day",
        ]  # fmt: skip


class TierFilter(InArea):
    in_force = filters.DateFilter(method="on", help_text="rows that hold on this day")

    class Meta:
        model = Tier
        fields = ["key"]

    def on(self, queryset: Any, name: str, day: Any) -> Any:
        return queryset.on(day)


class TierViewSet(ScopedViewSet):
    """Risk tiers of a bureau with their rhythm, from when until when, and their source."""

    queryset = Tier.objects.all()
    serializer_class = TierRow
    filterset_class = TierFilter


class SubjectName(serializers.ModelSerializer[MarketSubject]):
    """A subject where another row names it."""

    class Meta:
        model = MarketSubject
        fields = ["id", "name", "kind", "uscc", "credit"]


class SubjectRow(serializers.ModelSerializer[MarketSubject]):
    """Personal data is masked here and whole on the subject's own page."""

    representative = serializers.SerializerMethodField()
    phone = serializers.SerializerMethodField()

    class Meta:
        model = MarketSubject
        fields = [
            "id", "area_code", "uscc", "legacy_no", "name", "kind", "capital", "representative", "phone", "credit",
            "annual_report_year", "registered_on",
        ]  # fmt: skip

    def get_representative(self, subject: MarketSubject) -> str:
        return masked_name(subject.representative)

    def get_phone(self, subject: MarketSubject) -> str:
        return masked_phone(subject.phone)


class PremisesName(serializers.ModelSerializer[Premises]):
    class Meta:
        model = Premises
        fields = ["id", "area_code", "address", "status"]


class SubjectFacts(serializers.ModelSerializer[MarketSubject]):
    """A subject with nothing masked."""

    class Meta:
        model = MarketSubject
        fields = SubjectRow.Meta.fields


class SubjectDetail(SubjectFacts):
    premises = PremisesName(many=True, read_only=True, help_text="those that the person may see")

    class Meta(SubjectFacts.Meta):
        fields = [*SubjectRow.Meta.fields, "premises"]


class CodeFilter(filters.CharFilter):
    """Rows of one unified social credit code, which may be typed in wide digits."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(help_text="unified social credit code", **kwargs)

    def filter(self, qs: Any, value: str) -> Any:
        return super().filter(qs, normalize("NFKC", value))


class SubjectFilter(InArea):
    name = filters.CharFilter(lookup_expr="icontains", help_text="part of the name")
    uscc = CodeFilter()
    ordering = Ordering(fields=["name", "registered_on"])

    class Meta:
        model = MarketSubject
        fields = ["kind", "credit"]


class SubjectViewSet(ScopedViewSet):
    """Market subjects with premises in one's areas."""

    queryset = MarketSubject.objects.all()
    serializer_class = SubjectRow
    detail_serializer_class = SubjectDetail
    filterset_class = SubjectFilter

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        if self.action == "list" or getattr(self, "swagger_fake_view", False):
            return queryset
        return queryset.prefetch_related(Prefetch("premises", Premises.objects.visible_to(self.officer)))


class PremisesRow(serializers.ModelSerializer[Premises]):
    subject = SubjectName(read_only=True)
    grid = serializers.CharField(source="grid_id", read_only=True, allow_null=True, help_text="empty: not placed")
    locality = serializers.CharField(source="locality_id", read_only=True, allow_null=True)
    trade = serializers.CharField(source="trade_id", read_only=True, allow_null=True)

    class Meta:
        model = Premises
        fields = [
            "id", "area_code", "grid", "subject", "address", "locality", "lon", "lat", "trade", "status", "entered_on",
            "tier", "mode", "interval_months", "last_visited_on", "next_due_on",
        ]  # fmt: skip


class TierRule(serializers.ModelSerializer[TradeTier]):
    class Meta:
        model = TradeTier
        fields = ["id", "preset", "prefix", "kind", "tier_key", "source", "from_day", "to_day"]


class EffectRule(serializers.ModelSerializer[CreditEffect]):
    class Meta:
        model = CreditEffect
        fields = ["id", "preset", "tier_key", "credit", "mode", "rhythm_key", "source", "from_day", "to_day"]


class PermitRow(serializers.ModelSerializer[Permit]):
    class Meta:
        model = Permit
        fields = ["id", "kind", "number", "valid_to"]


class PlacementRow(serializers.ModelSerializer[Placement]):
    class Meta:
        model = Placement
        fields = ["id", "area_code", "from_day", "to_day"]


class TierPeriodRow(serializers.ModelSerializer[TierPeriod]):
    by = serializers.CharField(source="by.name", read_only=True, default="", help_text="empty: a rule or the file")

    class Meta:
        model = TierPeriod
        fields = ["id", "tier", "reason", "why", "by", "from_day", "to_day"]


class PremisesDetail(PremisesRow):
    subject = SubjectFacts(read_only=True)  # type: ignore[assignment]
    tier_rule = TierRule(read_only=True, allow_null=True, help_text="the row that made the tier")
    effect_rule = EffectRule(read_only=True, allow_null=True, help_text="the row that made mode and interval")
    permits = PermitRow(many=True, read_only=True)
    placements = PlacementRow(many=True, read_only=True)
    tier_periods = TierPeriodRow(many=True, read_only=True)

    class Meta(PremisesRow.Meta):
        fields = [
            *PremisesRow.Meta.fields,
            "tier_given", "tier_rule", "effect_rule", "permits", "placements", "tier_periods",
        ]  # fmt: skip


class PremisesFilter(InAreaAlone):
    due_from = filters.DateFilter(field_name="next_due_on", lookup_expr="gte")
    due_to = filters.DateFilter(method="due_by")
    seen_from = filters.DateFilter(field_name="last_visited_on", lookup_expr="gte", help_text="visited since")
    unseen_from = filters.DateFilter(method="not_seen", help_text="not visited since")
    reached_from = filters.DateFilter(method="is_reached", help_text="due by `due_to`, or visited since this day")
    overdue = filters.BooleanFilter(method="is_overdue", help_text="the next due day is over")
    placed = filters.BooleanFilter(field_name="grid", lookup_expr="isnull", exclude=True, help_text="stands in a grid")
    trade = filters.CharFilter(field_name="trade__code", lookup_expr="startswith", help_text="its code starts so")
    name = filters.CharFilter(field_name="subject__name", lookup_expr="icontains", help_text="part of the name")
    uscc = CodeFilter(field_name="subject__uscc")
    ordering = Ordering(fields=["area_code", "next_due_on", "last_visited_on", "entered_on"])

    class Meta:
        model = Premises
        fields = ["status", "tier", "mode"]

    def due_by(self, queryset: Any, name: str, day: date) -> Any:
        """What is due counts beside what was visited, where that is asked for, not of it."""
        return queryset if self.form.cleaned_data.get("reached_from") else queryset.filter(next_due_on__lte=day)

    def not_seen(self, queryset: Any, name: str, day: date) -> Any:
        return queryset.unseen_since(day)

    def is_reached(self, queryset: Any, name: str, day: date) -> Any:
        return queryset.reached(day, self.form.cleaned_data.get("due_to"))

    def is_overdue(self, queryset: Any, name: str, wanted: bool) -> Any:
        over = {"status": "active", "next_due_on__lt": timezone.localdate()}
        return queryset.filter(**over) if wanted else queryset.exclude(**over)


class CheckItemRow(serializers.ModelSerializer[CheckItem]):
    class Meta:
        model = CheckItem
        fields = ["id", "code", "line", "text", "source", "preset"]


class TierDecision(serializers.Serializer[Any]):
    tier = serializers.CharField(max_length=12, help_text="key of a tier of the policy in force")
    why = serializers.CharField(max_length=300, help_text="the reason, kept with the decision")


class PremisesViewSet(ScopedViewSet):
    """Premises of the ledger with what the policy makes of them."""

    queryset = Premises.objects.select_related("subject")
    serializer_class = PremisesRow
    detail_serializer_class = PremisesDetail
    filterset_class = PremisesFilter

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        if self.action == "list":
            return queryset
        return queryset.select_related("tier_rule", "effect_rule").prefetch_related(
            "permits", "placements", Prefetch("tier_periods", TierPeriod.objects.select_related("by"))
        )

    @extend_schema(responses=CheckItemRow(many=True), filters=False)
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def check_items(self, request: Request, pk: str) -> Response:
        """What stands on the form of a visit today: the items of the premises' tier and trade, in order."""
        return Response(CheckItemRow(items_for(self.get_object(), timezone.localdate()), many=True).data)

    @extend_schema(parameters=[ON], responses=RESPONSIBLE)
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def responsible(self, request: Request, pk: str) -> Response:
        """Who was responsible on a day, by the grid in which the premises stood then; nobody before it was entered."""
        day = day_of(request)
        return responsible_answer(area_on(self.get_object(), day), day)

    @extend_schema(request=TierDecision, responses=PremisesDetail)
    @action(detail=True, methods=["post"])
    def tier(self, request: Request, pk: str) -> Response:
        """Raises or lowers the tier of one premises with a reason; it then goes before trade and file."""

        def decide(premises: Premises, body: dict[str, Any]) -> None:
            set_tier(premises=premises, **body, by=self.officer, on=timezone.localdate(), now=timezone.now())

        return self.act(decide, TierDecision, Permission.SET_TIER)
