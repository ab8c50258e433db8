"""How long somebody has been on one grid: across posts that follow each other, whatever the grid was called."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from grids.models import AreaChange, AreaChangeEvent, AreaPart, Posting
from grids.permissions import HOLDERS
from gridsup.workdays import ONE_DAY


class Span(NamedTuple):
    """What of a post says where and when."""

    area_code: str
    from_day: date
    to_day: date | None


class Origin(NamedTuple):
    """What a grid was before a change of areas: another grid, until the day before the change."""

    code: str
    changed_on: date


class Became(NamedTuple):
    """What became of one grid in a change."""

    code: str
    role: str
    successor: str


# Grid → the grids that it was cut from, or that were merged into it.
Origins = Mapping[str, Sequence[Origin]]


@dataclass(frozen=True)
class Tenure:
    """A post of the day, and since when its holder has been on that grid without a break."""

    post: int
    officer: int
    name: str
    duty: str
    area_code: str
    team: str
    from_day: date  # of the post itself
    since: date
    to_day: date | None = None  # the post's last day, where it has one already


def tenures_of(codes: Collection[str], on: date, origins: Origins | None = None) -> list[Tenure]:
    """Leads and managers of these grids on the day, by area; who stands in for somebody is left out. Two queries."""
    earlier = origins or {}
    own = Posting.objects.filter(duty__in=HOLDERS, stands_in_for__isnull=True, called_off=False)
    held = own.serving_on(on).filter(area_code__in=codes).order_by("area_code", "duty", "pk")
    # plain values: a city has thousands of posts, and a row made into an object costs more than finding it
    current = list(
        held.values_list("pk", "officer", "officer__name", "officer__username", "duty", "team", *Span._fields)
    )
    places = {place for *_post, area, _from_day, _to_day in current for place in same_ground(area, earlier)}
    spans: dict[int, list[Span]] = defaultdict(list)
    past = own.filter(officer__in=held.order_by().values("officer"), area_code__in=places, from_day__lte=on)
    for officer, *span in past.order_by().values_list("officer", *Span._fields):
        spans[officer].append(Span(*span))
    return [
        Tenure(
            post=post,
            officer=officer,
            name=name or username,
            duty=duty,
            area_code=area,
            team=team,
            from_day=from_day,
            since=unbroken_since(area, on, spans[officer], earlier) or from_day,
            to_day=to_day,
        )
        for post, officer, name, username, duty, team, area, from_day, to_day in current
    ]


def origins_of(codes: Collection[str]) -> Origins:
    """What the grids of these stations were before changes of areas, and before changes were undone; one query.

    A grid taken in goes on in its successor, a new one comes from every grid that its change took ground from. Grids
    that stay and only give each other ground remain what they were.
    """
    undone = AreaChangeEvent.objects.filter(change=OuterRef("change"), what="state", new=AreaChange.State.UNDONE)
    parts = AreaPart.objects.filter(
        change__station__in={code[:4] for code in codes}, change__in_effect_on__isnull=False
    ).values_list("change", "change__in_effect_on", Subquery(undone.values("at")[:1]), "code", "role", "successor")
    changes: dict[tuple[int, date, datetime | None], list[Became]] = defaultdict(list)
    for number, began_on, undone_at, *became in parts:
        changes[number, began_on, undone_at].append(Became(*became))
    found: dict[str, list[Origin]] = defaultdict(list)
    for (_number, began_on, undone_at), grids in changes.items():
        for code, source in followed(grids):
            found[code].append(Origin(source, began_on))
            if undone_at is not None:
                found[source].append(Origin(code, timezone.localdate(undone_at)))
    return found


def followed(grids: Collection[Became]) -> set[tuple[str, str]]:
    """Each grid of a change with each grid that goes on in it."""
    there = [grid.code for grid in grids if grid.role != AreaPart.Role.NEW]
    made = {(grid.code, source) for grid in grids if grid.role == AreaPart.Role.NEW for source in there}
    return made | {(grid.successor, grid.code) for grid in grids if grid.successor}


def same_ground(code: str, origins: Origins) -> set[str]:
    """The grid and all that it ever was."""
    found, left = {code}, [code]
    while left:
        new = {origin.code for origin in origins.get(left.pop(), ())} - found
        found |= new
        left += new
    return found


def unbroken_since(code: str, on: date, posts: Iterable[Span], origins: Origins) -> date | None:
    """The first day of somebody's posts on a grid that meet or overlap one another and reach the day; None without.

    Before a change of areas time on what the grid then was counts, if it lasted until the change: who came over from
    there later has changed places.
    """
    since = None
    own = [post for post in posts if post.area_code == code and post.from_day <= on]
    for post in sorted(own, key=lambda one: (one.to_day or date.max, one.from_day), reverse=True):
        reach = on if since is None else since - ONE_DAY
        if (post.to_day or date.max) >= reach:
            since = post.from_day if since is None else min(since, post.from_day)
    first = since
    for origin in origins.get(code, ()):
        if since is not None and since <= origin.changed_on <= on:
            before = unbroken_since(origin.code, origin.changed_on - ONE_DAY, posts, origins)
            first = min(first or since, before or since)
    return first
