"""Pages about the person: log in, where to start, what the own posts permit, what each duty permits."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from grids.account_views import access_of
from grids.lockouts import left_sentence
from grids.models import Grid, Posting
from grids.permissions import AREA_LENGTHS, DUTIES, LEVEL_WORDS, PERMISSION_WORDS, Duty, Permission
from grids.requests import SignedIn
from gridsup.paging import page_of
from gridsup.scoping import inside

# Accounts of one duty that the login page of a demo lists; the others follow the same pattern.
ACCOUNTS_SHOWN = 6


def log_in(request: HttpRequest) -> HttpResponseBase:
    extra: dict[str, object] = {}
    if settings.DEMO:
        extra = {"groups": demo_accounts(), "demo_password": settings.DEMO_PASSWORD}
    view = LogIn.as_view(
        template_name="grids/account_login.html", redirect_authenticated_user=True, extra_context=extra
    )
    return view(request)


class LogIn(LoginView):
    """The log-in, which says before a lock how many attempts are left."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = super().get_context_data(**kwargs)
        if shown["form"].is_bound and shown["form"].non_field_errors():
            shown["left"] = left_sentence(self.request, self.request.POST.get("username", ""), now=timezone.now())
        return shown


def demo_accounts() -> list[dict[str, object]]:
    """Accounts with a post of today, grouped by duty in the order of the table; none that got a password of its own
    since: the one that the page tells is not theirs."""
    posted: dict[str, list[str]] = {}
    posts = Posting.objects.on(timezone.localdate()).filter(
        officer__is_active=True, officer__must_change_password=False, officer__past_passwords=None,
        officer__invitations=None,
    ).exclude(officer__password__startswith=UNUSABLE_PASSWORD_PREFIX)  # fmt: skip
    for post in posts.select_related("officer").order_by("area_code", "officer__username"):
        names = posted.setdefault(post.duty, [])
        if post.officer.username not in names:
            names.append(post.officer.username)
    return [
        {"label": duty.label, "accounts": posted[duty][:ACCOUNTS_SHOWN], "more": len(posted[duty][ACCOUNTS_SHOWN:])}
        for duty in Duty
        if duty in posted
    ]


@login_required
def home(request: SignedIn) -> HttpResponseBase:
    return redirect(request.user.start_page())


@login_required
def account(request: SignedIn) -> HttpResponseBase:
    today = timezone.localdate()
    officer = request.user
    current = [
        {"post": post, "may": [PERMISSION_WORDS[permission] for permission in post.permits()]}
        for post in officer.current_postings
    ]
    others = officer.postings.exclude(pk__in=[post.pk for post in officer.current_postings]).order_by("-from_day")
    return render(
        request,
        "grids/account_show.html",
        {
            "officer": officer,
            "current": current,
            "others": others,
            "today": today,
            "certified": officer.certified_on(today),
            **access_of(request),
        },
    )


@login_required
def duties(request: SignedIn) -> HttpResponseBase:
    by_duty = [
        {
            "duty": duty,
            "levels": [LEVEL_WORDS[length] for length in AREA_LENGTHS[duty]],
            "may": [words for permission, words in PERMISSION_WORDS.items() if permission in DUTIES[duty]],
        }
        for duty in Duty
    ]
    by_permission = [
        {"words": PERMISSION_WORDS[permission], "duties": [duty for duty in Duty if permission in DUTIES[duty]]}
        for permission in Permission
    ]
    own = {post.duty for post in request.user.current_postings}
    return render(request, "grids/duty_list.html", {"by_duty": by_duty, "by_permission": by_permission, "own": own})


def public_facts(request: SignedIn) -> HttpResponse:
    """The grids that a person holds, as the notice board shows them (handbook §1): extent and who is responsible."""
    held = request.user.area_codes(Permission.VIEW_AREAS)
    grids = (
        Grid.objects.filter(inside(held, "code")).in_force().select_related("station").prefetch_related("localities")
    )
    page = page_of(grids, request)
    people: dict[str, list[Posting]] = {}
    for post in Posting.objects.holding([grid.code for grid in page], timezone.localdate()).select_related("officer"):
        people.setdefault(post.area_code, []).append(post)
    rows = [{"grid": grid, "people": people.get(grid.code, [])} for grid in page]
    return render(request, "grids/grid_facts.html", {"page": page, "rows": rows})
