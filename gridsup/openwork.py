"""Open work that a change of areas meets: each app says what there is, and whether it goes along."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.module_loading import import_string

from gridsup.holding import HeldRow
from gridsup.setwise import SetWise


@dataclass(frozen=True)
class OpenWork:
    """One kind of open work; an entry of AREA_WORK names an instance.

    `rows`: every row of the kind, with what a list shows; `open`: those to be done, each with `area_code` and
    `premises`; `place`: the path to the locality by which a row without a premises finds its grid; `stays`: it is
    finished where it was begun, wherever its premises goes.
    """

    key: str
    label: str | Promise
    rows: Callable[[], SetWise[Any]]
    open: Callable[[], SetWise[Any]]
    show: Callable[[Any], HeldRow]
    place: str = ""
    stays: bool = False


def kinds() -> dict[str, OpenWork]:
    """Every kind that the apps name, by its key."""
    from gridsup.composition import AREA_WORK

    return {kind.key: kind for kind in map(import_string, AREA_WORK)}
