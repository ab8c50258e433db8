"""People, accounts and posts in the admin."""

from datetime import date, datetime
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.db.models import Prefetch
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from grids.actions import (
    add_officer,
    call_off_posting,
    change_officer,
    close_account,
    end_posting,
    give_password,
    invite,
    post_officer,
    reopen_account,
    revoke_invitation,
    stand_in,
)
from grids.admin.areas import AreaFilter
from grids.certificates import notice_day
from grids.models import Bureau, Officer, OfficerEvent, Posting
from grids.people_forms import offer_stand_ins
from grids.permissions import Duty, Permission
from gridsup.backoffice.base import ScopedAdmin, ScopedInline
from gridsup.backoffice.steps import Reason, Start, Step, StepForm
from gridsup.questions import CodeField

USER_NAME = r"^[\w.@+-]+$"


class PostForm(StepForm):
    officer = forms.ModelChoiceField(label=gettext_lazy("officer"), queryset=Officer.objects.filter(is_active=True))
    duty = forms.ChoiceField(label=gettext_lazy("duty"), choices=Duty.choices)
    area_code = CodeField(label=gettext_lazy("area code"), max_length=6)
    from_day = forms.DateField(label=gettext_lazy("from"))
    to_day = forms.DateField(label=gettext_lazy("last day"), required=False)
    line = forms.CharField(label=gettext_lazy("line of business"), max_length=40, required=False)
    team = forms.CharField(label=gettext_lazy("team"), max_length=40, required=False)


class LastDay(StepForm):
    to_day = forms.DateField(label=gettext_lazy("last day"))
    why = forms.CharField(label=gettext_lazy("reason"), max_length=300, required=False)


class Leave(StepForm):
    officer = forms.ModelChoiceField(
        label=gettext_lazy("who stands in"), queryset=Officer.objects.filter(is_active=True)
    )
    from_day = forms.DateField(label=gettext_lazy("from"))
    to_day = forms.DateField(label=gettext_lazy("last day"))

    def __init__(self, *args: Any, officer: Any, rows: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, officer=officer, rows=rows, **kwargs)
        offer_stand_ins(self, rows[0], officer, timezone.localdate())


class Perhaps(StepForm):
    why = forms.CharField(label=gettext_lazy("reason"), max_length=300, required=False)


def _post(given: dict[str, Any], by: Any, now: datetime) -> Posting:
    return post_officer(**given, by=by, now=now)


def _end(posting: Posting, given: dict[str, Any], by: Any, now: datetime) -> Posting:
    return end_posting(posting=posting, on=given["to_day"], why=given["why"], by=by, now=now)


def _stand_in(posting: Posting, given: dict[str, Any], by: Any, now: datetime) -> Posting:
    return stand_in(posting=posting, **given, by=by, now=now)


def _call_off(posting: Posting, given: dict[str, Any], by: Any, now: datetime) -> Posting:
    return call_off_posting(posting=posting, why=given["why"], by=by, now=now)


@admin.register(Posting)
class PostingAdmin(ScopedAdmin):
    icon = "badge"
    list_display = ["area_code", "duty", "officer", "line", "from_day", "to_day", "stands_in_for"]
    list_filter = [AreaFilter, "duty"]
    list_select_related = ["officer", "stands_in_for__officer"]
    search_fields = ["area_code", "officer__name", "officer__username"]
    steps = (
        Step(
            "end", gettext_lazy("End the post"), Permission.POST_OFFICERS, _end, LastDay,
            offered=lambda posting: posting.is_running(timezone.localdate()), icon="event_busy",
        ),
        Step(
            "substitute", gettext_lazy("Let somebody stand in"), Permission.POST_OFFICERS, _stand_in, Leave, many=False,
            offered=lambda posting: posting.stands_in_for_id is None and posting.is_running(timezone.localdate()),
            icon="swap_horiz",
        ),
        Step(
            "call_off", gettext_lazy("Call the post off"), Permission.POST_OFFICERS, _call_off, Perhaps,
            offered=lambda posting: posting.from_day > timezone.localdate() and not posting.called_off,
            icon="event_available",
        ),
    )  # fmt: skip
    starts = (Start("post", gettext_lazy("Post an officer"), Permission.POST_OFFICERS, _post, PostForm),)


