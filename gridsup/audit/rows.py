"""Which row a request is about, by its route alone: API and admin say it themselves, of pages composition does."""

from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import FieldError
from django.db import models
from django.urls import ResolverMatch
from django.utils import translation
from django.utils.module_loading import import_string

# Facts of areas and rules, which everybody with a duty may see, are no personal or business data.
OPEN = "view_areas"
# Names under which addresses hold the key of their row, and the field that it is.
KEYS = {"pk": "pk", "object_id": "pk", "code": "code", "bureau": "code"}


# Names under which they hold what is done with it, or which part of it is shown; what stands under other names (the key
# of an invitation, of a file) is not told.
STEPS = ("name", "to", "what", "kind", "indicator")
# Operations of the API that say no more than the method.
PLAIN = {"list", "retrieve"}
# What a row of business is called is its content (but for those that say `is_named_in_trail`).
BUSINESS = "view"


@dataclass(frozen=True)
class About:
    """The kind of row (None: no row), its key as it stands in the address (empty: a list), and the step taken."""

    model: type[models.Model] | None = None
    key: str = ""
    step: str = ""
    by: str = "pk"

    @property
    def label(self) -> str:
        """`subjects.Premises`, or nothing."""
        return self.model._meta.label if self.model else ""

    @property
    def is_worth_an_entry(self) -> bool:
        """Somebody who looks at it sees personal data or a row of business."""
        from gridsup.composition import AUDITED_LISTS

        if self.model is None:
            return bool(self.key)
        if not self.key:
            return self.label in AUDITED_LISTS
        return getattr(self.model._default_manager.all(), "view_permission", "") != OPEN

    def found(self) -> tuple[str, str, str]:
        """Key, area and name of the row, read by its key in one query; without both where it is not there."""
        nothing = (self.key, "", "")
        if self.model is None or not self.key.isascii() or not self.key.isdigit():
            return nothing
        path = area_path(self.model)
        rows = self.model._default_manager.filter(**{self.by: self.key})
        try:
            if not has_name(self.model):
                return self.key, str(rows.values_list(path, flat=True).first() or "") if path else "", ""
            row: Any = rows.first()
        except (OverflowError, ValueError):
            return nothing
        return (key_of(row), area_of(row), name_of(row)) if row is not None else nothing


def key_of(row: Any) -> str:
    """The key of a row; of an area its code, under which pages know it, the API and the admin its number."""
    from gridsup.composition import AREA_KINDS

    return str(row.code if row._meta.label in AREA_KINDS.values() else row.pk)


def has_name(model: type[models.Model]) -> bool:
    """Rows of the kind are called something that is no content of business: people, posts, areas, rules, jobs."""
    plain = getattr(model._default_manager.all(), "view_permission", BUSINESS) != BUSINESS
    return bool(getattr(model, "is_named_in_trail", plain))


def name_of(row: models.Model) -> str:
    """What a row is called, in the language of the site: an entry says the same to whoever reads it."""
    if not has_name(row._meta.model):
        return ""
    with translation.override(settings.LANGUAGE_CODE):
        return str(row)


def area_of(row: Any) -> str:
    """The code of the row's own area; empty for a row without one."""
    value = row
    for part in ("area_code" if hasattr(row, "area_code") else area_path(row._meta.model) or "area_code").split("__"):
        value = getattr(value, part, "")
    return str(getattr(value, "code", value) or "")


def about(match: ResolverMatch, method: str = "GET") -> About:
    """The row that a route speaks of, and what it does with it."""
    model = model_of(match)
    name = next((name for name in KEYS if name in match.kwargs), "")
    key = str(match.kwargs.get(name, ""))
    if model is not None and KEYS.get(name) == "code":
        model = _area_kind(key) or model
    return About(model, key, step_of(match, method), KEYS.get(name, "pk"))


def _area_kind(code: str) -> type[models.Model] | None:
    """A page of areas shows bureaus and stations as well as grids."""
    from gridsup.composition import AREA_KINDS

    label = AREA_KINDS.get(len(code))
    return apps.get_model(label) if label else None


def step_of(match: ResolverMatch, method: str) -> str:
    """What the route does with its row, by its name in the code: `end` of a post; empty where the route says it all."""
    if match.app_name == "admin":
        return (match.url_name or "").partition("_step_")[2] or (match.url_name or "").partition("_new_")[2]
    operations = getattr(match.func, "actions", None)
    if operations:
        name = operations.get(method.lower(), "")
        return "" if name in PLAIN else name
    return " ".join(str(match.kwargs[name]) for name in STEPS if name in match.kwargs)


def model_of(match: ResolverMatch) -> type[models.Model] | None:
    """The model whose rows a route shows or changes."""
    from gridsup.composition import ROW_KINDS, SHOWN

    view = getattr(match.func, "cls", None)
    if view is not None and getattr(view, "queryset", None) is not None:
        found: type[models.Model] = view.queryset.model
        return found
    if match.app_name == "admin":
        return _of_admin(match.url_name or "")
    if match.view_name in ROW_KINDS:
        kinds: dict[str, type[models.Model]] = import_string(ROW_KINDS[match.view_name])
        return kinds.get(match.kwargs["kind"])
    label = SHOWN.get(match.view_name)
    return apps.get_model(label) if label else None


@cache
def _of_admin(name: str) -> type[models.Model] | None:
    """The model of a page of the admin, by the beginning of its name: `grids_officer_change`."""
    registered: Any = admin.site._registry
    for model in registered:
        if name.startswith(f"{model._meta.app_label}_{model._meta.model_name}_"):
            return cast(type[models.Model], model)
    return None


@cache
def area_path(model: type[models.Model]) -> str:
    """Where the area code of a row is found, as a path of fields; empty for rows without one."""
    path = str(getattr(model._default_manager.all(), "area_field", ""))
    try:
        model._default_manager.values_list(path) if path else None
    except FieldError:
        return ""
    return path
