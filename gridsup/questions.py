"""Questions put to a list in the query string: what is understood counts, what is not is answered with a sentence."""

import re
from datetime import date
from typing import Any, cast

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gridsup.codes import typed_code
from gridsup.errors import BadInput
from gridsup.periods import Period

# Beyond this nobody types a name or an address; a longer text would only cost the database time.
SEARCH_LENGTH = 100
SEARCH_LEAST = 2


SELECT = {"class": "form-select"}
QUARTER_LENGTH = len("2026Q4")
WRITTEN_DAY = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)


def either(label: Any) -> list[tuple[str, Any]]:
    """The empty choice of a list box."""
    return [("", label)]


def offer(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    """Fills a list box whose choices depend on the person."""
    cast(forms.ChoiceField, form.fields[name]).choices = choices


class Question(forms.Form):
    """A GET form all of whose fields are optional; a field in error is left out and its sentence shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.required = False

    @property
    def asked(self) -> dict[str, Any]:
        """Field → value of what was asked and understood."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "", False)}

    @property
    def words(self) -> list[str]:
        """What was asked beside the search text, as people read it."""
        return [self._word(name, value) for name, value in self.asked.items() if name != "q"]

    def _word(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if isinstance(field, forms.BooleanField):
            return str(field.label)
        if isinstance(field, forms.ChoiceField):
            value = dict(cast(list[tuple[str, Any]], field.choices)).get(value, value)
            return str(value)
        return f"{field.label} {value}"

    @property
    def sentences(self) -> list[str]:
        """What could not be understood, one sentence a field."""
        return [
            capfirst(str(self[name].label)) + gettext(": ") + str(error) if name in self.fields else str(error)
            for name, errors in self.errors.items()
            for error in errors
        ]


class CodeField(forms.CharField):
    """The code of an area, typed by hand."""

    def to_python(self, value: Any) -> Any:
        return typed_code(super().to_python(value) or "")


class AreaField(CodeField):
    """A code of 2, 4 or 6 digits."""

    def __init__(self, **kwargs: Any) -> None:
        sentence = _("An area code has 2, 4 or 6 digits.")
        super().__init__(
            label=_("area"), max_length=6, validators=[RegexValidator(r"^(?:[0-9]{2}){1,3}\Z", sentence)], **kwargs
        )
        self.error_messages["max_length"] = sentence
        self.validators = [check for check in self.validators if isinstance(check, RegexValidator)]


class SearchField(forms.CharField):
    """Part of a name, an address or a code; two characters at least, which is a Chinese word."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("search"), max_length=SEARCH_LENGTH, min_length=SEARCH_LEAST, **kwargs)
        self.error_messages |= {
            "max_length": _("Type at most 100 characters."),
            "min_length": _("Type at least two characters."),
        }


class DayField(forms.DateField):
    """A day as the browser's date field sends it, and one of a calendar that can be reckoned with: at the ends of
    Python's, the next day and the same moment elsewhere are errors."""

    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "class": "form-control"})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)
        sentence = _("Choose a day between 1900-01-01 and 2999-12-31.")
        self.validators += [MinValueValidator(FIRST_DAY, sentence), MaxValueValidator(LAST_DAY, sentence)]
        self.error_messages["invalid"] = _("Write the day as 2026-11-22.")

    def to_python(self, value: Any) -> date | None:
        """As typed: full-width digits are read, and a day that the calendar lacks is told from one that is none."""
        typed = typed_code(value) if isinstance(value, str) else value
        try:
            return super().to_python(typed)
        except forms.ValidationError as error:
            if isinstance(typed, str) and WRITTEN_DAY.fullmatch(typed):
                raise forms.ValidationError(_("There is no day %(value)s."), "invalid", {"value": typed}) from error
            raise


def day_sent(form: forms.Form, name: str) -> date | None:
    """The day that a form was sent with in a field, before it is validated; None where none was, or it is no day."""
    try:
        day: date | None = form.fields[name].clean(form.data.get(name)) if form.is_bound else None
    except forms.ValidationError:
        return None
    return day


class QuarterField(forms.CharField):
    """A quarter as `2026Q4`, read as its period."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=QUARTER_LENGTH, **kwargs)
        self.error_messages["max_length"] = _("Write the quarter as 2026Q4.")

    def clean(self, value: Any) -> Any:
        """The period; a ValidationError for anything else."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return Period.parse(text).shaped("quarter")
        except BadInput as error:
            raise forms.ValidationError(str(error)) from error


class SpanQuestion(Question):
    """A question with a span of days, asked as `from` and `to` (a word that no attribute may have)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("from", _("from")), ("to", _("to"))):
            self.fields[name] = DayField(label=label, required=False)

    @property
    def span(self) -> list[forms.BoundField]:
        """The two fields, for templates."""
        return [self["from"], self["to"]]

    def clean(self) -> dict[str, Any]:
        """A span that ends before it begins is no span: its end is left out, and a sentence says so."""
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("from"), cleaned.get("to")
        if first and last and last < first:
            self.add_error("to", gettext("It lies before the first day: choose a later one, or leave it empty."))
        return cleaned
