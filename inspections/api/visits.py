"""API of visits: put aside, handed in, reviewed, corrected."""

from typing import Any

from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from grids.api import OfficerName
from grids.models import Officer
from grids.permissions import Permission
from gridsup.api.filters import InArea, KeyFilter, Ordering
from gridsup.api.schema import ERRORS
from gridsup.api.views import Visible
from gridsup.audit.recording import note
from gridsup.errors import NotAllowed
from gridsup.keys import LARGEST_KEY
from gridsup.states import targets
from inspections import rules
from inspections.actions import archive_visit, archive_visits, attach_photos, return_visit, save_draft, submit_visit
from inspections.api.findings import FindingRow, Why
from inspections.api.photos import PhotoRow, PhotosOfVisit, VisitPhotos
from inspections.api.tasks import TaskPremises
from inspections.models import Finding, InspectionTask, Visit, VisitEvent
from inspections.models.visit import VISIT_MOVES
from inspections.records import Problem, VisitRecord
from subjects.models import Premises

# More of them than any form has is a mistake, or worse.
MOST_ENTRIES = 200


# What the operation documents of its one refusal that names a row.
STANDS = OpenApiResponse(
    ERRORS,
    "The row is in another state, or somebody else was first. `already_stored`: a record stands for this form and says "
    "something else, or tells of a visit of that day with one of the officers (field `another_visit`: true hands it in "
    "nevertheless); `id` names it, and nothing of the new sending was stored.",
)


class VisitRow(serializers.ModelSerializer[Visit]):
    premises = TaskPremises(read_only=True)
    lead = OfficerName(read_only=True)
    partner = OfficerName(read_only=True, allow_null=True)
    reviewed_by = OfficerName(read_only=True, allow_null=True)

    class Meta:
        model = Visit
        fields = [
            "id", "area_code", "client_id", "premises", "lead", "partner", "outcome", "state", "version", "corrects",
            "visited_on", "visited_at", "submitted_on", "entry_due_on", "reviewed_at", "reviewed_by",
        ]  # fmt: skip


class VisitTask(serializers.ModelSerializer[InspectionTask]):
    """A task where the visit that discharged it names it."""

    class Meta:
        model = InspectionTask
        fields = ["id", "reason", "due_on", "done_on"]


class VisitFinding(FindingRow):
    """A finding where its visit names it."""

    class Meta(FindingRow.Meta):
        fields = [name for name in FindingRow.Meta.fields if name not in {"premises", "visit"}]


class VisitEventRow(serializers.ModelSerializer[VisitEvent]):
    by = serializers.CharField(source="by.name", read_only=True, default="", help_text="empty: the command line")

    class Meta:
        model = VisitEvent
        fields = ["what", "old", "new", "by", "at", "why"]


class VisitDetail(VisitRow):
    corrected_by: Any = serializers.PrimaryKeyRelatedField(
        read_only=True, allow_null=True, help_text="the next version"
    )
    findings = VisitFinding(many=True, read_only=True)
    rectified = VisitFinding(many=True, read_only=True, help_text="findings that this visit saw put right")
    tasks = VisitTask(many=True, read_only=True, help_text="what it discharged")
    photos = PhotoRow(many=True, read_only=True)
    next_states = serializers.SerializerMethodField(help_text="states that can follow, whoever may move it there")
    events = VisitEventRow(many=True, read_only=True)

    class Meta(VisitRow.Meta):
        fields = [
            *VisitRow.Meta.fields, "corrected_by", "answers", "narrative", "draft", "findings", "rectified", "tasks",
            "photos", "next_states", "events",
        ]  # fmt: skip

    def get_next_states(self, visit: Visit) -> list[str]:
        return targets(VISIT_MOVES, visit.state)


class VisitFilter(InArea):
    premises = KeyFilter(field_name="premises")
    officer = KeyFilter(field_name="lead", method="of_officer", help_text="first or second officer")
    vars()["from"] = filters.DateFilter(field_name="visited_on", lookup_expr="gte", help_text="visited on or after")
    to = filters.DateFilter(field_name="visited_on", lookup_expr="lte", help_text="visited on or before")
    latest = filters.BooleanFilter(method="is_latest", help_text="handed in, and no corrected version since")
    ordering = Ordering(fields=["visited_on", "submitted_on", "area_code"])

    class Meta:
        model = Visit
        fields = ["state", "outcome"]

    def of_officer(self, queryset: Any, name: str, key: int) -> Any:
        return queryset.filter(Q(lead=key) | Q(partner=key))

    def is_latest(self, queryset: Any, name: str, wanted: bool) -> Any:
        latest = queryset.valid()
        return latest if wanted else queryset.exclude(pk__in=latest.values("pk"))


