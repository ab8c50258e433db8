"""Where a premises stands: points turned into WGS 84 and found in a grid, localities found in addresses."""

import re
from collections import defaultdict
from collections.abc import Sequence, Set

import numpy as np
from django.utils.translation import gettext as _
from shapely import intersects_xy
from shapely.geometry.base import BaseGeometry

from grids.map import grid_map, outline_of, share_inside
from grids.models import Bureau, Locality
from gridsup.coordinates import Degrees, from_bd09, to_wgs84
from gridsup.errors import BadInput
from gridsup.sheets.faults import Fault
from subjects.importing.gathering import FilePremises

WGS84, GCJ02, BD09 = "wgs84", "gcj02", "bd09"
CRS_NAMES = {WGS84: "WGS 84", GCJ02: "GCJ-02", BD09: "BD-09"}
READERS = {GCJ02: to_wgs84, BD09: from_bd09}
# Seven decimals are a centimetre: finer than any source, and the same on every run.
DECIMALS = 7
# How statistics name the committees whose places people call by the bare name.
COMMITTEES = ("居民委员会", "居委会", "村民委员会", "村委会")
COMMITTEE = re.compile(f"(?:{'|'.join(COMMITTEES)})$")
# Zones of development in whose name a committee may stand, and addresses do not: 浐灞生态区龙湖蓝湾社区.
ZONE = re.compile(r"^.+?(?:生态区|开发区|港务区|高新区|新区)")
OFFICE = re.compile(r"(?:街道|(?:街道)?办事处)$")
SHORTEST = 3  # characters; two stand inside too many other words, and count right behind the street alone
KINDS = ("社区", "村")  # a name that ends so is that of a place; a bare one may be that of a road or street, too
ROAD = r"(?![东南西北中]?(?:街|路|大道|镇|立交|地铁))"


def place_points(bureau: Bureau, premises: Sequence[FilePremises], crs: str) -> list[Fault]:
    """Turns the points into WGS 84 and finds the grid of each; returns warnings where point and grid code disagree.

    Raises BadInput when most points leave the bureau's outline that would lie in it in another system.
    """
    if not premises:
        return []
    lon = np.array([row.lon for row in premises], dtype=np.float64)
    lat = np.array([row.lat for row in premises], dtype=np.float64)
    chosen = _read(lon, lat, crs)
    outline = outline_of(bureau)
    if outline and share_inside(outline, *chosen) < 1 / 2:
        _refuse_other_system(outline, lon, lat, crs)
    x, y = np.round(chosen[0], DECIMALS), np.round(chosen[1], DECIMALS)
    area = grid_map(bureau.code)
    grids, drawn = area.codes_at(x, y), frozenset(area.codes)
    inside = intersects_xy(outline, x, y).tolist() if outline else [True] * len(premises)
    warnings: list[Fault] = []
    for row, row_lon, row_lat, grid, is_inside in zip(premises, x.tolist(), y.tolist(), grids, inside, strict=True):
        row.lon, row.lat, row.point_grid = row_lon, row_lat, grid
        if not is_inside:
            warnings.append(Fault(row.row, "lon", _("The point lies outside the bureau's outline.")))
        elif reason := _disagreement(row, drawn):
            warnings.append(Fault(row.row, "lon", reason))
        if grid and _of_other_station(row):
            # The station is said, the point only measured: left there, for a person to decide.
            row.point_grid = ""
    return warnings


def _disagreement(row: FilePremises, drawn: Set[str]) -> str:
    """Why the point does not go with the grid code; "" when it does. A grid that is not drawn contradicts nothing."""
    stated = row.grid_code or ""
    told = {"grid": row.point_grid, "stated": stated}
    if len(stated) == 6:
        if row.point_grid and row.point_grid != stated:
            return _("The point lies in grid %(grid)s, the grid code says %(stated)s; the code counts.") % told
        if not row.point_grid and stated in drawn:
            return _("The point lies outside grid %(stated)s; the code counts.") % told
    elif _of_other_station(row):
        return _("The point lies in grid %(grid)s, which is not of station %(stated)s; left at the station.") % told
    elif drawn and not row.point_grid:
        return _("The point lies in no grid.")
    return ""


