"""Keys of rows as forms and addresses bring them: none but what either database can compare with gets into a query."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms

LARGEST_KEY = 2**63 - 1
LONGEST_KEY = len(str(LARGEST_KEY))

if TYPE_CHECKING:
    SeveralRows = forms.ModelMultipleChoiceField[Any]
else:  # Django's fields take no parameters
    SeveralRows = forms.ModelMultipleChoiceField


def key_in(text: object) -> int | None:
    """The key that was sent; None for what is no key of any row."""
    digits = str(text)
    # longer ones are not even read: Python refuses to read a number of thousands of digits
    if not (digits.isascii() and digits.isdigit() and len(digits) <= LONGEST_KEY):
        return None
    key = int(digits)
    return key if key <= LARGEST_KEY else None


def keys_in(texts: Iterable[object]) -> list[int]:
    """The keys among what was sent, in its order."""
    return [key for text in texts if (key := key_in(text)) is not None]


class RowsField(SeveralRows):
    """Rows ticked in a list. Django's own field asks the database for a key of any length, on which SQLite fails."""

    def clean(self, value: Any) -> Any:
        """The rows; a ValidationError for a key of no row that is offered."""
        for text in value if isinstance(value, (list, tuple)) else ():
            if key_in(text) is None:
                told = {"value": str(text)[:LONGEST_KEY]}
                raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params=told)
        return super().clean(value)
