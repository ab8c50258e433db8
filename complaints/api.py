"""API of complaints, reports, clues and enquiries, and of their time limits."""

from functools import cached_property
from typing import Any

from django.db.models import F, Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiResponse, extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.fields import empty
from rest_framework.request import Request
from rest_framework.response import Response

from complaints.actions import (
    complete,
    move,
    register,
    report_case,
    reveal,
    suggested_area,
)
from complaints.colours import Colour, colour_of, warn_days
from complaints.models import Clock, Complainant, Complaint, ComplaintEvent, Rating
from complaints.models.complaint import MOVES_OF
from complaints.picture_api import ComplaintPictures, PictureRow, PicturesOfComplaint
from complaints.records import CHANNELS
from grids.models import Bureau, Locality
from grids.permissions import Permission
from gridsup.api.filters import InAreaAlone, KeyFilter, Ordering
from gridsup.api.schema import ERRORS
from gridsup.api.views import AreaCode, ScopedViewSet, Visible
from gridsup.audit.recording import note
from gridsup.errors import AlreadyStored, BadInput, Overtaken
from gridsup.privacy import masked_name, masked_phone
from gridsup.states import check, targets
from inspections.api.findings import CaseRow, Outcome
from subjects.models import Premises

# What the operation documents of its one refusal that names a row.
STANDS = OpenApiResponse(
    ERRORS,
    "`already_stored`: this form was sent already; it says something else now, or what it made lies outside of the "
    "person's areas by now. `id` names the row. `wrong_state`: the form number stands for something else. Nothing of "
    "the new sending was stored.",
)
GONE = OpenApiResponse(description="Done; the row now lies outside of the person's areas.")


class ClockRow(serializers.ModelSerializer[Clock]):
    colour = serializers.SerializerMethodField(help_text="empty: it has ended")
    law = serializers.CharField(source="rule.source", read_only=True, default="", help_text="where its length is from")

    class Meta:
        model = Clock
        fields = [
            "id", "area_code", "complaint", "kind", "law", "started_on", "due_on", "latest_on", "is_provisional",
            "colour", "paused_on", "paused_days", "extension_days", "met_on", "stopped_on", "escalated_on",
            "escalated_to", "explanation",
        ]  # fmt: skip

    def get_colour(self, clock: Clock) -> str:
        return self.context["view"].colour(clock) if clock.is_running else ""


class Who(serializers.Serializer[Complainant]):
    """Who asked, masked."""

    name = serializers.SerializerMethodField()
    phone = serializers.SerializerMethodField()

    def get_name(self, person: Complainant) -> str:
        return masked_name(person.name) if person.name else ""

    def get_phone(self, person: Complainant) -> str:
        return masked_phone(person.phone)


class ComplainantRow(serializers.ModelSerializer[Complainant]):
    class Meta:
        model = Complainant
        fields = ["name", "phone", "address"]


class ComplaintRow(serializers.ModelSerializer[Complaint]):
    next_due = serializers.DateField(read_only=True, allow_null=True, help_text="the first end of a limit that runs")
    colour = serializers.SerializerMethodField(help_text="by the next limit; empty: none runs")

    class Meta:
        model = Complaint
        fields = [
            "id", "area_code", "number", "kind", "channel", "outside_number", "state", "category", "line", "about",
            "address", "premises", "locality", "is_urgent", "received_at", "received_on", "accepted_on", "closed_on",
            "next_due", "colour",
        ]  # fmt: skip

    def get_colour(self, row: Any) -> str:
        warn = self.context["view"].warn.get(row.area_code[:2], 0)
        return colour_of(row.next_due, row.next_latest, row.is_paused, timezone.localdate(), warn=warn)


class ComplaintEventRow(serializers.ModelSerializer[ComplaintEvent]):
    by = serializers.CharField(source="by.name", read_only=True, default="", help_text="empty: a job, or the public")

    class Meta:
        model = ComplaintEvent
        fields = ["what", "old", "new", "by", "at", "why"]


