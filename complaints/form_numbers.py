"""The number of a form in its address, so that who goes back has the same form, and sends no second complaint."""

from uuid import UUID, uuid4

from django.http import HttpRequest
from django.utils import timezone

from complaints.models import Complaint
from complaints.models.complaint import RECEIPT


def open_number(text: str) -> UUID | None:
    """The number that an address carries; None: a new one is due.

    A form that was sent long ago is nobody's any more who goes back: a bookmark, an address that was passed on.
    """
    try:
        number = UUID(text)
    except ValueError:
        return None
    long_ago = Complaint.objects.filter(client_id=number, received_at__lt=timezone.now() - RECEIPT)
    return None if long_ago.exists() else number


def numbered(request: HttpRequest, **more: str) -> str:
    """The address that was asked for, with a new number and whatever else it is to carry."""
    query = request.GET.copy()
    for name, value in {**more, "form": str(uuid4())}.items():
        query[name] = value
    return f"{request.path}?{query.urlencode()}"
