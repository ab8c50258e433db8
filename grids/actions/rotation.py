"""Rotation: two officers change places (handbook §2, S: the station organises it)."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.actions.handover import SWAPPED, settle_strays
from grids.actions.posts import end_posting, post_officer
from grids.models import Officer, Posting, PostingEvent
from grids.permissions import HOLDERS
from gridsup.errors import BadInput, WrongState
from gridsup.workdays import ONE_DAY


@transaction.atomic
def swap_posts(
    *, first: Posting, second: Posting, on: date, now: datetime, by: Officer | None = None, why: str = ""
) -> tuple[Posting, Posting]:
    """From day `on` each holds the other's post: both end the day before, both begin on the day, or nothing changes.

    The team goes with the grid, and so does open work that was given by name: at once for a swap of today, else by the
    job of the day. Returns the new posts, that of `first`'s officer first. Raises WrongState for a post that has its
    last day or is a substitute's, BadInput for posts of different duties, of one officer or one grid, for a day before
    today, not after their first or with leave on it or after it, and what ending and giving posts raise, NotAllowed
    among it.
    """
    keys = sorted([first.pk, second.pk])
    rows = Posting.objects.select_for_update(of=("self",)).select_related("officer").order_by("pk")
    stored = {post.pk: post for post in rows.filter(pk__in=keys)}
    first, second = stored[first.pk], stored[second.pk]
    _check_swap(first, second, on, timezone.localdate(now))
    _check_leave(first, second, on)
    for post in (first, second):
        end_posting(posting=post, on=on - ONE_DAY, by=by, now=now, why=why)
    given = [
        post_officer(
            officer=officer, duty=post.duty, area_code=post.area_code, line=post.line, team=post.team, from_day=on,
            by=by, now=now,
        )
        for officer, post in ((first.officer, second), (second.officer, first))
    ]  # fmt: skip
    for post, successor in ((first, given[1]), (second, given[0])):
        PostingEvent.objects.create(posting=post, what=SWAPPED, new=str(successor.pk), by=by, at=now, why=why.strip())
        if on == timezone.localdate(now):
            settle_strays(
                officer=post.officer, to=successor.officer, areas=[post.area_code], on=timezone.localdate(now),
                by=by, now=now,
            )  # fmt: skip
    return given[0], given[1]


def _check_swap(first: Posting, second: Posting, on: date, today: date) -> None:
    if on < today:
        raise BadInput(_("A rotation begins today or later."), field="on")
    for post in (first, second):
        if post.to_day is not None or post.stands_in_for_id is not None:
            raise WrongState(_("%(name)s does not hold this post any longer, or stands in for somebody.") % {
                "name": post.officer})  # fmt: skip
        if post.duty not in HOLDERS:
            raise BadInput(_("Leads and managers of grids rotate."))
        if on <= post.from_day:
            raise BadInput(
                _("%(name)s took the post on %(day)s: choose a later day.")
                % {"name": post.officer, "day": post.from_day},
                field="on",
            )
    if first.officer_id == second.officer_id or first.area_code == second.area_code:
        raise BadInput(_("Choose somebody else on another grid."), field="other")
    if first.duty != second.duty:
        raise BadInput(_("Leads change places with leads, managers with managers."), field="other")


def _check_leave(first: Posting, second: Posting, on: date) -> None:
    """Leave is the person's, who stands in belongs to the post: a swap would leave the new grid to somebody absent."""
    leaves = list(Posting.objects.leaves_of([first.pk, second.pk], on))
    if not leaves:
        return
    leave = leaves[0]
    said = {
        "name": leave.stands_in_for and leave.stands_in_for.officer, "first": leave.from_day, "last": leave.to_day,
        "other": leave.officer, "day": swappable_from(leaves, on),
    }  # fmt: skip
    if leave.from_day <= on:
        sentence = _(
            "%(name)s is on leave from %(first)s to %(last)s, and %(other)s stands in on this grid: the two change "
            "places on %(day)s at the earliest."
        )
    else:
        sentence = _(
            "%(name)s goes on leave from %(first)s to %(last)s, and %(other)s stands in on this grid: change places on "
            "%(day)s, or call that off first and enter the leave again on the new grid."
        )
    raise BadInput(sentence % said, field="on")


def swappable_from(leaves: Iterable[Posting], on: date) -> date:
    """The first day, `on` or later, on which these leaves are over: then their holders may change places."""
    return max([on, *(leave.to_day + ONE_DAY for leave in leaves if leave.to_day is not None)])
