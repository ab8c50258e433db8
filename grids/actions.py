"""Writing areas, people and posts: the one door for pages, API, admin and commands."""

import secrets
from collections.abc import Collection
from datetime import date, datetime
from typing import Any, TypeVar

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from grids.districts import District
from grids.geometry import as_geojson, read_boundary
from grids.models import GRID_MOVES, Bureau, Grid, GridEvent, Locality, Officer, Posting, PostingEvent, Station
from grids.permissions import AREA_LENGTHS, HEADS, Duty, Permission, needed_to_post
from gridsup.codes import is_area_code
from gridsup.errors import BadInput, NotAllowed, Overtaken, WrongState
from gridsup.states import advance, check

M = TypeVar("M", bound=models.Model)

# 96 random bits: sixteen characters, short enough to be read out.
PASSWORD_BYTES = 12
# Two digits after the station's four.
GRIDS_OF_A_STATION = 99


@transaction.atomic
def add_officer(
    *,
    username: str,
    name: str,
    password_hash: str = "",
    certificate_no: str = "",
    certificate_valid_to: date | None = None,
    phone: str = "",
    bureau: str = "",
    by: Officer | None = None,
) -> Officer:
    """A new account without a post; `password_hash` as Django's hashers make it, empty for no login by password.

    `bureau` keeps the account; somebody in person (`by`) must name it, or nobody would see the account before its first
    post. Raises BadInput for a name in use or a certificate without its last valid day, NotAllowed for who may not.
    """
    check(by, Permission.MANAGE_ACCOUNTS, bureau)
    if Officer.objects.filter(username=username).exists():
        raise BadInput(_("The user name “%(name)s” is taken.") % {"name": username}, field="username")
    if bool(certificate_no) != (certificate_valid_to is not None):
        raise BadInput(_("A certificate has a number and a last valid day."), field="certificate_valid_to")
    officer = Officer(
        username=username,
        name=name,
        certificate_no=certificate_no,
        certificate_valid_to=certificate_valid_to,
        password=password_hash,
        phone=phone,
        bureau_id=bureau or None,
    )
    if not password_hash:
        officer.set_unusable_password()
    officer.save(force_insert=True)
    return officer


@transaction.atomic
def set_active(*, officer: Officer, active: bool, by: Officer, now: datetime) -> Officer:
    """Opens or closes an account; closing ends its sessions and tokens at once.

    Raises NotAllowed for who does not keep the account, BadInput for one's own, WrongState when it is so already.
    """
    _check_keeper(officer, by)
    if officer == by:
        raise BadInput(_("Nobody closes their own account."))
    if not Officer.objects.filter(pk=officer.pk, is_active=not active).update(is_active=active):
        raise WrongState(_("The account is in this state already."))
    if not active:
        officer.api_tokens.all().delete()
    officer.is_active = active
    return officer


@transaction.atomic
def give_password(*, officer: Officer, by: Officer, now: datetime) -> str:
    """A new random password, returned this once; sessions and tokens of the account end. Raises NotAllowed."""
    _check_keeper(officer, by)
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    Officer.objects.filter(pk=officer.pk).update(password=make_password(password))
    officer.api_tokens.all().delete()
    return password


def _check_keeper(officer: Officer, by: Officer) -> None:
    if not Officer.objects.kept_by(by).filter(pk=officer.pk).exists():
        raise NotAllowed(_("Your duties do not permit this here."))


def post_officer(
    *,
    officer: Officer,
    duty: str,
    area_code: str,
    from_day: date,
    now: datetime,
    by: Officer | None = None,
    to_day: date | None = None,
    line: str = "",
    team: str = "",
) -> Posting:
    """A post from `from_day` to `to_day` (last day; None: until ended); `by` None is the command line.

    Raises BadInput for an unknown duty or area, days in the wrong order or a period in which the area has a head
    already, NotAllowed for who may not post officers there, Overtaken when a head was posted at the same moment.
    """
    check(by, needed_to_post(duty), area_code)
    _check_area(duty, area_code)
    _check_period(officer, duty, area_code, from_day, to_day)
    try:
        with transaction.atomic():
            posting = Posting.objects.create(
                officer=officer, duty=duty, area_code=area_code, from_day=from_day, to_day=to_day, line=line, team=team
            )
            PostingEvent.objects.create(posting=posting, what="posted", new=from_day.isoformat(), by=by, at=now)
    except IntegrityError as error:
        raise Overtaken(_("Somebody else changed this first. Load it again and look.")) from error
    officer.__dict__.pop("current_postings", None)
    return posting


