"""What the case team reports of a complaint or report that was handed to it."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.models import Complaint, ComplaintEvent
from complaints.rules import DECIDED
from grids.models import Officer
from grids.permissions import Permission
from gridsup.errors import BadInput, WrongState
from gridsup.states import check
from inspections.actions import follow_case, record_case
from inspections.facts import hold

S = Complaint.State
# A case goes on whatever the person who asked was told meanwhile.
HANDED_ON = frozenset({S.HANDED_TO_CASE, S.REVIEWED, S.TOLD, S.CLOSED})


def waits_for_case(complaint: Complaint) -> bool:
    """It was handed to the case team, which has not reported yet what became of it; one query at most."""
    if complaint.case_id is not None or complaint.state not in HANDED_ON:
        return False
    decided = complaint.events.filter(what="state", new__in=DECIDED).order_by("at", "pk").last()
    return decided is not None and decided.new == S.HANDED_TO_CASE


def report_case(
    *, complaint: Complaint, number: str, decision: str, closed_on: date | None, by: Officer, now: datetime
) -> Complaint:
    """The case team reports number, decision and closing: a revisit of the premises becomes due, and a review of the
    credit grade is proposed, as after a finding.

    The state stays: the answer to who asked does not wait for the case. Raises NotAllowed, WrongState where nothing is
    to be reported (also for the second of two), BadInput without a known premises or for what `record_case` refuses.
    """
    check(by, Permission.TAKE_CASE, complaint.area_code)
    with transaction.atomic():
        held = Complaint.objects.select_for_update(of=("self",)).get(pk=complaint.pk)
        if not waits_for_case(held):
            raise WrongState(
                _("There is no case to report on: it was not handed over, or somebody reported it already.")
            )
        if held.premises_id is None:
            raise BadInput(_("Its premises is not known here: the desk takes it up again and names it."))
        case = record_case(
            premises=hold([held.premises_id])[held.premises_id], number=number, decision=decision,
            closed_on=closed_on, since=held.received_on, on=timezone.localdate(now),
        )  # fmt: skip
        Complaint.objects.filter(pk=held.pk).update(case=case)
        why = f"{case.decision} · {case.closed_on}"
        ComplaintEvent.objects.create(complaint=held, what="case", new=case.number, why=why, by=by, at=now)
        follow_case(case=case, by=by, now=now)
    complaint.refresh_from_db()
    return complaint
