"""Language: Chinese unless the person chose otherwise; and a page where an address takes a form alone."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.urls import is_valid_path
from django.utils import translation

from gridsup.api.errors import is_api


class LanguageMiddleware:
    """Activates the language of the person's cookie; the browser's own language does not count.

    Django's LocaleMiddleware would show English to every officer whose phone was set up in English.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = wanted in dict(settings.LANGUAGES)
        with translation.override(wanted if known else settings.LANGUAGE_CODE):
            request.LANGUAGE_CODE = translation.get_language() or settings.LANGUAGE_CODE
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response


class WayBack:
    """Gives the refusal of a method a page: Django's has nothing in it, and a browser shows its own, a dead end."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "GET" and isinstance(response, HttpResponseNotAllowed) and not is_api(request):
            response.content = render_to_string("405.html", {"back": page_above(request.path_info)})
        return response


def page_above(path: str) -> str:
    """The nearest address above that is one of the site: a form is sent to below the page on which it stands."""
    above = path.rstrip("/").rpartition("/")[0] + "/"
    return above if above == "/" or is_valid_path(above) else page_above(above)
