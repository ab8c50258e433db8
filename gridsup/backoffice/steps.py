"""Steps: what a person may do with rows in the admin. Each is a form and an action of an app, with a page between."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold import widgets

Words = str | Promise


class StepForm(forms.Form):
    """What a step needs to know; `officer` asks and `rows` are those it is for. Fields offer only rows in scope."""

    def __init__(self, *args: Any, officer: Any, rows: list[models.Model], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.officer, self.rows = officer, rows
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
                offered: Any = field.queryset
                field.queryset = offered.visible_to(officer)
            field.label = capfirst(str(field.label))
            _dress(field)


# Django's widget for a field → the skin's
DRESS: Mapping[type[forms.Widget], type[forms.Widget]] = {
    forms.TextInput: widgets.UnfoldAdminTextInputWidget,
    forms.Textarea: widgets.UnfoldAdminTextareaWidget,
    forms.NumberInput: widgets.UnfoldAdminIntegerFieldWidget,
    forms.Select: widgets.UnfoldAdminSelectWidget,
    forms.DateInput: widgets.UnfoldAdminTextInputWidget,
}


def _dress(field: forms.Field) -> None:
    """Gives a field the skin's widget; days are the browser's own date fields, which a phone knows best."""
    plain = field.widget
    dressed = DRESS.get(type(plain))
    if dressed is None:
        return
    attrs = {**plain.attrs, **({"type": "date"} if isinstance(plain, forms.DateInput) else {})}
    field.widget = dressed(attrs=attrs)
    field.widget.is_required = field.required
    field.widget.attrs.update(field.widget_attrs(plain))
    if isinstance(field, forms.ChoiceField):
        field.widget.choices = field.choices


class Reason(StepForm):
    """A reason, kept with what was done."""

    why = forms.CharField(label=_("reason"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


def always(row: Any) -> bool:
    """The step is offered on every row."""
    return True


@dataclass(frozen=True)
class Step:
    """Something to be done with one row or several.

    `act(row, given, by, now)` calls the app's action and returns the row, or a sentence that is shown just once;
    `offered(row)` says whether the row's state knows the step.
    """

    name: str
    label: Words
    permission: str
    act: Callable[[Any, dict[str, Any], Any, datetime], object]
    form: type[StepForm] = StepForm
    offered: Callable[[Any], bool] = always
    icon: str = "play_arrow"
    many: bool = True  # also for rows ticked in the list
    help: Words = ""


@dataclass(frozen=True)
class Start:
    """Something that makes a row. `act(given, by, now)` returns the row, or a sentence that is shown just once."""

    name: str
    label: Words
    permission: str
    act: Callable[[dict[str, Any], Any, datetime], Any]
    form: type[StepForm]
    icon: str = "add"
    help: Words = ""
