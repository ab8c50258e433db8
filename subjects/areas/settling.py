"""Putting one premises without a grid into a grid of its station: what neither its point nor its community did."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.models import Grid, Officer, Station
from grids.permissions import Permission
from gridsup.codes import GRID_DIGITS
from gridsup.errors import BadInput, Overtaken
from gridsup.states import check, check_why
from subjects.actions import ledger_changed
from subjects.importing.writing import move
from subjects.models import Premises, PremisesEvent


@transaction.atomic
def place_premises(*, premises: Premises, grid: Grid, by: Officer | None, now: datetime, why: str = "") -> Premises:
    """The premises stands in the grid from today, and what is open about it goes along.

    Raises NotAllowed, BadInput for a grid that is not in force or of another station, Overtaken when it has a grid by
    now: from one grid to another premises go by a change of areas.
    """
    check(by, Permission.CORRECT_LEDGER, premises.area_code)
    check_why(why)
    # as a change of areas does, so that no grid is retired meanwhile
    Station.objects.select_for_update(no_key=True).get(code=grid.station_id)
    if not Grid.objects.in_force().filter(pk=grid.pk).exists() or not grid.code.startswith(premises.area_code[:4]):
        raise BadInput(
            _("Choose a grid in force of station %(code)s.") % {"code": premises.area_code[:4]}, field="grid"
        )
    check(by, Permission.CORRECT_LEDGER, grid.code)
    on, old = timezone.localdate(now), premises.area_code
    unplaced = Premises.objects.filter(pk=premises.pk, area_code=old, grid=None)
    if not unplaced.update(area_code=grid.code, grid=grid):
        raise Overtaken(_("This premises has a grid by now. Load it again and look."))
    premises.refresh_from_db()
    move([premises], on=on)
    PremisesEvent.objects.create(
        premises=premises, what="moved", old=old, new=grid.code, by=by, at=now, why=why.strip()
    )
    ledger_changed(bureau=grid.code[:2], on=on, now=now)
    return premises


def grids_for(premises: Premises, officer: Officer) -> list[Grid]:
    """Grids into which the person may put a premises that has none, in the order of codes."""
    if premises.grid_id is not None or len(premises.area_code) >= GRID_DIGITS:
        return []
    if not officer.may(Permission.CORRECT_LEDGER, premises.area_code):
        return []
    return list(Grid.objects.in_force().in_area(premises.area_code).defer("boundary").order_by("code"))
