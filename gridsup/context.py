"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from gridsup.composition import NAVIGATION


def site(request: HttpRequest) -> dict[str, object]:
    """Whether this is a demonstration, and the pages that the person may open."""
    return {"demo": settings.DEMO, "navigation": navigation(request)}


def navigation(request: HttpRequest) -> list[dict[str, object]]:
    """One entry for each page of the table that some permission of the person opens."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return []
    entries = []
    for route, label, icon, permissions in NAVIGATION:
        if any(person.has_perm(permission) for permission in permissions):
            url = reverse(route)
            entries.append({"url": url, "label": label, "icon": icon, "here": request.path.startswith(url)})
    return entries
