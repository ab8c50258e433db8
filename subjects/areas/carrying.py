"""Carries premises from one area's ledger to another's, and what is open about them along: a few statements."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db.models import Case, Exists, F, OuterRef, QuerySet, Value, When
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from gridsup.codes import GRID_DIGITS
from gridsup.composition import AREA_FOLLOWERS
from subjects.models import AreaMove, Ground, Placement, Premises, PremisesEvent
from subjects.querysets import AreaMoveQuerySet

ONE_DAY = timedelta(days=1)  # the day before: a period's last day
TO, FROM = "to_code", "from_code"
# Of the reason, in an event that has to hold the ground behind it.
MOST_WORDS = 450


def carry(moves: AreaMoveQuerySet, *, to: str, on: date, now: datetime, why: str) -> int:
    """Brings the premises of the moves to the area that the column `to` names (TO there, FROM back); returns how many.

    Premises first, since whoever records a visit holds them first; each placement ends the day before `on`, one that
    began on the day is corrected, and one that goes back on the day stands as if it had never gone; every premises gets
    its event, which says on which ground. The caller holds the transaction.
    """
    grid = Case(When(**{f"{to}__length": GRID_DIGITS, "then": F(to)}), default=None)
    moved = moves.write_to(Premises, key="premises", area_code=F(to), grid=grid)
    premises = moves.order_by().values("premises")
    current = Placement.objects.filter(premises__in=premises, to_day=None)
    _correct(current, dict(moves.order_by().values_list("premises", to)), on=on)
    current.filter(from_day__lt=on).update(to_day=on - ONE_DAY)
    standing = Placement.objects.filter(premises=OuterRef("premises"), to_day=None)
    moves.filter(~Exists(standing)).insert_into(Placement, premises=F("premises"), area_code=F(to), from_day=on)
    if to == FROM:
        _join(current, Placement.objects.filter(premises__in=premises, to_day=on - ONE_DAY), on=on)
    grounds = [When(ground=ground, then=Value(told(why, ground))) for ground in Ground] if to == TO else []
    moves.insert_into(
        PremisesEvent, premises=F("premises"), what="moved", old=F(FROM if to == TO else TO), new=F(to), at=now,
        why=Case(*grounds, default=Value(why)) if grounds else why,
    )  # fmt: skip
    return moved


def _correct(current: QuerySet[Placement], areas: Mapping[int, str], *, on: date) -> None:
    """Stays that began on the day or later are in the area where their premises go; `areas`: by premises.

    Sorted out here, as in `_join`: asked for those alone, PostgreSQL expects one and goes through the moves for each.
    """
    keys = defaultdict[str, list[int]](list)
    for pk, premises, begun in current.values_list("pk", "premises", "from_day"):
        if begun >= on:
            keys[areas[premises]].append(pk)
    for area, those in sorted(keys.items()):
        Placement.objects.among(those).update(area_code=area)


def _join(current: QuerySet[Placement], ended: QuerySet[Placement], *, on: date) -> None:
    """A stay that begins on the day where the premises stood the day before, too, is that one, going on.

    Paired here: PostgreSQL has no statistics of rows this young, and may look for the pair of each row in all of them.
    """
    before = {(premises, area): pk for pk, premises, area in ended.values_list("pk", "premises", "area_code")}
    begun = current.filter(from_day=on).values_list("pk", "premises", "area_code")
    again = {pk: before[premises, area] for pk, premises, area in begun if (premises, area) in before}
    Placement.objects.among(list(again)).delete()
    Placement.objects.among(list(again.values())).update(to_day=None)


def follow(
    moves: AreaMoveQuerySet,
    *,
    station: str,
    to: str,
    heirs: dict[str, str],
    now: datetime,
    since: datetime | None = None,
) -> None:
    """Lets the open rows of the higher apps follow; `heirs`: code of a grid out of force → where its rows go; `since`:
    the moment of the change that is undone, whose moved rows without a premises go back."""
    for path in AREA_FOLLOWERS:
        import_string(path)(moves=moves, station=station, to=to, heirs=heirs, now=now, since=since)


def told(why: str, ground: Ground) -> str:
    """The reason of a change, and why it concerns this premises."""
    return _("%(why)s (%(ground)s)") % {"why": why[:MOST_WORDS], "ground": ground.label}


def remember(*, change: int, goes: Mapping[tuple[str, str], list[int]]) -> AreaMoveQuerySet:
    """Stores which premises go where, from where they come and why; one statement an area and ground."""
    for (code, ground), keys in sorted(goes.items()):
        Premises.objects.among(keys).exclude(area_code=code).insert_into(
            AreaMove, change=change, premises=F("pk"), from_code=F("area_code"), to_code=code, ground=str(ground),
            taken_along=False,
        )  # fmt: skip
    return AreaMove.objects.filter(change=change)
