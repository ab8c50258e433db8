"""Whom the form of a visit offers as its second officer."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import F, OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.models import Officer, Posting
from gridsup.questions import SELECT


def colleague_field() -> "forms.ModelChoiceField[Officer]":
    """The second officer; who is offered is set by `offer_colleagues`."""
    return forms.ModelChoiceField(
        label=gettext_lazy("second officer"),
        queryset=Officer.objects.none(),
        empty_label=gettext_lazy("choose"),
        widget=forms.Select(attrs=SELECT),
        error_messages={
            "required": gettext_lazy("An inspection needs two officers: choose the second."),
            "invalid_choice": gettext_lazy(
                "The second officer must be somebody else, with a post here that inspects and a valid certificate."
            ),
        },
    )


def offer_colleagues(field: "forms.ModelChoiceField[Officer]", lead: Officer, area_code: str, on: date) -> list[Any]:
    """Offers those who inspect there on the day, each with `leave_until`; who is on leave comes last and is marked.

    Whoever was there all the same stands on the record: the list is of the day that the form knows, the visit may be
    of another.
    """
    leaves = Posting.objects.on(on).substitutions().filter(stands_in_for__officer=OuterRef("pk"))
    until = Subquery(leaves.order_by("-to_day").values("to_day")[:1])
    able = Officer.objects.inspecting(area_code, on).exclude(pk=lead.pk).annotate(leave_until=until)
    field.queryset = able.order_by(F("leave_until").asc(nulls_first=True), "username")
    found: list[Any] = list(field.queryset)
    field.choices = [("", field.empty_label or ""), *((one.pk, _marked(one)) for one in found)]
    return found


def _marked(officer: Any) -> str:
    if officer.leave_until is None:
        return str(officer)
    return _("%(name)s (on leave until %(day)s)") % {"name": officer, "day": officer.leave_until}
