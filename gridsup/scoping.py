"""Who may see which rows: written once, over each row's own area code (design §3)."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, Protocol, Self, TypeVar

from django.db import models
from django.db.models import Q

from gridsup.codes import lineage, next_code
from gridsup.dates import first_day

M = TypeVar("M", bound=models.Model)


class HoldsAreas(Protocol):
    """Somebody with posts: the codes of the areas where their duties of today carry a permission."""

    def area_codes(self, permission: str) -> Collection[str]: ...

    def areas_by_line(self, permission: str) -> Mapping[str, Collection[str]]:
        """Line of business → codes of the areas where a post of that line carries it; "": posts for every line."""
        ...


def inside(codes: Collection[str], field: str = "area_code") -> Q:
    """Rows at or below any of the areas; no area, no row."""
    condition = Q(pk__in=[])
    for code in codes:
        condition |= Q(**{f"{field}__gte": code, f"{field}__lt": next_code(code)})
    return condition


class ScopedQuerySet(models.QuerySet[M]):
    """Every list, page, count, export and search starts from `visible_to`.

    `line_field`: the line of business of rows that have one; a post for a line sees of them those of its line alone.
    """

    area_field: ClassVar[str] = "area_code"
    line_field: ClassVar[str] = ""
    view_permission: ClassVar[str] = "view"

    def visible_to(self, officer: HoldsAreas) -> Self:
        """Rows inside the areas where the officer may view such rows today; without a posting, none."""
        if not self.is_cut_for(officer):
            return self.lying_in(officer.area_codes(self.view_permission))
        seen = Q(pk__in=[])
        for line, codes in officer.areas_by_line(self.view_permission).items():
            seen |= inside(codes, self.area_field) & (Q(**{self.line_field: line}) if line else Q())
        return self.filter(seen)

    def is_cut_for(self, officer: HoldsAreas) -> bool:
        """The rows belong to lines of business, and some post of the officer is for one line."""
        return bool(self.line_field) and any(officer.areas_by_line(self.view_permission))

    def of_lines(self, officer: HoldsAreas) -> Self:
        """For rows that lie in areas of the officer, named in another way: those that their posts for lines let see."""
        return self.visible_to(officer) if self.is_cut_for(officer) else self

    def dates(self, field_name: str, kind: str, order: str = "ASC") -> Any:
        """The first days of the years or months ("year", "month") in which rows lie, or the days ("day"): a list.

        The days that there are come from the database and are cut here: the embedded one calls Python for every row.
        """
        days = self.filter(**{f"{field_name}__isnull": False}).order_by().values_list(field_name, flat=True).distinct()
        return sorted({first_day(day, kind) for day in days}, reverse=order == "DESC")

    def in_area(self, code: str) -> Self:
        """Rows at or below one area of 2, 4 or 6 digits."""
        return self.lying_in([code])

    def lying_in(self, codes: Collection[str]) -> Self:
        """Rows at or below any of the areas."""
        return self.filter(inside(codes, self.area_field))


class AreaQuerySet(ScopedQuerySet[M]):
    """Areas themselves: an officer also sees the names of the areas above their own."""

    area_field = "code"
    view_permission = "view_areas"

    def visible_to(self, officer: HoldsAreas) -> Self:
        """Areas held, what lies in them, and their parents."""
        codes = officer.area_codes(self.view_permission)
        above = {parent for code in codes for parent in lineage(code)}
        return self.filter(inside(codes, self.area_field) | Q(code__in=above))
