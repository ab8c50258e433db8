"""Storing what a check of the drawing found: faults open and close, never vanish; coverage by day."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import shapely
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from shapely.geometry import shape as shape_of

from grids.models import Station
from gridsup.errors import BadInput
from gridsup.jobs import enqueue
from gridsup.models import Job
from gridsup.periods import Period
from subjects.geometry.ground import Ground, digest_of, read_ground
from subjects.geometry.overlay import Found, faults_of
from subjects.geometry.points import Ledger, faults_of_points, read_ledger, strays
from subjects.models import Premises
from subjects.models.geometry import Astray, Coverage, GeometryFault

JOB = "check_geometry"
# Rows of one statement; SQLite bounds the number of its parameters.
BATCH = 2_000
# What a later check may change of a fault that it finds again.
CHANGING = ("square_metres", "count", "geometry", "detail", "checked_at")

Kind = GeometryFault.Kind
Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Seen:
    """What one look at a bureau found: faults, the key and metres of each premises astray, and premises by area."""

    ground: Ground
    faults: list[Found]
    astray: dict[int, float]
    premises: Counter[str]


def look(bureau: str) -> Seen:
    """Computes everything that is wrong in a bureau, and writes nothing; some four queries."""
    ground = read_ground(bureau)
    ledger: Ledger = read_ledger(bureau)
    which, metres = strays(ground, ledger)
    order = np.argsort(-metres, kind="stable")
    which, metres = which[order], metres[order]
    return Seen(
        ground=ground,
        faults=[*faults_of(ground), *faults_of_points(ground, ledger, which)],
        astray=dict(zip(ledger.keys[which].tolist(), metres.tolist(), strict=True)),
        premises=Counter(ledger.areas.tolist()),
    )


@transaction.atomic
def keep(*, seen: Seen, on: date, now: datetime) -> dict[str, int]:
    """Stores what a look found as the state of the day: new faults open, those no longer found are mended that day.

    Returns counts "read" (faults found), "made" (opened), "changed" (closed). When areas were drawn anew since the
    look, it looks again. A check of an earlier day than the last one changes nothing: what it saw is no longer that
    day's.
    """
    bureau = seen.ground.bureau
    if Coverage.objects.filter(area_code=bureau, day__gt=on).exists():
        return {"read": 0}
    if seen.ground.digest != digest_of(bureau):
        seen = look(bureau)
    made, closed = _keep_faults(seen, on, now)
    _keep_astray(seen)
    _keep_coverage(seen, on, now)
    return {"read": len(seen.faults), "made": made, "changed": closed}


def check_soon(*, bureau: str, now: datetime, by: str = "") -> Job:
    """Has the drawing of a bureau checked by a worker today; called after areas changed, or by a person who asks."""
    return enqueue(name=JOB, period=timezone.localdate(now).isoformat(), area_code=bureau, now=now, by=by)


def fits_check(*, period: Period, area_code: str, on: date) -> None:
    """Raises BadInput unless a whole bureau is to be checked as it stands today."""
    if len(area_code) != len("05"):
        raise BadInput(_("The drawing is checked for a whole bureau: give its two digits."), field="area_code")
    if period.one_day() != on:
        raise BadInput(_("The drawing is checked as it stands today: leave the day out."), field="period")


def _keep_faults(seen: Seen, on: date, now: datetime) -> tuple[int, int]:
    """Opens, updates and closes; how many were opened and closed."""
    stored = {_key(row): row for row in GeometryFault.objects.in_area(seen.ground.bureau).still_open()}
    again: list[GeometryFault] = []
    new: list[GeometryFault] = []
    for found, key in _named(seen.faults, stored.values()):
        row = stored.pop(key, None)
        if row is None:
            kind, area, other, place = key
            row = GeometryFault(kind=kind, area_code=area, other_code=other, place=place, since=on)
            new.append(row)
        else:
            again.append(row)
        row.square_metres, row.count, row.geometry = found.square_metres, found.count, found.geometry
        row.detail, row.checked_at = found.detail[:120], now
    GeometryFault.objects.bulk_create(new, batch_size=BATCH)
    GeometryFault.objects.all().write_rows(again, CHANGING)
    GeometryFault.objects.closing([row.pk for row in stored.values()], on)
    return len(new), len(stored)


def _key(row: GeometryFault) -> Key:
    return row.kind, row.area_code, row.other_code, row.place


def _named(faults: Sequence[Found], stored: Iterable[GeometryFault]) -> list[tuple[Found, Key]]:
    """Each fault with its key; a hole keeps the place under which it is known, as long as the two share ground."""
    known = [row for row in stored if row.kind == Kind.GAP and row.geometry]
    holes = [fault for fault in faults if fault.kind == Kind.GAP]
    names = dict(zip(map(id, holes), _places_of(holes, known), strict=True))
    return [(fault, (fault.kind, fault.area_code, fault.other_code, names.get(id(fault), ""))) for fault in faults]


def _places_of(holes: Sequence[Found], known: Sequence[GeometryFault]) -> list[str]:
    """For each hole the place of the open hole with which it shares most ground, else a point inside."""
    names = [""] * len(holes)
    old = np.array([shape_of(row.geometry) for row in known], dtype=object)
    new = np.array([hole.shape for hole in holes], dtype=object)
    if len(old) and len(new):
        which, place = shapely.STRtree(old).query(new, predicate="intersects")
        shared = shapely.area(shapely.intersection(new[which], old[place]))
        taken: set[int] = set()
        for pair in np.argsort(-shared, kind="stable").tolist():
            hole, row = int(which[pair]), int(place[pair])
            same_area = holes[hole].area_code == known[row].area_code
            if not names[hole] and row not in taken and same_area:
                names[hole] = known[row].place
                taken.add(row)
    inside = shapely.point_on_surface(new)
    return [name or f"{point.x:.6f} {point.y:.6f}" for name, point in zip(names, inside, strict=True)]


def _keep_astray(seen: Seen) -> None:
    """Makes the table of premises astray say what was seen; only what differs is written."""
    stored = dict(
        Astray.objects.filter(premises__in=Premises.objects.in_area(seen.ground.bureau)).values_list(
            "premises", "metres"
        )
    )
    gone = [key for key, metres in stored.items() if seen.astray.get(key) != metres]
    for start in range(0, len(gone), BATCH):
        Astray.objects.filter(premises__in=gone[start : start + BATCH]).delete()
    new = [Astray(premises_id=key, metres=metres) for key, metres in seen.astray.items() if stored.get(key) != metres]
    Astray.objects.bulk_create(new, batch_size=BATCH)


def _keep_coverage(seen: Seen, on: date, now: datetime) -> None:
    """One row of the day for the bureau and each of its stations."""
    ground, bureau = seen.ground, seen.ground.bureau
    outlines = {bureau: ground.outline, **ground.stations}
    codes = [bureau, *Station.objects.in_area(bureau).values_list("code", flat=True)]
    drawn = [code for code in codes if outlines.get(code) is not None]
    sizes = ground.plane.square_metres([outlines[code] for code in drawn]).tolist()
    inside = dict(zip(drawn, sizes, strict=True))
    rows = [_coverage(seen, code, inside.get(code), on, now) for code in codes]
    Coverage.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["area_code", "day"],
        update_fields=["ground", "gaps", "overlaps", "faults", "premises", "checked_at"],
    )


def _coverage(seen: Seen, code: str, ground: float | None, on: date, now: datetime) -> Coverage:
    mine = [fault for fault in seen.faults if fault.area_code.startswith(code) or fault.other_code.startswith(code)]

    def total(kind: str) -> float:
        return sum(fault.square_metres or 0.0 for fault in mine if fault.kind == kind)

    return Coverage(
        area_code=code,
        day=on,
        ground=ground,
        gaps=total(Kind.GAP),
        overlaps=total(Kind.OVERLAP),
        faults=len(mine),
        premises=sum(number for area, number in seen.premises.items() if area.startswith(code)),
        checked_at=now,
    )
