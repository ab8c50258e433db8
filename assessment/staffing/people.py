"""Who is there in a grid on a day, and who of the patrol group counts for it (handbook §2)."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from grids.models import Posting
from grids.permissions import HOLDERS, LEADS, WATCHERS, Duty
from gridsup.scoping import inside

# A patrol group: grids of one station that carry the same team.
Group = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Member:
    """One post in a grid on the day."""

    post: int
    officer: int
    name: str
    area: str
    duty: str
    team: str
    since: date
    certificate_to: date | None
    is_active: bool

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

    def certified_on(self, day: date) -> bool:
        """May inspect on the day: an open account and a certificate that is valid then."""
        return self.is_officer and self.is_active and self.certificate_to is not None and self.certificate_to >= day


@dataclass
class People:
    """Members by grid, and the certified of each patrol group."""

    day: date
    by_grid: dict[str, list[Member]] = field(default_factory=lambda: defaultdict(list))
    certified: dict[Group, set[int]] = field(default_factory=lambda: defaultdict(set))

    def add(self, member: Member, *, seen: bool) -> None:
        """Counts one; of those outside the areas asked for (`seen` False) only the certificate."""
        if seen:
            self.by_grid[member.area].append(member)
        if member.group and member.certified_on(self.day):
            self.certified[member.group].add(member.officer)

    def counting_for(self, members: Iterable[Member]) -> set[int]:
        """Certified officers who count for a grid with these members: its own, and those of its patrol groups."""
        members = list(members)
        found = {member.officer for member in members if member.certified_on(self.day)}
        return found.union(*(self.certified[member.group] for member in members if member.group))


def people_of(codes: Collection[str], on: date) -> People:
    """Everybody posted in these grids on the day, and the rest of their patrol groups; two queries at most."""
    people = People(on)
    posts = Posting.objects.on(on).filter(duty__in=[*HOLDERS, *WATCHERS])
    members = _read(posts.filter(area_code__in=codes))
    for member in members:
        people.add(member, seen=True)
    groups = {member.group for member in members if member.group}
    if groups:
        stations = inside({station for station, _team in groups})
        known = {member.post for member in members}
        mates = posts.filter(stations, Q(team__in={team for _station, team in groups}), duty__in=HOLDERS)
        for mate in _read(mates):
            if mate.post not in known:
                people.add(mate, seen=False)
    return people


def _read(posts: QuerySet[Posting]) -> list[Member]:
    rows = posts.order_by("area_code", "duty", "from_day", "pk").values_list(
        "pk", "officer", "officer__name", "area_code", "duty", "team", "from_day", "officer__certificate_valid_to",
        "officer__is_active",
    )  # fmt: skip
    return [Member(*row) for row in rows]
