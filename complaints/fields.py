"""Form fields that the desk's and the public's forms share."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Case, When
from django.utils.translation import gettext_lazy as _

from grids.models import Officer
from gridsup.images import ACCEPT, MOST_PICTURES
from gridsup.keys import key_in
from gridsup.questions import SEARCH_LEAST, SEARCH_LENGTH
from subjects.models import Premises
from subjects.querysets import PremisesQuerySet

INPUT = {"class": "form-control"}
# Among more nobody looks for the right one: a further word is quicker.
MOST_CANDIDATES = 12


class LongText(forms.CharField):
    """A text of several lines, bounded by a sentence and not by the browser, which would cut what was pasted in
    without a word; the count beside it is drawn by `counter.js`.
    """

    def __init__(self, *, rows: int = 5, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={**INPUT, "rows": rows}), **kwargs)
        self.error_messages["max_length"] = _(
            "At most %(limit_value)d characters; these are %(show_value)d. Shorten it: nothing that you typed was lost."
        )

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {"data-most": str(self.max_length)} if self.max_length else {}

    def to_python(self, value: Any) -> str:
        """With line ends of one character, as the person counts them."""
        return str(super().to_python(value) or "").replace("\r\n", "\n").strip()


class SeveralFiles(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name)


class PicturesField(forms.FileField):
    """Pictures as they were uploaded, not looked into yet (`gridsup.images.proven` does that)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=SeveralFiles(attrs={**INPUT, "accept": ACCEPT}), required=False, **kwargs)

    def clean(self, data: Iterable[Any], initial: Any = None) -> Any:
        """A list of files; raises ValidationError for more than one form may have."""
        files = [file for file in data if file]
        if len(files) > MOST_PICTURES:
            raise ValidationError(_("Choose at most %(most)d pictures.") % {"most": MOST_PICTURES}, code="many")
        return files


class FindsPremises(forms.Form):
    """A form on which a premises of the ledger is found by name, address or code and chosen.

    The results are radio buttons; a second submit button, `look`, has them drawn without a script.
    """

    find = forms.CharField(
        label=_("Find the premises in the ledger"),
        help_text=_("Part of the name, the address or the code."),
        required=False,
        max_length=SEARCH_LENGTH,
        error_messages={"max_length": _("Type at most 100 characters.")},
        widget=forms.TextInput(attrs={**INPUT, "type": "search", "autocomplete": "off"}),
    )
    premises = forms.ModelChoiceField(
        queryset=Premises.objects.none(),
        required=False,
        label=_("premises"),
        error_messages={
            "invalid_choice": _("The premises that you chose is none of those that you may see. Look again.")
        },
    )

    def __init__(self, *args: Any, officer: Officer, bureau: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ledger = Premises.objects.visible_to(officer)
        self.ledger = ledger.in_area(bureau) if bureau else ledger
        cast("forms.ModelChoiceField[Premises]", self.fields["premises"]).queryset = self.ledger

    @property
    def chosen(self) -> str:
        """The key of the premises that is chosen, as a form sends it."""
        return str(self["premises"].value() or "")

    @property
    def looked(self) -> bool:
        """Something was looked for."""
        return len(str(self["find"].value() or "").strip()) >= SEARCH_LEAST

    @property
    def candidates(self) -> list[Premises]:
        """The premises that answer to what was looked for, and the one that is chosen."""
        found = []
        if key := key_in(self.chosen):
            found = list(self.ledger.filter(pk=key).with_file())
        if self.looked:
            answering = candidates(self.ledger, str(self["find"].value()))
            found += [row for row in answering if row not in found]
        return found


def candidates(ledger: PremisesQuerySet, text: str) -> list[Premises]:
    """The first premises that answer to a text: those in business before the others."""
    closed_last = Case(When(status="active", then=0), default=1)
    words = text.replace("\x00", "").strip()
    return list(ledger.search(words).order_by(closed_last, "pk").with_file()[:MOST_CANDIDATES])


def longest(model: Any, name: str) -> int:
    """How many characters a field of the model holds."""
    return int(model._meta.get_field(name).max_length)


def by_street(places: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """Choices of streets, each with its communities and villages; the street itself stands first."""
    rows = list(places.select_related("street"))
    streets = {row.code: row for row in rows if row.street_id is None}
    grouped: dict[str, list[tuple[str, str]]] = {code: [(code, street.name)] for code, street in streets.items()}
    for row in rows:
        if row.street_id in grouped:
            grouped[row.street_id].append((row.code, row.name))
        elif row.street_id is not None:
            grouped.setdefault("", []).append((row.code, row.full_name()))
    return [(streets[code].name if code else "", found) for code, found in grouped.items()]
