"""Reads the folder that describes a district: its bureau, stations, streets, places and outline.

The files are described in docs/district-files.md.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _

from grids.geometry import as_geojson, read_boundary
from grids.models import Locality
from gridsup.codes import typed_code
from gridsup.coordinates import from_bd09, to_wgs84
from gridsup.errors import BadInput

SHIPPED = Path(__file__).resolve().parent / "data"

KINDS = {
    "社区": Locality.Kind.COMMUNITY,
    "村": Locality.Kind.VILLAGE,
    **{str(kind): kind for kind in (Locality.Kind.COMMUNITY, Locality.Kind.VILLAGE)},
}


@dataclass(frozen=True)
class Place:
    """A street, village or community; `street` is the 12-digit code of its street, empty for a street itself."""

    code: str
    name: str
    kind: str
    street: str
    station: str


@dataclass(frozen=True)
class District:
    """A bureau with everything that stands in its folder; codes checked, the outline in WGS 84."""

    code: str
    name: str
    district_code: str
    level_names: list[str]
    outline: dict[str, Any] | None
    stations: dict[str, str] = field(default_factory=dict)
    station_outlines: dict[str, dict[str, Any]] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)


def read_district(folder: str | Path) -> District:
    """The district in a folder, or in a folder shipped under grids/data by its name; raises BadInput."""
    path = Path(folder)
    if not path.is_dir():
        path = SHIPPED / str(folder)
    if not path.is_dir():
        shipped = ", ".join(sorted(entry.name for entry in SHIPPED.iterdir() if entry.is_dir()))
        raise BadInput(
            _("There is no folder “%(folder)s”. Shipped districts: %(known)s.") % {"folder": folder, "known": shipped}
        )
    facts = _facts(path / "district.json")
    code = _code(facts.get("code"), 2, "district.json")
    stations, station_of = _stations(facts, code)
    streets = list(_streets(path / "streets.csv", station_of))
    return District(
        code=code,
        name=_name(facts, "district.json"),
        district_code=_code(facts.get("district_code"), 6, "district.json"),
        level_names=[str(name) for name in facts.get("level_names", [])],
        outline=_outline(path, facts),
        stations=stations,
        station_outlines=_station_outlines(path, facts),
        places=[*streets, *_places(path / "places.csv", {street.code[:9]: street for street in streets})],
    )


def _facts(path: Path) -> dict[str, Any]:
    try:
        facts = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadInput(_("%(file)s cannot be read.") % {"file": path.name}) from error
    except ValueError as error:
        raise BadInput(_("%(file)s is not JSON in UTF-8: %(why)s") % {"file": path.name, "why": error}) from error
    if not isinstance(facts, dict):
        raise BadInput(_("%(file)s must hold one JSON object.") % {"file": path.name})
    return facts


def _stations(facts: dict[str, Any], bureau: str) -> tuple[dict[str, str], dict[str, str]]:
    """Station code → name, and street (9 digits) → station code."""
    names: dict[str, str] = {}
    station_of: dict[str, str] = {}
    for station in facts.get("stations") or []:
        code = _code(station.get("code"), 4, "district.json")
        if not code.startswith(bureau) or code in names:
            raise BadInput(
                _("Station %(code)s is there twice or not of bureau %(bureau)s.") % {"code": code, "bureau": bureau}
            )
        names[code] = _name(station, "district.json")
        for street in station.get("streets", []):
            if station_of.setdefault(_code(street, 9, "district.json"), code) != code:
                raise BadInput(_("Street %(street)s is given to two stations.") % {"street": street})
    if not names:
        raise BadInput(_("district.json names no station."))
    return names, station_of


def _streets(path: Path, station_of: dict[str, str]) -> Iterator[Place]:
    for where, row in _rows(path, ("street_code12", "name")):
        code = _code(row["street_code12"], 12, where)
        if code[:9] not in station_of:
            raise BadInput(
                _("%(where)s: no station of district.json has street %(code)s.") % {"where": where, "code": code[:9]}
            )
        yield Place(code, _name(row, where), Locality.Kind.STREET, "", station_of[code[:9]])


def _places(path: Path, streets: dict[str, Place]) -> Iterator[Place]:
    for where, row in _rows(path, ("code12", "name", "kind", "street_code9")):
        street = streets.get(row["street_code9"])
        if street is None:
            raise BadInput(
                _("%(where)s: street %(code)s is not in streets.csv.") % {"where": where, "code": row["street_code9"]}
            )
        name = _name(row, where)
        # “其他” in the statistical list: the name says which of the two it is.
        kind = KINDS.get(row["kind"]) or KINDS["村" if name.endswith("村") else "社区"]
        yield Place(_code(row["code12"], 12, where), name, kind, street.code, street.station)


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    """Rows of a CSV file with where each stands; a key (the first column) stands once."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(_("%(file)s cannot be read as UTF-8.") % {"file": path.name}) from error
    reader = csv.DictReader(text.splitlines())
    if missing := [name for name in columns if name not in (reader.fieldnames or [])]:
        raise BadInput(_("%(file)s lacks the columns %(names)s.") % {"file": path.name, "names": ", ".join(missing)})
    seen: set[str] = set()
    for row in reader:
        where = f"{path.name}:{reader.line_num}"
        values = {name: (row[name] or "").strip() for name in columns}
        if values[columns[0]] in seen:
            raise BadInput(_("%(where)s: %(code)s stands there twice.") % {"where": where, "code": values[columns[0]]})
        seen.add(values[columns[0]])
        yield where, values


def _station_outlines(folder: Path, facts: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Station code → its outline; stations for which district.json names no file are left out."""
    named = {station["code"]: {"crs": facts.get("crs"), **station} for station in facts["stations"]}
    outlines = {str(code): _outline(folder, station) for code, station in named.items()}
    return {code: outline for code, outline in outlines.items() if outline is not None}


def _outline(folder: Path, facts: dict[str, Any]) -> dict[str, Any] | None:
    """The outline as a GeoJSON geometry in WGS 84, or None where district.json names no file."""
    if not facts.get("outline"):
        return None
    name = str(facts["outline"])
    readers = {"wgs84": None, "gcj02": to_wgs84, "bd09": from_bd09}
    if facts.get("crs") not in readers:
        raise BadInput(_("district.json must say the outline's coordinate system: “crs” is wgs84, gcj02 or bd09."))
    area = read_boundary(_facts(folder / name), field=name)
    if read := readers[facts["crs"]]:
        area = shapely.transform(area, lambda corners: np.column_stack(read(*corners.T)))
    return as_geojson(area)


def _code(value: object, length: int, where: str) -> str:
    code = typed_code(str(value or ""))
    if not (code.isascii() and code.isdigit() and len(code) == length):
        raise BadInput(
            _("%(where)s: “%(value)s” should be a code of %(length)s digits.")
            % {"where": where, "value": value, "length": length}
        )
    return code


def _name(row: dict[str, Any], where: str) -> str:
    name = str(row.get("name") or "").strip()
    if not name or len(name) > 80:
        raise BadInput(_("%(where)s: a name of 1 to 80 characters is missing.") % {"where": where})
    return name
