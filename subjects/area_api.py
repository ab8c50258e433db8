"""API of changes of areas: proposed with explicit parts, previewed, decided on, undone."""

import json
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from grids.geometry import as_geojson
from grids.models import AREA_MOVES, AreaChange, AreaChangeEvent, AreaPart, Grid, Station
from grids.permissions import Permission
from gridsup.api.filters import InArea, Ordering
from gridsup.api.views import AreaCode, ScopedViewSet, Visible
from gridsup.audit.recording import note, note_trial
from gridsup.codes import typed_code
from gridsup.keys import LARGEST_KEY
from gridsup.states import check, targets
from subjects.areas.checking import check_draft
from subjects.areas.deciding import approve_change, propose_again, propose_change, return_change, withdraw_change
from subjects.areas.drafts import Draft, Part
from subjects.areas.effect import undo_change
from subjects.areas.preview import Preview, preview_change, preview_draft
from subjects.areas.reading import Handed, System, read_area
from subjects.areas.seeing import seen_by


class AreaPartRow(serializers.ModelSerializer[AreaPart]):
    class Meta:
        model = AreaPart
        fields = ["id", "area_code", "code", "role", "name", "extent", "boundary", "localities", "successor"]


class AreaChangeRow(serializers.ModelSerializer[AreaChange]):
    station = serializers.CharField(source="station_id", read_only=True)
    proposed_by = serializers.CharField(source="proposed_by.name", read_only=True, default="")

    class Meta:
        model = AreaChange
        fields = [
            "id", "area_code", "station", "kind", "state", "effective_on", "in_effect_on", "reason", "placing", "moved",
            "hindrance", "proposed_by", "proposed_at",
        ]  # fmt: skip


class AreaChangeEventRow(serializers.ModelSerializer[AreaChangeEvent]):
    by = serializers.CharField(source="by.name", read_only=True, default="")

    class Meta:
        model = AreaChangeEvent
        fields = ["what", "old", "new", "by", "at", "why"]


class FlowRow(serializers.Serializer[Any]):
    from_code = serializers.CharField()
    to_code = serializers.CharField()
    count = serializers.IntegerField(help_text="premises")


class GridLine(serializers.Serializer[Any]):
    code = serializers.CharField(source="part.code")
    role = serializers.CharField(source="part.role")
    before = serializers.IntegerField(allow_null=True, help_text="premises")
    after = serializers.IntegerField(allow_null=True, help_text="premises")
    km2_before = serializers.FloatField(allow_null=True)
    km2_after = serializers.FloatField(allow_null=True)
    extent_before = serializers.CharField(help_text="in words; empty for a new grid")
    extent_after = serializers.CharField(source="part.extent", help_text="in words; empty for a retired grid")


class PreviewRow(serializers.Serializer[Any]):
    moving = serializers.IntegerField(help_text="premises that move")
    staying = serializers.IntegerField(help_text="premises of the grids concerned that stay")
    flows = FlowRow(many=True)
    grids = GridLine(many=True, source="lines")
    work = serializers.SerializerMethodField(help_text="open rows that go along, by what they are")
    left = serializers.SerializerMethodField(help_text="those about what moves that stay with the former grid")
    doubt = serializers.CharField(help_text="what speaks for another coordinate system; a proposal then needs `sure`")
    notes = serializers.ListField(child=serializers.CharField(), help_text="who is missing, what stays unplaced")

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_work(self, preview: Preview) -> dict[str, int]:
        return {told.words: told.count for told in preview.work}

    @extend_schema_field(serializers.DictField(child=serializers.IntegerField()))
    def get_left(self, preview: Preview) -> dict[str, int]:
        return {told.words: told.count for told in preview.left}


class AreaChangeDetail(AreaChangeRow):
    next_states = serializers.SerializerMethodField(help_text="states that can follow, whoever may move it there")
    parts = AreaPartRow(many=True, read_only=True)
    events = AreaChangeEventRow(many=True, read_only=True)
    preview = serializers.SerializerMethodField(help_text="by the ledger of now; once in effect, what it moved")

    class Meta(AreaChangeRow.Meta):
        fields = [*AreaChangeRow.Meta.fields, "next_states", "parts", "events", "preview"]

    def get_next_states(self, change: AreaChange) -> list[str]:
        return targets(AREA_MOVES, change.state)

    @extend_schema_field(PreviewRow)
    def get_preview(self, change: AreaChange) -> Any:
        preview = preview_change(change, on=timezone.localdate())
        return PreviewRow(seen_by(preview, self.context["request"].user)).data


class AreaChangeFilter(InArea):
    ordering = Ordering(fields=["proposed_at", "effective_on"])

    class Meta:
        model = AreaChange
        fields = ["state", "kind"]


class PartBody(serializers.Serializer[Any]):
    code = AreaCode()
    role = serializers.ChoiceField(choices=AreaPart.Role.choices)
    name = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)
    extent = serializers.CharField(max_length=2_000, required=False, default="", allow_blank=True)
    boundary = serializers.JSONField(
        required=False, default=None, allow_null=True, help_text="GeoJSON polygon; none: as it is, or not drawn yet"
    )
    localities = serializers.ListField(
        child=serializers.CharField(max_length=12), required=False, default=list, help_text="all that it is to have"
    )
    successor = AreaCode(required=False, default="", allow_blank=True)


