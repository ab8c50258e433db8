"""Who may not be what at once: the three administrators are kept apart from each other and from the business.

Source: handbook §9, security baseline (separate system, security and audit administrators).
"""

from django.utils.translation import gettext as _

from grids.models import Officer, Posting
from grids.permissions import ADMINISTRATORS, Duty
from gridsup.errors import BadInput, NotAllowed


def keep_from_own(posting: Posting, by: Officer | None) -> None:
    """Raises NotAllowed where an administrator takes away the own post: nobody might be left to name the next."""
    if by is not None and posting.officer == by and posting.duty in ADMINISTRATORS:
        raise NotAllowed(_("Nobody takes away their own post of an administrator: somebody else has to."))


def keep_apart(posting: Posting, by: Officer | None) -> None:
    """Refuses a post that is about to be given.

    Raises NotAllowed where somebody gives themselves one; BadInput where an administrator would hold another duty on
    the same day, or somebody of the business become an administrator.
    """
    if by is not None and posting.officer == by:
        raise NotAllowed(_("Nobody gives themselves a post: somebody else has to."))
    # of two posts given at the same moment the second sees the first
    Officer.objects.select_for_update(no_key=True).get(pk=posting.officer.pk)
    held = Posting.objects.meeting(posting.from_day, posting.to_day).filter(officer=posting.officer)
    is_administrator = posting.duty in ADMINISTRATORS
    clashing = held.exclude(duty=posting.duty) if is_administrator else held.filter(duty__in=ADMINISTRATORS)
    if other := clashing.first():
        raise BadInput(
            _(
                "%(name)s is %(other)s of %(area)s on these days. System administrator, security administrator and "
                "auditor are three persons, and none of them holds another duty."
            )
            % {"name": posting.officer, "other": Duty(other.duty).label, "area": other.area_code},
            field="duty",
        )
