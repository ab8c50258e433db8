"""Entries in words: the kind of row, what was done with it, what its area is called."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.text import capfirst

from gridsup.audit.models import AuditEntry

Words = str | Promise


def kind_words(label: str) -> str:
    """`Premises` for `subjects.Premises`; the label itself for a kind that is no more."""
    try:
        return str(capfirst(str(apps.get_model(label)._meta.verbose_name))) if label else ""
    except LookupError:
        return label


def done_words(label: str, step: str, route: str) -> str:
    """`End the post` for the step `end` of a post, `Assign the task` for the route `task_assign`; else nothing."""
    named = route_words()
    return str(named.get(f"{route} {step}") or step_words(label, step) or named.get(route, ""))


@cache
def route_words() -> dict[str, Words]:
    """Route (or `route step`) → what it is called."""
    from gridsup.composition import ROUTE_WORDS

    return {route: words for words, routes in ROUTE_WORDS for route in routes}


def step_words(label: str, step: str) -> str:
    """What the step is called with rows of the kind; nothing where nobody calls it anything."""
    return str(steps_of(label).get(step.replace("-", "_"), "")) if step else ""


@cache
def steps_of(label: str) -> dict[str, Words]:
    """Step → words: of the kind's own steps, of the states to which such a row may come, of its steps in the admin."""
    from django.contrib import admin

    from gridsup.composition import STEP_WORDS

    pages = [page for model, page in admin.site._registry.items() if model._meta.label == label]
    named: list[Any] = [one for page in pages for one in (*getattr(page, "steps", ()), *getattr(page, "starts", ()))]
    own: dict[str, Any] = import_string(STEP_WORDS[label]) if label in STEP_WORDS else {}
    return {
        **{one.name.replace("-", "_"): one.label for one in reversed(named)},
        **_states(label),
        **{name.replace("-", "_"): step.label for name, step in own.items()},
    }


def _states(label: str) -> dict[str, Words]:
    """The states to which a row of the kind may come."""
    try:
        field: Any = apps.get_model(label)._meta.get_field("state")
    except (LookupError, ValueError, FieldDoesNotExist):
        return {}
    return dict(field.flatchoices)


def is_called(text: str) -> Q:
    """Entries whose page, operation or step is called so, in words or by the name in the code."""
    from gridsup.composition import SHOWN

    def has(words: Words) -> bool:
        return text.casefold() in str(words).casefold()

    found = Q(route__icontains=text)
    for name, words in route_words().items():
        route, _space, step = name.partition(" ")
        if has(words):
            found |= Q(route=route, step=step) if step else Q(route=route)
    for label in set(SHOWN.values()):
        if steps := [step for step, words in steps_of(label).items() if has(words)]:
            found |= Q(model=label, step__in=[*steps, *(step.replace("_", "-") for step in steps)])
    return found


def usernames_of(text: str) -> list[str]:
    """The user name itself, and those of all accounts whose person is called so."""
    people: Any = get_user_model()
    return [text, *people.objects.filter(name=text).values_list("username", flat=True)]


def told(entries: Iterable[AuditEntry]) -> list[dict[str, Any]]:
    """Entries with the person's name, the kind of their row, the step and the name of the area, in two queries."""
    from gridsup.composition import AREA_NAMES

    listed = list(entries)
    names = import_string(AREA_NAMES)({entry.area_code for entry in listed} - {""}, timezone.localdate())
    people: Any = get_user_model()
    accounts = people.objects.filter(username__in={entry.username for entry in listed})
    called = dict(accounts.values_list("username", "name"))
    return [
        {
            "entry": entry,
            "name": called.get(entry.username, ""),
            "kind": kind_words(entry.model),
            "step": done_words(entry.model, entry.step, entry.route),
            "area": names.get(entry.area_code, ""),
        }
        for entry in listed
    ]