class Key(serializers.IntegerField):
    """The id of a row."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_KEY, **kwargs)


class Answer(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=30, help_text="of a check item of the premises")
    result = serializers.ChoiceField(choices=rules.RESULTS)


class ProblemShape(serializers.Serializer[Any]):
    """One problem that was found."""

    text = serializers.CharField(max_length=500)
    disposition = serializers.ChoiceField(choices=Finding.Disposition.choices)
    item = serializers.CharField(max_length=30, required=False, allow_blank=True, help_text="code of a check item")
    line = serializers.CharField(max_length=40, required=False, allow_blank=True, help_text="empty: that of the item")
    rectify_by = serializers.DateField(
        required=False, allow_null=True, help_text="last day of an order; empty: the usual limit of the policy"
    )


class OfUnfinished(Visible):
    """A premises that the person may see, or one that moved while a record or form of theirs was unfinished."""

    def get_queryset(self) -> Any:
        request = self.context.get("request")
        if request is None:
            return Premises.objects.all()
        left_behind = Visit.objects.reached_by(request.user).unfinished().order_by().values("premises")
        return Premises.objects.visible_to(request.user) | Premises.objects.filter(pk__in=left_behind)


class Reached(Visible):
    """A record that the person may read or finish."""

    def get_queryset(self) -> Any:
        request = self.context.get("request")
        return Visit.objects.reached_by(request.user) if request is not None else Visit.objects.all()


class PerhapsWhy(serializers.Serializer[Any]):
    """A reason, needed for a returned record alone."""

    why = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class Form(serializers.Serializer[Any]):
    """What names a form of a visit, whether put aside or handed in."""

    client_id = serializers.UUIDField(help_text="chosen by the caller: one form, one visit, however often it is sent")
    premises = OfUnfinished("id", queryset=Premises.objects.all())
    corrects = Reached(
        "id", queryset=Visit.objects.all(), required=False, allow_null=True, help_text="the returned visit it corrects"
    )


class DraftShape(Form):
    held = serializers.DictField(help_text="what the form held, kept as it is")


class RecordShape(Form):
    """A whole record; the first officer is whoever asks, unless named."""

    visited_at = serializers.DateTimeField()
    lead = Key(required=False, help_text="id of the first officer; empty: whoever asks")
    partner = Key(allow_null=True, help_text="id of the second officer")
    outcome = serializers.ChoiceField(choices=Visit.Outcome.choices)
    answers = serializers.ListField(child=Answer(), required=False, max_length=MOST_ENTRIES)
    narrative = serializers.CharField(max_length=4_000, required=False, allow_blank=True)
    problems = serializers.ListField(child=ProblemShape(), required=False, max_length=MOST_ENTRIES)
    corrected = serializers.ListField(
        child=Key(), required=False, max_length=MOST_ENTRIES, help_text="ids of findings seen to be put right"
    )
    tasks = serializers.ListField(
        child=Key(), required=False, allow_null=True, max_length=MOST_ENTRIES,
        help_text="ids of the open tasks it covers; empty: every one whose window is open on the day",
    )  # fmt: skip
    another_visit = serializers.BooleanField(
        required=False, help_text="not the visit of the same day that a refusal named (`already_stored`)"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The officers by their ids: those posted at or above the premises, and whom else the person may see."""
        me, area = self.context["request"].user, attrs["premises"].area_code
        keys = {name: attrs[name] for name in ("lead", "partner") if attrs.get(name)}
        seen = Officer.objects.visible_to(me).values("pk")
        near = Officer.objects.posted_around(area).values("pk")
        known = Officer.objects.filter(Q(pk__in=seen) | Q(pk__in=near)).in_bulk(set(keys.values()))
        unknown = [name for name, key in keys.items() if key not in known]
        if unknown:
            message = serializers.ErrorDetail(_("There is no such officer here."), code="does_not_exist")
            raise serializers.ValidationError({name: [message] for name in unknown})
        return {**attrs, "lead": me, "partner": None, **{name: known[key] for name, key in keys.items()}}


class RecordAndPhotos(RecordShape):
    photos = PhotosOfVisit(required=False)


# A form with the record in one part, as JSON, and each photo in one of its own.
WITH_PHOTOS = inline_serializer(
    "RecordWithPhotos", {"record": RecordShape(help_text="as JSON"), "photos": PhotosOfVisit(required=False)}
)


