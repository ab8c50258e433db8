"""What an officer typed before the session ended: kept in the new session until the same officer has logged in."""

from uuid import UUID

from django.core import signing
from django.http import HttpRequest, QueryDict

from grids.models import Officer

KEY = "unsent_visit"
SALT = "inspections.unsent"
# Characters kept of one form: its longest text fields together. Nobody who is not logged in may store more.
MOST_TYPED = 20_000


def mark(officer: Officer, client_id: UUID) -> str:
    """Stands on a form that was shown to the officer; without it nothing is kept for anybody."""
    return signing.dumps([officer.pk, str(client_id)], salt=SALT)


def keep(request: HttpRequest) -> bool:
    """Keeps a form that was sent in vain, if it was shown to an officer before (this one, where somebody is logged in)
    and is not too long; says whether it did.
    """
    typed = typed_in(request)
    try:
        officer, client_id = signing.loads(request.POST.get("mark", ""), salt=SALT)
    except signing.BadSignature:
        return False
    too_long = sum(len(value) for values in typed.values() for value in values) > MOST_TYPED
    if too_long or (request.user.is_authenticated and request.user.pk != officer):
        return False
    request.session[KEY] = {"officer": officer, "client_id": client_id, "typed": typed}
    return True


def take(request: HttpRequest, officer: Officer, client_id: UUID) -> dict[str, list[str]] | None:
    """What was kept of the officer's form, once; None when nothing was."""
    kept = request.session.get(KEY)
    if kept is None or (kept["officer"], kept["client_id"]) != (officer.pk, str(client_id)):
        return None
    del request.session[KEY]
    return dict(kept["typed"])


def typed_in(request: HttpRequest) -> dict[str, list[str]]:
    """Field by field, as the browser sent it, without what belongs to the sending and not to the visit."""
    apart = {"csrfmiddlewaretoken", "mark", "do", "client_id"}
    return {name: [str(value) for value in values] for name, values in request.POST.lists() if name not in apart}


def as_sent(typed: dict[str, list[str]] | None, client_id: UUID) -> QueryDict:
    """What was kept, as the browser sent it; empty when nothing was."""
    sent = QueryDict(mutable=True)
    for name, values in (typed or {}).items():
        sent.setlist(name, values)
    if sent:
        sent["client_id"] = str(client_id)
    return sent
