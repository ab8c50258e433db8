"""What is to be visited: the year's plan and the tasks made from it."""

from inspections.models.plan import InspectionPlan, PlanEvent, PlanLine
from inspections.models.task import InspectionTask, TaskEvent

__all__ = ["InspectionPlan", "InspectionTask", "PlanEvent", "PlanLine", "TaskEvent"]