class ChangeBody(serializers.Serializer[Any]):
    station = Visible("code", queryset=Station.objects.all())
    kind = serializers.ChoiceField(choices=AreaChange.Kind.choices)
    effective_on = serializers.DateField()
    reason = serializers.CharField(max_length=500)
    placing = serializers.ChoiceField(choices=AreaChange.Placing.choices, required=False, default="polygon")
    crs = serializers.ChoiceField(choices=System.choices, help_text="of all boundaries")
    sure = serializers.BooleanField(
        required=False, default=False, help_text="the system is right, whatever `doubt` of the preview says"
    )
    parts = PartBody(many=True, allow_empty=False)
    listed = serializers.DictField(
        child=serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=LARGEST_KEY)),
        required=False, default=dict,
        help_text="code of a grid after the change: keys of premises that go there whatever their point says",
    )  # fmt: skip


class AreaWhy(serializers.Serializer[Any]):
    why = serializers.CharField(max_length=500)


class AreaMaybeWhy(serializers.Serializer[Any]):
    why = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


def drafted(body: dict[str, Any]) -> Draft:
    """The draft that a body describes, boundaries read in its coordinate system."""
    parts = tuple(
        Part(
            part["code"], part["role"], part["name"], part["extent"], _boundary(part["boundary"], body["crs"]),
            tuple(part["localities"]), part["successor"],
        )
        for part in body["parts"]
    )  # fmt: skip
    drawn = [part for part in parts if part.stays and part.boundary]
    there = tuple(part.code for part in parts if part.role != AreaPart.Role.NEW) or (body["station"].code,)
    shapes = tuple(shape for part in drawn if (shape := part.shape) is not None)
    handed = Handed(shapes, body["crs"], of=there, sure=body["sure"])
    return Draft(
        body["station"], body["kind"], body["effective_on"], body["reason"], parts, body["placing"],
        {typed_code(code): keys for code, keys in body["listed"].items()}, handed,
    )  # fmt: skip


def _boundary(given: Any, crs: str) -> dict[str, Any] | None:
    return None if given is None else as_geojson(read_area(json.dumps(given), crs=crs))


class AreaChangeViewSet(ScopedViewSet):
    """Changes of areas: what is to become of grids of a station, and what became of it."""

    queryset = AreaChange.objects.select_related("station", "proposed_by")
    serializer_class = AreaChangeRow
    detail_serializer_class = AreaChangeDetail
    filterset_class = AreaChangeFilter

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        if self.action == "list" or getattr(self, "swagger_fake_view", False):
            return queryset.defer("listed", "carried")
        return queryset.prefetch_related("parts", Prefetch("events", AreaChangeEvent.objects.select_related("by")))

    @extend_schema(request=ChangeBody, responses={201: AreaChangeDetail})
    def create(self, request: Request) -> Response:
        """A station proposes; the parts say what each grid concerned is to be. Nothing is stored on a refusal."""
        draft = self._draft()
        return self.answer(propose_change(draft=draft, by=self.officer, now=timezone.now()))

    @extend_schema(request=ChangeBody, responses={200: PreviewRow})
    @action(detail=False, methods=["post"])
    def preview(self, request: Request) -> Response:
        """What a proposal would do: how many premises go where, what is open about them. Nothing is stored."""
        note_trial(request)
        draft, on = self._draft(), timezone.localdate()
        grids = Grid.objects.in_area(draft.station.code).filter(code__in=draft.touched).order_by("code")
        note(request, rows=list(grids) or [draft.station])
        check_draft(draft, on=on)
        return Response(PreviewRow(preview_draft(draft, on=on)).data)

    @extend_schema(request=ChangeBody, responses=AreaChangeDetail)
    @action(detail=True, methods=["post"])
    def propose(self, request: Request, pk: str) -> Response:
        """A returned change, corrected and proposed again."""

        def again(change: AreaChange, body: dict[str, Any]) -> None:
            propose_again(change=change, draft=drafted(body), by=self.officer, now=timezone.now())

        return self.act(again, ChangeBody, Permission.PROPOSE_GRIDS)

    @extend_schema(request=None, responses=AreaChangeDetail)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """The grid office agrees; on its day, at once when that is today, the change takes effect."""

        def agree(change: AreaChange, body: dict[str, Any]) -> None:
            approve_change(change=change, by=self.officer, now=timezone.now())

        return self.act(agree, AreaMaybeWhy, Permission.APPROVE_GRIDS)

    @extend_schema(request=AreaWhy, responses=AreaChangeDetail)
    @action(detail=True, methods=["post"], url_path="return")
    def send_back(self, request: Request, pk: str) -> Response:
        """The grid office gives a change back with a reason, also one it had approved, before its day."""

        def back(change: AreaChange, body: dict[str, Any]) -> None:
            return_change(change=change, why=body["why"], by=self.officer, now=timezone.now())

        return self.act(back, AreaWhy, Permission.APPROVE_GRIDS)

    @extend_schema(request=AreaMaybeWhy, responses=AreaChangeDetail)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """The station takes its proposal back."""

        def back(change: AreaChange, body: dict[str, Any]) -> None:
            withdraw_change(change=change, why=body["why"], by=self.officer, now=timezone.now())

        return self.act(back, AreaMaybeWhy, Permission.PROPOSE_GRIDS)

    @extend_schema(request=AreaWhy, responses=AreaChangeDetail)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Takes a change in effect back as of today, as long as nothing later builds on it."""

        def back(change: AreaChange, body: dict[str, Any]) -> None:
            undo_change(change=change, why=body["why"], by=self.officer, now=timezone.now())

        return self.act(back, AreaWhy, Permission.APPROVE_GRIDS)

    def _draft(self) -> Draft:
        """The draft of the body; whoever may propose nowhere is told so before the body is read."""
        if not self.officer.area_codes(Permission.PROPOSE_GRIDS):
            check(self.officer, Permission.PROPOSE_GRIDS, "")
        body = self.body(ChangeBody)
        check(self.officer, Permission.PROPOSE_GRIDS, body["station"].code)
        return drafted(body)
