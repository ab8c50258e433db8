"""Letters that wait for somebody who makes them and records who signed."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from grids.lettering.standing import Standing
from grids.permissions import Permission
from gridsup.backoffice.site import Decision


def letters(officer: Any, on: date) -> list[Decision]:
    """This year's letters that are not signed, and heads who have none: new in their post since, or left out."""
    codes = tuple(officer.area_codes(Permission.KEEP_LETTERS))
    if not codes:
        return []
    found, page = Standing(codes, on.year, on), f"{reverse('letters')}?year={on.year}"
    return [
        Decision(
            _("Letters to be signed"),
            found.letters("made").count(),
            f"{page}&show=unsigned",
            _("Responsibility letters of this year: record the day on which both sides signed."),
        ),
        Decision(
            _("Heads without a letter"),
            found.needed().count(),
            f"{page}&show=needed",
            _("New in their post, or left out: have this year's letters made."),
        ),
    ]
