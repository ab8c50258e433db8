"""Changes of areas: proposed, returned, withdrawn, approved. What happens on their day stands in `effect`."""

from dataclasses import asdict
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.actions import propose_grid
from grids.models import (
    AREA_MOVES,
    GRID_MOVES,
    AreaChange,
    AreaChangeEvent,
    AreaPart,
    Grid,
    GridEvent,
    Officer,
    Station,
)
from grids.permissions import Permission
from gridsup.errors import NotAllowed, Overtaken, WrongState
from gridsup.states import advance, check, find_move
from subjects.areas.checking import check_draft
from subjects.areas.drafts import Draft, draft_of
from subjects.areas.effect import take_effect
from subjects.areas.fitting import need_sure

S, Role = AreaChange.State, AreaPart.Role


@transaction.atomic
def propose_change(*, draft: Draft, now: datetime, by: Officer | None = None, synthetic: bool = False) -> AreaChange:
    """A station's proposal; its new grids stand as proposed, and their codes are taken, until its day.

    Raises NotAllowed, and BadInput with a sentence for whatever `check_draft` finds; nothing is stored then.
    """
    check(by, Permission.PROPOSE_GRIDS, draft.station.code)
    _hold(draft.station)
    check_draft(draft, on=timezone.localdate(now))
    doubt = need_sure(draft)
    change = AreaChange.objects.create(station=draft.station, proposed_by=by, proposed_at=now, **_facts(draft))
    AreaChangeEvent.objects.create(change=change, what="state", new=change.state, by=by, at=now, why=draft.reason)
    _keep_doubt(change, doubt, draft, now, by)
    _keep_parts(change, draft, now, by, synthetic)
    return change


@transaction.atomic
def propose_again(*, change: AreaChange, draft: Draft, now: datetime, by: Officer | None = None) -> AreaChange:
    """A returned change, corrected; raises as `propose_change` and `advance` do."""
    find_move(change, S.PROPOSED, moves=AREA_MOVES, by=by)
    _hold_as_read(change)
    check_draft(draft, on=timezone.localdate(now), change=change)
    doubt = need_sure(draft)
    _advance(change, S.PROPOSED, now, by, draft.reason, proposed_by=by, proposed_at=now, **_facts(draft))
    _keep_doubt(change, doubt, draft, now, by)
    change.parts.all().delete()
    _keep_parts(change, draft, now, by, synthetic=False)
    return change


@transaction.atomic
def return_change(*, change: AreaChange, why: str, by: Officer, now: datetime) -> AreaChange:
    """The grid office gives a change back with a reason, also one it had approved, before its day."""
    _hold(change.station)
    _advance(change, S.RETURNED, now, by, why.strip())
    _return_grids(change, why.strip(), now)
    return change


@transaction.atomic
def withdraw_change(*, change: AreaChange, by: Officer, now: datetime, why: str = "") -> AreaChange:
    """The station takes its proposal back; the codes of its new grids are free again, since they never held."""
    _hold(change.station)
    _advance(change, S.WITHDRAWN, now, by, why.strip())
    _return_grids(change, why.strip() or _("The change was withdrawn."), now)
    return change


@transaction.atomic
def approve_change(*, change: AreaChange, by: Officer | None, now: datetime) -> AreaChange:
    """The grid office agrees; on its day, at once when that is today or over, the change takes effect.

    Raises NotAllowed for whoever proposed it, WrongState for one that is not proposed, BadInput when it no longer fits
    the grids as they are by now, Overtaken.
    """
    check(by, Permission.APPROVE_GRIDS, change.area_code)
    _refuse_decided(change)
    if by is not None and change.proposed_by_id == by.pk:
        raise NotAllowed(_("Nobody approves what they proposed themselves."))
    _hold_as_read(change)
    today = timezone.localdate(now)
    check_draft(draft_of(change), on=min(today, change.effective_on), change=change)
    _advance(change, S.APPROVED, now, by, "")
    if change.effective_on <= today:
        take_effect(change=change, on=today, now=now)
    return change


def _refuse_decided(change: AreaChange) -> None:
    """Whoever approves again is told so, not that the grids which the change made are there already."""
    if change.state != S.PROPOSED:
        raise WrongState(
            _("Change of areas no. %(number)d is not to be approved: it is “%(state)s”.")
            % {"number": change.pk, "state": change.get_state_display()}
        )


def _hold(station: Station) -> None:
    """One change of a station at a time: what is checked still holds when it is written."""
    Station.objects.select_for_update().get(pk=station.pk)


def _hold_as_read(change: AreaChange) -> None:
    """Of two who decide at once the second is told so, not what no longer fits since the first."""
    _hold(change.station)
    if not AreaChange.objects.filter(pk=change.pk, state=change.state).exists():
        raise Overtaken(_("Somebody else changed this first. Load it again and look."))


def _advance(
    change: AreaChange, to: AreaChange.State, now: datetime, by: Officer | None, why: str, **facts: object
) -> None:
    advance(change, to, moves=AREA_MOVES, event=AreaChangeEvent, owner="change", now=now, by=by, why=why, **facts)


def _facts(draft: Draft) -> dict[str, object]:
    return {
        "kind": draft.kind,
        "effective_on": draft.effective_on,
        "reason": draft.reason.strip(),
        "placing": draft.placing,
        "listed": {code: sorted(keys) for code, keys in draft.listed.items()},
    }


def _keep_doubt(change: AreaChange, doubt: str, draft: Draft, now: datetime, by: Officer | None) -> None:
    """Whoever approves sees what spoke against the coordinate system, and that somebody set it aside."""
    if doubt:
        AreaChangeEvent.objects.create(
            change=change, what="system", new=draft.handed.crs, by=by, at=now, why=doubt[:500]
        )


def _keep_parts(change: AreaChange, draft: Draft, now: datetime, by: Officer | None, synthetic: bool) -> None:
    """The parts of a draft, and the grids that it makes as proposals."""
    AreaPart.objects.bulk_create(
        AreaPart(change=change, **{**asdict(part), "localities": list(part.localities)}) for part in draft.parts
    )
    made = {part.code: part for part in draft.parts if part.role == Role.NEW}
    for part in made.values():
        propose_grid(
            station=change.station, code=part.code, name=part.name, extent=part.extent, boundary=part.boundary,
            synthetic=synthetic, now=now, by=by,
        )  # fmt: skip


def _return_grids(change: AreaChange, why: str, now: datetime) -> None:
    """Grids that only this change was to make stand as returned."""
    codes = change.parts.filter(role=Role.NEW).values("code")
    for grid in Grid.objects.filter(code__in=codes, state=Grid.State.PROPOSED):
        advance(grid, Grid.State.RETURNED, moves=GRID_MOVES, event=GridEvent, owner="grid", now=now, why=why)


def due_changes(area_code: str, on: date) -> list[AreaChange]:
    """Approved changes of an area whose day has come, in the order of their days."""
    return list(AreaChange.objects.in_area(area_code).due(on).select_related("station"))
