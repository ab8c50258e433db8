"""Hand-over of open work: when a post ends, an account closes or an area is retired."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.actions.accounts import What, record
from grids.models import Officer
from grids.permissions import Permission
from gridsup.errors import BadInput, NotAllowed
from gridsup.holding import Moved, kinds
from gridsup.scoping import inside


@transaction.atomic
def hand_over(
    *, officer: Officer, to: Officer | None, by: Officer, now: datetime, areas: Collection[str] | None = None
) -> dict[str, Moved]:
    """Gives the open work that a person holds by name to a successor, or back to whoever holds its area (`to` None).

    Only work inside the areas where `by` assigns work, and inside `areas` where they are given. What the successor may
    not do there goes back to its area. Returns what became of each kind. Raises NotAllowed, BadInput for a successor
    that cannot be one.
    """
    codes = assigned_by(by=by, areas=areas)
    if not codes:
        raise NotAllowed(_("Your duties do not permit this here."))
    if to is not None and (to == officer or not to.is_active):
        raise BadInput(_("%(name)s cannot take this over.") % {"name": to}, field="to")
    on, moved = timezone.localdate(now), {}
    for kind in kinds():
        rows = kind.by_name(officer)
        if rows is not None:
            moved[kind.key] = kind.move(rows.filter(inside(codes)), to, by=by, on=on, now=now)
    total = sum(shares.to_successor + shares.to_area for shares in moved.values())
    if total:
        record(officer=officer, what=What.HANDED_OVER, by=by, now=now, old=str(total), new=str(to or ""))
    return moved


def assigned_by(*, by: Officer, areas: Collection[str] | None) -> list[str]:
    """The areas where somebody assigns work, as far as they lie in the areas named, or the other way about."""
    held = by.area_codes(Permission.ASSIGN)
    if areas is None:
        return list(held)
    wide = {code for code in areas if any(code.startswith(own) for own in held)}
    return sorted(wide | {own for own in held if any(own.startswith(code) for code in areas)})
