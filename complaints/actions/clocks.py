"""Pausing, extending and explaining time limits, and counting them anew when a calendar year is published."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, CharField, F, When
from django.db.models.functions import Cast, Greatest, Length, Substr
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.actions.cleaning import longest
from complaints.actions.intake import BATCH
from complaints.models import Clock, ComplaintEvent
from complaints.rules import ANSWERING, PAUSING, recount, resume
from grids.models import Officer
from grids.permissions import Permission
from gridsup import holidays
from gridsup.errors import BadInput, NotAllowed, Overtaken, WrongState
from gridsup.parts import Part
from gridsup.states import check

# Where an end that moved leaves a clock that had gone up: it is not late any more.
NOT_ESCALATED = {"escalated_on": None, "escalated_to": ""}
# Clocks counted anew at a time: memory stays flat however many there are.
PAGE = 2_000


def pause_clock(*, clock: Clock, why: str, by: Officer, now: datetime) -> Clock:
    """Lets a limit stand still while a test or an appraisal is made (Arts. 22, 27); `why` names it.

    Raises NotAllowed, BadInput without a reason, WrongState for a limit that does not pause, is over or paused already,
    Overtaken.
    """
    check(by, Permission.HANDLE, clock.area_code)
    on = timezone.localdate(now)
    _refuse_without(why, "why")
    if clock.kind not in PAUSING:
        raise WrongState(_("“%(kind)s” does not pause.") % {"kind": clock.get_kind_display()})
    _refuse_ended(clock)
    if clock.paused_on is not None:
        raise WrongState(_("It is paused already."))
    _refuse_late(clock, on)
    return _write(clock, "pause", by, now, why, paused_on=on)


def resume_clock(*, clock: Clock, by: Officer, now: datetime, why: str = "") -> Clock:
    """Lets a paused limit run on; the days of the pause are added to its end."""
    check(by, Permission.HANDLE, clock.area_code)
    if clock.paused_on is None or not clock.is_running:
        raise WrongState(_("It is not paused."))
    ends = Clock.objects.select_related("rule").get(pk=clock.pk)
    ends.paused_on = clock.paused_on
    resume(ends, timezone.localdate(now), holidays.calendar())
    return _write(clock, "resume", by, now, why, paused_on=None, paused_days=ends.paused_days, **_end_of(ends))


def extend_clock(*, clock: Clock, why: str, by: Officer, now: datetime) -> Clock:
    """Adds, once, the days that the clock's rule permits, with the head's approval and a reason.

    Raises NotAllowed, BadInput without a reason, WrongState where the rule knows no extension, it was extended already
    or is over, Overtaken.
    """
    check(by, Permission.EXTEND_CLOCK, clock.area_code)
    _refuse_without(why, "why")
    if clock.rule is None or not clock.rule.extension_days:
        raise WrongState(_("“%(kind)s” cannot be extended.") % {"kind": clock.get_kind_display()})
    _refuse_ended(clock)
    if clock.extension_days:
        raise WrongState(_("It was extended already; that is possible once."))
    _refuse_late(clock, timezone.localdate(now))
    ends = Clock.objects.select_related("rule").get(pk=clock.pk)
    ends.extension_days = clock.rule.extension_days
    recount(ends, holidays.calendar())
    return _write(clock, "extend", by, now, why, extended_by=by, extension_days=ends.extension_days, **_end_of(ends))


def explain(*, clock: Clock, by: Officer, text: str, now: datetime) -> Clock:
    """Answers for a limit that was missed (handbook §6, C); every explanation stays in the history.

    Raises NotAllowed for whoever does not answer for limits of this kind, WrongState for one that was kept.
    """
    if not any(by.may(permission, clock.area_code) for permission in ANSWERING[Clock.Kind(clock.kind)]):
        raise NotAllowed(_("Your duties do not permit this here."))
    text = text.strip()
    _refuse_without(text, "text")
    most = longest(Clock, "explanation")
    if len(text) > most:
        raise BadInput(_("At most %(most)s characters.") % {"most": most}, field="text")
    ended = clock.met_on or clock.stopped_on or timezone.localdate(now)
    if ended <= clock.latest_on:
        raise WrongState(_("This limit was not missed: there is nothing to explain."))
    with transaction.atomic():
        Clock.objects.filter(pk=clock.pk).update(explanation=text)
        ComplaintEvent.objects.create(
            complaint_id=clock.complaint_id, what="explain", new=clock.kind, by=by, at=now, why=text
        )
    clock.refresh_from_db()
    return clock


def escalate_clocks(*, part: Part, on: date, days: int, now: datetime) -> dict[str, int]:
    """Tells the level above of limits that are over, and one more level after every `days` days, up to the bureau.

    Returns {"read": limits that are over, "changed"}. The update holds the rows before their history is written, so
    that what is met meanwhile is not told; a run that comes twice finds nothing left.
    """
    late = Clock.objects.filter(part.rows())
    above = Case(When(escalated_to="", then=F("area_code")), default=F("escalated_to"))
    with transaction.atomic():
        changed = late.to_escalate(on, days).update(
            escalated_on=on, escalated_to=Substr(above, 1, Greatest(Length(above) - 2, 2))
        )
        if changed:
            late.overdue(on).filter(escalated_on=on).insert_into(
                ComplaintEvent,
                complaint=F("complaint"),
                what="overdue",
                old=F("kind"),
                new=F("escalated_to"),
                at=now,
                why=Cast("latest_on", CharField()),
            )
    return {"read": late.overdue(on).count(), "changed": changed}


def recompute_provisional(*, now: datetime) -> dict[str, int]:
    """Counts anew every limit that ran into a year without a table, now that a year was loaded.

    Also those that ended meanwhile, which are judged by the right day then. Returns {"read", "changed"}; limits whose
    end moved say so in their history.
    """
    calendar, counts, last = holidays.calendar(), {"read": 0, "changed": 0}, 0
    clocks = Clock.objects.filter(is_provisional=True).select_related("rule").order_by("pk")
    while page := list(clocks.filter(pk__gt=last)[:PAGE]):
        last = page[-1].pk
        before = {clock.pk: _end_of(clock) for clock in page}
        for clock in page:
            recount(clock, calendar)
        changed = [clock for clock in page if _end_of(clock) != before[clock.pk]]
        moved = [clock for clock in changed if clock.latest_on != before[clock.pk]["latest_on"]]
        with transaction.atomic():
            Clock.objects.all().write_rows(changed, list(before[last]))
            ComplaintEvent.objects.bulk_create(
                [_recounted(clock, before[clock.pk]["latest_on"], now) for clock in moved], batch_size=BATCH
            )
        counts["read"] += len(page)
        counts["changed"] += len(changed)
    return counts


def _recounted(clock: Clock, old: date, now: datetime) -> ComplaintEvent:
    return ComplaintEvent(
        complaint_id=clock.complaint_id, what="recount", old=str(old), new=str(clock.latest_on), at=now,
        why=clock.kind,
    )  # fmt: skip


def _end_of(clock: Clock) -> dict[str, Any]:
    """The columns that say when it ends."""
    return {"due_on": clock.due_on, "latest_on": clock.latest_on, "is_provisional": clock.is_provisional}


def _refuse_without(text: str, field: str) -> None:
    if not text.strip():
        raise BadInput(_("A reason is needed."), field=field)


def _refuse_ended(clock: Clock) -> None:
    if not clock.is_running:
        raise WrongState(_("This limit runs no more."))


def _refuse_late(clock: Clock, on: date) -> None:
    """A limit that is over is answered for, not moved."""
    if clock.is_overdue(on):
        raise WrongState(_("This limit is over already. Explain why it was missed."))


def _write(clock: Clock, what: str, by: Officer, now: datetime, why: str, **columns: Any) -> Clock:
    """Changes a running clock as it was read and writes one event; raises Overtaken when it is no longer so.

    An end that moved is one that nobody above has been told of yet.
    """
    if columns.get("latest_on", clock.latest_on) != clock.latest_on:
        columns |= NOT_ESCALATED
    read = Clock.objects.running().filter(
        pk=clock.pk, paused_on=clock.paused_on, extension_days=clock.extension_days, paused_days=clock.paused_days
    )
    with transaction.atomic():
        if not read.update(**columns):
            raise Overtaken(_("Somebody else changed this first. Load it again and look."))
        old = clock.latest_on
        clock.refresh_from_db()
        ComplaintEvent.objects.create(
            complaint_id=clock.complaint_id, what=what, old=str(old), new=str(clock.latest_on), by=by, at=now,
            why=f"{clock.get_kind_display()}: {why.strip()}" if why.strip() else clock.get_kind_display(),
        )  # fmt: skip
    return clock
