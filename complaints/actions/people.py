"""What concerns the person who asked: who it is, and how satisfied they are."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.actions.cleaning import longest
from complaints.models import Complainant, Complaint, ComplaintEvent, Rating
from grids.models import Officer
from grids.permissions import Permission
from gridsup.errors import BadInput, Overtaken, WrongState
from gridsup.states import check

# Only who knows the result can say what they think of it.
RATED_FROM = {Complaint.State.TOLD, Complaint.State.CLOSED}


def reveal(*, complaint: Complaint, by: Officer, why: str, now: datetime) -> Complainant:
    """Who asked, in full; that somebody looked, and why, stays in the history (handbook §9, Art. 37).

    Raises NotAllowed, BadInput without a reason.
    """
    check(by, Permission.REVEAL, complaint.area_code)
    if not why.strip():
        raise BadInput(_("A reason is needed."), field="why")
    most = longest(ComplaintEvent, "why")
    if len(why) > most:
        raise BadInput(_("At most %(most)s characters.") % {"most": most}, field="why")
    with transaction.atomic():
        ComplaintEvent.objects.create(complaint=complaint, what="reveal", by=by, at=now, why=why.strip())
        return Complainant.objects.get_or_create(complaint=complaint)[0]


def rate(*, complaint: Complaint, score: int, comment: str, now: datetime) -> Rating:
    """Keeps how satisfied the person is, once; only they say so, on the public page: no officer rates.

    It counts for the area that handled it. Raises WrongState before the person was told, BadInput for a score outside
    of 1 to 5 or a comment that is too long, Overtaken when there is a rating already.
    """
    if complaint.state not in RATED_FROM:
        raise WrongState(_("It can be rated once the result was told."))
    if not 1 <= score <= 5:
        raise BadInput(_("Rate from 1 to 5."), field="score")
    comment = comment.strip()
    most = longest(Rating, "comment")
    if len(comment) > most or "\x00" in comment:
        raise BadInput(_("At most %(most)s characters.") % {"most": most}, field="comment")
    try:
        with transaction.atomic():
            rating = Rating.objects.create(
                complaint=complaint, area_code=complaint.area_code, score=score, comment=comment, given_at=now,
                given_on=timezone.localdate(now),
            )  # fmt: skip
            ComplaintEvent.objects.create(complaint=complaint, what="rate", new=str(score), at=now)
    except IntegrityError as error:
        raise Overtaken(_("It was rated already. Thank you.")) from error
    return rating
