"""People, accounts and posts in the admin."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.hashers import make_password
from django.db.models import Prefetch
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from grids.actions import add_officer, end_posting, give_password, post_officer, set_active
from grids.admin.areas import AreaFilter
from grids.models import Bureau, Officer, Posting
from grids.permissions import Duty, Permission
from gridsup.backoffice.base import ScopedAdmin, ScopedInline
from gridsup.backoffice.steps import Start, Step, StepForm
from gridsup.dates import add_months

# Ordering a new certificate takes a while; a reminder, not a limit of the policy.
NOTICE_MONTHS = 3
PASSWORD_LENGTH = 16


class PostForm(StepForm):
    officer = forms.ModelChoiceField(label=gettext_lazy("officer"), queryset=Officer.objects.filter(is_active=True))
    duty = forms.ChoiceField(label=gettext_lazy("duty"), choices=Duty.choices)
    area_code = forms.CharField(label=gettext_lazy("area code"), max_length=6)
    from_day = forms.DateField(label=gettext_lazy("from"))
    to_day = forms.DateField(label=gettext_lazy("last day"), required=False)
    line = forms.CharField(label=gettext_lazy("line of business"), max_length=40, required=False)
    team = forms.CharField(label=gettext_lazy("team"), max_length=40, required=False)


class LastDay(StepForm):
    to_day = forms.DateField(label=gettext_lazy("last day"))


def _post(given: dict[str, Any], by: Any, now: datetime) -> Posting:
    return post_officer(**given, by=by, now=now)


def _end(posting: Posting, given: dict[str, Any], by: Any, now: datetime) -> Posting:
    return end_posting(posting=posting, on=given["to_day"], by=by, now=now)


@admin.register(Posting)
class PostingAdmin(ScopedAdmin):
    icon = "badge"
    list_display = ["area_code", "duty", "officer", "line", "from_day", "to_day"]
    list_filter = [AreaFilter, "duty"]
    list_select_related = ["officer"]
    search_fields = ["area_code", "officer__name", "officer__username"]
    steps = (
        Step(
            "end", gettext_lazy("End the post"), Permission.POST_OFFICERS, _end, LastDay,
            offered=lambda posting: posting.to_day is None, icon="event_busy",
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
        return queryset.filter(is_known=True).certificate_ends_by(notice_day(timezone.localdate()))


def notice_day(on: date) -> date:
    """Certificates that end by this day are to be renewed now."""
    return add_months(on, NOTICE_MONTHS)


class AccountForm(StepForm):
    bureau = forms.ModelChoiceField(label=gettext_lazy("bureau"), queryset=Bureau.objects.all())
    username = forms.RegexField(label=gettext_lazy("user name"), regex=r"^[\w.@+-]+$", max_length=150)
    name = forms.CharField(label=gettext_lazy("name"), max_length=80)
    phone = forms.CharField(label=gettext_lazy("phone"), max_length=30, required=False)
    certificate_no = forms.CharField(label=gettext_lazy("enforcement certificate"), max_length=40, required=False)
    certificate_valid_to = forms.DateField(label=gettext_lazy("certificate valid to"), required=False)


def _open_account(given: dict[str, Any], by: Any, now: datetime) -> str:
    password = get_random_string(PASSWORD_LENGTH)
    officer = add_officer(**{**given, "bureau": given["bureau"].code}, password_hash=make_password(password), by=by)
    return _once(officer, password)


def _close_account(officer: Officer, given: dict[str, Any], by: Any, now: datetime) -> Officer:
    return set_active(officer=officer, active=False, by=by, now=now)


def _reopen_account(officer: Officer, given: dict[str, Any], by: Any, now: datetime) -> Officer:
    return set_active(officer=officer, active=True, by=by, now=now)


def _new_password(officer: Officer, given: dict[str, Any], by: Any, now: datetime) -> str:
    return _once(officer, give_password(officer=officer, by=by, now=now))


def _once(officer: Officer, password: str) -> str:
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
            "close", gettext_lazy("Close the account"), Permission.MANAGE_ACCOUNTS, _close_account, icon="person_off",
            offered=lambda officer: officer.is_active,
        ),
        Step(
            "reopen", gettext_lazy("Open the account again"), Permission.MANAGE_ACCOUNTS, _reopen_account,
            icon="person", offered=lambda officer: not officer.is_active,
        ),
        Step(
            "password", gettext_lazy("New password"), Permission.MANAGE_ACCOUNTS, _new_password, icon="key", many=False
        ),
    )  # fmt: skip

    def seen_with(self) -> tuple[str, ...]:
        return Permission.VIEW_PEOPLE, Permission.VIEW_ACCOUNTS

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
