"""What may be asked of the staffing pages."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from assessment.staffing.rows import OVER, SHORT, UNDER
from gridsup.questions import AreaField, DayField, Question, offer

# Which grids are listed.
SHOWS = {
    SHORT: _("under-staffed"),
    OVER: _("over-loaded"),
    UNDER: _("under-loaded"),
}


DUE, NEAR, OVERTIME = "due", "near", "over"


class RotationQuestion(Question):
    """Which area, and whose time in post is near its end or over."""

    area = AreaField()
    show = forms.ChoiceField(
        label=_("time in post"),
        choices=[(DUE, _("near or over")), (NEAR, _("near")), (OVERTIME, _("over"))],
    )


class WhatIfQuestion(Question):
    """Which station, what of it would go, and into which of its grids."""

    area = AreaField()
    target = forms.ChoiceField(label=_("into the grid"))
    localities = forms.MultipleChoiceField(label=_("communities and villages"))
    grids = forms.MultipleChoiceField(label=_("whole grids"))

    def offer(self, grids: list[tuple[str, str]], localities: list[str]) -> None:
        """Offers what the station has."""
        named = [(code, f"{code} {name}") for code, name in grids]
        for field, choices in (("target", named), ("grids", named), ("localities", [(one, one) for one in localities])):
            offer(self, field, choices)


class SwapForm(forms.Form):
    """From which day two officers change places, and why."""

    on = DayField(label=_("from"))
    why = forms.CharField(
        label=_("reason"), required=False, max_length=300, widget=forms.TextInput(attrs={"class": "form-control"})
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].validators.append(MinValueValidator(today, gettext("A rotation begins today or later.")))


class StaffingQuestion(Question):
    """Which area, whose people of which day, which of its grids, and in which order."""

    area = AreaField()
    day = DayField(label=_("people of the day"))
    show = forms.ChoiceField(label=_("grids"), choices=list(SHOWS.items()))
    sort = forms.ChoiceField(label=_("order"), choices=[("area", _("by area"))])
    by = forms.ChoiceField(label=_("rows"), choices=[("officer", _("by officer"))])

    def day_or(self, on: date) -> date:
        """The day asked for, else today."""
        day: date = self.asked.get("day", on)
        return day
