"""Posts: given and ended, never edited."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.actions.areas import find_area
from grids.models import Grid, GridPeriod, Officer, Posting, PostingEvent
from grids.permissions import AREA_LENGTHS, HEADS, Duty, needed_to_post
from grids.separation import keep_apart, keep_from_own
from grids.substitutes import check_able, check_there
from gridsup.codes import is_area_code, typed_code
from gridsup.dates import add_months
from gridsup.errors import BadInput, Overtaken, WrongState
from gridsup.states import check
from gridsup.workdays import ONE_DAY

# What lies beyond a working life behind, or two terms of five years ahead, was typed wrongly.
MOST_MONTHS_BACK, MOST_MONTHS_AHEAD = 50 * 12, 10 * 12


@transaction.atomic
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
    why: str = "",
) -> Posting:
    """A post from `from_day` to `to_day` (last day; None: until ended); `by` None is the command line.

    Raises BadInput for an unknown duty or area, a closed account, days in the wrong order, before the grid existed or
    far from today, or a period in which the area has a head already, NotAllowed for who may not post officers there,
    Overtaken when a head was posted at the same moment.
    """
    area_code = typed_code(area_code)
    _check_area(duty, area_code)
    check(by, needed_to_post(duty), area_code)
    _keep_area(area_code)
    _check_days(area_code, from_day, to_day, timezone.localdate(now))
    _check_period(officer, duty, area_code, from_day, to_day)
    facts = {"duty": duty, "area_code": area_code, "line": line, "team": team}
    return _post(Posting(officer=officer, from_day=from_day, to_day=to_day, **facts), by, now, why.strip())


@transaction.atomic
def stand_in(
    *,
    posting: Posting,
    officer: Officer,
    from_day: date,
    to_day: date,
    now: datetime,
    by: Officer | None = None,
    why: str = "",
) -> Posting:
    """Lets somebody stand in for the holder of a post during leave, with the duty and area of the post.

    The substitute sees and does there, on these days, what the post permits; the post itself goes on. Raises BadInput
    for days outside the post's or too many, for who holds the same post, cannot do the duty or is on leave on these
    days, for a holder who stands in elsewhere then, for a post that somebody stands in for already or that is a
    substitution itself; NotAllowed for who posts nobody there.
    """
    check(by, needed_to_post(posting.duty), posting.area_code)
    held = Posting.objects.select_for_update().select_related(None).get(pk=posting.pk)
    _check_area(held.duty, held.area_code)
    _keep_area(held.area_code)
    _check_days(held.area_code, from_day, to_day, timezone.localdate(now))
    _check_stand_in(held, officer, from_day, to_day)
    check_able(held, officer, from_day, to_day)
    check_there(held, officer, from_day, to_day)
    facts = {"duty": held.duty, "area_code": held.area_code, "line": held.line, "team": held.team}
    return _post(
        Posting(officer=officer, from_day=from_day, to_day=to_day, stands_in_for=held, **facts), by, now, why.strip()
    )


def _post(posting: Posting, by: Officer | None, now: datetime, why: str = "") -> Posting:
    if not posting.officer.is_active:
        raise BadInput(_("The account of %(name)s is closed.") % {"name": posting.officer}, field="officer")
    keep_apart(posting, by)
    try:
        with transaction.atomic():
            posting.save(force_insert=True)
    except IntegrityError as error:
        raise Overtaken(_("Somebody else changed this first. Load it again and look.")) from error
    what = "posted" if posting.stands_in_for is None else "stands_in"
    PostingEvent.objects.create(posting=posting, what=what, new=posting.from_day.isoformat(), by=by, at=now, why=why)
    posting.officer.__dict__.pop("current_postings", None)
    return posting


@transaction.atomic
def end_posting(*, posting: Posting, on: date, now: datetime, by: Officer | None = None, why: str = "") -> Posting:
    """Ends a post; `on` is its last day, yesterday at the earliest: who was responsible before stays on record. One
    whose last day is to come may end earlier; its substitutes end with it, those who have not begun are called off.

    Raises BadInput for a day before the first, before yesterday or far ahead, or before the first of who stands in by
    now, WrongState when it has ended already, NotAllowed for who may not, and for an administrator's own post.
    """
    check(by, needed_to_post(posting.duty), posting.area_code)
    keep_from_own(posting, by)
    today = timezone.localdate(now)
    if on < posting.from_day:
        raise BadInput(_("The last day lies before the first, %(day)s.") % {"day": posting.from_day}, field="to_day")
    if on < today - ONE_DAY:
        raise BadInput(
            _("A post ends yesterday at the earliest, on %(day)s: who was responsible before stays on record.")
            % {"day": today - ONE_DAY},
            field="to_day",
        )
    _check_near("to_day", on, today)
    substitutes = posting.substitutes.meeting(on + ONE_DAY, None).select_related("officer")
    for substitute in substitutes:
        _keep_who_stands_in(substitute, on, today)
    to_come = Q(to_day__gt=on, to_day__gte=today, called_off=False)
    if not Posting.objects.filter(Q(to_day__isnull=True) | to_come, pk=posting.pk).update(to_day=on):
        raise WrongState(_("This post has its last day already."))
    _ended(posting, on, by, now, why)
    for substitute in substitutes:
        _end_substitute(substitute, on, by, now)
    return posting


@transaction.atomic
def call_off_posting(*, posting: Posting, now: datetime, by: Officer | None = None, why: str = "") -> Posting:
    """Takes back a post that has not begun; it then holds on no day.

    Raises WrongState for one that has begun, ended or was called off, NotAllowed as `end_posting`.
    """
    check(by, needed_to_post(posting.duty), posting.area_code)
    keep_from_own(posting, by)
    stored = Posting.objects.filter(pk=posting.pk).meeting(timezone.localdate(now) + ONE_DAY, None)
    if not stored.filter(from_day__gt=timezone.localdate(now)).exists():
        raise WrongState(_("This post has begun: give it a last day instead."))
    for substitute in posting.substitutes.filter(called_off=False).select_related("officer"):
        _call_off(substitute, by, now, _("The post itself was called off."))
    return _call_off(posting, by, now, why)


def _keep_who_stands_in(substitute: Posting, on: date, today: date) -> None:
    """Whoever stands in by now was there today, and is never said not to have been."""
    if on < substitute.from_day <= today:
        raise BadInput(
            _("%(name)s stands in since %(day)s: the post ends on that day at the earliest.")
            % {"name": substitute.officer, "day": substitute.from_day},
            field="to_day",
        )


def _end_substitute(substitute: Posting, on: date, by: Officer | None, now: datetime) -> None:
    if substitute.from_day <= on:
        Posting.objects.filter(pk=substitute.pk).update(to_day=on)
        _ended(substitute, on, by, now, _("The post itself has ended."))
    else:
        _call_off(substitute, by, now, _("The post itself has ended."))


def _ended(posting: Posting, on: date, by: Officer | None, now: datetime, why: str) -> None:
    old = posting.to_day.isoformat() if posting.to_day else ""
    PostingEvent.objects.create(
        posting=posting, what="ended", old=old, new=on.isoformat(), by=by, at=now, why=why.strip()
    )
    posting.to_day = on
    posting.officer.__dict__.pop("current_postings", None)


def _call_off(posting: Posting, by: Officer | None, now: datetime, why: str) -> Posting:
    posting.to_day, posting.called_off = posting.from_day - ONE_DAY, True
    posting.save(update_fields=["to_day", "called_off"])
    PostingEvent.objects.create(posting=posting, what="called_off", by=by, at=now, why=why.strip())
    posting.officer.__dict__.pop("current_postings", None)
    return posting


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
    if area is None:
        raise BadInput(_("There is no area %(code)s.") % {"code": area_code}, field="area_code")
    if isinstance(area, Grid) and area.state == Grid.State.RETIRED:
        raise BadInput(
            _("Grid %(code)s is retired: nobody is posted there any more.") % {"code": area_code}, field="area_code"
        )


def _keep_area(area_code: str) -> None:
    """Of two who post a head at the same moment the second sees the first."""
    if area := find_area(area_code):
        type(area)._default_manager.select_for_update(no_key=True).get(pk=area.pk)


def _check_period(officer: Officer, duty: str, area_code: str, from_day: date, to_day: date | None) -> None:
    """Refuses a second head, and the same post twice for one officer."""
    meeting = Posting.objects.meeting(from_day, to_day).filter(duty=duty, area_code=area_code)
    # who stands in for a head is no second head
    meeting = meeting.filter(stands_in_for=None) if duty in HEADS else meeting.filter(officer=officer)
    if other := meeting.select_related("officer").first():
        raise BadInput(
            _("%(officer)s holds this post from %(day)s. End that posting first.")
            % {"officer": other.officer, "day": other.from_day},
            field="from_day",
        )


def _check_days(area_code: str, from_day: date, to_day: date | None, today: date) -> None:
    """Refuses reversed days, days before the grid existed, and days that nobody means."""
    if to_day is not None and to_day < from_day:
        raise BadInput(_("The last day lies before the first, %(day)s.") % {"day": from_day}, field="to_day")
    begun = (
        GridPeriod.objects.filter(grid__code=area_code).order_by("from_day").values_list("from_day", flat=True).first()
    )
    if begun is not None and from_day < begun:
        raise BadInput(
            _("Grid %(code)s exists since %(day)s: a post on it begins on that day or later.")
            % {"code": area_code, "day": begun},
            field="from_day",
        )
    for field, day in (("from_day", from_day), ("to_day", to_day)):
        if day is not None:
            _check_near(field, day, today)


def _check_near(field: str, day: date, today: date) -> None:
    """Refuses a day that nobody means."""
    earliest, latest = add_months(today, -MOST_MONTHS_BACK), add_months(today, MOST_MONTHS_AHEAD)
    if not earliest <= day <= latest:
        raise BadInput(
            _("%(day)s is no day of a post: give one from %(first)s to %(last)s.")
            % {"day": day, "first": earliest, "last": latest},
            field=field,
        )


def _check_stand_in(posting: Posting, officer: Officer, from_day: date, to_day: date) -> None:
    """Refuses what `stand_in` refuses of its days and people."""
    if posting.stands_in_for_id is not None:
        raise BadInput(_("This is a substitute's own post: give the post itself another substitute."), field="posting")
    if from_day < posting.from_day or (posting.to_day is not None and to_day > posting.to_day) or posting.called_off:
        if after := _next_post(posting, from_day, to_day):
            raise BadInput(
                _("%(name)s holds grid %(area)s from %(day)s: enter the leave until %(last)s here, the rest there.")
                % {"name": posting.officer, "area": after.area_code, "day": after.from_day, "last": posting.to_day},
                field="to_day",
            )
        until = posting.to_day or _("its end")
        raise BadInput(
            _("The leave must lie within the post, from %(first)s to %(last)s.")
            % {"first": posting.from_day, "last": until},
            field="from_day",
        )
    if officer == posting.officer:
        raise BadInput(_("Nobody stands in for themselves."), field="officer")
    same = Posting.objects.meeting(from_day, to_day).filter(duty=posting.duty, area_code=posting.area_code)
    if same.filter(officer=officer).exists():
        raise BadInput(_("%(name)s holds this post already on these days.") % {"name": officer}, field="officer")
    if other := same.filter(stands_in_for=posting).select_related("officer").first():
        raise BadInput(
            _("%(name)s stands in from %(first)s to %(last)s already.")
            % {"name": other.officer, "first": other.from_day, "last": other.to_day},
            field="from_day",
        )


def _next_post(posting: Posting, from_day: date, to_day: date) -> Posting | None:
    """Where the holder goes on after the last day of the post, as after a swap, if the leave runs on until then."""
    if posting.called_off or posting.to_day is None or not posting.from_day <= from_day <= posting.to_day < to_day:
        return None
    own = Posting.objects.meeting(posting.to_day + ONE_DAY, to_day).filter(officer=posting.officer_id)
    return own.filter(duty=posting.duty, stands_in_for=None, from_day=posting.to_day + ONE_DAY).first()
