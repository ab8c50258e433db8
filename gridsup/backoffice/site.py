"""The admin site: who enters, what they are shown first, and the one relaxation of the content security policy."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_update
from django.contrib import admin
from django.contrib.auth.views import LogoutView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from gridsup import context
from gridsup.backoffice.base import ScopedAdmin

USE_ADMIN = "use_admin"
# Alpine, on which the skin is built, evaluates the expressions of its attributes; colours come in a style element.
POLICY = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}
# Addresses that would answer for rows outside the scope, or that write by themselves.
LEFT_OUT = {"view_on_site", "autocomplete", "password_change", "password_change_done"}

ORDER = ["complaints", "inspections", "assessment", "subjects", "grids", "gridsup"]

View = Callable[..., Any]


@dataclass(frozen=True)
class Decision:
    """Something that waits for a person: how many rows, and where they are listed; `urgent` ones come first."""

    label: str
    count: int
    url: str
    why: str
    urgent: bool = False


class Site(UnfoldAdminSite):
    """The admin of the bureau."""

    site_header = site_title = _("Grid supervision")
    index_title = _("What needs a decision")
    index_template = "admin/decisions.html"

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only our own pages: libraries register tables that have no area, which nobody's scope holds."""
        if admin_class is not None and issubclass(admin_class, ScopedAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        return request.user.is_active and request.user.has_perm(USE_ADMIN)

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        inner = super().admin_view(view, cacheable)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not self.has_permission(request):
                raise PermissionDenied
            return inner(request, *args, **kwargs)

        # Django's own wrapper has the CSRF check on; ours stands around it and must not be checked a second time
        guarded.csrf_exempt = True  # type: ignore[attr-defined]
        return csp_update(POLICY)(guarded)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one login page on this site, and it is not here."""
        return redirect_to_login(request.GET.get("next", "/admin/"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return LogoutView.as_view()(request)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """What is used most comes first."""
        return sorted(super().get_app_list(request, app_label), key=lambda app: ORDER.index(app["app_label"]))

    def get_urls(self) -> list[URLPattern | URLResolver]:
        return [entry for entry in super().get_urls() if getattr(entry, "name", None) not in LEFT_OUT]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        waiting = decisions(request.user, timezone.localdate())
        return super().index(request, {"decisions": waiting, **(extra_context or {})})


def decisions(officer: Any, on: date) -> list[Decision]:
    """What waits for this officer, as the apps tell it; what is zero is left out."""
    from gridsup.composition import DECISIONS

    found = [decision for path in DECISIONS for decision in import_string(path)(officer, on) if decision.count]
    return sorted(found, key=lambda decision: not decision.urgent)


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The side bar: what the person's duties let them open."""
    groups: list[dict[str, Any]] = [
        {"title": "", "items": [{"title": _("What needs a decision"), "icon": "checklist", "link": "/admin/"}]}
    ]
    pages = [
        {"title": entry["label"], "icon": "arrow_forward", "link": entry["url"]}
        for entry in context.navigation(request)
        if not entry["here"]
    ]
    if pages:
        groups.append({"title": _("Pages of the site"), "items": pages, "separator": True})
    for app in admin.site.get_app_list(request):
        items = [
            {
                "title": model["name"],
                "icon": getattr(admin.site._registry[model["model"]], "icon", "table_rows"),
                "link": model["admin_url"],
            }
            for model in app["models"]
            if model["admin_url"]
        ]
        groups.append({"title": app["name"], "items": items, "separator": True})
    return groups
