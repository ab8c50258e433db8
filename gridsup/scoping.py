"""Who may see which rows: written once, over each row's own area code (design §3)."""

from collections.abc import Collection
from typing import ClassVar, Protocol, Self, TypeVar

from django.db import models
from django.db.models import Q

from gridsup.codes import lineage, next_code

M = TypeVar("M", bound=models.Model)


class HoldsAreas(Protocol):
    """Somebody with posts: the codes of the areas where their duties of today carry a permission."""

    def area_codes(self, permission: str) -> Collection[str]: ...


def inside(codes: Collection[str], field: str = "area_code") -> Q:
    """Rows at or below any of the areas; no area, no row."""
    condition = Q(pk__in=[])
    for code in codes:
        condition |= Q(**{f"{field}__gte": code, f"{field}__lt": next_code(code)})
    return condition


class ScopedQuerySet(models.QuerySet[M]):
    """Every list, page, count, export and search starts from `visible_to`."""

    area_field: ClassVar[str] = "area_code"
    view_permission: ClassVar[str] = "view"

    def visible_to(self, officer: HoldsAreas) -> Self:
        """Rows inside the areas where the officer may view such rows today; without a posting, none."""
        return self.filter(inside(officer.area_codes(self.view_permission), self.area_field))

    def in_area(self, code: str) -> Self:
        """Rows at or below one area of 2, 4 or 6 digits."""
        return self.filter(inside([code], self.area_field))


class AreaQuerySet(ScopedQuerySet[M]):
    """Areas themselves: an officer also sees the names of the areas above their own."""

    area_field = "code"
    view_permission = "view_areas"

    def visible_to(self, officer: HoldsAreas) -> Self:
        """Areas held, what lies in them, and their parents."""
        codes = officer.area_codes(self.view_permission)
        above = {parent for code in codes for parent in lineage(code)}
        return self.filter(inside(codes, self.area_field) | Q(code__in=above))
