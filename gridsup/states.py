"""State machines: a table of moves and one way to make a move (style §9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import models, transaction
from django.utils.translation import gettext as _

from gridsup.errors import BadInput, NotAllowed, Overtaken, WrongState
from gridsup.events import Event


class MayAct(Protocol):
    """Somebody whose duties of today may or may not permit a thing in an area."""

    def may(self, permission: str, area_code: str) -> bool: ...


class Person(MayAct, Protocol):
    """Somebody with an account, by whose user name rows remember who asked."""

    def get_username(self) -> str: ...


def check(by: MayAct | None, permission: str, area_code: str) -> None:
    """Raises NotAllowed unless `by` holds the permission at or above the area; the command line has no `by`."""
    if by is not None and not by.may(permission, area_code):
        raise NotAllowed(_("Your duties do not permit this here."))


def check_why(why: str, *, most: int = Event._meta.get_field("why").max_length or 0) -> None:
    """Raises BadInput for a reason that would not be kept as it was typed: longer than an event's, or no text."""
    if len(why) > most:
        raise BadInput(
            _("At most %(most)s characters; these are %(count)s.") % {"most": most, "count": len(why)}, field="why"
        )
    if "\x00" in why:
        raise BadInput(_("This holds signs that are no text."), field="why")


@dataclass(frozen=True)
class Move:
    """One permitted move: the permission it needs (empty: jobs only), another that does as well, and the fields that
    must be given with it."""

    permission: str
    required: tuple[str, ...] = ()
    instead: str = ""

    def permits(self, by: MayAct, area_code: str) -> bool:
        """The person may make it in the area."""
        return any(needed and by.may(needed, area_code) for needed in (self.permission, self.instead))


Moves = Mapping[tuple[str, str], Move]


def targets(moves: Moves, source: str) -> list[str]:
    """The states reachable from `source`, in the order of the table; buttons and API choices are made of these."""
    return [new for old, new in moves if old == source]


def find_move(row: models.Model, to: str, *, moves: Moves, by: MayAct | None, why: str = "", **fields: object) -> Move:
    """The move of the table by which `row` would come to state `to`.

    Raises WrongState when the table knows none, NotAllowed when `by` may not make it, BadInput when a required field is
    missing.
    """
    state, area = str(row.state), str(row.area_code)  # type: ignore[attr-defined]
    move = moves.get((state, to))
    if move is None:
        words = dict(getattr(row._meta.get_field("state"), "flatchoices", ()))
        named = {"old": words.get(state, state), "new": words.get(to, to)}
        if state == to:
            raise WrongState(_("It is “%(new)s” already: somebody else was first.") % named)
        raise WrongState(_("From “%(old)s” there is no way to “%(new)s”.") % named)
    if by is not None and not move.permission:
        raise NotAllowed(_("Only the system makes this move."))
    if by is None or not move.permits(by, area):
        check(by, move.permission, area)
    check_why(why)
    given = {"why": why, **fields}
    for name in move.required:
        if not given.get(name):
            raise BadInput(_("A reason is needed.") if name == "why" else _("This is needed."), field=name)
    return move


def advance(
    row: models.Model,
    to: str,
    *,
    moves: Moves,
    event: type[Event],
    owner: str,
    now: datetime,
    by: Any = None,
    why: str = "",
    **fields: object,
) -> None:
    """Moves `row` to state `to` and writes one event; `row` is brought up to date.

    Raises what `find_move` raises, and Overtaken when the stored row has left the state in which it was read.
    """
    state = str(row.state)  # type: ignore[attr-defined]
    find_move(row, to, moves=moves, by=by, why=why, **fields)
    with transaction.atomic():
        moved = type(row)._default_manager.filter(pk=row.pk, state=state).update(state=to, **fields)
        if not moved:
            raise Overtaken(_("Somebody else changed this first. Load it again and look."))
        event._default_manager.create(**{owner: row}, what="state", old=state, new=to, by=by, at=now, why=why)
    row.refresh_from_db()
