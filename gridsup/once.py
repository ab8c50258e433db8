"""What is shown just once, as a link or a key: whoever asked carries it from the form to the page that shows it.

So a reload makes no second one, and no table keeps it.
"""

from collections.abc import Mapping
from typing import TypeVar

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

Page = TypeVar("Page", bound=HttpResponse)

COOKIE, SALT = "once", "gridsup.once"
# Enough to come from the form to the page.
SECONDS = 60


def lead_on(request: HttpRequest, address: str, told: Mapping[str, str]) -> HttpResponse:
    """The way to the page of this path, which alone is told it, and only for the same person."""
    response = redirect(address)
    response.set_cookie(
        COOKIE, signing.dumps([request.user.pk, told], salt=SALT), max_age=SECONDS, path=response["Location"],
        httponly=True, samesite="Strict", secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response


def told_to(request: HttpRequest) -> dict[str, str]:
    """What the page is to show this once; empty for nothing."""
    if request.method != "GET":
        return {}
    try:
        officer, told = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        return {}
    return dict(told) if officer == request.user.pk else {}


def shown(request: HttpRequest, response: Page) -> Page:
    """The page that showed it; the browser forgets it."""
    if COOKIE in request.COOKIES:
        response.delete_cookie(COOKIE, path=request.path, samesite="Strict")
    return response
