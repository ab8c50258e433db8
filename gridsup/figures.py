"""Figures of the policy for the apps below the one that keeps it."""

from datetime import date

from django.utils.module_loading import import_string

from gridsup.composition import FIGURE
from gridsup.errors import BadInput


def figure(bureau: str, key: str, on: date) -> int | None:
    """A number of the bureau's policy on the day; None when the bureau has none then."""
    try:
        return int(import_string(FIGURE)(bureau, key, on))
    except BadInput:
        return None
