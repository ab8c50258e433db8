"""The colour of a complaint: how near the next of its time limits is. One meaning for list, page, overview and API."""

from datetime import date, timedelta

from django.db.models import Q, TextChoices
from django.utils.translation import gettext_lazy as _

from gridsup.codes import next_code


class Colour(TextChoices):
    """Red and amber need somebody now."""

    RED = "red", _("limit missed")
    AMBER = "amber", _("limit near")
    GREEN = "green", _("in time")
    PAUSED = "paused", _("limit paused")


# The first that any of its limits has is the colour of a complaint: a missed limit hides one that is near.
COLOURS = [str(colour) for colour in Colour]


def warn_days(on: date) -> dict[str, int]:
    """Bureau → so many days before its end a limit is near, by its policy on the day; one query."""
    from subjects.models import PolicyFigure

    figures = PolicyFigure.objects.on(on).filter(key=PolicyFigure.Key.CLOCK_WARN_DAYS)
    return {figure.bureau_id: figure.value for figure in figures}


def colour_of(due: date | None, latest: date | None, is_paused: bool, on: date, *, warn: int) -> str:
    """The colour by the first ends of the limits that run unpaused, or "".

    Near from `warn` days before `due`, missed after `latest`. `warn`: the bureau's, from `warn_days`; 0 without one.
    """
    if latest is not None and latest < on:
        return Colour.RED
    if due is not None:
        return Colour.AMBER if due <= on + timedelta(days=warn) else Colour.GREEN
    return Colour.PAUSED if is_paused else ""


def near(on: date, *, due: str = "next_due", area: str = "area_code") -> Q:
    """Limits that end within the days of their bureau's warning; asks once for the bureaus' figures.

    `due`, `area`: the columns with the end and with the area.
    """
    found = Q(**{f"{due}__lte": on})
    for bureau, days in warn_days(on).items():
        # not by the key of a row, of which there is none where complaints are counted
        of_bureau = Q(**{f"{area}__gte": bureau, f"{area}__lt": next_code(bureau)})
        found |= of_bureau & Q(**{f"{due}__lte": on + timedelta(days=days)})
    return found


def conditions(on: date, area_field: str = "area_code") -> dict[str, Q]:
    """The same over the columns `next_due`, `next_latest` and `is_paused`."""
    in_time, is_near = Q(next_latest__gte=on), near(on, area=area_field)
    return {
        Colour.RED: Q(next_latest__lt=on),
        Colour.AMBER: in_time & is_near,
        Colour.GREEN: in_time & ~is_near,
        Colour.PAUSED: Q(next_latest__isnull=True, is_paused=True),
    }
