"""What a change of areas must be before it is proposed, and still be when it takes effect (handbook §1)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import combinations
from typing import Any

import shapely
from django.utils.translation import gettext as _
from shapely.geometry.base import BaseGeometry

from grids.geometry import read_boundary
from grids.models import AreaChange, AreaPart, Grid, Station
from grids.shapes import drawn, ground_of
from gridsup.codes import is_grid_code
from gridsup.equalarea import Plane
from gridsup.errors import BadInput
from subjects.areas.drafts import Draft, Part, places_of
from subjects.areas.fitting import asking, refuse_other
from subjects.geometry.overlay import places
from subjects.models import Premises

Kind, Role, G = AreaChange.Kind, AreaPart.Role, Grid.State
NAME_LENGTH = 80
REASON_LENGTH = 500
# Plans, letters and posts are made by the year: beyond the next one a day is a slip of the pen.
YEARS_AHEAD = 1
# Names that a sentence tells of many: as many as are looked up by hand.
TOLD = 5

# What a kind is made of: how many parts of each role, least and most.
SHAPES: dict[str, dict[str, tuple[int, int]]] = {
    Kind.CREATE: {Role.NEW: (1, 99), Role.CHANGED: (0, 0), Role.RETIRED: (0, 0)},
    Kind.REDRAW: {Role.NEW: (0, 0), Role.CHANGED: (1, 99), Role.RETIRED: (0, 0)},
    Kind.SPLIT: {Role.NEW: (1, 99), Role.CHANGED: (0, 1), Role.RETIRED: (0, 1)},
    Kind.MERGE: {Role.NEW: (0, 1), Role.CHANGED: (0, 99), Role.RETIRED: (1, 99)},
    Kind.RETIRE: {Role.NEW: (0, 0), Role.CHANGED: (0, 99), Role.RETIRED: (1, 99)},
}


def check_draft(draft: Draft, *, on: date, change: AreaChange | None = None) -> None:
    """Raises BadInput with a sentence for the first thing that is wrong; `change`: the stored one, if there is one."""
    if not draft.reason.strip():
        raise BadInput(_("A reason is needed."), field="reason")
    if len(draft.reason) > REASON_LENGTH:
        raise BadInput(_("At most %(most)d characters.") % {"most": REASON_LENGTH}, field="reason")
    if draft.effective_on < on:
        raise BadInput(_("A change takes effect today or later."), field="effective_on")
    if draft.effective_on.year > on.year + YEARS_AHEAD:
        raise BadInput(
            _("A change takes effect by the end of %(year)d: what is later is proposed later.")
            % {"year": on.year + YEARS_AHEAD},
            field="effective_on",
        )
    _check_codes(draft, change)
    _check_parts(draft)
    _check_list(draft)
    if change is None or change.state == AreaChange.State.RETURNED:
        # what moved elsewhere since it was proposed stays there; the preview counts it
        _check_listed(draft)
    refuse_other(draft)
    with asking(draft.handed, draft.station):
        check_ground(draft)


def check_ground(draft: Draft) -> None:
    """Raises BadInput when the boundaries overlap, leave the district or a gap.

    What is stored is taken as it is most likely meant, so that a broken one can be mended; what is new is proven.
    """
    there = {grid.code: grid.boundary for grid in _grids(draft.touched)}
    for part in draft.results:
        if part.boundary and part.boundary != there.get(part.code):
            read_boundary(part.boundary)
    shapes = {part.code: shape for part in draft.results if (shape := part.shape) is not None}
    before = list(drawn(there.items()).values())
    if not shapes:
        return
    codes = sorted(shapes)
    plane = Plane.around(*shapes.values(), *before)
    for one, other in combinations(codes, 2):
        _refuse(shapes[one].intersection(shapes[other]), plane, _("Grids %(one)s and %(other)s overlap"), one, other)
    whole, was = shapely.union_all(list(shapes.values())), shapely.union_all(before)
    if all(part.boundary for part in draft.results):
        _refuse(was.difference(whole), plane, _("A gap would be left"), "", "")
    claimed = whole.difference(was)
    for code, other in drawn(_neighbours(draft)).items():
        if claimed.intersects(other):
            shared = claimed.intersection(other)
            # of grids that only touch the ground beside the one that claims it, none is meant
            one = max(codes, key=lambda each: shapes[each].intersection(shared).area)
            _refuse(shared, plane, _("Grid %(one)s would overlap its neighbour %(other)s"), one, code)
    for outline, sentence in _outlines(draft.station):
        _refuse(claimed.difference(outline), plane, sentence, "", "")


def _refuse(shape: BaseGeometry, plane: Plane, sentence: str, one: str, other: str) -> None:
    """Raises BadInput when more of the shape is left than hairlines and crumbs."""
    if shape.is_empty:
        return
    found = places([shape], plane)
    if found.size:
        told = sentence % {"one": one, "other": other}
        raise BadInput(
            _("%(what)s: %(area)d m².") % {"what": told, "area": round(float(found.square_metres.sum()))},
            field="boundary",
        )


def _check_codes(draft: Draft, change: AreaChange | None) -> None:
    codes = [part.code for part in draft.parts]
    if twice := [code for code, times in Counter(codes).items() if times > 1]:
        raise BadInput(_("Two grids have the code %(code)s.") % {"code": twice[0]}, field="code")
    for part in draft.parts:
        if not is_grid_code(part.code, draft.station.code):
            raise BadInput(
                _("Grid %(grid)s is not of this station: its codes have six digits, %(code)s01 to %(code)s99.")
                % {"grid": part.code[:20], "code": draft.station.code},
                field="code",
            )
    spoken_for = AreaPart.objects.of_open_changes().filter(code__in=codes).select_related("change")
    if change is not None:
        spoken_for = spoken_for.exclude(change=change)
    if other := spoken_for.first():
        made = {part.code for part in draft.parts if part.role == Role.NEW}
        raise BadInput(
            _("Grid %(code)s is part of change no. %(number)d, which is still to come.")
            % {"code": other.code, "number": other.change_id},
            field="code" if other.code in made else "grid",
        )
    stored = {grid.code: grid for grid in _grids(codes)}
    for part in draft.parts:
        _check_code(part, stored.get(part.code), change)


def _check_code(part: Part, grid: Grid | None, change: AreaChange | None) -> None:
    """A new code belongs to no grid that was ever in force; the others to a grid in force."""
    if part.role == Role.NEW:
        own = grid is not None and change is not None and grid.state == G.PROPOSED
        if grid is not None and not own and grid.state != G.RETURNED:
            sentence = (
                _("The code %(code)s was that of a retired grid; it is not given again.")
                if grid.state == G.RETIRED
                else _("There is a grid %(code)s already.")
            )
            raise BadInput(sentence % {"code": part.code}, field="code")
    elif grid is None or grid.state != G.APPROVED:
        raise BadInput(_("There is no grid %(code)s in force.") % {"code": part.code}, field="grid")


def _check_parts(draft: Draft) -> None:
    roles = Counter(part.role for part in draft.parts)
    shape = SHAPES.get(draft.kind)
    if shape is None or any(not least <= roles[role] <= most for role, (least, most) in shape.items()):
        raise BadInput(_("These grids do not make up a change of this kind."), field="kind")
    if draft.kind == Kind.SPLIT and roles[Role.CHANGED] + roles[Role.RETIRED] != 1:
        raise BadInput(_("A split is of one grid."), field="grid")
    if roles[Role.RETIRED] and draft.kind == Kind.SPLIT and roles[Role.NEW] < len(("one", "another")):
        raise BadInput(_("A grid that is split up leaves at least two."), field="parts")
    if draft.kind == Kind.SPLIT:
        _check_given(draft)
    after = {part.code for part in draft.results}
    for part in draft.parts:
        if part.stays and not part.name.strip():
            raise BadInput(_("A grid needs a name."), field="name")
        if len(part.name) > NAME_LENGTH:
            raise BadInput(_("At most %(most)d characters.") % {"most": NAME_LENGTH}, field="name")
        if not part.stays and part.successor not in after:
            raise BadInput(
                _("Grid %(code)s needs a successor for what has no other place: one of the grids after the change.")
                % {"code": part.code},
                field="successor",
            )
    given = Counter(code for part in draft.results for code in part.localities)
    if shared := [code for code, times in given.items() if times > 1]:
        raise BadInput(_("The locality %(code)s is given to two grids.") % {"code": shared[0]}, field="localities")
    places_of(draft.station, given)
    if draft.kind == Kind.REDRAW and not _differs(draft):
        raise BadInput(_("Nothing is changed."), field="grid")


def _check_given(draft: Draft) -> None:
    """A grid that is split off gets something: ground, a community or premises."""
    for part in draft.parts:
        if part.role == Role.NEW and not (part.boundary or part.localities or draft.listed.get(part.code)):
            raise BadInput(
                _("Grid %(code)s would be empty: draw its boundary, choose its communities or list its premises.")
                % {"code": part.code},
                field="boundary",
            )


def _differs(draft: Draft) -> bool:
    stored = {grid.code: grid for grid in _grids(draft.touched)}
    return bool(draft.listed) or any(
        (part.name, part.extent, part.boundary) != (grid.name, grid.extent, grid.boundary)
        or set(part.localities) != set(grid.localities.values_list("code", flat=True))
        for part in draft.results
        if (grid := stored[part.code])
    )


def _check_list(draft: Draft) -> None:
    if strange := set(draft.listed) - {part.code for part in draft.results}:
        raise BadInput(
            _("The list names grid %(code)s, which is none of the grids after the change.") % {"code": min(strange)},
            field="listed",
        )
    keys = [key for keys in draft.listed.values() for key in keys]
    if len(set(keys)) < len(keys):
        raise BadInput(_("The list gives a premises to two grids."), field="listed")


def _check_listed(draft: Draft) -> None:
    """A list takes premises of the grids that are changed, and those of the station in no grid; nobody else's."""
    keys = [key for keys in draft.listed.values() for key in keys]
    ours = Premises.objects.in_area(draft.station.code).among(keys)
    stand = {key: (area, name) for key, area, name in ours.order_by().values_list("pk", "area_code", "subject__name")}
    may = {*draft.touched, draft.station.code}
    if strange := [key for key in sorted(keys) if key not in stand or stand[key][0] not in may]:
        told = ["{1} #{key} ({0})".format(*stand[key], key=key) if key in stand else str(key) for key in strange[:TOLD]]
        raise BadInput(
            _("%(count)d premises of the list are of no grid that this change concerns: %(which)s. Take them off the "
              "list, or change their grid too.")
            % {"count": len(strange), "which": ", ".join(told)},
            field="listed",
        )  # fmt: skip


def _outlines(station: Station) -> list[tuple[BaseGeometry, str]]:
    """The ground on which the station's grids may lie, with what to say of ground beside it."""
    found: list[tuple[Any, str]] = [
        (station.bureau.outline, _("The boundary leaves the district's outline")),
        (station.outline, _("The boundary leaves the station's outline")),
    ]
    return [(area, sentence) for outline, sentence in found if (area := ground_of(outline)) is not None]


def _neighbours(draft: Draft) -> Iterable[tuple[str, Any]]:
    others = Grid.objects.in_force().in_area(draft.station.code[:2]).exclude(code__in=draft.touched)
    return others.filter(boundary__isnull=False).values_list("code", "boundary")


def _grids(codes: Sequence[str]) -> Iterable[Grid]:
    return Grid.objects.filter(code__in=codes).order_by("code")
