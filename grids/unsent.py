"""A form that came after its session had ended: kept in the new session until its person has logged in again.

Forms with a keeper of their own (gridsup.composition.KEEPERS) are shown again as they were; of any other one the fields
are shown here and sent once more by a button.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

KEY = "unsent_form"
# Characters kept of one form. Nobody who is not logged in may store more.
MOST_TYPED = 20_000
# What belongs to the sending; and a password is never stored.
APART = {"csrfmiddlewaretoken"}
# Whose forms the browser shows: outlives the session, so that a form is kept that comes when nothing is left of it.
TYPIST, SALT = "typist", "grids.unsent"


def know_typist(request: HttpRequest, response: HttpResponse) -> None:
    """Leaves in the browser, signed, who is logged in there; it opens nothing and is sent by no other site."""
    officer: Any = request.user
    if typist(request) != officer.pk:
        response.set_signed_cookie(
            TYPIST, str(officer.pk), salt=SALT, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )


def typist(request: HttpRequest) -> int | None:
    """The key of whoever was logged in last in this browser; None where nobody was."""
    named = request.get_signed_cookie(TYPIST, default="", salt=SALT)
    return int(named) if named else None


def keep(request: HttpRequest, officer: int) -> bool:
    """Keeps the fields of a form for the officer of this key; False where there are files, passwords, nothing, or too
    much.
    """
    typed = [(name, str(value)) for name, values in request.POST.lists() for value in values if name not in APART]
    size = sum(len(name) + len(value) for name, value in typed)
    if not typed or request.FILES or size > MOST_TYPED or any("password" in name for name, _value in typed):
        return False
    request.session[KEY] = {"officer": officer, "path": request.get_full_path(), "typed": typed}
    return True


def kept_for(request: HttpRequest, officer: Any) -> dict[str, Any] | None:
    """What was kept of the person's form; somebody else's is dropped."""
    kept = request.session.get(KEY)
    if kept is not None and kept["officer"] != officer.pk:
        drop(request)
        return None
    return kept if kept is None else dict(kept)


def in_words(typed: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """What was typed, each field by its label and each choice by its words; what belongs to the sending is left out.

    Which form it was is told by its fields: of all forms the one that has most of them, and least besides.
    """
    given = [(name, value) for name, value in typed if value]
    names = {name for name, _value in given}
    fields = _fields_of(names)
    found = []
    for name, value in given:
        field = fields.get(name)
        if field is not None and not isinstance(field.widget, forms.HiddenInput):
            found.append((str(capfirst(str(field.label))), _said(field, value)))
    return found


def _fields_of(names: set[str]) -> dict[str, forms.Field]:
    """The fields of the form that fits the names best."""
    every = [getattr(kind, "base_fields", {}) for kind in _below(forms.BaseForm)]
    return max(every, key=lambda fields: (len(names & set(fields)), -len(fields)), default={})


def _below(kind: type[forms.BaseForm]) -> Iterator[type[forms.BaseForm]]:
    for made in kind.__subclasses__():
        yield made
        yield from _below(made)


def _said(field: forms.Field, value: str) -> str:
    """A choice in words; who or what a key stands for is shown again by the form itself."""
    if isinstance(field, forms.ModelChoiceField):
        return _("as chosen")
    if isinstance(field, forms.BooleanField):
        return _("yes")
    words = {
        str(key): str(label) for key, label in getattr(field, "choices", ()) if not isinstance(label, (list, tuple))
    }
    return words.get(value, value)


def drop(request: HttpRequest) -> None:
    """Forgets what was kept."""
    request.session.pop(KEY, None)
