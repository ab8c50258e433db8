"""A change of areas takes effect, and is undone: grids, premises and what is open move in one transaction."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.actions.handover import settle_change
from grids.actions.support import end_beside, reopen_beside
from grids.models import (
    AREA_MOVES,
    GRID_MOVES,
    AreaChange,
    AreaChangeEvent,
    AreaPart,
    Grid,
    GridEvent,
    Locality,
    Officer,
    Posting,
    PostingEvent,
    Station,
)
from grids.periods import date_facts
from grids.permissions import HEADS, Permission
from gridsup.errors import BadInput
from gridsup.states import advance, find_move
from subjects.areas.carrying import FROM, TO, carry, follow, remember
from subjects.areas.checking import check_draft
from subjects.areas.drafts import draft_of
from subjects.areas.outcome import Outcome, outcome_of_draft, stored
from subjects.areas.placing import concerned, place
from subjects.geometry.actions import check_soon
from subjects.models import AreaMove, Premises

S, G, Role = AreaChange.State, Grid.State, AreaPart.Role
ONE_DAY = timedelta(days=1)  # the day before: a post's last day


@transaction.atomic
def take_effect(*, change: AreaChange, on: date, now: datetime) -> int:
    """The approved change holds from the day: grids, localities, premises, posts, open work; returns premises moved.

    One that is in effect already, or no longer approved, is left alone. Raises BadInput when it no longer fits.
    """
    Station.objects.select_for_update().get(pk=change.station.pk)
    change.refresh_from_db()
    if change.state != S.APPROVED:
        return 0
    draft = draft_of(change)
    check_draft(draft, on=min(on, change.effective_on), change=change)
    placed = place(draft, concerned(draft).select_for_update(no_key=True))
    outcome, why = outcome_of_draft(draft, placed), _word(change)
    told = {"moved": placed.moving, "carried": stored(outcome.work), "hindrance": ""}
    _advance(change, S.IN_EFFECT, now, None, "", in_effect_on=on, **told)
    parts = list(change.parts.all())
    grids = _grids(parts)
    _remember_before(parts, grids, outcome)
    for part in parts:
        _become(grids[part.code], part, now, why)
    _give_localities(change, {part.code: part.localities for part in parts if part.role != Role.RETIRED}, parts)
    moves = remember(change=change.pk, goes=placed.moves)
    carry(moves, to=TO, on=on, now=now, why=why)
    retired = [part for part in parts if part.role == Role.RETIRED]
    _retire([grids[part.code] for part in retired], now, why)
    _end_posts(retired, on, now, why)
    heirs = {part.code: part.successor for part in retired}
    follow(moves, station=change.area_code, to=TO, heirs=heirs, now=now)
    settle_change(station=change.area_code, grids=list(grids), on=on, now=now)
    date_facts(grids=grids.values(), on=on)
    check_soon(bureau=change.area_code[:2], now=now)
    return placed.moving


def take_up(change: AreaChange, on: date, now: datetime) -> dict[str, int]:
    """What the nightly job does with a change; one that no longer fits says why and waits for a person."""
    try:
        with transaction.atomic():
            moved = take_effect(change=change, on=on, now=now)
    except BadInput as error:
        AreaChange.objects.filter(pk=change.pk, state=S.APPROVED).update(hindrance=str(error)[:500])
        return {"read": 1, "refused": 1}
    return {"read": 1, "changed": moved}


@transaction.atomic
def undo_change(*, change: AreaChange, why: str, by: Officer | None, now: datetime) -> AreaChange:
    """Takes a change in effect back as of today; what happened meanwhile stays written where it happened.

    Premises that stand where the change brought them go back, as do posts that it ended and open complaints without a
    premises; what came into a grid that it made goes to the grid that this was cut from, else to the station. Raises
    BadInput when a later change builds on it or another of the same grids is still to come, and as `advance` does.
    """
    Station.objects.select_for_update().get(pk=change.station.pk)
    find_move(change, S.UNDONE, moves=AREA_MOVES, by=by, why=why)
    on, parts = timezone.localdate(now), list(change.parts.all())
    _check_last(change, [part.code for part in parts])
    _advance(change, S.UNDONE, now, by, why.strip())
    told, grids = _undone(change, why.strip()), _grids(parts)
    made = [part for part in parts if part.role == Role.NEW]
    touched = [part for part in parts if part.role != Role.NEW]
    for part in touched:
        _restore(grids[part.code], part, now, told)
    _give_localities(change, {part.code: part.before["localities"] for part in touched}, parts)
    heirs = {part.code: touched[0].code if touched else change.area_code for part in made}
    _take_along(change, heirs)
    back = AreaMove.objects.filter(change=change).still_there()
    keys = list(back.values_list("pk", flat=True))
    moves = AreaMove.objects.among(keys)
    carry(moves, to=FROM, on=on, now=now, why=told)
    _retire([grids[part.code] for part in made], now, told)
    _end_posts(made, on, now, told)
    _reopen_posts(touched, on, now, told)
    follow(moves, station=change.area_code, to=FROM, heirs=heirs, now=now, since=effective_at(change))
    settle_change(station=change.area_code, grids=list(grids), on=on, now=now)
    date_facts(grids=grids.values(), on=on)
    check_soon(bureau=change.area_code[:2], now=now)
    return change


def effective_at(change: AreaChange) -> datetime:
    """The moment at which it took effect: every row that it moved has an event of that moment."""
    return change.events.filter(what="state", new=S.IN_EFFECT).latest("at").at


def can_undo(change: AreaChange, by: Any) -> bool:
    """The person may undo it, and nothing later builds on it."""
    if change.state != S.IN_EFFECT or not by.may(Permission.APPROVE_GRIDS, change.area_code):
        return False
    try:
        _check_last(change, [part.code for part in change.parts.all()])
    except BadInput:
        return False
    return True


def _check_last(change: AreaChange, codes: Collection[str]) -> None:
    others = AreaPart.objects.filter(code__in=codes).exclude(change=change)
    newer = Q(change__in_effect_on__gt=change.in_effect_on) | Q(
        change__in_effect_on=change.in_effect_on, change__pk__gt=change.pk
    )
    if later := others.filter(newer, change__state=S.IN_EFFECT).order_by("-change__in_effect_on", "-change").first():
        raise BadInput(
            _("Change no. %(number)d of grid %(code)s came after this one: undo that first.")
            % {"number": later.change_id, "code": later.code}
        )
    if coming := others.of_open_changes().first():
        raise BadInput(
            _("Change no. %(number)d of grid %(code)s is still to come: it has to be withdrawn or returned first.")
            % {"number": coming.change_id, "code": coming.code}
        )


def _advance(
    change: AreaChange, to: AreaChange.State, now: datetime, by: Officer | None, why: str, **facts: object
) -> None:
    advance(change, to, moves=AREA_MOVES, event=AreaChangeEvent, owner="change", now=now, by=by, why=why, **facts)


def _word(change: AreaChange) -> str:
    return _("Change of areas no. %(number)d: %(reason)s")[:500] % {"number": change.pk, "reason": change.reason[:400]}


def _undone(change: AreaChange, why: str) -> str:
    """What the rows that go back are told: that it is undone and why, not why it was made."""
    return _("Change of areas no. %(number)d undone: %(why)s")[:500] % {"number": change.pk, "why": why[:400]}


def _grids(parts: Iterable[AreaPart]) -> dict[str, Grid]:
    return Grid.objects.in_bulk([part.code for part in parts], field_name="code")


def _remember_before(parts: list[AreaPart], grids: dict[str, Grid], outcome: Outcome) -> None:
    """Keeps what an undoing brings back, and which premises stood there."""
    for part in parts:
        grid = grids[part.code]
        places = sorted(grid.localities.values_list("code", flat=True))
        part.before = {
            "name": grid.name, "extent": grid.extent, "boundary": grid.boundary, "localities": places, "posts": [],
            "premises": outcome.before.get(part.code, []),
        }  # fmt: skip
    AreaPart.objects.bulk_update(parts, ["before"])


def _become(grid: Grid, part: AreaPart, now: datetime, why: str) -> None:
    """A new grid takes effect, a changed one has its new facts; retired ones wait until nothing stands in them."""
    if part.role == Role.NEW:
        facts = {"name": part.name, "extent": part.extent, "boundary": part.boundary}
        advance(grid, G.APPROVED, moves=GRID_MOVES, event=GridEvent, owner="grid", now=now, why=why, **facts)
    elif part.role == Role.CHANGED:
        _write(grid, (part.name, part.extent, part.boundary or grid.boundary), now, why)


def _write(grid: Grid, facts: tuple[str, str, Any], now: datetime, why: str) -> None:
    """Name, extent and boundary of a grid in force, where they differ."""
    if (grid.name, grid.extent, grid.boundary) == facts:
        return
    GridEvent.objects.create(grid=grid, what="changed", old=grid.name, new=facts[0], at=now, why=why)
    grid.name, grid.extent, grid.boundary = facts
    grid.save(update_fields=["name", "extent", "boundary"])


def _restore(grid: Grid, part: AreaPart, now: datetime, why: str) -> None:
    """A grid is again as it was before the change."""
    if part.role == Role.RETIRED:
        advance(grid, G.APPROVED, moves=GRID_MOVES, event=GridEvent, owner="grid", now=now, why=why)
    _write(grid, (part.before["name"], part.before["extent"], part.before["boundary"]), now, why)


def _retire(grids: Iterable[Grid], now: datetime, why: str) -> None:
    for grid in grids:
        advance(grid, G.RETIRED, moves=GRID_MOVES, event=GridEvent, owner="grid", now=now, why=why)


def _give_localities(change: AreaChange, wanted: dict[str, list[str]], parts: list[AreaPart]) -> None:
    """Localities go to the grids that are to have them; what nobody names goes with the successor, else to the
    station."""
    heirs = {part.code: part.successor for part in parts}
    named = [code for codes in wanted.values() for code in codes]
    for old, successor in heirs.items():
        heir = successor if successor in wanted else ""
        left = Locality.objects.filter(grid__code=old).exclude(code__in=named)
        left.update(grid_id=heir or None, area_code=heir or change.area_code)
    for code, codes in wanted.items():
        Locality.objects.filter(code__in=codes).exclude(grid__code=code).update(grid_id=code, area_code=code)


def _end_posts(parts: Iterable[AreaPart], on: date, now: datetime, why: str) -> None:
    """Posts on grids out of force, and cadres and service stations beside them, end the day before; who was posted on
    the day or later holds nothing any more."""
    for part in parts:
        held = Posting.objects.filter(Q(to_day=None) | Q(to_day__gte=on), area_code=part.code)
        ending = list(held.order_by("pk"))
        PostingEvent.objects.bulk_create(
            PostingEvent(
                posting=post, what="ended", old=post.to_day.isoformat() if post.to_day else "",
                new=max(post.from_day, on - ONE_DAY).isoformat(), at=now, why=why,
            )
            for post in ending
        )  # fmt: skip
        part.before["beside"] = end_beside(grid=part.code, on=on, now=now, why=why)
        part.before["posts"] = [(post.pk, post.to_day.isoformat() if post.to_day else "") for post in ending]
        part.save(update_fields=["before"])
        young = [post.pk for post in ending if post.from_day >= on]
        held.filter(pk__in=young).update(to_day=F("from_day"))
        held.exclude(pk__in=young).update(to_day=on - ONE_DAY)


def _reopen_posts(parts: Iterable[AreaPart], on: date, now: datetime, why: str) -> None:
    """Posts that the change ended go on to the last day that they had, if that is not over; but for a head whose place
    somebody else has by then, and whoever stands in for that head."""
    for part in parts:
        reopen_beside(ended=part.before.get("beside", {}), on=on, now=now, why=why)
        last = {pk: date.fromisoformat(day) if day else None for pk, day in part.before.get("posts", [])}
        for post in Posting.objects.filter(pk__in=last, to_day__isnull=False).order_by("pk"):
            to_day, main = last[post.pk], post.stands_in_for  # of a post that goes on the row was written before
            others = Posting.objects.filter(area_code=part.code, duty=post.duty, stands_in_for=post.stands_in_for_id)
            is_taken = (
                post.duty in HEADS and others.exclude(pk=post.pk).meeting(max(on, post.from_day), to_day).exists()
            )
            is_over = (to_day and to_day < on) or (main and not main.is_running(max(on, post.from_day)))
            if is_taken or is_over:
                continue
            Posting.objects.filter(pk=post.pk).update(to_day=to_day)
            PostingEvent.objects.create(
                posting=post, what=PostingEvent.What.REOPENED, old=str(post.to_day), new=str(to_day or ""), at=now,
                why=why,
            )  # fmt: skip


def _take_along(change: AreaChange, heirs: dict[str, str]) -> None:
    """What came into a grid that the change made, by any other way, is taken to its heir as if the change had moved
    it."""
    came = Premises.objects.filter(area_code__in=list(heirs)).exclude(area_moves__change=change)
    for code, heir in heirs.items():
        came.filter(area_code=code).insert_into(
            AreaMove,
            change=change.pk,
            premises=F("pk"),
            from_code=heir,
            to_code=F("area_code"),
            ground="",
            taken_along=True,
        )
