"""Which row a request is about, by its route alone: API and admin say it themselves, of pages composition does."""

from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import FieldError
from django.db import models
from django.urls import ResolverMatch

# Facts of areas and rules, which everybody with a duty may see, are no personal or business data.
OPEN = "view_areas"
# Names under which addresses hold the key of their row.
KEYS = ("pk", "object_id", "code", "bureau")


@dataclass(frozen=True)
class About:
    """The kind of row (None: no row) and its key as it stands in the address (empty: a list)."""

    model: type[models.Model] | None = None
    key: str = ""

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

    def area_code(self) -> str:
        """The area of the row, read by its key; empty where it has none or is not there."""
        path = area_path(self.model) if self.model else ""
        if self.model is None or not path or not self.key.isdigit():
            return ""
        by = path if path == "code" else "pk"  # an area's address holds its code
        try:
            rows = self.model._default_manager.filter(**{by: self.key})
            return str(rows.values_list(path, flat=True).first() or "")
        except (OverflowError, ValueError):
            return ""


def about(match: ResolverMatch) -> About:
    """The row that a route speaks of."""
    model = model_of(match)
    key = next((str(match.kwargs[name]) for name in KEYS if name in match.kwargs), "")
    return About(model, key)


def model_of(match: ResolverMatch) -> type[models.Model] | None:
    """The model whose rows a route shows or changes."""
    from gridsup.composition import SHOWN

    view = getattr(match.func, "cls", None)
    if view is not None and getattr(view, "queryset", None) is not None:
        found: type[models.Model] = view.queryset.model
        return found
    if match.app_name == "admin":
        return _of_admin(match.url_name or "")
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