class RatingRow(serializers.ModelSerializer[Rating]):
    class Meta:
        model = Rating
        fields = ["score", "comment", "given_at"]


class ComplaintDetail(ComplaintRow):
    complainant = Who(read_only=True, allow_null=True, default=None)
    suggested_area = serializers.SerializerMethodField(
        help_text="where it goes when dispatched without an area; empty: one has to be named"
    )
    next_states = serializers.SerializerMethodField(help_text="states that can follow, whoever may move it there")
    visit = serializers.IntegerField(source="task.visit_id", read_only=True, default=None, allow_null=True)
    clocks = ClockRow(many=True, read_only=True)
    events = ComplaintEventRow(many=True, read_only=True)
    pictures = PictureRow(many=True, read_only=True, source="attachments")
    rating = RatingRow(read_only=True, allow_null=True, default=None, help_text="given by the person who asked")
    case = CaseRow(read_only=True, allow_null=True, help_text="what the case team reported")

    class Meta(ComplaintRow.Meta):
        fields = [
            *ComplaintRow.Meta.fields, "text", "result", "refusal", "ending", "linked_to", "task", "visit",
            "suggested_area", "next_states", "complainant", "clocks", "events", "pictures", "rating", "case",
        ]  # fmt: skip

    def get_suggested_area(self, complaint: Complaint) -> str:
        return suggested_area(complaint)

    def get_next_states(self, complaint: Complaint) -> list[str]:
        return targets(MOVES_OF[complaint.kind], complaint.state)


class ComplaintMade(ComplaintDetail):
    class Meta(ComplaintDetail.Meta):
        fields = [*ComplaintDetail.Meta.fields, "follow_code"]


class ByLimit(Ordering):
    """Rows under no limit stand last, whichever way: databases differ in where they put what is empty."""

    def filter(self, qs: Any, value: Any) -> Any:
        ordered = super().filter(qs, value)
        names = {"next_due": F("next_due").asc(nulls_last=True), "-next_due": F("next_due").desc(nulls_last=True)}
        return ordered.order_by(*(names.get(name, name) for name in ordered.query.order_by)) if value else ordered


class ComplaintFilter(InAreaAlone):
    premises = KeyFilter(field_name="premises")
    clock = filters.ChoiceFilter(choices=Colour.choices, method="of_colour", help_text="by the next limit")
    # a word of Python's own
    vars()["from"] = filters.DateFilter(field_name="received_on", lookup_expr="gte", help_text="received on or after")
    to = filters.DateFilter(field_name="received_on", lookup_expr="lte", help_text="received on or before")
    ordering = ByLimit(fields=["received_at", "next_due", "area_code"])

    class Meta:
        model = Complaint
        fields = ["state", "kind", "channel", "is_urgent"]

    def of_colour(self, queryset: Any, name: str, colour: str) -> Any:
        return queryset.of_colour(colour, timezone.localdate())


class NewComplaint(serializers.Serializer[Any]):
    bureau = Visible("code", queryset=Bureau.objects.all())
    kind = serializers.ChoiceField(choices=Complaint.Kind.choices)
    channel = serializers.ChoiceField(choices=CHANNELS)
    text = serializers.CharField(max_length=5_000, help_text="what happened")
    name = serializers.CharField(max_length=80, required=False, allow_blank=True, help_text="of who asks")
    phone = serializers.CharField(max_length=30, required=False, allow_blank=True, help_text="of who asks")
    address = serializers.CharField(max_length=200, required=False, allow_blank=True, help_text="of who asks")
    about = serializers.CharField(max_length=200, required=False, allow_blank=True, help_text="about whom")
    place_given = serializers.CharField(max_length=300, required=False, allow_blank=True, help_text="where that is")
    premises = Visible("id", queryset=Premises.objects.all(), required=False, allow_null=True)
    locality = Visible("code", queryset=Locality.objects.all(), required=False, allow_null=True)
    category = serializers.CharField(max_length=40, required=False, allow_blank=True)
    line = serializers.CharField(
        max_length=40, required=False, allow_blank=True, help_text="of business, by code (`food`) or by name; one known"
    )
    outside_number = serializers.CharField(
        max_length=40, required=False, allow_blank=True, help_text="needed from 12315 and 12345; each is taken in once"
    )
    outside_due_on = serializers.DateField(
        required=False, allow_null=True, help_text="limit of the outside system: today or later"
    )
    is_urgent = serializers.BooleanField(required=False)
    client_id = serializers.UUIDField(
        required=False, allow_null=True, help_text="number of the form: the same again makes nothing twice"
    )


