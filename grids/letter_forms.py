"""What may be asked of responsibility letters, and what is recorded of them."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from grids.lettering.standing import LISTS, years
from grids.models import ResponsibilityLetter
from gridsup.keys import RowsField
from gridsup.questions import SELECT, AreaField, DayField, Question, offer


class LetterQuestion(Question):
    """Letters of which year and area, and which of them."""

    year = forms.ChoiceField(label=_("year"), widget=forms.Select(attrs=SELECT))
    area = AreaField()
    show = forms.ChoiceField(label=_("which"), choices=list(LISTS.items()))

    def __init__(self, data: QueryDict, *, on: date) -> None:
        super().__init__({"year": str(on.year), **data.dict()})
        self.on = on
        known = ResponsibilityLetter.objects.order_by().values_list("year", flat=True).distinct()
        offer(self, "year", [(str(year), str(year)) for year in years(on, list(known))])

    @property
    def of_year(self) -> int:
        """The year asked for; this year where none was."""
        return int(self.asked.get("year", self.on.year))


class SignatureForm(forms.Form):
    """Which letters both sides signed on which day."""

    letters = RowsField(
        label=_("letters"),
        queryset=ResponsibilityLetter.objects.none(),
        error_messages={
            "required": _("Tick the letters that were signed."),
            "invalid_choice": _("One that you ticked is not among the letters that you see. Look at the list again."),
        },
    )
    signed_on = DayField(label=_("signed on"), error_messages={"required": _("Say on which day they were signed.")})

    def __init__(self, *args: Any, officer: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["letters"]
        field.queryset = ResponsibilityLetter.objects.visible_to(officer)


class ReasonForm(forms.Form):
    """Why a signature is taken back."""

    why = forms.CharField(
        label=_("reason"),
        max_length=300,
        error_messages={"required": _("A reason is needed.")},
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )
