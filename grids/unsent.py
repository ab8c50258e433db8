"""A form that came after its session had ended: kept in the new session until its person has logged in again.

Forms with a keeper of their own (gridsup.composition.KEEPERS) are shown again as they were; of any other one the fields
are shown here and sent once more by a button.
"""

from typing import Any

from django.http import HttpRequest

KEY = "unsent_form"
# Characters kept of one form. Nobody who is not logged in may store more.
MOST_TYPED = 20_000
# What belongs to the sending; and a password is never stored.
APART = {"csrfmiddlewaretoken"}


def keep(request: HttpRequest, officer: Any) -> bool:
    """Keeps the fields of a form; False where there are files, passwords, nothing, or too much."""
    typed = [(name, str(value)) for name, values in request.POST.lists() for value in values if name not in APART]
    size = sum(len(name) + len(value) for name, value in typed)
    if not typed or request.FILES or size > MOST_TYPED or any("password" in name for name, _value in typed):
        return False
    request.session[KEY] = {"officer": officer.pk, "path": request.get_full_path(), "typed": typed}
    return True


def kept_for(request: HttpRequest, officer: Any) -> dict[str, Any] | None:
    """What was kept of the person's form; somebody else's is dropped."""
    kept = request.session.get(KEY)
    if kept is not None and kept["officer"] != officer.pk:
        drop(request)
        return None
    return kept if kept is None else dict(kept)


def drop(request: HttpRequest) -> None:
    """Forgets what was kept."""
    request.session.pop(KEY, None)
