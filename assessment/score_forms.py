"""What may be asked of the pages of scores, and what is needed to compute, publish or take over a scheme."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessment import schemes
from assessment.reporting.wording import period_words
from assessment.score_tables import first_day_offered, is_over, periods_over
from gridsup.errors import BadInput
from gridsup.periods import Period
from gridsup.questions import SELECT, AreaField, DayField, Question, offer


class ScoresQuestion(Question):
    """Which bureau and period, whether its grids are listed too, and whether the newest versions or those in force."""

    bureau = AreaField()
    period = forms.CharField(label=_("period"), max_length=10)
    by = forms.ChoiceField(label=_("rows"), choices=[("grid", "")])
    show = forms.ChoiceField(label=_("version"), choices=[("new", "")])

    def clean_period(self) -> str:
        """The period as it is written, if it is one."""
        text = str(self.cleaned_data["period"])
        try:
            return str(Period.parse(text)) if text else ""
        except BadInput as error:
            raise forms.ValidationError(str(error)) from error


class RowsQuestion(Question):
    """Which rows of a line; `exact`: those at the level of the card, in none of the areas below it."""

    show = forms.ChoiceField(
        label=_("rows"),
        choices=[("met", _("met")), ("missed", _("missed")), ("left", _("left out"))],
    )
    exact = forms.BooleanField(label=_("in no lower area"))


class ComputeForm(forms.Form):
    """For which period that is over scores are computed."""

    bureau = forms.CharField(label=_("bureau"), widget=forms.HiddenInput)
    period = forms.ChoiceField(label=_("period"), widget=forms.Select(attrs=SELECT))

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = str(self["period"].value() or "")
        offered = [str(period) for period in periods_over(on)]
        if asked and asked not in offered and is_over(asked, on):
            offered.append(asked)
        offer(self, "period", [(text, period_words(Period.parse(text))) for text in offered])


class PublishForm(forms.Form):
    """What is published, as it was looked at: `seen` is the fingerprint of the cards on the page."""

    bureau = forms.CharField(label=_("bureau"), max_length=6)
    period = forms.CharField(label=_("period"), max_length=10)
    seen = forms.CharField(label=_("what you looked at"), max_length=64)
    confirm = forms.BooleanField(
        label=_("I looked at these scores"), error_messages={"required": _("Tick that you looked at the scores.")}
    )


class SchemeForm(forms.Form):
    """Which shipped scheme a bureau takes over, and from which day."""

    bureau = forms.CharField(label=_("bureau"), widget=forms.HiddenInput)
    name = forms.ChoiceField(label=_("scheme"), widget=forms.Select(attrs=SELECT))
    day = DayField(label=_("from"))

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "name", [(name, schemes.read(name).scheme["name"]) for name in schemes.names()])
        self.fields["day"].initial = first_day_offered(on)
