"""The colour of a complaint: how near the next of its time limits is. One meaning for list, page, overview and API."""

from datetime import date, timedelta

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

# So many days before its end a limit is shown as near: enough for a visit and an answer, short enough to mean something
# beside a limit of seven working days. It colours a page and decides nothing.
NEAR_DAYS = 3


class Colour(TextChoices):
    """Red and amber need somebody now."""

    RED = "red", _("limit missed")
    AMBER = "amber", _("limit near")
    GREEN = "green", _("in time")
    PAUSED = "paused", _("limit paused")


def near(on: date) -> date:
    """The last day that is near."""
    return on + timedelta(days=NEAR_DAYS)


def colour_of(due: date | None, latest: date | None, is_paused: bool, on: date) -> str:
    """The colour by the first ends of the limits that run unpaused: near by `due`, missed after `latest`; or ""."""
    if latest is not None and latest < on:
        return Colour.RED
    if due is not None:
        return Colour.AMBER if due <= near(on) else Colour.GREEN
    return Colour.PAUSED if is_paused else ""


def conditions(on: date) -> dict[str, Q]:
    """The same over the columns `next_due`, `next_latest` and `is_paused`."""
    in_time = Q(next_latest__gte=on)
    return {
        Colour.RED: Q(next_latest__lt=on),
        Colour.AMBER: in_time & Q(next_due__lte=near(on)),
        Colour.GREEN: in_time & Q(next_due__gt=near(on)),
        Colour.PAUSED: Q(next_latest__isnull=True, is_paused=True),
    }