class ManyVisits(serializers.Serializer[Any]):
    visits = serializers.ListField(child=Key(), max_length=MOST_ENTRIES, help_text="ids")


class VisitViewSet(VisitPhotos):
    """Records of inspections, each with its versions, findings and the tasks it discharged."""

    queryset = Visit.objects.select_related("premises__subject", "lead", "partner", "reviewed_by")
    serializer_class = VisitRow
    detail_serializer_class = VisitDetail
    filterset_class = VisitFilter
    takes_files = frozenset({"create", "add_photos"})

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        if not getattr(self, "swagger_fake_view", False):
            if self.action != "list":  # what is still to be finished is read wherever its premises went
                queryset = self.queryset.reached_by(self.officer)
            queryset = queryset.readable_by(self.officer)
        if self.action in {"list", "photos", "add_photos", "photo"} or getattr(self, "swagger_fake_view", False):
            return queryset
        findings = Finding.objects.of_lines(self.officer)
        return queryset.select_related("corrected_by").prefetch_related(
            Prefetch("findings", findings), Prefetch("rectified", findings), "tasks", "photos",
            Prefetch("events", VisitEvent.objects.select_related("by")),
        )  # fmt: skip

    @extend_schema(
        request={"application/json": RecordShape, "multipart/form-data": WITH_PHOTOS},
        responses={200: VisitDetail, 201: VisitDetail, 409: STANDS},
    )
    def create(self, request: Request) -> Response:
        """Hands a record in, whole or completing a draft of the same `client_id`; again: 200 with the stored visit, and
        409 with its id when the record says something else by then. With photos it is a form, the record as JSON in its
        part `record`; photos that only come through when it is sent again are added."""
        self._inspecting()
        body = self.body(RecordAndPhotos)
        photos = body.pop("photos", [])
        body["problems"] = [Problem(**problem) for problem in body.get("problems", [])]
        now = timezone.now()
        visit = submit_visit(record=VisitRecord(**body), by=self.officer, now=now, pictures=photos)
        is_new = visit.submitted_at == now
        if photos and not is_new:
            attach_photos(visit=visit, pictures=photos, by=self.officer, now=now)
        return self.answer(visit, status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)

    @extend_schema(request=DraftShape, responses=VisitDetail)
    @action(detail=False, methods=["post"])
    def draft(self, request: Request) -> Response:
        """Puts a form aside as it stands; the same `client_id` again takes its place."""
        self._inspecting()
        visit = save_draft(**self.body(DraftShape), by=self.officer, now=timezone.now())
        return self.answer(visit, status.HTTP_200_OK)

    @extend_schema(request=PerhapsWhy, responses=VisitDetail)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, pk: str) -> Response:
        """The chief accepts a record, or archives a returned one that nobody is left to correct, with a reason."""

        def accept(visit: Visit, body: dict[str, Any]) -> None:
            archive_visit(visit=visit, **body, by=self.officer, now=timezone.now())

        return self.act(accept, PerhapsWhy, Permission.REVIEW_VISITS)

    @extend_schema(
        operation_id="visits_archive_many",
        request=ManyVisits,
        responses={200: inline_serializer("Archived", {"archived": serializers.IntegerField()})},
    )
    @action(detail=False, methods=["post"], url_path="archive", url_name="archive-many")
    def archive_many(self, request: Request) -> Response:
        """The chief accepts those of the named records that wait and are free of problems; answers with how many."""
        chosen = Visit.objects.visible_to(self.officer).filter(pk__in=self._reviewing()["visits"])
        note(request, rows=list(chosen))
        return Response({"archived": archive_visits(visits=chosen, by=self.officer, now=timezone.now())})

    @extend_schema(request=Why, responses=VisitDetail)
    @action(detail=True, methods=["post"], url_path="return", url_name="return")
    def give_back(self, request: Request, pk: str) -> Response:
        """The chief gives a record back with a reason; its officers hand in a corrected version that names it."""

        def refuse(visit: Visit, body: dict[str, Any]) -> None:
            return_visit(visit=visit, **body, by=self.officer, now=timezone.now())

        return self.act(refuse, Why, Permission.REVIEW_VISITS)

    def _inspecting(self) -> None:
        """Whoever inspects nowhere is told so before anything is said of the body."""
        if not self.officer.has_perm(Permission.INSPECT):
            raise NotAllowed(_("Your duties do not permit this here."))

    def _reviewing(self) -> dict[str, Any]:
        if not self.officer.has_perm(Permission.REVIEW_VISITS):
            raise NotAllowed(_("Your duties do not permit this here."))
        return self.body(ManyVisits)
