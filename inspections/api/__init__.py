"""API of plans, tasks, visits and findings."""

from inspections.api.findings import FindingViewSet
from inspections.api.plans import PlanViewSet
from inspections.api.tasks import TaskViewSet
from inspections.api.visits import VisitViewSet

__all__ = ["FindingViewSet", "PlanViewSet", "TaskViewSet", "VisitViewSet"]
