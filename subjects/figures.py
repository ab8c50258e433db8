"""Figures of the policy read for several bureaus at once; what is not in force is not there."""

from collections.abc import Collection, Mapping
from datetime import date

from subjects.models import PolicyFigure

Figures = Mapping[str, PolicyFigure]


def figures_of(bureaus: Collection[str], on: date) -> dict[str, Figures]:
    """Bureau → key → the figure in force on the day, with its source; one query."""
    found: dict[str, dict[str, PolicyFigure]] = {bureau: {} for bureau in bureaus}
    for figure in PolicyFigure.objects.on(on).filter(bureau_id__in=list(bureaus)):
        found[figure.bureau_id][figure.key] = figure
    return dict(found)
