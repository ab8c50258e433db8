"""The public notice board: what each station has to publish of its grids, and nothing else of anyone.

By handbook §1 (source R) a station publishes each grid's extent, the number of its subjects and the names of those
responsible. So much is read from the database and no more: name and duty of a person, never an account, a telephone or
a certificate. Supervisors watch the work and are not responsible for it (§2); they are not named.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.cache import cache
from django.db.models import CharField, Count, Exists, F, OuterRef, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Length, Replace
from django.utils import timezone

from grids.models import Bureau, Grid, Locality, Posting, Station
from grids.permissions import PUBLISHED, Duty
from grids.querysets import GridQuerySet, LocalityQuerySet
from gridsup.codes import typed_code
from gridsup.searching import holds_words
from subjects.importing.placing import COMMITTEES, SHORTEST
from subjects.models import Premises

# So long the board may be behind what is in the database; in return a crowd of readers costs it nothing.
KEPT_SECONDS = 120
# Grids that one search shows; a word found oftener is too short.
MOST_FOUND = 50
# Shorter numbers are those of houses and streets.
STATION_DIGITS = 4


@dataclass(frozen=True)
class Person:
    """Somebody responsible: name, duty, and for whom the person stands in today."""

    name: str
    duty: str
    stands_in_for: str = ""

    @property
    def duty_name(self) -> str:
        return str(Duty(self.duty).label)


@dataclass(frozen=True)
class Notice:
    """A grid on the board."""

    code: str
    name: str
    extent: str
    station: str
    station_name: str
    places: list[str] = field(default_factory=list)
    premises: int = 0
    people: list[Person] = field(default_factory=list)


@dataclass(frozen=True)
class StationBoard:
    """A station with its grids in force."""

    code: str
    name: str
    bureau: str
    people: list[Person]
    grids: list[Notice]
    premises: int  # in its grids, and those that lie in none yet
    at: datetime  # when it was read
    unplaced: int = 0  # of these, in no grid yet


@dataclass(frozen=True)
class StationLine:
    """A station in the list of all: how many grids and premises."""

    code: str
    name: str
    bureau: str
    grids: int
    premises: int


def station_board(code: str, on: date) -> StationBoard | None:
    """The board of a station; None where there is none. Seven queries at most, none for some time after."""
    key = f"board:{code}:{on}"
    found: StationBoard | None = cache.get(key)
    if found is None:
        station = Station.objects.filter(code=code).values_list("name", "bureau__name").first()
        if station is None:
            return None
        grids = Grid.objects.in_force().in_area(code)
        people = _people([code, *grids.values_list("code", flat=True)], on)
        notices = _notices(grids, on, people)
        unplaced = Premises.objects.active().filter(area_code=code).count()
        premises = sum(grid.premises for grid in notices) + unplaced
        found = StationBoard(code, *station, people.get(code, []), notices, premises, timezone.now(), unplaced)
        cache.set(key, found, KEPT_SECONDS)
    return found


def station_lines() -> list[StationLine]:
    """Every station that has a grid in force; four queries, none for some time after."""
    found: list[StationLine] | None = cache.get("board:stations")
    if found is None:
        grids = Grid.objects.in_force().order_by()
        counted = grids.values("station__code").annotate(number=Count("pk"))
        counts = dict(counted.values_list("station__code", "number"))
        premises = _premises(Q())
        bureaus = dict(Bureau.objects.values_list("code", "name"))
        found = [
            StationLine(code, name, bureaus[code[:2]], counts[code], _below(premises, code))
            for code, name in Station.objects.order_by("code").values_list("code", "name")
            if code in counts
        ]
        cache.set("board:stations", found, KEPT_SECONDS)
    return found


def found_by(text: str, on: date) -> list[Notice]:
    """Grids in force that a place lies in: every word stands in the grid's name or extent, its station's name, or the
    name of a street, community or village in it; or whose community or village the text names, as an address does; or
    whose code begins with the text. In the order of codes, at most MOST_FOUND.
    """
    named = Q()
    for word in text.split():
        places = Locality.objects.filter(holds_words(word, ["name", "street__name"]), grid=OuterRef("code"))
        named &= holds_words(word, ["name", "extent", "station__name"]) | Q(Exists(places))
    code = typed_code(text)
    coded = Q(code__startswith=code) if code.isdecimal() and len(code) >= STATION_DIGITS else Q(pk__in=[])
    grids = Grid.objects.in_force().filter(named | Exists(_spoken_in(text)) | coded).order_by("code")
    chosen = list(grids.values_list("code", flat=True)[:MOST_FOUND])
    return _notices(Grid.objects.filter(code__in=chosen), on, _people(chosen, on))


def _spoken_in(text: str) -> LocalityQuerySet:
    """Localities of a grid whose name stands in the text, with or without the word for their committee."""
    spoken: Combinable = F("name")
    for committee in COMMITTEES:
        spoken = Replace(spoken, Value(committee), Value(""))
    typed = Locality.objects.alias(typed=Value(text, CharField()), spoken=spoken, length=Length("spoken"))
    return typed.filter(length__gte=SHORTEST, typed__contains=F("spoken"), grid=OuterRef("code"))


def _notices(grids: GridQuerySet, on: date, people: dict[str, list[Person]]) -> list[Notice]:
    rows = list(grids.order_by("code").values_list("code", "name", "extent", "station__code", "station__name"))
    codes = [row[0] for row in rows]
    places: dict[str, list[str]] = defaultdict(list)
    for grid, name in Locality.objects.filter(grid__code__in=codes).order_by("code").values_list("grid__code", "name"):
        places[grid].append(name)
    premises = _premises(Q(area_code__in=codes))
    return [Notice(*row, places[row[0]], premises.get(row[0], 0), people.get(row[0], [])) for row in rows]


def _premises(condition: Q) -> dict[str, int]:
    """Premises in business by the area that they stand in."""
    rows = Premises.objects.active().filter(condition).order_by()
    return dict(rows.values("area_code").annotate(number=Count("*")).values_list("area_code", "number"))


def _below(premises: dict[str, int], code: str) -> int:
    return sum(number for area, number in premises.items() if area.startswith(code))


def _people(codes: list[str], on: date) -> dict[str, list[Person]]:
    """Who is responsible on the day by area, heads first; who is on leave is named with the one who stands in."""
    posts = Posting.objects.present_on(on).filter(area_code__in=codes, duty__in=PUBLISHED)
    order = {str(duty): rank for rank, duty in enumerate(PUBLISHED)}
    people: dict[str, list[Person]] = defaultdict(list)
    rows = posts.order_by("area_code", "from_day", "pk").values_list(
        "area_code", "officer__name", "duty", "stands_in_for__officer__name"
    )
    for area, name, duty, absent in sorted(rows, key=lambda row: order[row[2]]):
        people[area].append(Person(name, duty, absent or ""))
    return dict(people)
