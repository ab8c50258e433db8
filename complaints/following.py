"""The complaint of a number and its code, for whoever has both: the public pages and the public part of the API."""

from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.actions.people import RATED_FROM
from complaints.models import Complaint
from gridsup import flood
from gridsup.errors import BadInput

NO_OFFICER = gettext_lazy(
    "Only the person who asked rates what was done. You are logged in as an officer: nothing was kept."
)


def found(request: HttpRequest, number: str, code: str) -> Complaint:
    """The complaint of a number and its code.

    Raises BadInput, the same for a number that nobody has as for a wrong code, and TooOften for whoever tries.
    """
    attempt = flood.allow(kind="follow", request=request, now=timezone.now())
    complaint = Complaint.objects.filter(number=number).first()
    right = constant_time_compare(code, complaint.follow_code if complaint else "")
    if complaint is None or not right:
        raise BadInput(_("Number and code do not belong together. Look at both once more."))
    attempt.delete()
    return complaint


def may_rate(complaint: Complaint) -> bool:
    """The result was told, and nothing was said of it yet."""
    return getattr(complaint, "rating", None) is None and complaint.state in RATED_FROM
