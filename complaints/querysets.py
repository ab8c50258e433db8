"""Query sets of complaints and their clocks."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.db import models

from gridsup.scoping import ScopedQuerySet
from gridsup.setwise import SetWise

if TYPE_CHECKING:
    from complaints.models import Clock, Complaint

M = TypeVar("M", bound=models.Model)

# Where a complaint, report, clue or enquiry has come to its end.
ENDED = ("refused", "transferred", "linked", "closed")


class ComplaintQuerySet(SetWise["Complaint"]):
    """Complaints, reports, clues and enquiries."""

    def open(self) -> Self:
        """Not at an end."""
        return self.exclude(state__in=ENDED)


class ClockQuerySet(SetWise["Clock"]):
    """Time limits that run, ran or were met."""

    def running(self) -> Self:
        """Neither met nor stopped; paused ones are among them."""
        return self.filter(met_on__isnull=True, stopped_on__isnull=True)

    def overdue(self, on: date) -> Self:
        """Running, not paused, and the latest day is over."""
        return self.running().filter(paused_on__isnull=True, latest_on__lt=on)


class OfComplaintQuerySet(ScopedQuerySet[M]):
    """Parts of a complaint; scoped by the complaint."""

    area_field = "complaint__area_code"


AnyOfComplaint = OfComplaintQuerySet[Any]
