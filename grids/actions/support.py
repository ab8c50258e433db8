"""Cadres linked to a grid and consumer-service stations in it: begun and ended, never edited (handbook §2, B)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from grids.models import Grid, GridEvent, LinkedCadre, Officer, ServiceStation
from grids.models.support import Support
from grids.permissions import Permission
from gridsup.errors import BadInput, Overtaken, WrongState
from gridsup.states import check

S = TypeVar("S", LinkedCadre, ServiceStation)
KINDS: tuple[type[LinkedCadre], type[ServiceStation]] = (LinkedCadre, ServiceStation)
ONE_DAY = timedelta(days=1)  # the day before: a last day


def link_cadre(
    *,
    grid: Grid,
    name: str,
    from_day: date,
    now: datetime,
    by: Officer | None = None,
    position: str = "",
    officer: Officer | None = None,
    phone: str = "",
) -> LinkedCadre:
    """Links a leading cadre to a grid from a day; `officer` where the cadre has an account.

    Raises NotAllowed, BadInput without a name or for a grid that is not in force or has this cadre already.
    """
    row = LinkedCadre(grid=grid, name=name, position=position, officer=officer, phone=phone, from_day=from_day)
    return _begin(row, by, now)


def open_service_station(
    *,
    grid: Grid,
    name: str,
    from_day: date,
    now: datetime,
    by: Officer | None = None,
    address: str = "",
    phone: str = "",
) -> ServiceStation:
    """Registers a consumer-service station in a grid from a day; raises as `link_cadre`."""
    row = ServiceStation(grid=grid, name=name, address=address, phone=phone, from_day=from_day)
    return _begin(row, by, now)


def end_support(
    *, support: LinkedCadre | ServiceStation, on: date, now: datetime, by: Officer | None = None
) -> LinkedCadre | ServiceStation:
    """Ends a cadre's link or closes a service station; `on` is the last day.

    Raises NotAllowed, BadInput for a day before the first, WrongState when it has ended already.
    """
    check(by, Permission.POST_OFFICERS, support.area_code)
    if on < support.from_day:
        raise BadInput(_("The last day lies before the first, %(day)s.") % {"day": support.from_day}, field="to_day")
    with transaction.atomic():
        if not type(support)._default_manager.filter(pk=support.pk, to_day__isnull=True).update(to_day=on):
            raise WrongState(_("This has its last day already."))
        _tell(support, "ended", by, now)
    support.to_day = on
    return support


def end_beside(*, grid: str, on: date, now: datetime, why: str) -> dict[str, list[tuple[int, str]]]:
    """What stands beside a grid that is out of force from the day ends the day before, or on its first day; returns
    what `reopen_beside` takes: kind → key and last day of before."""
    ended = {}
    for kind in KINDS:
        rows = list(kind.objects.lasting(on).filter(grid=grid))
        for row in rows:
            kind.objects.filter(pk=row.pk).update(to_day=max(row.from_day, on - ONE_DAY))
            _tell(row, "ended", None, now, why)
        ended[kind.__name__] = [(row.pk, row.to_day.isoformat() if row.to_day else "") for row in rows]
    return ended


def reopen_beside(*, ended: Mapping[str, Sequence[tuple[int, str]]], on: date, now: datetime, why: str) -> None:
    """The grid is in force again, and what ended with it goes on to the last day that it had, if that is not over."""
    for kind in KINDS:
        last = {key: date.fromisoformat(day) if day else None for key, day in ended.get(kind.__name__, [])}
        for row in kind.objects.filter(pk__in=last).order_by("pk"):
            to_day = last[row.pk]
            if to_day is None or to_day >= on:
                kind.objects.filter(pk=row.pk).update(to_day=to_day)
                _tell(row, "begun", None, now, why)


def _begin(row: S, by: Officer | None, now: datetime) -> S:
    check(by, Permission.POST_OFFICERS, row.area_code)
    row.name = row.name.strip()
    if not row.name:
        raise BadInput(_("A name is needed."), field="name")
    if row.grid.state != Grid.State.APPROVED:
        raise BadInput(_("The grid %(code)s is not in force.") % {"code": row.area_code}, field="grid")
    if type(row)._default_manager.filter(grid=row.grid, name=row.name, to_day__isnull=True).exists():
        raise BadInput(_("“%(name)s” stands in this grid already.") % {"name": row.name}, field="name")
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _tell(row, "begun", by, now)
    except IntegrityError as error:
        raise Overtaken(_("Somebody else changed this first. Load it again and look.")) from error
    return row


def _tell(row: Support, what: str, by: Officer | None, now: datetime, why: str = "") -> None:
    """One event of the grid: cadre_begun, cadre_ended, station_begun, station_ended."""
    kind = "cadre" if isinstance(row, LinkedCadre) else "station"
    GridEvent.objects.create(grid=row.grid, what=f"{kind}_{what}", new=row.name, by=by, at=now, why=why)
