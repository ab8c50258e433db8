"""Responsibility letters of a year: made from posts, signed, taken back, superseded (handbook §2)."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.actions.areas import find_area
from grids.lettering.writing import Draft
from grids.models import LETTER_MOVES, LetterEvent, Officer, Posting, ResponsibilityLetter
from grids.permissions import Permission
from gridsup.errors import BadInput, WrongState
from gridsup.jobs import enqueue
from gridsup.models import Job
from gridsup.periods import Period
from gridsup.states import advance, check

JOB = "make_letters"
State = ResponsibilityLetter.State


def request_letters(*, year: int, area: str, by: Officer, now: datetime) -> Job:
    """The job that makes the letters still missing at or below an area; the one under way where there is one.

    Raises NotAllowed, and BadInput as `fits_letters` does.
    """
    check(by, Permission.KEEP_LETTERS, area)
    period = Period.parse(f"{year:04d}")
    fits_letters(period=period, area_code=area, on=timezone.localdate(now))
    return enqueue(name=JOB, period=str(period), area_code=area, by=by.get_username(), now=now)


def fits_letters(*, period: Period, area_code: str, on: date) -> None:
    """Raises BadInput, by field, unless letters can be made, on the day, for that year and area."""
    if find_area(area_code) is None:
        raise BadInput(_("There is no area %(code)s.") % {"code": area_code}, field="area")
    if period.first.year not in {on.year, on.year + 1}:
        raise BadInput(
            _("Letters are made for this year or the next, not for %(year)s.") % {"year": period}, field="year"
        )


def day_of(year: int, on: date) -> date:
    """The day whose posts sign: the day itself, or the first of a year to come."""
    return max(on, date(year, 1, 1))


def missing_letters(*, year: int, areas: Sequence[str], on: date) -> tuple[list[Draft], int]:
    """Letters that the heads of these areas still lack, and how many of them nobody is posted to give."""
    day = day_of(year, on)
    heads = Posting.objects.on(day).heads().filter(area_code__in=areas).without_letter(year)
    holders = list(heads.select_related("officer").order_by("area_code"))
    above = Posting.objects.on(day).heads().filter(area_code__in={row.area_code[:-2] for row in holders})
    givers = {row.area_code: row for row in above.select_related("officer").order_by("from_day", "pk")}
    versions = _versions(year, [row.area_code for row in holders])
    drafts = [
        Draft(year, versions.get(row.area_code, 0) + 1, givers[row.area_code[:-2]], row, made_on=on)
        for row in holders
        if row.area_code[:-2] in givers
    ]
    return drafts, len(holders) - len(drafts)


@transaction.atomic
def put_letters(*, drafts: Sequence[Draft], now: datetime) -> dict[str, int]:
    """Rows of letters whose files are written; the former holder's letter is superseded.

    A letter that was made in the meantime is left alone. Returns {"made", "changed"}.
    """
    year = {draft.year for draft in drafts}
    areas = [draft.holder.area_code for draft in drafts]
    current = {
        letter.area_code: letter
        for letter in ResponsibilityLetter.objects.current()
        .filter(year__in=year, area_code__in=areas)
        .select_for_update()
    }
    fresh = [
        draft
        for draft in drafts
        if draft.holder.area_code not in current or current[draft.holder.area_code].version < draft.version
    ]
    replaced = [current[draft.holder.area_code] for draft in fresh if draft.holder.area_code in current]
    for letter in replaced:
        _move(letter, State.SUPERSEDED, by=None, now=now)
    made = ResponsibilityLetter.objects.bulk_create([_row(draft) for draft in fresh])
    LetterEvent.objects.bulk_create(
        [LetterEvent(letter=letter, what="state", new=letter.state, at=now) for letter in made]
    )
    return {"made": len(made), "changed": len(replaced)}


def record_signature(
    *, letter: ResponsibilityLetter, signed_on: date, by: Officer, now: datetime
) -> ResponsibilityLetter:
    """Both sides signed on the day; said by the side above.

    Raises BadInput for a day to come, before the letter was made or after the last of the post that signs, NotAllowed,
    WrongState where it is recorded already, by whom and when, and as `advance` does.
    """
    check(by, Permission.KEEP_LETTERS, letter.above)
    if letter.state == State.SIGNED:
        raise WrongState(_recorded(letter, by))
    if signed_on > timezone.localdate(now):
        raise BadInput(_("The day of the signature lies ahead."), field="signed_on")
    if signed_on < letter.made_on:
        raise BadInput(
            _("The letter was made on %(day)s: nobody signed it before.") % {"day": letter.made_on.isoformat()},
            field="signed_on",
        )
    last = letter.holder.to_day
    if last is not None and signed_on > last:
        raise BadInput(
            _("The post that signs it ended on %(day)s: nobody signed it afterwards.") % {"day": last.isoformat()},
            field="signed_on",
        )
    _move(letter, State.SIGNED, by=by, now=now, signed_on=signed_on)
    return letter


def _recorded(letter: ResponsibilityLetter, by: Officer) -> str:
    """Who recorded the signature that stands, and when."""
    event = letter.events.filter(new=State.SIGNED).select_related("by").latest("at", "pk")
    told = {
        "name": event.by or "–",
        "at": timezone.localtime(event.at).strftime("%Y-%m-%d %H:%M"),
        "day": letter.signed_on,
    }
    if event.by == by:
        return _("You recorded it already, on %(at)s, as signed on %(day)s.") % told
    return _("%(name)s recorded it already, on %(at)s, as signed on %(day)s.") % told


def withdraw_signature(*, letter: ResponsibilityLetter, why: str, by: Officer, now: datetime) -> ResponsibilityLetter:
    """A signature recorded by mistake; raises NotAllowed, BadInput without a reason, and as `advance` does."""
    check(by, Permission.KEEP_LETTERS, letter.above)
    _move(letter, State.MADE, by=by, now=now, why=why.strip(), signed_on=None)
    return letter


def _move(
    letter: ResponsibilityLetter, to: str, *, by: Officer | None, now: datetime, why: str = "", **fields: object
) -> None:
    advance(letter, to, moves=LETTER_MOVES, event=LetterEvent, owner="letter", now=now, by=by, why=why, **fields)


def _versions(year: int, areas: Sequence[str]) -> dict[str, int]:
    """Area → the last version of its letter."""
    rows = ResponsibilityLetter.objects.filter(year=year, area_code__in=areas).order_by()
    return dict(rows.values("area_code").annotate(last=Max("version")).values_list("area_code", "last"))


def _row(draft: Draft) -> ResponsibilityLetter:
    return ResponsibilityLetter(
        year=draft.year,
        area_code=draft.holder.area_code,
        version=draft.version,
        giver=draft.giver,
        holder=draft.holder,
        file=draft.file,
        made_on=draft.made_on,
    )
