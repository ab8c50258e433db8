"""Hand-over of open work: when a post ends, two change places, an account closes or areas change."""

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.actions.accounts import What, record
from grids.models import Officer, Posting, PostingEvent
from grids.permissions import LEADS
from grids.successors import assigned_by, held_in_name, successors
from gridsup.errors import BadInput, NotAllowed
from gridsup.holding import Moved, kinds
from gridsup.scoping import inside
from gridsup.workdays import ONE_DAY

# Event of a post whose holder changed places: `new` is the key of the post whose holder takes over the open work.
SWAPPED = "swapped"
NO_SUCCESSOR = gettext_lazy(
    "This person cannot take it over: whoever does holds a post there that inspects and a valid certificate, and "
    "is not on leave."
)


@transaction.atomic
def hand_over(
    *, officer: Officer, to: Officer | None, by: Officer, now: datetime, areas: Collection[str] | None = None
) -> dict[str, Moved]:
    """Gives the open work that a person holds by name to a successor, or back to whoever holds its area (`to` None).

    Only work inside the areas where `by` assigns work, and inside `areas` where they are given. What the successor may
    not do there goes back to its area. Returns what became of each kind. Raises NotAllowed, BadInput for a successor
    who is none of `successors`.
    """
    codes = assigned_by(by=by, areas=areas)
    if not codes:
        raise NotAllowed(_("Your duties do not permit this here."))
    if to is not None:
        _check_successor(officer, to, by, areas)
    on, moved = timezone.localdate(now), {}
    for kind in kinds():
        rows = kind.by_name(officer)
        if rows is not None:
            moved[kind.key] = kind.move(rows.filter(inside(codes)), to, by=by, on=on, now=now)
    _told(officer, to, moved, by, now)
    return moved


def _check_successor(officer: Officer, to: Officer, by: Officer, areas: Collection[str] | None) -> None:
    """Raises BadInput for who could do none of the work; where there is none, as when it is sent again, only for the
    person and a closed account."""
    if to == officer or not to.is_active:
        raise BadInput(_("%(name)s cannot take this over.") % {"name": to}, field="to")
    if held_in_name(officer, by, areas) and not successors(officer, by, areas).filter(pk=to.pk).exists():
        raise BadInput(NO_SUCCESSOR, field="to")


@transaction.atomic
def settle_strays(
    *, officer: Officer, to: Officer | None, areas: Collection[str], on: date, now: datetime, by: Officer | None = None
) -> int:
    """What a person holds by name in these areas without a post there on the day is handed over as in `hand_over`.

    For callers who decided that already: whoever changes posts or areas takes the work along. Returns how many moved.
    """
    moved = {}
    for kind in kinds():
        strays = kind.strays(on)
        if strays is not None:
            rows = strays.filter(inside(areas), holder_id=officer.pk)
            moved[kind.key] = kind.move(rows, to, by=by, on=on, now=now)
    return _told(officer, to, moved, by, now)


def settle_swaps(*, area_code: str, on: date, now: datetime) -> dict[str, int]:
    """On the day of a swap each takes over what the other holds by name: what is held in the area without a post, by
    whoever changed places. One that was missed is caught up on any later day."""
    strays = strays_by_holder(area_code, on)
    places = {area for _officer, area in strays}
    swapped = PostingEvent.objects.filter(
        what=SWAPPED, posting__area_code__in=places, posting__officer__in={officer for officer, _area in strays},
        posting__to_day__lt=on,
    )  # fmt: skip
    latest = {
        (event.posting.officer, event.posting.area_code): event for event in swapped.select_related("posting__officer")
    }
    moved = 0
    for (officer, area), event in latest.items():
        if (officer.pk, area) in strays:
            to = Posting.objects.select_related("officer").get(pk=event.new).officer
            moved += settle_strays(officer=officer, to=to, areas=[area], on=on, now=now)
    return {"read": len(strays), "changed": moved}


@transaction.atomic
def settle_change(*, station: str, grids: Collection[str], on: date, now: datetime) -> int:
    """After a change of areas: what people of these grids hold by name where they have no post any more goes to whoever
    leads the grid where it lies by now, else back to the area. Returns how many moved."""
    posts = Posting.objects.meeting(on - ONE_DAY, on).filter(area_code__in=grids)
    people = Officer.objects.in_bulk(set(posts.values_list("officer", flat=True)))
    leads = Posting.objects.present_on(on).in_area(station).filter(duty__in=LEADS).select_related("officer")
    heads = {post.area_code: post.officer for post in leads}
    return sum(
        settle_strays(officer=people[officer], to=heads.get(area), areas=[area], on=on, now=now)
        for officer, area in sorted(strays_by_holder(station, on))
        if officer in people
    )


def strays_by_holder(area_code: str, on: date) -> set[tuple[int, str]]:
    """Who holds open work without a post there on the day, and where; one query a kind of work."""
    held = [rows for kind in kinds() if (rows := kind.strays(on)) is not None]
    return {
        pair
        for rows in held
        for pair in rows.filter(inside([area_code])).order_by().values_list("holder_id", "area_code").distinct()
    }


def _told(officer: Officer, to: Officer | None, moved: dict[str, Moved], by: Officer | None, now: datetime) -> int:
    """How many went elsewhere; the person's history keeps what the successor took and what went back to its area."""
    taken = sum(shares.to_successor for shares in moved.values())
    back = sum(shares.to_area for shares in moved.values())
    if taken:
        record(officer=officer, what=What.HANDED_OVER, by=by, now=now, old=str(taken), new=str(to))
    if back:
        record(officer=officer, what=What.HANDED_BACK, by=by, now=now, new=str(back))
    return taken + back
