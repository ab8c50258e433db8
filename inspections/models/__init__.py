"""What is to be visited and what was found: the year's plan, the tasks made from it, visits and findings."""

from inspections.models.case import CaseReturn, CreditReview, CreditReviewEvent
from inspections.models.finding import Finding, FindingEvent
from inspections.models.plan import InspectionPlan, PlanEvent, PlanLine
from inspections.models.task import InspectionTask, TaskEvent
from inspections.models.visit import Visit, VisitEvent, VisitPhoto

__all__ = [
    "CaseReturn",
    "CreditReview",
    "CreditReviewEvent",
    "Finding",
    "FindingEvent",
    "InspectionPlan",
    "InspectionTask",
    "PlanEvent",
    "PlanLine",
    "TaskEvent",
    "Visit",
    "VisitEvent",
    "VisitPhoto",
]
