"""Writes about cases: what the case team reports, the revisit and the credit review that follow, what is decided."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.models import Officer
from gridsup.errors import BadInput, DomainError, NotAllowed
from gridsup.states import advance, find_move
from inspections.actions.tasks import ask_visits
from inspections.models import CaseReturn, CreditReview, CreditReviewEvent, InspectionTask
from inspections.models.case import CREDIT_MOVES
from subjects.actions import check_grade, figure, may_set_credit, set_credit
from subjects.models import MarketSubject, PolicyFigure, Premises
from subjects.models.ledger import Status

State = CreditReview.State


def record_case(
    *, premises: Premises, number: str, decision: str, closed_on: date | None, since: date, on: date
) -> CaseReturn:
    """The case of the premises by its number, stored on its first report; the caller holds the premises.

    `since`: the day of what went into it. Raises BadInput, with the field, for what is missing, a day outside of
    `since` to `on`, and for a number that was reported with another decision or day.
    """
    number, given = number.strip(), {"decision": decision.strip(), "closed_on": closed_on}
    if not number:
        raise BadInput(_("Give the number of the case."), field="number")
    if not given["decision"]:
        raise BadInput(_("Say what was decided, in a sentence."), field="decision")
    if closed_on is None or not since <= closed_on <= on:
        raise BadInput(
            _("Say on which day the case was closed: from %(since)s to today.") % {"since": since}, field="closed_on"
        )
    case, made = CaseReturn.objects.get_or_create(premises=premises, number=number, defaults=given)
    known = {"number": number, "decision": case.decision, "day": case.closed_on}
    for name, value in given.items():
        if not made and getattr(case, name) != value:
            sentence = _("Case %(number)s was reported as “%(decision)s”, closed on %(day)s: say the same, or correct "
                         "the number.")  # fmt: skip
            raise BadInput(sentence % known, field=name)
    return case


def follow_case(*, case: CaseReturn, by: Officer | None, now: datetime) -> None:
    """What the end of a case brings, once: a revisit of the premises, while it trades, and a proposal to review the
    credit grade of its subject. In a transaction that holds the premises."""
    on = timezone.localdate(now)
    premises = Premises.objects.get(pk=case.premises_id)
    case.refresh_from_db()
    if case.revisit is None and premises.status == Status.ACTIVE:
        days = figure(premises.area_code[:2], PolicyFigure.Key.CASE_REVISIT_DAYS, on)
        wanted = [(premises, on, on + timedelta(days=days))]
        case.revisit = ask_visits(reason=InspectionTask.Reason.CASE_RETURN, wanted=wanted)[0]
        case.save(update_fields=["revisit"])
    review, made = CreditReview.objects.get_or_create(case=case, defaults={"proposed_on": on})
    if made:
        CreditReviewEvent.objects.create(review=review, what="state", new=State.PROPOSED, by=by, at=now)


def confirm_review(*, review: CreditReview, credit: str, by: Officer, now: datetime, why: str = "") -> CreditReview:
    """Gives the subject another credit grade after its case; what the policy makes of all its places follows.

    Raises NotAllowed also for whoever may not decide in all areas of the subject, WrongState for a review that is
    decided, BadInput for a grade that is none or the present one, Overtaken for the second of two.
    """
    subject = _decided(review, State.CONFIRMED, by, why, credit=credit)
    check_grade(credit)
    reason = why.strip() or _("After case %(number)s") % {"number": review.case.number}
    try:
        with transaction.atomic():
            _advance(review, State.CONFIRMED, by=by, now=now, why=reason, credit=credit)
            old, on = subject.credit, timezone.localdate(now)
            set_credit(subject=subject, credit=credit, why=reason, by=by, on=on, now=now)
            CreditReviewEvent.objects.create(review=review, what="credit", old=old, new=credit, by=by, at=now)
    except DomainError:
        review.refresh_from_db()
        raise
    return review


def reject_review(*, review: CreditReview, why: str, by: Officer, now: datetime) -> CreditReview:
    """Leaves the credit grade as it is, for a reason; raises what `confirm_review` raises."""
    _decided(review, State.REJECTED, by, why)
    _advance(review, State.REJECTED, by=by, now=now, why=why.strip())
    return review


def _decided(review: CreditReview, to: str, by: Officer, why: str, **fields: str) -> MarketSubject:
    """The subject, where the person may decide on its credit, and the move is one of the table."""
    find_move(review, to, moves=CREDIT_MOVES, by=by, why=why.strip(), **fields)
    subject = review.case.premises.subject
    if not may_set_credit(subject=subject, by=by):
        raise NotAllowed(_("It trades in areas of others, too: whoever may decide in all of them decides."))
    return subject


def _advance(review: CreditReview, to: str, *, by: Officer, now: datetime, why: str, **fields: str) -> None:
    advance(
        review, to, moves=CREDIT_MOVES, event=CreditReviewEvent, owner="review", now=now, by=by, why=why,
        decided_on=timezone.localdate(now), decided_by=by, **fields,
    )  # fmt: skip
