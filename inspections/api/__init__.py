"""API of plans, tasks, visits and findings."""

from inspections.api.credit import CreditReviewViewSet
from inspections.api.findings import FindingViewSet
from inspections.api.plans import PlanViewSet
from inspections.api.tasks import TaskViewSet
from inspections.api.visits import VisitViewSet

__all__ = ["CreditReviewViewSet", "FindingViewSet", "PlanViewSet", "TaskViewSet", "VisitViewSet"]
