"""What a change of areas would do, or did: how many go where, what is open, who is posted; for pages and API."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from grids.models import AreaChange, AreaPart, Grid, LinkedCadre, Locality, Posting, ServiceStation
from grids.presence import People, people_of
from grids.shapes import ground_of
from gridsup.equalarea import square_metres
from gridsup.openwork import kinds
from subjects.areas.drafts import Draft, Part, draft_of
from subjects.areas.fitting import fit_of
from subjects.areas.outcome import Outcome, outcome_of, outcome_of_draft
from subjects.areas.placing import place
from subjects.areas.remarks import remarks_on
from subjects.models import Ground, Premises

S, Role = AreaChange.State, AreaPart.Role
M2_PER_KM2 = 1_000_000
NONE = "", None  # extent and boundary of a grid that was not there


@dataclass(frozen=True)
class Told:
    """A number with its words, and the key under which `Outcome.keys` finds its rows."""

    key: str
    words: str
    count: int


@dataclass(frozen=True)
class Flow:
    """Premises that go from one area to another; `work`: what is open about them and goes along, `left`: what stays
    with the former grid, `grounds`: why they go there."""

    from_code: str
    to_code: str
    count: int
    work: list[Told] = field(default_factory=list)
    left: list[Told] = field(default_factory=list)
    grounds: list[Told] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """One grid before and after: premises, km², extent in words, who is posted there."""

    part: Part
    before: int | None
    after: int | None
    km2_before: float | None
    km2_after: float | None
    posts: list[Posting] | None  # None: of a grid whose people the reader does not see
    places: list[str]
    extent_before: str = ""

    @property
    def is_reworded(self) -> bool:
        """Whether a grid that was there before reads otherwise afterwards."""
        return self.part.role == Role.CHANGED and self.part.extent != self.extent_before

    @property
    def role(self) -> str:
        return str(Role(self.part.role).label)


@dataclass(frozen=True)
class Preview:
    """A change on one page; `ground` are sentences about ground, `staffing` about the people of a grid, by its code,
    `unplaced` about premises that neither point nor locality places, `rule` says how premises are assigned, `doubt` is
    one that has to be answered before a proposal; `active`: of those that move, in business, None once they moved.
    """

    outcome: Outcome
    lines: list[Line]
    flows: list[Flow]
    moving: int
    staying: int = 0
    active: int | None = None
    ground: list[str] = field(default_factory=list)
    staffing: list[tuple[str, str]] = field(default_factory=list)
    unplaced: list[Told] = field(default_factory=list)
    rule: str = ""
    doubt: str = ""

    @property
    def remarks(self) -> list[str]:
        """Sentences about ground and people."""
        return [*self.ground, *(words for _code, words in self.staffing)]

    @property
    def notes(self) -> list[str]:
        """Every sentence but the doubt."""
        return [*self.remarks, *(told.words for told in self.unplaced)]

    @property
    def work(self) -> list[Told]:
        """What is open and goes along, in all."""
        return _in_all(told for flow in self.flows for told in flow.work)

    @property
    def left(self) -> list[Told]:
        """What is open about the premises that move and stays with their former grids, in all."""
        return _in_all(told for flow in self.flows for told in flow.left)


def preview_draft(draft: Draft, *, on: date) -> Preview:
    """What the draft would do to the ledger as it is now; nothing is stored."""
    placed = place(draft)
    outcome = outcome_of_draft(draft, placed)
    stored = {grid.code: (grid.extent, grid.boundary) for grid in Grid.objects.filter(code__in=draft.touched)}
    after = {part.code: len(outcome.after.get(part.code, [])) for part in draft.results}
    lines = _lines(draft.parts, _sizes(outcome.before), after, stored, on)
    people = people_of([part.code for part in draft.parts], on)
    active = {code: len(placed.active.intersection(keys)) for code, keys in outcome.after.items()}
    return Preview(
        outcome,
        lines,
        flows_of(outcome),
        moving=placed.moving,
        staying=len(outcome.lists["staying"]),
        active=len(outcome.lists["active"]),
        ground=remarks_on(draft),
        staffing=[*_staffing(lines, people, active), *_beside(draft.successors, on)],
        unplaced=_unplaced(outcome),
        rule=_rules()[draft.placing],
        doubt=fit_of(draft.handed, draft.station).doubt,
    )


def preview_change(change: AreaChange, *, on: date) -> Preview:
    """The same of a stored change: by the ledger of now while it is to come, by what it moved afterwards."""
    if change.state not in {S.IN_EFFECT, S.UNDONE}:
        return preview_draft(draft_of(change), on=on)
    outcome, rows = outcome_of(change), list(change.parts.all())
    was = {row.code: (row.before.get("extent", ""), row.before.get("boundary")) for row in rows if row.role != Role.NEW}
    # undone, the grids stand as before it
    there = [row.code for row in rows if row.role != (Role.NEW if change.state == S.UNDONE else Role.RETIRED)]
    today = dict.fromkeys(there, 0) | _counted(there)
    lines = _lines(draft_of(change).parts, _sizes(outcome.before), today, was, on)
    return Preview(outcome, lines, flows_of(outcome), change.moved)


def shapes_of(change: AreaChange | None, draft: Draft) -> dict[str, Any]:
    """The two maps: grids concerned before and after, and the others of the station around them (WGS 84)."""
    codes = [part.code for part in draft.parts]
    stored = Grid.objects.filter(code__in=draft.touched, boundary__isnull=False)
    before = {grid.code: (grid.name, grid.boundary) for grid in stored}
    if change is not None and change.state in {S.IN_EFFECT, S.UNDONE}:
        rows = change.parts.exclude(role=Role.NEW)
        before = {row.code: (row.before["name"], row.before["boundary"]) for row in rows if row.before}
    others = Grid.objects.in_force().in_area(draft.station.code).filter(boundary__isnull=False).exclude(code__in=codes)
    return {
        "around": [_feature(*row) for row in others.values_list("code", "name", "boundary")],
        "before": [_feature(code, name, shape) for code, (name, shape) in sorted(before.items()) if shape],
        "after": [_feature(part.code, part.name, part.boundary) for part in draft.results if part.boundary],
    }


def _feature(code: str, name: str, boundary: Any) -> dict[str, Any]:
    return {"type": "Feature", "geometry": boundary, "properties": {"code": code, "name": name}}


def _lines(
    parts: Sequence[Part], before: Counter[str], after: Mapping[str, int], was: Mapping[str, tuple[str, Any]], on: date
) -> list[Line]:
    """`before` and `after`: premises by code, of grids in force alone; `was`: extent in words and boundary of those
    that were."""
    codes = [part.code for part in parts]
    posts: dict[str, list[Posting]] = {code: [] for code in codes}
    held = Posting.objects.on(on).filter(area_code__in=codes).select_related("officer").order_by("duty", "pk")
    for post in held:
        posts[post.area_code].append(post)
    named = [code for part in parts for code in part.localities]
    names = dict(Locality.objects.filter(code__in=named).values_list("code", "name"))
    return [
        Line(
            part=part,
            before=before[part.code] if part.role != Role.NEW else None,
            after=after.get(part.code),
            km2_before=_km2(was.get(part.code, NONE)[1]),
            km2_after=_km2(part.boundary or was.get(part.code, NONE)[1]) if part.stays else None,
            extent_before=was.get(part.code, NONE)[0],
            posts=posts[part.code],
            places=[names[code] for code in part.localities if code in names] if part.stays else [],
        )
        for part in parts
    ]


def _km2(boundary: Any) -> float | None:
    area = ground_of(boundary)
    return None if area is None else square_metres(area) / M2_PER_KM2


def _sizes(lists: Mapping[str, list[int]]) -> Counter[str]:
    return Counter({code: len(keys) for code, keys in lists.items()})


def flows_of(outcome: Outcome) -> list[Flow]:
    """Where premises go and why, with the open work that goes along and what stays."""
    flows = []
    work = kinds()
    for route in sorted({*outcome.moved, *(route for routes in outcome.work.values() for route in routes)}):
        moved = outcome.moved.get(route, [])
        open_work = [
            (kind.stays, Told(key, str(kind.label), len(rows)))
            for key, kind in work.items()
            if (rows := outcome.work.get(key, {}).get(route, []))
        ]
        why = Counter(outcome.grounds[key] for key in moved if key in outcome.grounds)
        flows.append(
            Flow(
                *route,
                len(moved),
                work=[told for stays, told in open_work if not stays],
                left=[told for stays, told in open_work if stays],
                grounds=[Told(ground.value, str(ground.label), why[ground]) for ground in Ground if why[ground]],
            )
        )
    return flows


def _in_all(told: Iterable[Told]) -> list[Told]:
    total: Counter[tuple[str, str]] = Counter()
    for one in told:
        total[one.key, one.words] += one.count
    return [Told(*named, count) for named, count in total.items()]


def _staffing(lines: Iterable[Line], people: People, active: Mapping[str, int]) -> list[tuple[str, str]]:
    """Grid → who is missing after the change, and whose post ends with it; people and premises are counted as staffing
    counts them. `active`: grid → premises in business after the change."""
    notes = []
    for line in lines:
        code = line.part.code
        holders = people.holding(code)
        if line.part.stays and not any(one.is_lead for one in people.present(people.by_grid[code])):
            notes.append((code, _("Grid %(code)s has no lead yet: post one by the day.") % {"code": code}))
        if line.part.stays and holders and (count := active.get(code, 0)):
            told = {"code": code, "count": count / len(holders), "people": len(holders)}
            words = _("Grid %(code)s: %(count)d premises in business for each of the %(people)d who hold it.")
            notes.append((code, words % told))
        if not line.part.stays and line.posts:
            who = "、".join(str(post.officer) for post in line.posts)
            notes.append((code, _("Posts on grid %(code)s end with it: %(who)s.") % {"code": code, "who": who}))
    return notes


def _beside(retired: Mapping[str, str], on: date) -> list[tuple[str, str]]:
    """Cadres and service stations of grids that go: they end with their grid."""
    rows = [
        (row.grid_id, row.name)
        for kind in (LinkedCadre, ServiceStation)
        for row in kind.objects.lasting(on).filter(grid__in=list(retired)).order_by("grid", "pk")
    ]
    return [
        (
            code,
            _("Of grid %(code)s these end with it: %(who)s. Begin them anew in %(heir)s where they go on.")
            % {"code": code, "who": "、".join(name for grid, name in rows if grid == code), "heir": heir},
        )
        for code, heir in sorted(retired.items())
        if any(grid == code for grid, _name in rows)
    ]


def _rules() -> dict[str, str]:
    """How premises are assigned, as `placing.place` does it; those of the station in no grid included."""
    return {
        AreaChange.Placing.POLYGON: _(
            "The list goes first. Then the point decides: a premises moves where the ground under it changes hands. "
            "Without a point it moves where its community or village does; what neither moves stays, or goes with the "
            "successor of its grid. Premises of the station in no grid come along where the ground under them changes "
            "hands or, without a point, where their community or village belongs to one of these grids."
        ),
        AreaChange.Placing.LOCALITIES: _(
            "The list goes first. Then a premises moves where its community or village changes hands, from whatever "
            "grid concerned. Premises of the station in no grid come along where their community or village belongs to "
            "one of these grids. All others stay, or go with the successor of their grid."
        ),
        AreaChange.Placing.LIST: _(
            "The list alone moves premises; what else stands in a retired grid goes with its successor."
        ),
    }


def _unplaced(outcome: Outcome) -> list[Told]:
    """What neither point nor locality places."""
    sentences = {
        "outside": _("%(count)d premises have their point in none of these grids: they stay, or go with the "
                     "successor."),
        "without_point": _("%(count)d premises have no coordinates: they stay, or go with the successor."),
        "astray": _("%(count)d premises come to have their point in another grid than the one in which they stand."),
        "elsewhere": _("%(count)d premises of the list are by now of no grid that this change concerns: they stay "
                       "where they are."),
        "unplaced": _("%(count)d premises of the station stay without a grid."),
    }  # fmt: skip
    counts = {key: len(outcome.lists[key]) for key in sentences}
    return [Told(key, words % {"count": counts[key]}, counts[key]) for key, words in sentences.items() if counts[key]]


def _counted(codes: Iterable[str]) -> Counter[str]:
    rows = Premises.objects.filter(area_code__in=list(codes)).order_by().values("area_code")
    return Counter({row["area_code"]: row["n"] for row in rows.annotate(n=Count("pk"))})
