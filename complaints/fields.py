"""Form fields that the desk's and the public's forms share."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from gridsup.images import ACCEPT, MOST_PICTURES

INPUT = {"class": "form-control"}


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
