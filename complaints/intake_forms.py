"""The desk's form of one complaint, report, clue or enquiry."""

from collections.abc import Collection
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from complaints.fields import INPUT, FindsPremises, LongText, PicturesField, by_street, longest
from complaints.models import Complainant, Complaint
from complaints.records import CHANNELS
from grids.models import Bureau, Locality, Officer
from gridsup.questions import SELECT, DayField, offer
from gridsup.scoping import inside
from subjects.lines import lines_of

NO_NUMBER = _("This form has lost its number. Open a new one and enter it there.")


def one_line(model: Any, name: str, label: Any, **attrs: Any) -> forms.CharField:
    """An optional text of one line, as long as the model's own field."""
    widget = forms.TextInput(attrs={**INPUT, "autocomplete": "off", **attrs})
    return forms.CharField(label=label, required=False, max_length=longest(model, name), widget=widget)


class IntakeForm(FindsPremises):
    """Everything on one screen; `form_number` makes it one complaint however often it is sent."""

    form_number = forms.UUIDField(
        label=_("number of the form"),
        widget=forms.HiddenInput,
        error_messages={"required": NO_NUMBER, "invalid": NO_NUMBER},
    )
    bureau_code = forms.ChoiceField(label=_("bureau"), widget=forms.Select(attrs=SELECT))
    kind = forms.ChoiceField(
        label=_("kind"),
        choices=[("", _("choose")), *Complaint.Kind.choices],
        widget=forms.Select(attrs=SELECT),
        error_messages={"required": _("Choose what it is.")},
    )
    channel = forms.ChoiceField(
        label=_("channel"), choices=CHANNELS, initial=Complaint.Channel.PHONE, widget=forms.Select(attrs=SELECT)
    )
    outside_number = one_line(Complaint, "outside_number", _("number in the outside system"))
    outside_due_on = DayField(label=_("to be answered there by"), required=False)
    text = LongText(
        label=_("what happened"),
        max_length=longest(Complaint, "text"),
        rows=6,
        error_messages={"required": _("Say what happened.")},
    )
    about = one_line(Complaint, "about", _("about whom"))
    place_given = one_line(Complaint, "address", _("address given"))
    locality = forms.ModelChoiceField(
        label=_("street or community"),
        queryset=Locality.objects.none(),
        to_field_name="code",
        required=False,
        widget=forms.Select(attrs=SELECT),
    )
    name = one_line(Complainant, "name", pgettext_lazy("of a person", "name"))
    phone = one_line(Complainant, "phone", _("phone"), type="tel")
    address = one_line(Complainant, "address", _("address"))
    category = one_line(Complaint, "category", _("category"))
    line = forms.ChoiceField(label=_("line of business"), required=False, widget=forms.Select(attrs=SELECT))
    is_urgent = forms.BooleanField(label=_("urgent"), required=False)
    pictures = PicturesField(label=_("Pictures"))

    def __init__(self, *args: Any, officer: Officer, codes: Collection[str], **kwargs: Any) -> None:
        bureaus = sorted({code[:2] for code in codes})
        super().__init__(*args, officer=officer, bureau=bureaus[0] if len(bureaus) == 1 else "", **kwargs)
        self.initial.setdefault("form_number", uuid4())
        self.codes = bureaus
        if len(bureaus) == 1:
            del self.fields["bureau_code"]
        else:
            offer(self, "bureau_code", [(row.code, str(row)) for row in Bureau.objects.filter(code__in=bureaus)])
        offer(self, "line", [("", _("not known")), *lines_of(*bureaus).items()])
        places = Locality.objects.filter(inside(bureaus))
        field = cast("forms.ModelChoiceField[Locality]", self.fields["locality"])
        field.queryset = places
        field.choices = [("", _("not known")), *by_street(places)]

    @property
    def bureau(self) -> str:
        """The bureau that takes it in."""
        return str(self.cleaned_data.get("bureau_code") or self.codes[0])

    @property
    def lost_pictures(self) -> bool:
        """Pictures were chosen with a form that comes back: a browser does not send them a second time by itself."""
        return bool(self.files)
