"""Who is there in a grid on a day, and who of the patrol group counts for it (handbook §2)."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from django.db.models import Exists, OuterRef, QuerySet

from grids.models import Officer, Posting
from grids.permissions import HOLDERS, LEADS, WATCHERS, Duty
from grids.teams import teams_on
from gridsup.scoping import inside

# A patrol group: grids of one station that carry the same team.
Group = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Member:
    """One post in a grid on the day; `stands_in_for` is the post of somebody on leave that this one fills."""

    post: int
    officer: int
    name: str
    area: str
    duty: str
    team: str
    since: date
    certificate_to: date | None
    stands_in_for: int | None
    holds_certificate: bool

    @property
    def label(self) -> str:
        return str(Duty(self.duty).label)

    @property
    def group(self) -> Group | None:
        """The patrol group: a team's name means the same within a station alone."""
        return (self.area[:4], self.team) if self.team else None

    @property
    def is_lead(self) -> bool:
        return self.duty in LEADS

    @property
    def is_officer(self) -> bool:
        """Holds the grid: the lead or a manager."""
        return self.duty in HOLDERS

    @property
    def is_supervisor(self) -> bool:
        return self.duty in WATCHERS

    @property
    def is_certified(self) -> bool:
        """May inspect on the day: a certificate is valid then."""
        return self.is_officer and self.holds_certificate


@dataclass(frozen=True)
class People:
    """Everybody posted on a day in the grids looked at, and the rest of their patrol groups."""

    day: date
    members: list[Member]

    @cached_property
    def on_leave(self) -> set[int]:
        """Posts in which somebody stands in: the holder is absent."""
        return {member.stands_in_for for member in self.members if member.stands_in_for is not None}

    @cached_property
    def by_grid(self) -> dict[str, list[Member]]:
        """Grid → everybody posted there, the absent among them."""
        found: dict[str, list[Member]] = defaultdict(list)
        for member in self.members:
            found[member.area].append(member)
        return found

    @cached_property
    def certified(self) -> dict[Group, set[int]]:
        """Patrol group → its certified officers who are there."""
        found: dict[Group, set[int]] = defaultdict(set)
        for member in self.present(self.members):
            if member.group and member.is_certified:
                found[member.group].add(member.officer)
        return found

    def present(self, members: Iterable[Member]) -> list[Member]:
        """Those who are not on leave."""
        return [member for member in members if member.post not in self.on_leave]

    def holding(self, code: str) -> set[int]:
        """People who hold a grid on the day: each once, whoever stands in and not whoever is on leave."""
        return holders(self.present(self.by_grid[code]))

    def counting_for(self, code: str) -> set[int]:
        """Certified officers who count for a grid: its own, and those of its patrol groups."""
        here = self.present(self.by_grid[code])
        found = {member.officer for member in here if member.is_certified}
        return found.union(*(self.certified[member.group] for member in here if member.group))


def holders(present: Iterable[Member]) -> set[int]:
    """People, not posts, among those present who hold the grid: its load is divided by their number."""
    return {member.officer for member in present if member.is_officer}


def people_of(codes: Collection[str], on: date) -> People:
    """Everybody posted in these grids on the day, and the rest of their patrol groups; four queries at most."""
    posts = Posting.objects.serving_on(on).filter(duty__in=[*HOLDERS, *WATCHERS])
    members = _read(posts.filter(area_code__in=codes), on)
    groups = {member.group for member in members if member.group}
    if groups:
        stations = inside({station for station, _team in groups})
        known = {member.post for member in members}
        there = Posting.objects.present_on(on).filter(stations, duty__in=HOLDERS)
        members += [mate for mate in _read(there, on) if mate.post not in known and mate.group in groups]
    return People(on, members)


def _read(posts: QuerySet[Posting], on: date) -> list[Member]:
    certified = Officer.objects.certified_on(on).filter(pk=OuterRef("officer"))
    rows = posts.annotate(certified=Exists(certified)).order_by("area_code", "duty", "from_day", "pk").values_list(
        "pk", "officer", "officer__name", "area_code", "duty", "team", "from_day", "officer__certificate_valid_to",
        "stands_in_for", "certified",
    )  # fmt: skip
    members = [Member(*row) for row in rows]
    then = teams_on([member.post for member in members], on)
    return [replace(member, team=then.get(member.post, member.team)) for member in members] if then else members
