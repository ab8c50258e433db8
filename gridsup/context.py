"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from gridsup.composition import NAVIGATION, PHONE_BAR

# Fingers: beside four entries and "More" a fifth would be narrower than they need on a phone of 360 px.
BAR_LENGTH = 4


def site(request: HttpRequest) -> dict[str, object]:
    """Whether this is a demonstration, the pages that the person may open, and how a phone shows them."""
    entries = navigation(request)
    bar = phone_bar(request, entries)
    return {
        "demo": settings.DEMO,
        "navigation": entries,
        "bar": bar,
        "bar_more": [entry for entry in entries if entry not in bar],
    }


def navigation(request: HttpRequest) -> list[dict[str, object]]:
    """One entry for each page of the table that some permission of the person opens."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return []
    entries: list[dict[str, object]] = []
    for route, label, icon, permissions in NAVIGATION:
        if any(person.has_perm(permission) for permission in permissions):
            entries.append({"route": route, "url": reverse(route), "label": label, "icon": icon})
    # /visits/review/ lies under /visits/: the longest address is where the person is; /ledgers/ is part of /ledger/
    here = max(
        (str(entry["url"]) for entry in entries if request.path.startswith(str(entry["url"]).rstrip("/"))),
        key=len,
        default="",
    )
    return [{**entry, "here": entry["url"] == here} for entry in entries]


def phone_bar(request: HttpRequest, entries: list[dict[str, object]]) -> list[dict[str, object]]:
    """The entries of the bar at the bottom of a phone: those of the table first, then the next of the navigation."""
    if not entries:
        return []
    wanted = next((routes for permission, routes in PHONE_BAR if request.user.has_perm(permission)), ())
    own = [entry for route in wanted for entry in entries if entry["route"] == route]
    return [*own, *(entry for entry in entries if entry not in own)][:BAR_LENGTH]