class ComplaintAndPictures(NewComplaint):
    pictures = PicturesOfComplaint(required=False)


# A form with the complaint in one part, as JSON, and each picture in one of its own.
WITH_PICTURES = inline_serializer(
    "ComplaintWithPictures",
    {"record": NewComplaint(help_text="as JSON"), "pictures": PicturesOfComplaint(required=False)},
)


class Flag(serializers.BooleanField):
    """Yes or no; a form that does not name it says neither, where the framework would read no."""

    default_empty_html = empty


class ComplaintMove(serializers.Serializer[Any]):
    to = serializers.ChoiceField(choices=Complaint.State.choices, help_text="one of next_states")
    state = serializers.ChoiceField(
        choices=Complaint.State.choices, required=False, help_text="in which it was read; another by now is refused"
    )
    why = serializers.CharField(max_length=500, required=False, allow_blank=True)
    area = AreaCode(required=False, help_text="of a dispatch; else the suggested area, and needed where that is empty")
    premises = Visible("id", queryset=Premises.objects.all(), required=False, help_text="found by the desk")
    locality = Visible("code", queryset=Locality.objects.all(), required=False, help_text="found by the desk")
    visit = Flag(required=False, help_text="with a dispatch: a visit of the premises")
    refusal = serializers.ChoiceField(choices=Complaint.Refusal.choices, required=False)
    ending = serializers.ChoiceField(choices=Complaint.Ending.choices, required=False)
    result = serializers.CharField(max_length=4_000, required=False, allow_blank=True)
    linked_to = Visible("id", queryset=Complaint.objects.all(), required=False)


class Completion(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=30, required=False, allow_blank=True)
    address = serializers.CharField(max_length=200, required=False, allow_blank=True)


class ForReason(serializers.Serializer[Any]):
    why = serializers.CharField(max_length=400, help_text="kept in the history")


class Coloured(ScopedViewSet):
    """Rows with a colour: how near the next limit is."""

    @cached_property
    def warn(self) -> dict[str, int]:
        """Bureau → days before its end a limit is near, read once a request."""
        return warn_days(timezone.localdate())

    def colour(self, clock: Clock) -> str:
        """The colour of one limit that runs."""
        if clock.paused_on is not None:
            return Colour.PAUSED
        warn = self.warn.get(clock.area_code[:2], 0)
        return colour_of(clock.due_on, clock.latest_on, False, timezone.localdate(), warn=warn)

    def one_of(self, permissions: tuple[str, ...], area_code: str) -> str:
        """The permission of these that the person holds there, else the first, which will be refused."""
        return next((name for name in permissions if self.officer.may(name, area_code)), permissions[0])


