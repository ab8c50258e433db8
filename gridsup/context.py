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
    entries: list[dict[str, object]] = []
    for route, label, icon, permissions in NAVIGATION:
        if any(person.has_perm(permission) for permission in permissions):
            entries.append({"url": reverse(route), "label": label, "icon": icon})
    # /visits/review/ lies under /visits/: the longest address is where the person is
    here = max(
        (str(entry["url"]) for entry in entries if request.path.startswith(str(entry["url"]))), key=len, default=""
    )
    return [{**entry, "here": entry["url"] == here} for entry in entries]
