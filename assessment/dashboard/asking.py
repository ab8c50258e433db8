"""What may be asked of the dashboard."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.dashboard.areas import Scope, roots_of
from assessment.dashboard.stretches import Stretch, offered
from assessment.dashboard.table import SORTS
from grids.models import Officer
from grids.permissions import Permission
from gridsup.errors import BadInput
from gridsup.periods import Period
from gridsup.questions import SELECT, AreaField, Question

SHAPES = ("month", "quarter")


class DashboardQuestion(Question):
    """Which area, which month or quarter, whether its stations or its grids are listed, and in which order."""

    area = AreaField()
    period = forms.CharField(label=gettext_lazy("period"), max_length=10, widget=forms.Select(attrs=SELECT))
    sort = forms.ChoiceField(label=gettext_lazy("order"), choices=[(name, name) for name in SORTS])
    by = forms.ChoiceField(label=gettext_lazy("rows"), choices=[("station", ""), ("grid", "")])

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.on = on
        self.fields["period"].error_messages["max_length"] = gettext_lazy("A period is written as 2026Q4 or 2026-11.")

    def clean_period(self) -> Period | None:
        """The month or quarter, if it has begun."""
        text = self.cleaned_data["period"]
        if not text:
            return None
        try:
            period = Period.parse(text).shaped(*SHAPES)
        except BadInput as error:
            raise ValidationError(str(error)) from error
        if period.first > self.on:
            raise ValidationError(_("“%(text)s” has not begun: nothing of it can be counted yet.") % {"text": text})
        return period

    @property
    def stretch(self) -> Stretch:
        """The days that were asked for; of the running quarter where none were, or none that make sense."""
        return Stretch(self.asked.get("period") or Period.quarter(self.on), self.on)

    @property
    def periods(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """The choices of the picker."""
        return offered(self.on, self.stretch.period)


def scope_asked(officer: Officer, question: Question) -> Scope:
    """The area of the page: what was asked, else the one area held, else nothing, which means all that are held."""
    roots, asked = roots_of(officer), str(question.asked.get("area") or "")
    scope = Scope(officer, asked or (roots[0] if len(roots) == 1 else ""))
    if asked and not (officer.may(Permission.VIEW, asked) and asked in scope.names):
        raise Http404
    return scope
