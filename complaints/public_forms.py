"""What the public fills in: a complaint, report or question; number and code of one to follow; a rating."""

from typing import Any, cast
from unicodedata import normalize
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from complaints.fields import INPUT, LongText, PicturesField, by_street, longest
from complaints.models import Complainant, Complaint, Rating
from grids.models import Bureau, Locality
from gridsup.questions import SELECT

Kind = Complaint.Kind
# What somebody outside can send, in their words: value, name, what it is for, what is needed.
KINDS = [
    (
        Kind.COMPLAINT,
        _("Complaint: I am in dispute with a trader"),
        _("You bought something for yourself and want your money back, a repair or an exchange. We mediate between you "
          "and the trader. Your name and telephone are needed."),
    ),
    (
        Kind.REPORT,
        _("Report: somebody breaks the rules"),
        _("You saw something unlawful: no licence, goods past their date, false scales. We look into it. You may stay "
          "unnamed."),
    ),
    (Kind.ENQUIRY, _("Question"), _("You want to know something that this bureau can answer.")),
]  # fmt: skip
SCORES = [
    (5, _("very satisfied")),
    (4, _("satisfied")),
    (3, _("so-so")),
    (2, _("dissatisfied")),
    (1, _("very dissatisfied")),
]
# Beyond this nobody types a number or a code.
MOST_TYPED = 40


class Trap(forms.TextInput):
    """An input that comes back empty, whatever was put into it."""

    def format_value(self, value: Any) -> None:
        return None


class PublicForm(forms.Form):
    """One complaint, report or question to one bureau; `form_number` makes it one however often it is sent."""

    form_number = forms.UUIDField(label=_("number of the form"), widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("What is it?"),
        choices=[(value, label) for value, label, _words in KINDS],
        error_messages={"required": _("Choose one of the three.")},
    )
    about = forms.CharField(
        label=_("About whom?"),
        help_text=_("Name of the shop or company, as it stands on the sign or receipt."),
        required=False,
        max_length=longest(Complaint, "about"),
        widget=forms.TextInput(attrs={**INPUT, "autocomplete": "off"}),
    )
    locality = forms.ModelChoiceField(
        label=_("Street or community"),
        help_text=_("Brings it to the right officers at once. Leave it empty if you do not know."),
        queryset=Locality.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=_("I do not know"),
        widget=forms.Select(attrs=SELECT),
    )
    place_given = forms.CharField(
        label=_("Address"),
        help_text=_("Road and number, or how to find it. For goods bought on the internet: which platform."),
        required=False,
        max_length=longest(Complaint, "address"),
        widget=forms.TextInput(attrs={**INPUT, "autocomplete": "off"}),
    )
    text = LongText(
        label=_("What happened?"),
        help_text=_("When, what, and what you want. At most 5,000 characters."),
        max_length=longest(Complaint, "text"),
        rows=8,
        error_messages={"required": _("Say what happened.")},
    )
    pictures = PicturesField(
        label=_("Pictures"),
        help_text=_("Of the goods, the receipt, the shop. Place and time that your phone hides in them are taken off."),
    )
    name = forms.CharField(
        label=_("Your name"),
        help_text=_("Needed for a complaint. Not needed for a report."),
        required=False,
        max_length=longest(Complainant, "name"),
        widget=forms.TextInput(attrs={**INPUT, "autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=_("Your telephone number"),
        help_text=_("Needed for a complaint. Not needed for a report."),
        required=False,
        max_length=longest(Complainant, "phone"),
        widget=forms.TextInput(attrs={**INPUT, "type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )
    # People do not see it and leave it empty; programs fill in whatever they find.
    subject_line = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=Trap(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, *args: Any, bureau: Bureau, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("form_number", uuid4())
        places = Locality.objects.in_area(bureau.code)
        cast("forms.ModelChoiceField[Locality]", self.fields["locality"]).queryset = places
        self.fields["locality"].choices = [("", self.fields["locality"].empty_label), *by_street(places)]  # type: ignore[attr-defined]

    @property
    def kinds(self) -> list[dict[str, Any]]:
        """The three kinds with their words, and which is chosen."""
        chosen = self["kind"].value()
        return [
            {"value": value, "label": label, "words": words, "chosen": value == chosen} for value, label, words in KINDS
        ]

    @property
    def lost_pictures(self) -> bool:
        """Pictures were chosen with a form that comes back: a browser does not send them a second time by itself."""
        return bool(self.files)

    def clean(self) -> dict[str, Any]:
        """What each kind needs, said at once."""
        cleaned = super().clean() or {}
        kind = cleaned.get("kind")
        if cleaned.get("subject_line"):
            self.add_error(None, _("A hidden field was filled in, as programs do. Send the form once more."))
        if kind == Kind.COMPLAINT:
            self._need("about", _("Name the trader with whom you are in dispute."))
            self._need("name", _("A complaint needs your real name. To stay unnamed, make it a report."))
            self._need("phone", _("A complaint needs a telephone number under which you can be reached."))
        elif kind == Kind.REPORT and not cleaned.get("place_given") and "place_given" not in self.errors:
            self._need("about", _("Say about whom it is, or give an address: otherwise nobody can look into it."))
        return cleaned

    def _need(self, name: str, sentence: Any) -> None:
        if not self.cleaned_data.get(name) and name not in self.errors:
            self.add_error(name, sentence)


def as_stored(text: str) -> str:
    """A number or code as it is stored, however a phone's keyboard wrote it: full width, in small letters, spaced."""
    return "".join(normalize("NFKC", text).upper().split())


class FollowForm(forms.Form):
    """The number and the code of one that was sent."""

    number = forms.CharField(
        label=_("Number of the complaint"),
        max_length=MOST_TYPED,
        widget=forms.TextInput(attrs={**INPUT, "autocomplete": "off", "placeholder": "05-2026-000123"}),
    )
    code = forms.CharField(
        label=_("Follow-up code"),
        max_length=MOST_TYPED,
        widget=forms.TextInput(
            attrs={**INPUT, "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def clean_number(self) -> str:
        """As it is stored."""
        return as_stored(self.cleaned_data["number"])

    def clean_code(self) -> str:
        """As it is stored."""
        return as_stored(self.cleaned_data["code"])


class RateForm(forms.Form):
    """How satisfied the person is with what was done."""

    score = forms.TypedChoiceField(
        label=_("How satisfied are you with what we did?"),
        choices=SCORES,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the five.")},
    )
    comment = LongText(
        label=_("Do you want to say something about it?"),
        required=False,
        max_length=longest(Rating, "comment"),
        rows=3,
    )