@transaction.atomic
def end_posting(*, posting: Posting, on: date, now: datetime, by: Officer | None = None) -> Posting:
    """Ends a post; `on` is its last day.

    Raises BadInput for a day before the first, WrongState when it has ended already, NotAllowed for who may not.
    """
    check(by, needed_to_post(posting.duty), posting.area_code)
    if on < posting.from_day:
        raise BadInput(_("The last day lies before the first, %(day)s.") % {"day": posting.from_day}, field="to_day")
    if not Posting.objects.filter(pk=posting.pk, to_day__isnull=True).update(to_day=on):
        raise WrongState(_("This post has its last day already."))
    PostingEvent.objects.create(posting=posting, what="ended", new=on.isoformat(), by=by, at=now)
    posting.to_day = on
    posting.officer.__dict__.pop("current_postings", None)
    return posting


@transaction.atomic
def propose_grid(
    *,
    station: Station,
    name: str,
    now: datetime,
    by: Officer | None = None,
    code: str = "",
    extent: str = "",
    boundary: object = None,
    synthetic: bool = False,
) -> Grid:
    """A station's proposal; a returned grid's code proposes that grid again, no code takes the next free one.

    `boundary` is a GeoJSON polygon in WGS 84, or None while only the extent in words is known. A code once used is
    never given to another grid (handbook §1). Raises BadInput, NotAllowed, or WrongState for a code in use.
    """
    check(by, Permission.PROPOSE_GRIDS, station.code)
    if not name.strip():
        raise BadInput(_("A grid needs a name."), field="name")
    shape = None if boundary is None else as_geojson(read_boundary(boundary))
    facts: dict[str, Any] = {"name": name.strip(), "extent": extent, "boundary": shape, "synthetic": synthetic}
    code = code or next_grid_code(station)
    before = Grid.objects.filter(code=code).first()
    if before is not None:
        advance(before, Grid.State.PROPOSED, moves=GRID_MOVES, event=GridEvent, owner="grid", now=now, by=by, **facts)
        return before
    if not (is_area_code(code) and len(code) == 6 and code.startswith(station.code)):
        raise BadInput(
            _("A grid of this station has a code of six digits that starts with %(code)s.") % {"code": station.code},
            field="code",
        )
    grid = Grid.objects.create(code=code, station=station, **facts)
    GridEvent.objects.create(grid=grid, what="state", new=grid.state, by=by, at=now)
    return grid


def next_grid_code(station: Station) -> str:
    """The lowest code that no grid of the station ever had; raises BadInput when all are used."""
    used = set(Grid.objects.filter(station=station).values_list("code", flat=True))
    for number in range(1, GRIDS_OF_A_STATION + 1):
        if (code := f"{station.code}{number:02}") not in used:
            return code
    raise BadInput(_("Every code of this station has been used."), field="code")


def approve_grid(*, grid: Grid, now: datetime, by: Officer | None = None) -> Grid:
    """The grid takes effect; raises as `advance` does."""
    advance(grid, Grid.State.APPROVED, moves=GRID_MOVES, event=GridEvent, owner="grid", now=now, by=by)
    return grid


def return_grid(*, grid: Grid, why: str, now: datetime, by: Officer | None = None) -> Grid:
    """The proposal goes back to the station with a reason; raises as `advance` does."""
    advance(grid, Grid.State.RETURNED, moves=GRID_MOVES, event=GridEvent, owner="grid", now=now, by=by, why=why)
    return grid


@transaction.atomic
def give_localities(*, grid: Grid, codes: Collection[str], by: Officer | None = None) -> int:
    """Puts streets, villages or communities of the grid's station into the grid; returns how many moved.

    Raises BadInput for a locality of another station or an unknown one, NotAllowed for who may not draw grids there.
    """
    check(by, Permission.PROPOSE_GRIDS, grid.code)
    places = Locality.objects.in_area(grid.station_id).filter(code__in=codes)
    if missing := set(codes) - set(places.values_list("code", flat=True)):
        raise BadInput(
            _("Not a locality of station %(station)s: %(codes)s.")
            % {"station": grid.station_id, "codes": ", ".join(sorted(missing))},
            field="localities",
        )
    return places.filter(Q(grid__isnull=True) | ~Q(grid=grid)).update(grid=grid, area_code=grid.code)


