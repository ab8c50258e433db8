"""How long somebody has been on one grid: across posts that follow each other, whatever the grid was called."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date

from grids.models import Posting
from grids.permissions import HOLDERS
from gridsup.workdays import ONE_DAY

# What of a post says where and when; a city has thousands of them.
SPAN = ("officer", "duty", "area_code", "team", "from_day", "to_day")

# Grid → the grids that it was before: those that it was cut from, or that were merged into it.
Origins = Mapping[str, Set[str]]


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
    held = (
        own.on(on)
        .filter(area_code__in=codes)
        .select_related("officer")
        .only(*SPAN, "officer__name", "officer__username")
    )
    current = list(held.order_by("area_code", "duty", "pk"))
    places = {place for post in current for place in same_ground(post.area_code, earlier)}
    spans: dict[int, list[Posting]] = defaultdict(list)
    past = own.filter(officer__in={post.officer_id for post in current}, area_code__in=places, from_day__lte=on)
    for post in past.only(*SPAN):
        spans[post.officer_id].append(post)
    return [
        Tenure(
            post.pk,
            post.officer_id,
            str(post.officer),
            post.duty,
            post.area_code,
            post.team,
            post.from_day,
            unbroken_since(post, spans[post.officer_id], same_ground(post.area_code, earlier)),
            post.to_day,
        )
        for post in current
    ]


def same_ground(code: str, origins: Origins) -> set[str]:
    """The grid and all that it ever was."""
    found, left = {code}, [code]
    while left:
        new = set(origins.get(left.pop(), ())) - found
        found |= new
        left += new
    return found


def unbroken_since(post: Posting, posts: Iterable[Posting], places: Set[str]) -> date:
    """The first day of the posts on the same ground that meet or overlap one another and end with this one."""
    since = post.from_day
    for other in sorted(posts, key=lambda one: (one.to_day or date.max, one.from_day), reverse=True):
        meets = other.to_day is None or other.to_day >= since - ONE_DAY
        if other.area_code in places and meets and other.from_day < since:
            since = other.from_day
    return since
