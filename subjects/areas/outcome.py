"""What a change of areas moves, as keys of rows: every number of its page is the length of one of these lists."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from grids.models import AreaChange, AreaPart
from gridsup.openwork import OpenWork, kinds
from subjects.areas.drafts import Draft, draft_of
from subjects.areas.placing import Owners, Placed, place
from subjects.models import AreaMove

S = AreaChange.State
Routes = Mapping[Owners, list[int]]

PREMISES, BEFORE, AFTER = "premises", "before", "after"
# Lists of premises that a page of a change tells of.
LISTS: dict[str, str | Promise] = {
    PREMISES: _("premises that go elsewhere"),
    BEFORE: _("premises before"),
    AFTER: _("premises after"),
    "staying": _("premises that stay"),
    "active": _("premises that move and are in business"),
    "outside": _("premises with their point in none of these grids"),
    "without_point": _("premises that have no coordinates"),
    "astray": _("premises whose point comes to lie in another grid"),
    "elsewhere": _("premises of the list that are elsewhere by now"),
    "unplaced": _("premises of the station that stay without a grid"),
}


@dataclass(frozen=True)
class Outcome:
    """`moved`: premises by route; `work`: kind of open work → rows of what moves, by route of what they are about;
    `before`, `after`: grid → its premises; `lists`: further lists of LISTS; `grounds`: why each premises moves."""

    moved: Routes
    work: Mapping[str, Routes]
    before: Mapping[str, list[int]]
    after: Mapping[str, list[int]] = field(default_factory=dict)
    lists: Mapping[str, list[int]] = field(default_factory=dict)
    grounds: Mapping[int, str] = field(default_factory=dict)

    def keys(self, what: str, *, of: str = "", to: str = "", by: str = "") -> list[int]:
        """Rows of a list or of a kind of work; of what goes from `of`, to `to`, on the ground `by`, where that is
        said."""
        if what in {BEFORE, AFTER}:
            return self.before.get(of, []) if what == BEFORE else self.after.get(to, [])
        if what in self.lists:
            return self.lists[what]
        routes = self.moved if what == PREMISES else self.work.get(what, {})
        return [
            key
            for (area, heir), keys in routes.items()
            if of in {"", area} and to in {"", heir}
            for key in keys
            if not by or self.grounds.get(key) == by
        ]


def outcome_of(change: AreaChange) -> Outcome:
    """Of a stored change: by the ledger of now while it is to come, what it moved afterwards, undone or not."""
    if change.state not in {S.IN_EFFECT, S.UNDONE}:
        draft = draft_of(change)
        return outcome_of_draft(draft, place(draft))
    moved: dict[Owners, list[int]] = defaultdict(list)
    grounds = {}
    rows = AreaMove.objects.filter(change=change, taken_along=False).order_by("premises")
    for area, to, key, ground in rows.values_list("from_code", "to_code", "premises", "ground"):
        moved[area, to].append(key)
        grounds[key] = ground
    work = {key: {read_route(said): keys for said, keys in routes.items()} for key, routes in change.carried.items()}
    touched = change.parts.exclude(role=AreaPart.Role.NEW)
    before = {part.code: part.before.get("premises", []) for part in touched}
    return Outcome(moved, work, before, grounds=grounds)


def outcome_of_draft(draft: Draft, placed: Placed) -> Outcome:
    """What a change would move."""
    moved, before, after = (defaultdict[object, list[int]](list) for _each in range(3))
    staying = []
    for key, (area, to) in placed.routes.items():
        before[area].append(key)
        after[to].append(key)
        if area != to:
            moved[area, to].append(key)
        elif area in draft.touched:
            staying.append(key)
    lists = {
        "staying": staying,
        "active": [key for key in placed.grounds if key in placed.active],
        "outside": placed.outside,
        "without_point": placed.without_point,
        "astray": placed.astray,
        "elsewhere": placed.elsewhere,
        "unplaced": placed.unplaced,
    }
    return Outcome(moved, work_of(draft, placed), before, after, lists, placed.grounds)  # type: ignore[arg-type]


def work_of(draft: Draft, placed: Placed) -> dict[str, Routes]:
    """What is open about what moves: kind → from where to where → keys of rows; one query a kind."""
    return {key: _routed(kind, draft, placed) for key, kind in kinds().items()}


def _routed(kind: OpenWork, draft: Draft, placed: Placed) -> Routes:
    """Rows go with their premises, if they stand where it does; those of a retired grid, also without one, go anyway
    where they have a place."""
    homes = {code: part.code for part in draft.results for code in part.localities}
    places = [f"{kind.place}__code", f"{kind.place}__grid"] if kind.place else []
    rows = kind.open().filter(area_code__in=[*draft.touched, draft.station.code]).order_by("pk")
    found: dict[Owners, list[int]] = defaultdict(list)
    for key, premises, area, *where in rows.values_list("pk", "premises", "area_code", *places):
        to = area
        if placed.routes.get(premises, ("", ""))[0] == area:
            to = placed.routes[premises][1]
        elif where and area in draft.successors:
            locality, grid = where
            left = draft.successors.get(grid, "") if grid in draft.touched else grid
            to = homes.get(locality) or left or draft.successors[area]
        if to != area:
            found[area, to].append(key)
    return found


def stored(work: Mapping[str, Routes]) -> dict[str, dict[str, list[int]]]:
    """Open work as a change keeps it: a route is “from to”."""
    return {key: {" ".join(route): keys for route, keys in routes.items()} for key, routes in work.items() if routes}


def read_route(said: str) -> Owners:
    """The route that `stored` wrote."""
    area, to = said.split()
    return area, to
