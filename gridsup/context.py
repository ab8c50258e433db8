"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from gridsup.composition import NAVIGATION, PHONE_BAR
from gridsup.uploads import LARGEST_FORM

# Fingers: beside four entries and "More" a fifth would be narrower than they need on a phone of 360 px.
BAR_LENGTH = 4
# Beside the name of the site and the person a window of 1024 px holds so many words, in English too.
TOP_LENGTH = 5


def site(request: HttpRequest) -> dict[str, object]:
    """Whether this is a demonstration, how many bytes a form may have; the pages that the person may open, the first of
    them in sight.
    """
    entries = own_first(request, navigation(request))
    return {
        "demo": settings.DEMO,
        "most_text": settings.DATA_UPLOAD_MAX_MEMORY_SIZE,
        "most_sent": LARGEST_FORM,
        "navigation": entries,
        "top": entries[:TOP_LENGTH],
        "top_more": entries[TOP_LENGTH:],
        "bar": entries[:BAR_LENGTH],
        "bar_more": entries[BAR_LENGTH:],
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


def own_first(request: HttpRequest, entries: list[dict[str, object]]) -> list[dict[str, object]]:
    """What the person does all day before the rest of the navigation: a phone and a narrow window show the first."""
    if not entries:
        return []
    wanted = next((routes for permission, routes in PHONE_BAR if request.user.has_perm(permission)), ())
    own = [entry for route in wanted for entry in entries if entry["route"] == route]
    return [*own, *(entry for entry in entries if entry not in own)]
