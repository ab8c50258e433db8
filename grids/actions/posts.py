"""Posts: given and ended, never edited."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from grids.actions.areas import find_area
from grids.models import Grid, Officer, Posting, PostingEvent
from grids.permissions import AREA_LENGTHS, HEADS, Duty, needed_to_post
from gridsup.codes import is_area_code
from gridsup.errors import BadInput, Overtaken, WrongState
from gridsup.states import check


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
) -> Posting:
    """A post from `from_day` to `to_day` (last day; None: until ended); `by` None is the command line.

    Raises BadInput for an unknown duty or area, days in the wrong order or a period in which the area has a head
    already, NotAllowed for who may not post officers there, Overtaken when a head was posted at the same moment.
    """
    check(by, needed_to_post(duty), area_code)
    _check_area(duty, area_code)
    _check_period(officer, duty, area_code, from_day, to_day)
    try:
        with transaction.atomic():
            posting = Posting.objects.create(
                officer=officer, duty=duty, area_code=area_code, from_day=from_day, to_day=to_day, line=line, team=team
            )
            PostingEvent.objects.create(posting=posting, what="posted", new=from_day.isoformat(), by=by, at=now)
    except IntegrityError as error:
        raise Overtaken(_("Somebody else changed this first. Load it again and look.")) from error
    officer.__dict__.pop("current_postings", None)
    return posting


@transaction.atomic
def end_posting(*, posting: Posting, on: date, now: datetime, by: Officer | None = None) -> Posting:
    """Ends a post; `on` is its last day.

    Raises BadInput for a day before the first, WrongState when it has ended already, NotAllowed for who may not.
    """
    check(by, needed_to_post(posting.duty), posting.area_code)
    if on < posting.from_day:
        raise BadInput(_("The last day lies before the first, %(day)s.") % {"day": posting.from_day}, field="to_day")
    if not Posting.objects.filter(pk=posting.pk, to_day__isnull=True).update(to_day=on):
        raise WrongState(_("This post has its last day already."))
    PostingEvent.objects.create(posting=posting, what="ended", new=on.isoformat(), by=by, at=now)
    posting.to_day = on
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
    if area is None or (isinstance(area, Grid) and area.state == Grid.State.RETIRED):
        raise BadInput(_("There is no area %(code)s.") % {"code": area_code}, field="area_code")


def _check_period(officer: Officer, duty: str, area_code: str, from_day: date, to_day: date | None) -> None:
    """Refuses reversed days, a second head, and the same post twice for one officer."""
    if to_day is not None and to_day < from_day:
        raise BadInput(_("The last day lies before the first, %(day)s.") % {"day": from_day}, field="to_day")
    meeting = Posting.objects.filter(Q(to_day__isnull=True) | Q(to_day__gte=from_day), duty=duty, area_code=area_code)
    if to_day is not None:
        meeting = meeting.filter(from_day__lte=to_day)
    if duty not in HEADS:
        meeting = meeting.filter(officer=officer)
    if other := meeting.select_related("officer").first():
        raise BadInput(
            _("%(officer)s holds this post from %(day)s. End that posting first.")
            % {"officer": other.officer, "day": other.from_day},
            field="from_day",
        )
