"""What stands between a session and the pages: it ends when it is idle or old; a given password is changed first."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grids import unsent
from grids.sessions import BEGUN, SEEN
from grids.tokens import PasswordFirst
from gridsup.api.errors import is_api, refused_with

# How exactly the last use is known: a session is not written more often than this, in seconds.
EXACT = 60
MINUTE, HOUR = 60, 3_600
# What opens while a given password has not been changed.
OPEN = {"password_change", "login", "logout", "admin:logout", "set_language", "healthz", "api-token"}


class Gate:
    """Asks of every request of a session whether it is still good, and of its person whether the password is theirs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_late = request.method == "POST" and SESSION_KEY not in request.session
        response = self.get_response(request)
        if is_api(request):
            return response
        if is_late and leads_to_login(response) and (officer := unsent.typist(request)):
            return keep_and_ask(request, officer, _("You were no longer logged in."))
        if request.user.is_authenticated:
            unsent.know_typist(request, response)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if SESSION_KEY not in request.session:
            return None
        if why := why_over(request):
            return over(request, why)
        # a key of the API says itself whose it is
        if "Authorization" in request.headers and is_api(request):
            return None
        officer: Any = request.user
        name = request.resolver_match.view_name if request.resolver_match else ""
        if officer.is_authenticated and officer.must_change_password and name not in OPEN:
            return own_password_first(request)
        return None


def why_over(request: HttpRequest) -> str:
    """Why the session ends now, in a sentence; empty while it is good, which is noted once a minute."""
    now = int(timezone.now().timestamp())
    begun, seen = request.session.get(BEGUN, now), request.session.get(SEEN, now)
    idle, most = settings.IDLE_MINUTES, settings.SESSION_HOURS
    if now - seen > idle * MINUTE:
        return ngettext(
            "You were logged out after %(n)s minute without activity.",
            "You were logged out after %(n)s minutes without activity.",
            idle,
        ) % {"n": idle}
    if now - begun > most * HOUR:
        return ngettext(
            "You were logged out: a session ends after %(n)s hour.",
            "You were logged out: a session ends after %(n)s hours.",
            most,
        ) % {"n": most}
    if now - seen >= EXACT or SEEN not in request.session:
        request.session[BEGUN], request.session[SEEN] = begun, now
    return ""


def over(request: HttpRequest, why: str) -> HttpResponse | None:
    """Ends the session; what was typed waits in a new one for the same person, who is asked to log in."""
    officer: Any = request.user
    logout(request)
    if is_api(request):
        return None
    if request.method == "POST":
        return keep_and_ask(request, officer.pk, why)
    messages.warning(request, why)
    return to_login(request.get_full_path())


def leads_to_login(response: HttpResponse) -> bool:
    """The page is for whoever is logged in, and asks for it."""
    page, _mark, asked = response.headers.get("Location", "").partition("?")
    return bool(asked) and page in {reverse("login"), reverse("admin:login")}


def keep_and_ask(request: HttpRequest, officer: int, why: str) -> HttpResponse:
    """What was typed waits in the new session for the officer of this key, who is asked to log in and told."""
    kept_at = keep(request, officer)
    why += " " + (
        _("What you had typed is kept: log in, and it is shown again.")
        if kept_at
        else _("What you had typed could not be kept: go back in your browser and copy it.")
    )
    messages.warning(request, why)
    return to_login(kept_at or "/")


def to_login(back: str) -> HttpResponse:
    """The log-in that leads back to an address."""
    return HttpResponseRedirect(f"{reverse('login')}?{urlencode({'next': back})}")


def keep(request: HttpRequest, officer: int) -> str:
    """The address under which a form that came too late is shown again; empty where it cannot be kept."""
    from gridsup.composition import KEEPERS

    if any(import_string(path)(request) for path in KEEPERS):
        return request.get_full_path()
    return reverse("unsent") if unsent.keep(request, officer) else ""


def own_password_first(request: HttpRequest) -> HttpResponse:
    """The way to the page that changes the password; JSON under /api/."""
    if is_api(request):
        return refused_with(PasswordFirst.default_code, str(PasswordFirst.default_detail), 403)
    return redirect(f"{reverse('password_change')}?{urlencode({'next': request.get_full_path()})}")