class ComplaintViewSet(ComplaintPictures, Coloured):
    """Complaints, reports, clues and enquiries: what was asked, and what became of it."""

    queryset = Complaint.objects.all()
    serializer_class = ComplaintRow
    detail_serializer_class = ComplaintDetail
    filterset_class = ComplaintFilter
    takes_files = frozenset({"create"})

    def get_queryset(self) -> Any:
        queryset = super().get_queryset().with_clock()
        if self.action in {"list", "pictures", "picture"}:
            return queryset
        related = ("complainant", "rating", "premises", "locality", "task", "case")
        clocks = Prefetch("clocks", Clock.objects.select_related("rule").order_by("pk"))
        events = Prefetch("events", ComplaintEvent.objects.select_related("by"))
        return queryset.select_related(*related).prefetch_related(clocks, events, "attachments")

    @extend_schema(
        request={"application/json": NewComplaint, "multipart/form-data": WITH_PICTURES},
        responses={200: ComplaintMade, 201: ComplaintMade, 409: STANDS},
    )
    def create(self, request: Request) -> Response:
        """Takes one in; its clocks run from now. `follow_code` is for the person and is told here alone, for half an
        hour. The same `client_id` again: 200 with the stored one, and 409 when it says something else by then. With
        pictures it is a form, the complaint as JSON in its part `record`."""
        self.needs(Permission.TAKE_IN)
        body, now = self.body(ComplaintAndPictures), timezone.now()
        made = register(**{**body, "bureau": body["bureau"].code}, by=self.officer, now=now)
        row = self.get_queryset().filter(pk=made.pk).first()
        if row is None:
            raise AlreadyStored(
                _("This form was sent already, as %(number)s, which lies outside of your areas by now.")
                % {"number": made.number},
                row=made.pk,
                field="client_id",
            )
        note(request, row=made)
        told = ComplaintMade if made.tells_code(now) else ComplaintDetail
        code = status.HTTP_201_CREATED if made.received_at == now else status.HTTP_200_OK
        return Response(told(row, context=self.get_serializer_context()).data, status=code)

    @extend_schema(request=ComplaintMove, responses={200: ComplaintDetail, 204: GONE})
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """One move of its workflow, with what the move needs; `next_states` names those that can follow."""
        complaint = self.get_object()
        moves = MOVES_OF[complaint.kind].values()
        needed = tuple(dict.fromkeys(step.permission for step in moves))
        check(self.officer, self.one_of(needed, complaint.area_code), complaint.area_code)
        body = self.body(ComplaintMove)
        note(request, step=body["to"])
        if body.pop("state", complaint.state) != complaint.state:
            raise Overtaken(_("Somebody else changed this first. Load it again and look."))
        if "area" in body:
            body["area_code"] = body.pop("area")
        try:
            move(complaint=complaint, by=self.officer, now=timezone.now(), **body)
        except BadInput as error:  # named as it was sent
            error.field = "area" if error.field == "area_code" else error.field
            raise
        left = self.get_queryset().filter(pk=complaint.pk).first()
        return Response(self.get_serializer(left).data) if left else Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=Completion, responses=ComplaintDetail)
    @action(detail=True, methods=["post"])
    def complainant(self, request: Request, pk: str) -> Response:
        """Fills in who asked, where that was missing or wrong; only what is given changes."""

        def fill(complaint: Complaint, body: dict[str, Any]) -> None:
            complete(complaint=complaint, by=self.officer, now=timezone.now(), **body)

        return self.act(fill, Completion, Permission.TAKE_IN)

    @extend_schema(request=Outcome, responses=ComplaintDetail)
    @action(detail=True, methods=["post"])
    def case(self, request: Request, pk: str) -> Response:
        """The case team reports number, decision and closing of the case that this was handed to."""

        def report(complaint: Complaint, body: dict[str, Any]) -> None:
            report_case(complaint=complaint, **body, by=self.officer, now=timezone.now())

        return self.act(report, Outcome, Permission.TAKE_CASE)

    @extend_schema(request=ForReason, responses=ComplainantRow)
    @action(detail=True, methods=["post"])
    def reveal(self, request: Request, pk: str) -> Response:
        """Who asked, in full; the reason is kept in the history."""
        complaint = self.get_object()
        check(self.officer, Permission.REVEAL, complaint.area_code)
        why = self.body(ForReason)["why"]
        person = reveal(complaint=complaint, by=self.officer, why=why, now=timezone.now())
        return Response(ComplainantRow(person).data, headers={"Cache-Control": "no-store"})

    def needs(self, permission: str) -> None:
        """Raises NotAllowed unless some duty of the person permits it somewhere."""
        check(self.officer, permission, next(iter(self.officer.area_codes(permission)), ""))
