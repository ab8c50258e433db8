"""Who may stand in for the holder of a post: who can do the duty on these days (handbook §9: who may inspect)."""

from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from grids.models import Officer, Posting
from grids.permissions import DUTIES, Duty, Permission
from gridsup.dates import add_months
from gridsup.errors import BadInput

# A year covers maternity leave of the province and a long illness; who stays away longer is succeeded.
MOST_LEAVE_MONTHS = 12
# Duties that see business rows: whoever only watches, reports or administrates stands in for none of them.
OF_THE_BUSINESS = tuple(duty for duty, held in DUTIES.items() if Permission.VIEW in held)


def candidates(posting: Posting, viewer: Officer, on: date) -> Any:
    """People whom the viewer may see and who could stand in for the holder from the day on."""
    people = Officer.objects.visible_to(viewer).filter(is_active=True).exclude(pk__in=[posting.officer_id, viewer.pk])
    held = Posting.objects.on(on).filter(officer=OuterRef("pk"))
    people = people.exclude(Exists(held.filter(duty=posting.duty, area_code=posting.area_code)))
    people = people.exclude(pk__in=Officer.objects.never_invited().order_by().values("pk"))
    if posting.duty in OF_THE_BUSINESS:
        people = people.filter(Exists(held.filter(duty__in=OF_THE_BUSINESS)) | ~Exists(held))
    return people.certified_on(on) if inspects(posting) else people


def inspects(posting: Posting) -> bool:
    """The duty inspects, which needs a certificate."""
    return Permission.INSPECT in DUTIES[Duty(posting.duty)]


def check_able(posting: Posting, officer: Officer, from_day: date, to_day: date) -> None:
    """Raises BadInput for a leave that is too long, or somebody who cannot do the duty on these days."""
    latest = add_months(from_day, MOST_LEAVE_MONTHS)
    if to_day > latest:
        raise BadInput(
            _("Somebody stands in for a year at most, here until %(day)s. For longer, end the post and give it anew.")
            % {"day": latest},
            field="to_day",
        )
    told = {"name": officer, "duty": Duty(posting.duty).label, "first": from_day, "last": to_day}
    if Officer.objects.never_invited().filter(pk=officer.pk).exists():
        raise BadInput(_("%(name)s cannot log in yet: let the account be invited first.") % told, field="officer")
    held = list(Posting.objects.meeting(from_day, to_day).filter(officer=officer).values_list("duty", flat=True))
    if posting.duty in OF_THE_BUSINESS and held and not any(duty in OF_THE_BUSINESS for duty in held):
        raise BadInput(
            _("%(name)s only watches or administrates and cannot do the work of a %(duty)s: choose somebody else.")
            % told,
            field="officer",
        )
    if inspects(posting) and not (officer.certified_on(from_day) and officer.certified_on(to_day)):
        raise BadInput(
            _(
                "%(name)s has no enforcement certificate that is valid from %(first)s to %(last)s, and a %(duty)s "
                "inspects: record the certificate, shorten the leave or choose somebody else."
            )
            % told,
            field="officer",
        )
