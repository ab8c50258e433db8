"""Responsibility letters of the named cast, made by the job."""

from datetime import date

from grids.models import ResponsibilityLetter
from gridsup.jobs import run_inline
from tests.factories import noon

ON = date(2026, 3, 2)
NOW = noon(ON)


def make(area="05", year=2026, now=NOW):
    """Runs the job; returns its row."""
    return run_inline(name="make_letters", period=str(year), area_code=area, now=now, clock=lambda: now)


def of(area, **facts):
    """The letter of an area."""
    return ResponsibilityLetter.objects.get(area_code=area, **facts)
