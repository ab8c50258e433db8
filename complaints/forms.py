"""What may be asked of the list of complaints."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.colours import Colour
from complaints.fields import INPUT, LongText
from complaints.models import Complaint
from complaints.querysets import WAITING, ComplaintQuerySet
from gridsup.questions import SELECT, AreaField, DayField, Question, SearchField, either

# What the next move of somebody is, as the tiles above the list name it; the keys are those of WAITING.
WAITING_WORDS = {
    "decide": _("to be decided on or dispatched"),
    "handle": _("to be handled"),
    "review": _("to be reviewed"),
    "tell": _("result to be told"),
    "close": _("to be closed"),
}


class ComplaintQuestion(Question):
    """Filters of the list of complaints; every number of the overview is one of these."""

    q = SearchField(help_text=_("Number, trader, address or text"))
    area = AreaField()
    exact = forms.BooleanField(label=_("in no lower area"))
    waiting = forms.ChoiceField(
        label=_("waits"),
        choices=[*either(_("whether it waits or not")), *WAITING_WORDS.items()],
        widget=forms.Select(attrs=SELECT),
    )
    clock = forms.ChoiceField(
        label=_("time limit"), choices=[*either(_("any limit")), *Colour.choices], widget=forms.Select(attrs=SELECT)
    )
    kind = forms.ChoiceField(
        label=_("kind"), choices=[*either(_("any kind")), *Complaint.Kind.choices], widget=forms.Select(attrs=SELECT)
    )
    state = forms.ChoiceField(
        label=_("state"),
        choices=[*either(_("any state")), ("open", _("open")), *Complaint.State.choices],
        widget=forms.Select(attrs=SELECT),
    )
    channel = forms.ChoiceField(
        label=_("channel"),
        choices=[*either(_("any channel")), *Complaint.Channel.choices],
        widget=forms.Select(attrs=SELECT),
    )
    to = DayField(label=_("received to"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # a name that Python keeps for itself
        self.fields["from"] = DayField(label=_("received from"), required=False)

    def filter(self, complaints: ComplaintQuerySet, on: date) -> ComplaintQuerySet:
        """The complaints that were asked for, with their colours of the day."""
        asked = self.asked
        if "q" in asked:
            complaints = complaints.search(asked["q"])
        if "area" in asked:
            area = asked["area"]
            complaints = complaints.filter(area_code=area) if asked.get("exact") else complaints.in_area(area)
        if "waiting" in asked:
            complaints = complaints.filter(state__in=WAITING[asked["waiting"]])
        if "clock" in asked:
            complaints = complaints.of_colour(asked["clock"], on)
        if asked.get("state") == "open":
            complaints = complaints.open()
        elif "state" in asked:
            complaints = complaints.filter(state=asked["state"])
        fields = {"kind": "kind", "channel": "channel", "from": "received_on__gte", "to": "received_on__lte"}
        return complaints.filter(**{fields[name]: value for name, value in asked.items() if name in fields})


class WhyForm(forms.Form):
    """A reason that is kept in the history."""

    why = LongText(label=_("reason"), max_length=500, rows=2)  # as the event's own field

    def __init__(self, *args: Any, required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].required = required


class CaseForm(forms.Form):
    """What became of the case that a complaint was handed to."""

    number = forms.CharField(label=_("case number"), max_length=60, widget=forms.TextInput(attrs=INPUT))
    decision = LongText(label=_("decision"), max_length=400, rows=2)
    closed_on = DayField(label=_("case closed on"))


class CompleteForm(forms.Form):
    """Who asked, where that was missing; what stays empty is not changed."""

    name = forms.CharField(
        label=pgettext_lazy("of a person", "name"), max_length=80, required=False, widget=forms.TextInput(attrs=INPUT)
    )
    phone = forms.CharField(label=_("phone"), max_length=30, required=False, widget=forms.TextInput(attrs=INPUT))
    address = forms.CharField(label=_("address"), max_length=200, required=False, widget=forms.TextInput(attrs=INPUT))
