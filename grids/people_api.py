"""What the API does with people and posts, over the same actions as the pages; and who was responsible on a day."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import exceptions, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from grids import actions
from grids.models import Officer, Posting
from grids.permissions import ADMINISTRATORS, Duty, Permission, needed_to_post
from gridsup.api.views import AreaCode, Nothing, ScopedViewSet, Visible
from gridsup.errors import BadInput, NotAllowed
from gridsup.scoping import inside
from gridsup.states import check

ON = OpenApiParameter("on", date, description="day asked about; today unless given")


def day_of(request: Request) -> date:
    """The day that `?on=` asks about; raises ValidationError for one that is none."""
    text = request.query_params.get("on", "")
    try:
        return serializers.DateField().to_internal_value(text) if text else timezone.localdate()
    except serializers.ValidationError as error:
        raise exceptions.ValidationError({"on": error.detail}) from error


class Holder(serializers.ModelSerializer[Posting]):
    """A post that was responsible on the day; `absent` with who stood in, and whom a substitute stood in for."""

    officer = serializers.CharField(source="officer.name")
    absent = serializers.SerializerMethodField(help_text="somebody stood in on the day")
    stands_in_for = serializers.SerializerMethodField(help_text="name of whom the substitute stood in for; else empty")

    class Meta:
        model = Posting
        fields = ["id", "area_code", "officer", "duty", "from_day", "to_day", "absent", "stands_in_for"]

    def get_absent(self, post: Posting) -> bool:
        return bool(post.standing_in)  # type: ignore[attr-defined]

    def get_stands_in_for(self, post: Posting) -> str:
        return str(post.stands_in_for.officer) if post.stands_in_for else ""


RESPONSIBLE = inline_serializer(
    "Responsible",
    {"area_code": serializers.CharField(), "on": serializers.DateField(), "people": Holder(many=True)},
)


def responsible_answer(area_code: str, on: date) -> Response:
    """Everybody responsible for an area on a day, nearest first; nobody for an empty area."""
    posts = list(Posting.objects.answering_for(area_code, on).with_leave(on)) if area_code else []
    return Response({"area_code": area_code, "on": on.isoformat(), "people": Holder(posts, many=True).data})


class ResponsibleMixin:
    """Adds `/responsible`: who answered for the area of the row on any day, for whoever may see people."""

    @extend_schema(parameters=[ON], responses=RESPONSIBLE)
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def responsible(self, request: Request, pk: str) -> Response:
        """Who was responsible on a day: leads, managers and the heads above, substitutes among them."""
        view: Any = self
        if not view.officer.has_perm(Permission.VIEW_PEOPLE):
            view.permission_denied(request)
        return responsible_answer(view.get_object().area_code, day_of(request))


class Postable(Visible):
    """Somebody whom the person sees, by id, or whose account they look after, by user name too: who names
    administrators sees no people."""

    def get_queryset(self) -> Any:
        request = self.context.get("request")
        if request is None:
            return Officer.objects.all()
        return Officer.objects.visible_to(request.user) | Officer.objects.reached_by(request.user)

    def to_internal_value(self, data: Any) -> Any:
        named = self.get_queryset().filter(username=data).first() if isinstance(data, str) else None
        return named or super().to_internal_value(data)


class PostBody(serializers.Serializer[Any]):
    officer = Postable("id", queryset=Officer.objects.all(), help_text="id or user name")
    duty = serializers.ChoiceField(choices=Duty.choices)
    area_code = AreaCode()
    from_day = serializers.DateField()
    to_day = serializers.DateField(required=False, allow_null=True, default=None, help_text="null: until it is ended")
    line = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    team = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    why = serializers.CharField(
        max_length=300, required=False, default="", allow_blank=True, help_text="needed for an administrator"
    )


class LastDayBody(serializers.Serializer[Any]):
    to_day = serializers.DateField()
    why = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class LeaveBody(serializers.Serializer[Any]):
    officer = Visible("id", queryset=Officer.objects.all(), help_text="who stands in")
    from_day = serializers.DateField()
    to_day = serializers.DateField()


class PerhapsWhyBody(serializers.Serializer[Any]):
    why = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


# What is done with an administrator's post.
NAMING = {"create", "end", "call_off"}


class PostingSteps(ScopedViewSet):
    """Posts are given, ended, called off, and stood in for."""

    def seen_with(self) -> tuple[str, ...]:
        """Who names administrators gives and ends their posts, and sees no others."""
        named = (Permission.MANAGE_ROLES,) if self.action in NAMING else ()
        return (*super().seen_with(), *named)

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        if self.action not in NAMING or getattr(self, "swagger_fake_view", False):
            return rows
        named = inside(self.officer.area_codes(Permission.MANAGE_ROLES))
        return rows | super(ScopedViewSet, self).get_queryset().filter(named, duty__in=ADMINISTRATORS)

    @extend_schema(request=PostBody)
    def create(self, request: Request) -> Response:
        """Gives a post to an officer; that of an administrator with a reason, by whoever names them."""
        if not self.officer.has_perm(Permission.POST_OFFICERS) and not self.officer.has_perm(Permission.MANAGE_ROLES):
            self.permission_denied(request)
        body = self.body(PostBody)
        check(self.officer, needed_to_post(body["duty"]), body["area_code"])
        _need_reason(body["duty"], body["why"])
        return self.answer(actions.post_officer(**body, by=self.officer, now=timezone.now()))

    @extend_schema(request=LastDayBody)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Ends a post; one whose last day is to come may end earlier."""
        return self._step(LastDayBody, self._end)

    def _end(self, post: Posting, body: dict[str, Any]) -> object:
        _need_reason(post.duty, body["why"])
        facts = {"on": body["to_day"], "why": body["why"]}
        return actions.end_posting(posting=post, **facts, by=self.officer, now=timezone.now())

    @extend_schema(request=PerhapsWhyBody)
    @action(detail=True, methods=["post"], url_path="call-off")
    def call_off(self, request: Request, pk: str) -> Response:
        """Takes back a post that has not begun."""
        return self._step(
            PerhapsWhyBody,
            self._call_off,
        )

    def _call_off(self, post: Posting, body: dict[str, Any]) -> object:
        _need_reason(post.duty, body["why"])
        return actions.call_off_posting(posting=post, **body, by=self.officer, now=timezone.now())

    @extend_schema(request=LeaveBody)
    @action(detail=True, methods=["post"])
    def substitute(self, request: Request, pk: str) -> Response:
        """Lets somebody stand in during leave; answers with the substitute's post."""
        posting = self.get_object()
        self._check(posting)
        facts = self.body(LeaveBody)
        return self.answer(actions.stand_in(posting=posting, **facts, by=self.officer, now=timezone.now()))

    def _step(self, shape: type[serializers.Serializer[Any]], act: Callable[[Any, dict[str, Any]], object]) -> Response:
        posting = self.get_object()
        self._check(posting)
        act(posting, self.body(shape))
        return Response(self.get_serializer(self.get_object()).data)

    def _check(self, posting: Posting) -> None:
        check(self.officer, needed_to_post(posting.duty), posting.area_code)