class Certificate(admin.SimpleListFilter):
    title = gettext_lazy("certificate")
    parameter_name = "certificate"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("ending", gettext_lazy("runs out soon or has run out"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if not self.value():
            return queryset
        day = notice_day(cast(Officer, request.user), timezone.localdate())
        return queryset.filter(is_known=True).certificate_ends_by(day)


class AccountForm(StepForm):
    bureau = forms.ModelChoiceField(label=gettext_lazy("bureau"), queryset=Bureau.objects.all())
    username = forms.RegexField(label=gettext_lazy("user name"), regex=USER_NAME, max_length=150)
    name = forms.CharField(label=gettext_lazy("name"), max_length=80)
    phone = forms.CharField(label=gettext_lazy("phone"), max_length=30, required=False)


class Closing(Reason):
    on = forms.DateField(label=gettext_lazy("last day of service"), required=False)


class NewName(StepForm):
    name = forms.CharField(label=gettext_lazy("name"), max_length=80)


def _open_account(given: dict[str, Any], by: Any, now: datetime) -> str:
    with transaction.atomic():
        officer = add_officer(**{**given, "bureau": given["bureau"].code}, by=by, now=now)
        return _invited(officer, {}, by, now)


def _invited(officer: Officer, given: dict[str, Any], by: Any, now: datetime) -> str:
    key = invite(officer=officer, by=by, now=now)
    return _(
        "%(name)s sets the first password at %(path)s on this site within %(hours)s hours. "
        "The link is shown this once; hand it over to nobody else."
    ) % {"name": officer.username, "path": reverse("invitation", args=[key]), "hours": settings.INVITATION_HOURS}


def _revoke(officer: Officer, given: dict[str, Any], by: Any, now: datetime) -> Officer:
    return revoke_invitation(officer=officer, by=by, now=now)


def _rename(officer: Officer, given: dict[str, Any], by: Any, now: datetime) -> Officer:
    return change_officer(officer=officer, name=given["name"], by=by, now=now)


def _close_account(officer: Officer, given: dict[str, Any], by: Any, now: datetime) -> Officer:
    return close_account(officer=officer, why=given["why"], on=given["on"], by=by, now=now)


def _reopen_account(officer: Officer, given: dict[str, Any], by: Any, now: datetime) -> Officer:
    return reopen_account(officer=officer, by=by, now=now)


def _new_password(officer: Officer, given: dict[str, Any], by: Any, now: datetime) -> str:
    password = give_password(officer=officer, by=by, now=now)
    return _("%(name)s: first password %(password)s. It is shown this once; hand it over, and have it changed.") % {
        "name": officer.username,
        "password": password,
    }


class PostInline(ScopedInline):
    model = Posting
    fields = ["duty", "area_code", "line", "from_day", "to_day"]


@admin.register(Officer)
class OfficerAdmin(ScopedAdmin):
    icon = "group"
    list_display = ["username", "name", "posts", "certified_to", "is_active"]
    list_filter = [Certificate, "is_active"]
    search_fields = ["username", "name"]
    inlines = [PostInline]
    fields = ["username", "name", "bureau", "is_active", "mobile", "certificate", "certified_to", "last_login"]
    starts = (
        Start("account", gettext_lazy("Open an account"), Permission.MANAGE_ACCOUNTS, _open_account, AccountForm),
    )
    steps = (
        Step(
            "close", gettext_lazy("Close the account"), Permission.MANAGE_ACCOUNTS, _close_account, Closing,
            offered=lambda officer: officer.is_active, icon="person_off",
            help=gettext_lazy(
                "Sessions and tokens end at once. Posts go on until the station ends them; it is told, and hands over "
                "the open work."
            ),
        ),
        Step(
            "reopen", gettext_lazy("Open the account again"), Permission.MANAGE_ACCOUNTS, _reopen_account,
            icon="person", offered=lambda officer: not officer.is_active,
        ),
        Step(
            "invite", gettext_lazy("Invite"), Permission.MANAGE_ACCOUNTS, _invited, icon="mail", many=False,
            offered=lambda officer: officer.is_active,
            help=gettext_lazy("Makes a link that lets the person set a password; an earlier link ends."),
        ),
        Step(
            "revoke", gettext_lazy("Take the invitation back"), Permission.MANAGE_ACCOUNTS, _revoke, icon="link_off",
            offered=lambda officer: officer.invitations.filter(used_at=None, revoked_at=None).exists(),
        ),
        Step("rename", gettext_lazy("Another name"), Permission.MANAGE_ACCOUNTS, _rename, NewName, many=False),
        Step(
            "password", gettext_lazy("New password"), Permission.MANAGE_ACCOUNTS, _new_password, icon="key", many=False
        ),
    )  # fmt: skip

    def seen_with(self) -> tuple[str, ...]:
        return Permission.VIEW_PEOPLE, Permission.VIEW_ACCOUNTS

    def events_of(self, request: HttpRequest, row: Any) -> Any:
        """What concerns the person is shown to who may see the person."""
        return row.events.all() if row.is_known else row.events.exclude(what__in=OfficerEvent.OF_THE_PERSON)

    def get_queryset(self, request: HttpRequest) -> Any:
        today = Posting.objects.on(timezone.localdate()).order_by("area_code", "duty")
        people = super().get_queryset(request).marking_known_to(request.user)
        return people.prefetch_related(Prefetch("postings", today, to_attr="posts_of_today"))

    def may_take(self, request: HttpRequest, step: Step, row: Any) -> bool:
        return Officer.objects.kept_by(request.user).filter(pk=row.pk).exists()

    @display(description=gettext_lazy("posts of today"))
    def posts(self, officer: Any) -> str:
        return ", ".join(f"{post.area_code} {post.get_duty_display()}" for post in officer.posts_of_today)

    @display(description=gettext_lazy("certificate valid to"), ordering="certificate_valid_to")
    def certified_to(self, officer: Any) -> date | None:
        return officer.certificate_valid_to if officer.is_known else None

    @display(description=gettext_lazy("enforcement certificate"))
    def certificate(self, officer: Any) -> str:
        return officer.certificate_no if officer.is_known else ""

    @display(description=gettext_lazy("phone"))
    def mobile(self, officer: Any) -> str:
        return officer.phone if officer.is_known else ""