@transaction.atomic
def load_district(*, district: District, synthetic: bool = False) -> dict[str, int]:
    """Makes or updates a bureau, its stations and localities from what a folder said; returns counts.

    A locality keeps its grid while its street stays with the grid's station. Nothing is ever deleted.
    """
    counts = {"read": 1 + len(district.stations) + len(district.places), "made": 0, "changed": 0}
    bureau = {
        "name": district.name,
        "district_code": district.district_code,
        "level_names": district.level_names,
        "outline": district.outline,
        "synthetic": synthetic,
    }
    _bring(counts, Bureau, {district.code: bureau})
    _bring(counts, Station, {code: {"bureau_id": code[:2], "name": name} for code, name in district.stations.items()})
    grids = dict(Locality.objects.filter(grid__isnull=False).values_list("code", "area_code"))
    places = {}
    for place in district.places:
        grid = grids.get(place.code)
        kept = grid if grid and grid.startswith(place.station) else None
        facts = {"name": place.name, "kind": place.kind, "street_id": place.street or None, "grid_id": kept}
        places[place.code] = {**facts, "area_code": kept or place.station}
    _bring(counts, Locality, places)
    return counts


def _bring(counts: dict[str, int], model: type[M], wanted: dict[str, dict[str, Any]]) -> None:
    """Makes the missing rows and writes those that differ, by code; adds to the counts."""
    manager = model._default_manager
    rows = manager.in_bulk(list(wanted), field_name="code")
    missing = [model(code=code, **facts) for code, facts in wanted.items() if code not in rows]
    differing = []
    for code, row in rows.items():
        if any(getattr(row, name) != value for name, value in wanted[code].items()):
            for name, value in wanted[code].items():
                setattr(row, name, value)
            differing.append(row)
    manager.bulk_create(missing)
    if differing:
        manager.bulk_update(differing, [name.removesuffix("_id") for name in next(iter(wanted.values()))])
    counts["made"] += len(missing)
    counts["changed"] += len(differing)


def find_area(code: str) -> Bureau | Station | Grid | None:
    """The bureau, station or grid of this code of 2, 4 or 6 digits."""
    kinds: dict[int, type[Bureau] | type[Station] | type[Grid]] = {2: Bureau, 4: Station, 6: Grid}
    return kinds[len(code)]._default_manager.filter(code=code).first()


def _check_area(duty: str, area_code: str) -> None:
    """Refuses an unknown duty, an area that does not fit it, and an area that is not there or is over."""
    if duty not in Duty.values:
        raise BadInput(_("There is no duty “%(duty)s”.") % {"duty": duty}, field="duty")
    lengths = AREA_LENGTHS[Duty(duty)]
    if not is_area_code(area_code) or len(area_code) not in lengths:
        wanted = " / ".join(map(str, lengths))
        raise BadInput(
            _("%(duty)s needs an area code of %(lengths)s digits.") % {"duty": Duty(duty).label, "lengths": wanted},
            field="area_code",
        )
    area = find_area(area_code)
    if area is None or (isinstance(area, Grid) and area.state == Grid.State.RETIRED):
        raise BadInput(_("There is no area %(code)s.") % {"code": area_code}, field="area_code")


def _check_period(officer: Officer, duty: str, area_code: str, from_day: date, to_day: date | None) -> None:
    """Refuses reversed days, a second head, and the same post twice for one officer."""
    if to_day is not None and to_day < from_day:
        raise BadInput(_("The last day lies before the first, %(day)s.") % {"day": from_day}, field="to_day")
    meeting = Posting.objects.filter(Q(to_day__isnull=True) | Q(to_day__gte=from_day), duty=duty, area_code=area_code)
    if to_day is not None:
        meeting = meeting.filter(from_day__lte=to_day)
    if duty not in HEADS:
        meeting = meeting.filter(officer=officer)
    if other := meeting.select_related("officer").first():
        raise BadInput(
            _("%(officer)s holds this post from %(day)s. End that posting first.")
            % {"officer": other.officer, "day": other.from_day},
            field="from_day",
        )