def _of_other_station(row: FilePremises) -> bool:
    return bool(row.point_grid and row.grid_code and len(row.grid_code) == 4) and not row.point_grid.startswith(
        row.grid_code or ""
    )


def _read(lon: Degrees, lat: Degrees, crs: str) -> tuple[Degrees, Degrees]:
    return READERS[crs](lon, lat) if crs in READERS else (lon, lat)


def _refuse_other_system(outline: BaseGeometry, lon: Degrees, lat: Degrees, crs: str) -> None:
    inside = {name: share_inside(outline, *_read(lon, lat, name)) for name in CRS_NAMES}
    right = max(inside, key=lambda name: inside[name])
    if inside[right] > 1 / 2:
        raise BadInput(
            _("Read as %(said)s, %(share)d %% of the points lie outside the bureau; read as %(right)s most lie inside. "
              "Say --crs %(option)s.")
            % {"said": CRS_NAMES[crs], "share": round((1 - inside[crs]) * 100), "right": CRS_NAMES[right],
               "option": right}
        )  # fmt: skip


class Localities:
    """The streets, communities and villages of a bureau, to be found in addresses by their full names and by those
    that people call them."""

    def __init__(self, bureau: str) -> None:
        names: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._stations: dict[str, str] = {}
        for code, name, street, area in Locality.objects.in_area(bureau).values_list(
            "code", "name", "street", "area_code"
        ):
            self._stations[code] = area[:4]
            for called in spoken(name) if street else spoken_street(name):
                names[called].append((code, street or ""))
        self._names = names
        self._streets = one_of([name for name, places in names.items() if not places[0][1]])
        calls = [name for name, places in names.items() if places[0][1]]
        self._places = one_of([name for name in calls if len(name) >= SHORTEST], bare=ROAD)
        self._brief = one_of([name for name in calls if len(name) < SHORTEST], bare=ROAD)

    def of(self, address: str) -> str:
        """The code of the smallest locality named in the address; "" for none or where a name stands for several.

        The street's own name is no village's (十里铺街道 has a village 十里铺), so places are sought beside it; of
        several names the longest counts.
        """
        found = self._streets.search(address)
        street = self._one(found[0], "") if found else ""
        beside = f"{address[: found.start()]} {address[found.end() :]}" if found else address
        named = {match[0] for match in self._places.finditer(beside)}
        if found and not named and (brief := self._brief.match(address, found.end())):
            named = {brief[0]}
        longest = max(map(len, named), default=0)
        places = {self._one(name, street) for name in named if len(name) == longest}
        return (places.pop() if len(places) == 1 else "") or street

    def station(self, code: str) -> str:
        """The station, or the bureau, in whose area the locality lies."""
        return self._stations[code]

    def _one(self, name: str, street: str) -> str:
        places = self._names[name]
        here = [code for code, parent in places if parent == street] or [code for code, _parent in places]
        return here[0] if len(here) == 1 else ""


def spoken(name: str) -> set[str]:
    """A community or village as addresses call it: 高楼村委会 → 高楼村, 浐灞生态区沁水路社区居委会 → 沁水路社区."""
    trunk = COMMITTEE.sub("", name)
    committee = name.removeprefix(trunk)
    whole = trunk if not committee or trunk.endswith(KINDS) else trunk + ("村" if "村" in committee else "社区")
    return {called for called in (name, trunk, whole, ZONE.sub("", whole)) if len(called) > 1}


def spoken_street(name: str) -> set[str]:
    """A street as addresses call it, with its office or without: 十里铺街道, 十里铺街办."""
    trunk = OFFICE.sub("", name)
    return {name, f"{trunk}街道", f"{trunk}街办"} if trunk != name else {name}


def one_of(names: list[str], *, bare: str = "") -> re.Pattern[str]:
    """Finds any of the names, the longest where several begin alike; without names, nothing. `bare`: what has to
    follow a name that does not say what it names."""
    told = [
        re.escape(name) + ("" if name.endswith((*KINDS, *COMMITTEES)) else bare)
        for name in sorted(names, key=lambda name: (-len(name), name))
    ]
    return re.compile("|".join(told) or r"(?!)")
