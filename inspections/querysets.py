"""Query sets of plans and tasks."""

from datetime import date
from typing import TYPE_CHECKING, Self

from django.db.models import Q

from grids.permissions import HOLDERS
from gridsup.scoping import HoldsAreas, ScopedQuerySet
from gridsup.setwise import SetWise

if TYPE_CHECKING:
    from grids.models import Officer
    from inspections.models import InspectionPlan, InspectionTask


class PlanQuerySet(ScopedQuerySet["InspectionPlan"]):
    """Plans of a bureau; every station and grid of the bureau may read what was planned for it."""

    def visible_to(self, officer: HoldsAreas) -> Self:
        """Plans of every bureau in which the officer may view business rows somewhere."""
        return self.filter(bureau__in={code[:2] for code in officer.area_codes(self.view_permission)})

    def in_area(self, code: str) -> Self:
        """Plans of the bureau that the area lies in."""
        return self.filter(bureau=code[:2])


class TaskQuerySet(SetWise["InspectionTask"]):
    """Obligations to visit."""

    def open(self) -> Self:
        """Planned or due: still to be done."""
        return self.filter(state__in=["planned", "due"])

    def overdue(self, on: date) -> Self:
        """Due, and the due day is over; not a state of its own."""
        return self.filter(state="due", due_on__lt=on)

    def mine(self, officer: "Officer") -> Self:
        """Work of one officer: given to them by name, or nobody's by name in a grid that they hold today."""
        held = [post.area_code for post in officer.current_postings if post.duty in HOLDERS]
        return self.filter(Q(assignee=officer) | Q(assignee__isnull=True, area_code__in=held))
