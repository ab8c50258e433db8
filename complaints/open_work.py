"""What is open about complaints when areas change."""

from django.utils.translation import gettext_lazy as _

from complaints.held import IN_HAND
from complaints.models import Complaint
from gridsup.openwork import OpenWork

OPEN = OpenWork(
    "complaints",
    _("open complaints"),
    Complaint.objects.with_file,
    Complaint.objects.open,
    IN_HAND.show,
    place="locality",
)
