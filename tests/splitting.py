"""A grid to be split on the squared paper of `tests.drawing`: 050101 two squares wide, 050102 east of it."""

from datetime import date

from grids.models import AreaChange, Station
from subjects.areas.deciding import approve_change, propose_change
from subjects.areas.drafts import Draft, Part, merge, split
from subjects.models import Placement, Premises
from tests.drawing import box, degrees, draw
from tests.factories import TODAY, PremisesFactory, noon

NOON = noon(TODAY)


def draw_station():
    """050101 of two squares, 050102 and 050201 of one, filling the bureau."""
    draw(b05=box(0, 0, 4, 1), g050101=box(0, 0, 2, 1), g050102=box(2, 0, 3, 1), g050201=box(3, 0, 4, 1))


def premises_at(x, y=0.5, area_code="050101", **facts):
    """A premises at a point of the paper."""
    lon, lat = degrees(x, y)
    return PremisesFactory(area_code=area_code, lon=lon, lat=lat, **facts)


def drafted(kind, parts, *, on=TODAY, **facts) -> Draft:
    """A draft of station 0501."""
    return Draft(Station.objects.get(code="0501"), kind, on, facts.pop("reason", "太大"), tuple(parts), **facts)


def split_draft(district, *, piece=None, on: date = TODAY, places=(), code="050103", **facts) -> Draft:
    """050101 gives its eastern square to a new grid."""
    new = Part(code, "new", "三号网格", "东片", None, tuple(places))
    district.grid.refresh_from_db()
    return drafted("split", split(district.grid, into=new, piece=piece or box(1, 0, 2, 1)), on=on, **facts)


def merge_draft(district, **facts) -> Draft:
    """050102 goes into 050101."""
    district.grid.refresh_from_db()
    district.neighbour_grid.refresh_from_db()
    return drafted("merge", merge([district.neighbour_grid], into=district.grid), **facts)


def in_effect(district, draft: Draft, now=NOON) -> AreaChange:
    """The change proposed by the chief and approved by the grid office."""
    change = propose_change(draft=draft, by=district.chief, now=now)
    return approve_change(change=change, by=district.district_office, now=now)


def area_of(premises):
    """Where it stands by now, as the database has it."""
    return Premises.objects.values_list("area_code", flat=True).get(pk=premises.pk)


def placements(premises):
    """Area code, first and last day of each of its placements."""
    return list(Placement.objects.filter(premises=premises).values_list("area_code", "from_day", "to_day"))
