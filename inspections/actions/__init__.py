"""Everything that writes to plans, tasks, visits and findings."""

from inspections.actions.cases import confirm_review, follow_case, record_case, reject_review
from inspections.actions.drafts import drop_draft
from inspections.actions.findings import (
    ask_recheck,
    close_finding,
    escalate_findings,
    hand_over,
    open_decision,
    return_case,
)
from inspections.actions.photos import attach_photo, attach_photos, check_adds_photos
from inspections.actions.plans import approve_plan, close_plan, propose_plan, publish_plan
from inspections.actions.tasks import (
    ask_visits,
    assign_task,
    cancel_task,
    falling_due,
    follow_ledger,
    follow_part,
    make_tasks,
    merge_near,
    open_planned,
)
from inspections.actions.visits import (
    archive_visit,
    archive_visits,
    return_visit,
    save_draft,
    submit_visit,
    submit_visits,
)

__all__ = [
    "approve_plan",
    "archive_visit",
    "archive_visits",
    "ask_recheck",
    "ask_visits",
    "assign_task",
    "attach_photo",
    "attach_photos",
    "cancel_task",
    "check_adds_photos",
    "close_finding",
    "close_plan",
    "confirm_review",
    "drop_draft",
    "escalate_findings",
    "falling_due",
    "follow_case",
    "follow_ledger",
    "follow_part",
    "hand_over",
    "make_tasks",
    "merge_near",
    "open_decision",
    "open_planned",
    "propose_plan",
    "publish_plan",
    "record_case",
    "reject_review",
    "return_case",
    "return_visit",
    "save_draft",
    "submit_visit",
    "submit_visits",
]
