"""The point of one premises, given by a person: what neither the file nor its register said."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely
from django.db import transaction
from django.utils.translation import gettext as _

from grids.map import outline_of
from grids.models import Bureau, Officer
from grids.permissions import Permission
from grids.shapes import ground_of
from gridsup.coordinates import fault_of
from gridsup.errors import BadInput
from gridsup.states import check, check_why
from subjects.areas.fitting import NAMED, OTHERS
from subjects.areas.reading import SHIFTED, System
from subjects.importing.placing import DECIMALS
from subjects.models import Premises, PremisesEvent


@dataclass(frozen=True)
class Said:
    """A point as somebody says it: `sure`: looked at, or tapped on our own map, and right in this system."""

    lon: float
    lat: float
    crs: str = System.WGS84
    sure: bool = False

    def read_as(self, crs: str) -> tuple[float, float]:
        """Longitude and latitude in WGS 84, had it been said in this system."""
        if crs not in SHIFTED:
            return self.lon, self.lat
        lon, lat = SHIFTED[System(crs)][0](np.array([self.lon]), np.array([self.lat]))
        return float(lon[0]), float(lat[0])


@transaction.atomic
def set_point(*, premises: Premises, said: Said, by: Officer | None, now: datetime, why: str = "") -> Premises:
    """The premises has this point from now on, and stays in the ledger where it is; its history keeps the former one.

    Raises NotAllowed, and BadInput for a point that leaves China or the district, or that lies beside the grid as said
    and in it when read in another system.
    """
    check(by, Permission.CORRECT_LEDGER, premises.area_code)
    check_why(why)
    if fault := fault_of(said.lon, said.lat):
        raise BadInput(fault, field="lon")
    _refuse_outside(premises, said)
    if not said.sure:
        _refuse_other_system(premises, said)
    locked = Premises.objects.select_for_update(no_key=True).get(pk=premises.pk)
    lon, lat = (round(number, DECIMALS) for number in said.read_as(said.crs))
    old, new = _words(locked.lon, locked.lat), _words(lon, lat)
    if old == new:
        raise BadInput(_("The premises has this point already."), field="lon")
    Premises.objects.filter(pk=premises.pk).update(lon=lon, lat=lat)
    PremisesEvent.objects.create(premises=premises, what="point", old=old, new=new, by=by, at=now, why=why.strip())
    premises.lon, premises.lat = lon, lat
    return premises


def _words(lon: float | None, lat: float | None) -> str:
    return "" if lon is None or lat is None else f"{lon}, {lat}"


def _refuse_outside(premises: Premises, said: Said) -> None:
    outline = outline_of(Bureau.objects.get(code=premises.area_code[:2]))
    if outline is None or shapely.intersects_xy(outline, *said.read_as(said.crs)):
        return
    right = _right(outline, said)
    told = _("The point lies outside the district.")
    raise BadInput(
        _("%(error)s Was %(right)s meant?") % {"error": told, "right": right} if right else told, field="lon"
    )


def _refuse_other_system(premises: Premises, said: Said) -> None:
    grid = ground_of(premises.grid.boundary) if premises.grid else None
    if grid is None or said.crs not in OTHERS:
        return
    if not shapely.intersects_xy(grid, *said.read_as(said.crs)) and (right := _right(grid, said)):
        told = {"grid": premises.area_code, "said": NAMED[System(said.crs)], "right": right}
        raise BadInput(
            _("Read as %(said)s the point lies outside grid %(grid)s, read as %(right)s inside. Choose %(right)s, or "
              "tick that %(said)s is right.") % told,
            field="crs",
        )  # fmt: skip


def _right(area: shapely.Geometry, said: Said) -> str:
    """The other system in which the point lies in the area; "" for none."""
    for other in OTHERS.get(System(said.crs), ()):
        if shapely.intersects_xy(area, *said.read_as(other)):
            return NAMED[other]
    return ""
