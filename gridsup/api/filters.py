"""Filters that every list has, refusing what they do not understand."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import rest_framework as filters
from rest_framework.exceptions import ValidationError as Refused

from gridsup.codes import is_area_code
from gridsup.keys import LARGEST_KEY
from gridsup.questions import CodeField

# What every list takes besides its own filters.
COMMON = {"page", "page_size", "ordering", "format"}
# What the framework's yes-or-no filters read; they pass over anything else.
YES_OR_NO = {"true", "false", "1", "0", ""}


def refuse_not_understood(filterset: type[filters.FilterSet], given: Mapping[str, str]) -> None:
    """Raises ValidationError, by field, for parameters of a list that would change nothing."""
    known = filterset.base_filters
    faults: dict[str, list[str]] = {}
    for name, value in given.items():
        if name not in known and name not in COMMON:
            message = _("This list has no such parameter. It has: %(known)s.")
            faults[name] = [message % {"known": ", ".join(sorted({*known, *COMMON}))}]
        elif isinstance(known.get(name), filters.BooleanFilter) and value.lower() not in YES_OR_NO:
            faults[name] = [_("Say true or false.")]
    if faults:
        raise Refused(faults)


def refuse_other_than_area(code: str) -> None:
    """A form validator: 2, 4 or 6 digits."""
    if not is_area_code(code):
        raise ValidationError(_("An area is a code of 2, 4 or 6 digits: a bureau, a station or a grid."), code="area")


class AreaFilter(filters.CharFilter):
    """Rows at or below an area of 2, 4 or 6 digits."""

    field_class = CodeField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            help_text=gettext_lazy("code of a bureau, station or grid: 2, 4 or 6 digits"),
            validators=[refuse_other_than_area],
            **kwargs,
        )

    def filter(self, qs: Any, value: str) -> Any:
        return qs.in_area(value) if value else qs


class KeyFilter(filters.Filter):
    """Rows of another row, by its id; a plain number, since a choice would tell whether a row out of scope exists."""

    field_class = forms.IntegerField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=LARGEST_KEY, **kwargs)


class Ordering(filters.OrderingFilter):
    """Ordering by the fields that a list names; the key settles ties, so that pages never overlap."""

    def filter(self, qs: Any, value: Any) -> Any:
        ordered = super().filter(qs, value)
        return ordered.order_by(*ordered.query.order_by, "pk") if value else qs


class InArea(filters.FilterSet):
    """The filter that every list has."""

    area = AreaFilter()


class InAreaAlone(InArea):
    """The same for lists of what may stand in no lower area: at a station that has not placed it, say."""

    exact = filters.BooleanFilter(method="at_its_level", help_text="with `area`: only what stands in no lower area")

    def at_its_level(self, queryset: Any, name: str, wanted: bool) -> Any:
        """Rows of the area itself; all below it, too, unless wanted."""
        area = self.form.cleaned_data.get("area")
        return queryset.filter(area_code=area) if wanted and area else queryset
