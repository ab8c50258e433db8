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


def candidates(posting: Posting, viewer: Officer, on: date, to_day: date | None = None) -> Any:
    """People whom the viewer may see and who could stand in for the holder from the day on, until `to_day` if given."""
    people = Officer.objects.visible_to(viewer).filter(is_active=True).exclude(pk__in=[posting.officer_id, viewer.pk])
    people = people.exclude(away(on, to_day or on))
    held = Posting.objects.on(on).filter(officer=OuterRef("pk"))
    people = people.exclude(Exists(held.filter(duty=posting.duty, area_code=posting.area_code)))
    people = people.exclude(pk__in=Officer.objects.never_invited().order_by().values("pk"))
    if posting.duty in OF_THE_BUSINESS:
        people = people.filter(Exists(held.filter(duty__in=OF_THE_BUSINESS)) | ~Exists(held))
    return people.certified_on(on) if inspects(posting) else people


def away(from_day: date, to_day: date) -> Exists:
    """People on leave on some day of these: whoever is away from one post stands in nowhere."""
    leaves = Posting.objects.meeting(from_day, to_day).substitutions()
    return Exists(leaves.filter(stands_in_for__officer=OuterRef("pk")))


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


def check_there(posting: Posting, officer: Officer, from_day: date, to_day: date) -> None:
    """Raises BadInput where who is to stand in is on leave themselves on one of these days, or the holder, who goes on
    leave, stands in elsewhere. Both people are locked, so that of two leaves at once the second sees the first."""
    people = Officer.objects.select_for_update(no_key=True).filter(pk__in=[posting.officer_id, officer.pk])
    list(people.order_by("pk").values_list("pk"))
    leaves = Posting.objects.meeting(from_day, to_day).substitutions().order_by("from_day", "pk")
    leaves = leaves.select_related("officer", "stands_in_for__officer")
    if leave := leaves.filter(stands_in_for__officer=officer).first():
        raise BadInput(
            _(
                "%(name)s is on leave from %(first)s to %(last)s, and %(other)s stands in: choose somebody else, or "
                "days outside that leave."
            )
            % {"name": officer, "first": leave.from_day, "last": leave.to_day, "other": leave.officer},
            field="officer",
        )
    if other := leaves.filter(officer=posting.officer_id).first():
        raise BadInput(
            _(
                "%(name)s stands in for %(other)s in %(area)s from %(first)s to %(last)s and cannot be on leave on "
                "these days: end that or call it off first, and let somebody else stand in there."
            )
            % {
                "name": other.officer, "other": other.stands_in_for and other.stands_in_for.officer,
                "area": other.area_code, "first": other.from_day, "last": other.to_day,
            },
            field="from_day",
        )  # fmt: skip