def _need_reason(duty: str, why: str) -> None:
    """Administrators come and go with a reason, which the audit trail keeps."""
    if duty in ADMINISTRATORS and not why:
        raise BadInput(_("A reason is needed."), field="why")


class CertificateBody(serializers.Serializer[Any]):
    number = serializers.CharField(max_length=40)
    from_day = serializers.DateField(required=False, allow_null=True, default=None)
    to_day = serializers.DateField()


class WithdrawalBody(serializers.Serializer[Any]):
    on = serializers.DateField(help_text="last valid day")
    why = serializers.CharField(max_length=300)


class HandOverBody(serializers.Serializer[Any]):
    to = Visible("id", queryset=Officer.objects.all(), allow_null=True, help_text="null: whoever holds the area")


class ClosingBody(serializers.Serializer[Any]):
    why = serializers.CharField(max_length=300)
    on = serializers.DateField(required=False, allow_null=True, default=None, help_text="last day of service")


class OfficerSteps(ScopedViewSet):
    """Certificates, open work and accounts of people."""

    def _step(
        self,
        shape: type[serializers.Serializer[Any]],
        may: Callable[[Officer], bool],
        act: Callable[[Officer, dict[str, Any]], object],
    ) -> Response:
        officer = self.get_object()
        if not may(officer):
            raise NotAllowed(_("Your duties do not permit this here."))
        act(officer, self.body(shape))
        return Response(self.get_serializer(self.get_object()).data)

    def _leads(self, officer: Officer) -> bool:
        return bool(Officer.objects.led_by(self.officer).filter(pk=officer.pk).exists())

    def _keeps(self, officer: Officer) -> bool:
        return bool(Officer.objects.kept_by(self.officer).filter(pk=officer.pk).exists())

    @extend_schema(request=CertificateBody)
    @action(detail=True, methods=["post"])
    def certificate(self, request: Request, pk: str) -> Response:
        """Records a certificate; the former stays in the history."""
        return self._step(
            CertificateBody,
            self._leads,
            lambda officer, body: actions.renew_certificate(
                officer=officer, **body, by=self.officer, now=timezone.now()
            ),
        )

    @extend_schema(request=WithdrawalBody)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Ends the present certificate earlier, with a reason."""
        return self._step(
            WithdrawalBody,
            self._leads,
            lambda officer, body: actions.withdraw_certificate(
                officer=officer, **body, by=self.officer, now=timezone.now()
            ),
        )

    @extend_schema(request=HandOverBody)
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, pk: str) -> Response:
        """Gives the open work held by name to a successor, or back to its area."""
        return self._step(
            HandOverBody,
            lambda officer: self.officer.has_perm(Permission.ASSIGN),
            lambda officer, body: actions.hand_over(officer=officer, **body, by=self.officer, now=timezone.now()),
        )

    @extend_schema(request=ClosingBody)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: str) -> Response:
        """Closes the account; sessions, tokens and password end."""
        return self._step(
            ClosingBody,
            self._keeps,
            lambda officer, body: actions.close_account(officer=officer, **body, by=self.officer, now=timezone.now()),
        )

    @extend_schema(request=PerhapsWhyBody)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Opens a closed account again; the person comes in by a new invitation."""
        return self._step(
            PerhapsWhyBody,
            self._keeps,
            lambda officer, body: actions.reopen_account(officer=officer, **body, by=self.officer, now=timezone.now()),
        )

    @extend_schema(
        request=Nothing, responses={201: inline_serializer("InvitationLink", {"path": serializers.CharField()})}
    )
    @action(detail=True, methods=["post"])
    def invite(self, request: Request, pk: str) -> Response:
        """A link, shown this once, by which the person sets a password; an earlier one ends."""
        officer = self.get_object()
        if not self._keeps(officer):
            raise NotAllowed(_("Your duties do not permit this here."))
        self.body(Nothing)
        key = actions.invite(officer=officer, by=self.officer, now=timezone.now())
        return Response({"path": reverse("invitation", args=[key])}, status=201)
