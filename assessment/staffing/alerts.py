"""What staffing and load ask of whoever posts officers: grids without enough people, with too much work, rotation."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from assessment.staffing.asking import DUE
from assessment.staffing.rotation import turns_of
from assessment.staffing.rows import OVER, SHORT, rows_of
from grids.decisions import people
from grids.models import Grid
from grids.permissions import Permission
from gridsup.backoffice.site import Decision
from gridsup.scoping import inside


def waiting(officer: Any, on: date) -> list[Decision]:
    """Under-staffed and over-loaded grids, and posts whose time is near its end or over; eleven queries at most."""
    held = list(officer.area_codes(Permission.POST_OFFICERS))
    if not held:
        return []
    grids = list(Grid.objects.filter(inside(held, "code")).in_force().order_by("code").values_list("code", "name"))
    rows = rows_of(grids, on)
    area = {"area": held[0]} if len(held) == 1 else {}
    return [
        Decision(
            _("Under-staffed grids"),
            sum(row.has(SHORT) for row in rows),
            f"{reverse('staffing')}?{urlencode({**area, 'show': SHORT})}",
            _("A lead, a certified officer or a supervisor is missing: give the posts."),
        ),
        Decision(
            _("Over-loaded grids"),
            sum(row.has(OVER) for row in rows),
            f"{reverse('staffing')}?{urlencode({**area, 'show': OVER})}",
            _("More lies on them than the guide figures say: give them people, or move communities."),
        ),
        _rotation([code for code, _name in grids], on, area),
    ]


def about_people(officer: Any, on: date) -> list[Decision]:
    """What else asks for a decision about posts, beside the counts of the staffing page itself: certificates, closed
    accounts, work without a holder, rotation. Counted on that page alone, since it costs too much elsewhere."""
    found = people(officer, on)
    held = list(officer.area_codes(Permission.POST_OFFICERS))
    if held:
        codes = list(Grid.objects.filter(inside(held, "code")).in_force().values_list("code", flat=True))
        found.append(_rotation(codes, on, {"area": held[0]} if len(held) == 1 else {}))
    return [decision for decision in found if decision.count]


def _rotation(codes: list[str], on: date, area: dict[str, str]) -> Decision:
    return Decision(
        _("Rotation near or due"),
        sum(turn.standing != "" for turn in turns_of(codes, on)),
        f"{reverse('staffing_rotation')}?{urlencode({**area, 'show': DUE})}",
        _("About three years on one grid are over or nearly so: let neighbours change places."),
    )
