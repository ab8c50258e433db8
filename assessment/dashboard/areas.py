"""Which areas a page of the dashboard is about, and which of them are its rows."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from grids.models import Bureau, Grid, Officer, Station
from grids.permissions import Permission
from gridsup.codes import lineage
from gridsup.scoping import inside

BUREAU, STATION, GRID = 2, 4, 6


@dataclass(frozen=True)
class Scope:
    """What an officer looks at: one area, or with an empty `area` all in which they view business rows."""

    officer: Officer
    area: str

    @cached_property
    def roots(self) -> list[str]:
        """Codes of the widest areas looked at."""
        return [self.area] if self.area else roots_of(self.officer)

    @cached_property
    def names(self) -> dict[str, str]:
        """Code → name of every area looked at, grids that were retired among them, in the order of codes."""
        within = inside(self.roots, "code")
        bureaus = Bureau.objects.filter(within).order_by().values_list("code", "name")
        lower = (model.objects.filter(within).order_by().values_list("code", "name") for model in (Station, Grid))
        return dict(sorted(bureaus.union(*lower, all=True)))

    @property
    def codes(self) -> list[str]:
        """Every code that a row of the areas may carry.

        Named one by one they lead both databases straight to the days of each area; a range of codes makes SQLite walk
        the whole history of the bureau (docs/decisions/0014).
        """
        return list(self.names)

    def rows(self, by_grid: bool) -> list[tuple[str, str]]:
        """Code and name of the areas that the rows of the table stand for."""
        if not self.area and len(self.roots) > 1:
            return [(code, self.names.get(code, code)) for code in sorted(self.roots)]
        if not by_grid and all(len(root) == BUREAU for root in self.roots):
            return [(code, name) for code, name in self.names.items() if len(code) == STATION]
        return list(
            Grid.objects.filter(inside(self.roots, "code")).in_force().order_by("code").values_list("code", "name")
        )

    @property
    def may_split(self) -> bool:
        """Stations or grids may be the rows."""
        return [len(root) for root in self.roots] == [BUREAU]

    def trail(self) -> list[tuple[str, str]]:
        """Code and name of the area and of those above it that the officer may open, widest first."""
        codes = [code for code in lineage(self.area) if self.officer.may(Permission.VIEW, code)]
        above = {} if codes[:-1] == [] else dict(_named(codes[:-1]))
        return [(code, above.get(code) or self.names.get(code, code)) for code in codes]


def _named(codes: list[str]) -> list[tuple[str, str]]:
    stations = Station.objects.filter(code__in=codes).order_by().values_list("code", "name")
    return list(Bureau.objects.filter(code__in=codes).order_by().values_list("code", "name").union(stations))


def roots_of(officer: Officer) -> list[str]:
    """The areas in which the officer views business rows."""
    return list(officer.area_codes(Permission.VIEW))


def bucket_among(rows: Iterable[str]) -> Callable[[str], str]:
    """Stored area code → the row that counts it: itself or the nearest area above it that is listed."""
    listed = set(rows)

    def bucket(stored: str) -> str:
        above = [code for code in reversed(lineage(stored)) if code in listed]
        return above[0] if above else stored

    return bucket
