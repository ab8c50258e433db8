"""What a change of areas would do, or did: how many go where, what is open, who is posted; for pages and API."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from grids.geometry import read_boundary
from grids.models import AreaChange, AreaPart, Grid, Locality, Posting
from grids.presence import People, people_of
from gridsup.composition import AREA_WORK
from gridsup.equalarea import square_metres
from subjects.areas.drafts import Draft, Part, draft_of
from subjects.areas.fitting import fit_of
from subjects.areas.placing import Placed, place
from subjects.areas.remarks import remarks_on
from subjects.models import AreaMove, Premises

S, Role = AreaChange.State, AreaPart.Role
M2_PER_KM2 = 1_000_000


@dataclass(frozen=True)
class Flow:
    """Premises that go from one area to another; `work`: what is open about them and goes along, words and number."""

    from_code: str
    to_code: str
    count: int
    work: list[tuple[str, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Line:
    """One grid before and after: premises, km², who is posted there."""

    part: Part
    before: int | None
    after: int | None
    km2_before: float | None
    km2_after: float | None
    posts: list[Posting]
    places: list[str]

    @property
    def role(self) -> str:
        return str(Role(self.part.role).label)


@dataclass(frozen=True)
class Preview:
    """A change on one page; `notes` are sentences about who is missing and what stays without a place, `doubt` is one
    that has to be answered before a proposal."""

    lines: list[Line]
    flows: list[Flow]
    notes: list[str]
    moving: int
    staying: int
    doubt: str = ""

    @property
    def work(self) -> list[tuple[str, int]]:
        """What is open and goes along, in all."""
        total: Counter[str] = Counter()
        for flow in self.flows:
            for words, count in flow.work:
                total[words] += count
        return list(total.items())


def preview_draft(draft: Draft, *, on: date) -> Preview:
    """What the draft would do to the ledger as it is now; nothing is stored."""
    placed = place(draft)
    before, after = Counter[str](), Counter[str]()
    for (area, to), count in placed.tally.items():
        before[area] += count
        after[to] += count
    stored = Grid.objects.filter(code__in=draft.touched).values_list("code", "boundary")
    lines = _lines(draft.parts, before, after, dict(stored), on)
    flows = _flows(placed, draft.touched)
    staying = sum(count for (area, to), count in placed.tally.items() if area == to and area in draft.touched)
    people = people_of([part.code for part in draft.parts], on)
    notes = [*remarks_on(draft), *_staffing(lines, people), *_left(placed)]
    return Preview(lines, flows, notes, placed.moving, staying, fit_of(draft.handed, draft.station).doubt)


def preview_change(change: AreaChange, *, on: date) -> Preview:
    """The same of a stored change: by the ledger of now while it is to come, by what it moved afterwards."""
    if change.state not in {S.IN_EFFECT, S.UNDONE}:
        return preview_draft(draft_of(change), on=on)
    moved = AreaMove.objects.filter(change=change).order_by().values("from_code", "to_code").annotate(n=Count("pk"))
    flows = [Flow(row["from_code"], row["to_code"], row["n"]) for row in moved.order_by("from_code", "to_code")]
    rows = list(change.parts.all())
    was = {row.code: row.before.get("boundary") for row in rows if row.role != Role.NEW}
    lines = _lines(draft_of(change).parts, None, _counted(row.code for row in rows), was, on)
    return Preview(lines, flows, [], change.moved, 0)


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
    parts: Sequence[Part], before: Counter[str] | None, after: Counter[str], was: dict[str, Any], on: date
) -> list[Line]:
    """`before` and `after`: premises by code; `was`: the boundaries of the grids that were there."""
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
            before=before[part.code] if before is not None and part.role != Role.NEW else None,
            after=after[part.code] if part.stays else None,
            km2_before=_km2(was.get(part.code)),
            km2_after=_km2(part.boundary or was.get(part.code)) if part.stays else None,
            posts=posts[part.code],
            places=[names[code] for code in part.localities if code in names] if part.stays else [],
        )
        for part in parts
    ]


def _km2(boundary: Any) -> float | None:
    return square_metres(read_boundary(boundary)) / M2_PER_KM2 if boundary else None


def _flows(placed: Placed, touched: list[str]) -> list[Flow]:
    """Where premises go, with the open work that goes along."""
    routes = placed.routes
    work = {
        str(words): Counter(routes[key] for key in keys if key in routes)
        for path in AREA_WORK
        for words, keys in import_string(path)(touched)
    }
    return [
        Flow(*route, count, [(words, found[route]) for words, found in work.items() if found[route]])
        for route, count in sorted(placed.tally.items())
        if route[0] != route[1]
    ]


def _staffing(lines: Iterable[Line], people: People) -> list[str]:
    """Who is missing after the change, and whose post ends with it; people are counted as staffing counts them."""
    notes = []
    for line in lines:
        holders = people.holding(line.part.code)
        if line.part.stays and not any(one.is_lead for one in people.present(people.by_grid[line.part.code])):
            notes.append(_("Grid %(code)s has no lead yet: post one by the day.") % {"code": line.part.code})
        if line.part.stays and holders and line.after:
            notes.append(
                _("Grid %(code)s: %(count)d premises for each of the %(people)d who hold it.")
                % {"code": line.part.code, "count": line.after / len(holders), "people": len(holders)}
            )
        if not line.part.stays and line.posts:
            notes.append(
                _("Posts on grid %(code)s end with it: %(who)s.")
                % {"code": line.part.code, "who": "、".join(str(post.officer) for post in line.posts)}
            )
    return notes


def _left(placed: Placed) -> list[str]:
    """What neither point nor locality places."""
    notes = []
    if placed.outside:
        notes.append(
            _("%(count)d premises have their point in none of these grids: they stay, or go with the successor.")
            % {"count": placed.outside}
        )
    if placed.without_point:
        notes.append(
            _("%(count)d premises have no coordinates: they stay, or go with the successor.")
            % {"count": placed.without_point}
        )
    if placed.elsewhere:
        notes.append(
            _("%(count)d premises of the list are by now of no grid that this change concerns: they stay where they "
              "are.") % {"count": placed.elsewhere}
        )  # fmt: skip
    if placed.unplaced:
        notes.append(_("%(count)d premises of the station stay without a grid.") % {"count": placed.unplaced})
    return notes


def _counted(codes: Iterable[str]) -> Counter[str]:
    rows = Premises.objects.filter(area_code__in=list(codes)).order_by().values("area_code")
    return Counter({row["area_code"]: row["n"] for row in rows.annotate(n=Count("pk"))})
