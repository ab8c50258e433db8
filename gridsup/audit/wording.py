"""Entries in words: the kind of row, what was done with it, what its area is called."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.text import capfirst

from gridsup.audit.models import AuditEntry


def kind_words(label: str) -> str:
    """`Premises` for `subjects.Premises`; the label itself for a kind that is no more."""
    try:
        return str(capfirst(str(apps.get_model(label)._meta.verbose_name))) if label else ""
    except LookupError:
        return label


def step_words(label: str, step: str) -> str:
    """`End the post` for the step `end` of a post; nothing where nobody calls it anything."""
    from gridsup.composition import STEP_WORDS

    if not step:
        return ""
    if label in STEP_WORDS:
        steps: dict[str, Any] = import_string(STEP_WORDS[label])
        known = steps.get(step) or steps.get(step.replace("_", "-"))
        if known is not None:
            return str(known.label)
    return _state(label, step) or _of_admin(label, step)


def _state(label: str, step: str) -> str:
    """The state of that name to which such a row may come."""
    try:
        field: Any = apps.get_model(label)._meta.get_field("state")
    except (LookupError, ValueError, FieldDoesNotExist):
        return ""
    return str(dict(field.flatchoices).get(step, ""))


def _of_admin(label: str, step: str) -> str:
    """What the step is called in the admin, where the API knows it, too."""
    from django.contrib import admin

    for model, page in admin.site._registry.items():
        if model._meta.label == label:
            named: Iterable[Any] = [*getattr(page, "steps", ()), *getattr(page, "starts", ())]
            return next((str(one.label) for one in named if one.name == step), "")
    return ""


def told(entries: Iterable[AuditEntry]) -> list[dict[str, Any]]:
    """Entries with the kind of their row, the step and the name of the area in words, in a fixed number of queries."""
    from gridsup.composition import AREA_NAMES

    listed = list(entries)
    names = import_string(AREA_NAMES)({entry.area_code for entry in listed} - {""}, timezone.localdate())
    return [
        {
            "entry": entry,
            "kind": kind_words(entry.model),
            "step": step_words(entry.model, entry.step),
            "area": names.get(entry.area_code, ""),
        }
        for entry in listed
    ]
