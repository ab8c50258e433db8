"""What people do with their own account: the password, where they are logged in, keys to the API."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from grids import actions, unsent
from grids.account_forms import PasswordForm, TokenForm
from grids.requests import SignedIn
from grids.sessions import keep_open
from gridsup import once
from gridsup.audit.recording import note
from gridsup.errors import DomainError
from gridsup.keys import key_in


def access_of(request: SignedIn) -> dict[str, Any]:
    """What the account page says of sessions and keys."""
    now, officer = timezone.now(), request.user
    return {
        "sessions": officer.open_sessions.all(),
        "this_session": request.session.session_key,
        "tokens": officer.api_tokens.filter(expires__gt=now).order_by("-created"),
        "token_form": TokenForm(),
        "idle_minutes": settings.IDLE_MINUTES,
        "session_hours": settings.SESSION_HOURS,
    }


@sensitive_post_parameters()
@never_cache
@login_required
def password_change(request: SignedIn) -> HttpResponse:
    officer = request.user
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.change_password(officer=officer, old=given["old"], password=given["password"], now=timezone.now())
        except DomainError as error:
            form.add_error(error.field, str(error))
        else:
            update_session_auth_hash(request, officer)
            keep_open(request, officer, timezone.now())
            messages.success(request, _("Your password is changed. Everywhere else you are logged out."))
            return redirect(_safe(request))
    return render(
        request,
        "grids/account_password.html",
        {
            "form": form,
            "rules": password_validators_help_texts(),
            "forced": officer.must_change_password,
            "next": request.GET.get("next", ""),
        },
    )


def _safe(request: SignedIn) -> str:
    """Where the person wanted to go, if that is on this site."""
    wanted = request.GET.get("next", "")
    mine = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if mine else "account"


@require_POST
@login_required
def log_out_everywhere(request: SignedIn) -> HttpResponse:
    actions.log_out_everywhere(officer=request.user, by=request.user)
    # before the log-out: it is the same person who did it
    note(request, person=request.user, row=request.user)
    logout(request)
    messages.success(request, _("You are logged out everywhere, and your API tokens have ended."))
    return redirect("login")


@require_POST
@login_required
def session_end(request: SignedIn) -> HttpResponse:
    chosen = _own(request.user.open_sessions, request.POST.get("session", ""))
    if chosen is None:
        messages.error(request, _("This session has ended already."))
    else:
        actions.end_session(session=chosen, by=request.user)
        messages.success(request, _("You are logged out there."))
    return redirect("account")


@never_cache
@login_required
def tokens(request: SignedIn) -> HttpResponse:
    """A new key, shown once on the page after the form."""
    if request.method != "POST":
        made = once.told_to(request)
        return once.shown(request, render(request, "grids/account_token.html", made) if made else redirect("account"))
    form = TokenForm(request.POST)
    key = ""
    if form.is_valid():
        try:
            key, _token = actions.make_token(officer=request.user, now=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field, str(error))
    if not key:
        return render(request, "grids/account_token.html", {"form": form}, status=400)
    return once.lead_on(request, "account_tokens", {"key": key, "name": form.cleaned_data["name"]})


@require_POST
@login_required
def token_end(request: SignedIn) -> HttpResponse:
    chosen = _own(request.user.api_tokens, request.POST.get("token", ""))
    if chosen is None:
        messages.error(request, _("This token has ended already."))
    else:
        actions.revoke_token(token=chosen, by=request.user)
        messages.success(request, _("The token is revoked."))
    return redirect("account")


@never_cache
@login_required
def unsent_form(request: SignedIn) -> HttpResponse:
    kept = unsent.kept_for(request, request.user)
    if request.method == "POST" or kept is None:
        unsent.drop(request)
        return redirect("home")
    return render(request, "grids/account_unsent.html", {"kept": kept, "typed": unsent.in_words(kept["typed"])})


def _own(rows: Any, key: str) -> Any:
    """The row of one's own by its key; None for any other."""
    return rows.filter(pk=key_in(key) or 0).first()
