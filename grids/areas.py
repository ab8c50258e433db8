"""Areas to choose from in lists: what a person holds, one level below what is chosen."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404

from grids.models import Bureau, Grid, Officer, Station
from grids.permissions import AREA_LENGTHS, Duty, Permission, needed_to_post
from gridsup.books import MayBook, held_in
from gridsup.scoping import inside

# A list box beyond this cannot be used; the stations above narrow it down.
MOST_CHOICES = 300


def areas_asked(officer: MayBook, permission: str, area: str) -> tuple[str, ...]:
    """The areas for which the officer may open what an address asks of `area`, as `held_in` has them.

    Raises Http404 for an area of others and for one that is not there, PermissionDenied where the area is the officer's
    and the duty for this is not.
    """
    codes = held_in(officer, permission, area)
    if not area or (codes and is_there(area)):
        return codes
    if not codes and held_in(officer, Permission.VIEW, area) and is_there(area):
        raise PermissionDenied
    raise Http404


def is_there(code: str) -> bool:
    """There is, or was once, a bureau, station or grid of this code of 2, 4 or 6 digits."""
    kinds: dict[int, Any] = {2: Bureau, 4: Station, 6: Grid}
    return bool(kinds[len(code)].objects.filter(code=code).exists())


@dataclass(frozen=True)
class AreaChoice:
    """One area of a list box, its depth below the widest shown."""

    code: str
    name: str

    @property
    def depth(self) -> int:
        return len(self.code) // 2 - 1

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


def duties_to_give(officer: Officer) -> list[Duty]:
    """The duties that the officer may give somewhere: none of an area above all that they hold."""
    return [
        duty
        for duty in Duty
        if any(len(code) <= max(AREA_LENGTHS[duty]) for code in officer.area_codes(needed_to_post(duty)))
    ]


def areas_to_post(officer: Officer, duties: Collection[Duty]) -> list[AreaChoice]:
    """Where the officer gives posts of some of these duties, in the order of codes; three queries at most."""
    lengths = {length for duty in duties for length in AREA_LENGTHS[duty]}
    within = inside({code for duty in duties for code in officer.area_codes(needed_to_post(duty))}, "code")
    kinds: dict[int, Any] = {2: Bureau.objects.all(), 4: Station.objects.all(), 6: Grid.objects.in_force()}
    return [
        AreaChoice(*row)
        for length in sorted(lengths)
        for row in kinds[length].filter(within).order_by("code").values_list("code", "name")
    ]


def area_choices(
    officer: Officer, chosen: str = "", *, on: date | None = None, permission: str = Permission.VIEW
) -> list[AreaChoice]:
    """Stations of the areas held, and the grids of the one that is chosen (or of the only one), in the order of codes.

    `on`: the grids in force on that day, instead of those of now; `permission`: what opens the list that they narrow.
    At most three queries. A person with one grid gets that one.
    """
    held = officer.area_codes(permission)
    within = inside(held, "code")
    bureaus = Bureau.objects.filter(within).values_list("code", "name")
    stations = list(Station.objects.filter(within).values_list("code", "name"))
    opened = chosen[:4] if len(chosen) >= 4 else stations[0][0] if len(stations) == 1 else ""
    visible = Grid.objects.filter(within)
    grids = visible.in_force() if on is None else visible.in_force_on(on)
    if stations:
        grids = grids.in_area(opened) if opened else grids.none()
    several = bureaus if len(bureaus) > 1 else []
    rows = [*several, *stations, *grids.values_list("code", "name")[:MOST_CHOICES]]
    return [AreaChoice(*row) for row in sorted(rows)]
