"""Tasks: obligations to visit a premises by a day."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from grids.models import Officer
from grids.permissions import Permission
from gridsup.events import Event
from gridsup.states import Move
from inspections.models.plan import InspectionPlan
from inspections.querysets import TaskQuerySet
from subjects.models import Premises

models.CharField.register_lookup(Length)


class InspectionTask(models.Model):
    """One obligation; one visit may discharge several. `assignee` empty means: whoever holds the grid."""

    class Reason(models.TextChoices):
        ROUTINE = "routine", _("regular")
        REGISTRATION = "registration", _("after registration")
        CAMPAIGN = "campaign", _("campaign")
        DRAW = "draw", _("random draw")
        COMPLAINT = "complaint", _("complaint")
        RECHECK = "recheck", _("re-check")
        CASE_RETURN = "case_return", _("after a case")

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        DUE = "due", _("due")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")
        MERGED = "merged", _("merged")

    OPEN: ClassVar = [State.PLANNED, State.DUE]
    # Reasons that need the plan and count against its cap; the others are exempt by law (handbook §9).
    PLANNED_REASONS: ClassVar = [Reason.ROUTINE, Reason.CAMPAIGN, Reason.DRAW]

    premises = models.ForeignKey(Premises, models.PROTECT, related_name="tasks", verbose_name=_("premises"))
    area_code = models.CharField(_("area code"), max_length=6)
    reason = models.CharField(pgettext_lazy("of a visit", "reason"), max_length=12, choices=Reason)
    plan = models.ForeignKey(
        InspectionPlan, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("plan"),
        # Nearly all rows share one plan: an index would only mislead the planner, to a quadratic generation.
        db_index=False,
    )  # fmt: skip
    due_on = models.DateField(_("due on"))
    opens_on = models.DateField(_("opens on"))
    # a task made when its due day was over is not known to a score published before (docs/decisions/0012)
    made_on = models.DateField(_("made on"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.PLANNED)
    assignee = models.ForeignKey(
        Officer, models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("assignee")
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", verbose_name=_("merged into")
    )

    done_on = models.DateField(_("done on"), null=True, blank=True)
    visit = models.ForeignKey(
        "inspections.Visit", models.PROTECT, null=True, blank=True, related_name="tasks", verbose_name=_("visit")
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("inspection task")
        verbose_name_plural = _("inspection tasks")
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["premises", "reason", "due_on"], condition=~Q(reason="recheck"), name="task_once"
            ),
            # a second order may name a day on which another was looked at again already
            models.UniqueConstraint(
                fields=["premises", "due_on"],
                condition=Q(reason="recheck", state__in=["planned", "due"]),
                name="task_one_recheck",
            ),
            # an open routine task that grows old stays the one task
            models.UniqueConstraint(
                fields=["premises"],
                condition=Q(reason="routine", state__in=["planned", "due"]),
                name="task_one_routine",
            ),
            models.CheckConstraint(condition=Q(area_code__length__in=[2, 4, 6]), name="task_area_length"),
            models.CheckConstraint(
                condition=Q(state__in=["planned", "due", "done", "cancelled", "merged"]), name="task_state"
            ),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False)
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
                name="task_merged_iff_into",
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_on__isnull=False, visit__isnull=False)
                | (~Q(state="done") & Q(done_on__isnull=True, visit__isnull=True)),
                name="task_done_iff_visit",
            ),
            models.CheckConstraint(condition=Q(opens_on__lte=F("due_on")), name="task_opens_before_due"),
            # no routine visit outside a plan (handbook §9)
            models.CheckConstraint(condition=~Q(reason="routine") | Q(plan__isnull=False), name="task_routine_planned"),
        ]
        indexes = [
            # /today/, lists of an area; with the last column the counts of each area on the dashboard
            models.Index(fields=["area_code", "state", "due_on", "done_on"], name="task_area"),
            # the trend of the dashboard: days of all areas together
            models.Index(fields=["due_on", "area_code", "state", "done_on"], name="task_day"),
            # what is given to somebody by name: few of all; held without a post, handed over
            models.Index(fields=["state", "area_code"], condition=Q(assignee__isnull=False), name="task_given"),
        ]

    def __str__(self) -> str:
        return f"{self.due_on} {self.get_reason_display()}"

    def is_overdue(self, on: date) -> bool:
        """Due, and the due day is over; the twin of `TaskQuerySet.overdue`."""
        return self.state == self.State.DUE and self.due_on < on

    @property
    def is_open(self) -> bool:
        """Still to be done."""
        return self.state in (self.State.PLANNED, self.State.DUE)


S = InspectionTask.State
TASK_MOVES = {
    (str(S.PLANNED), str(S.DUE)): Move(""),
    (str(S.DUE), str(S.DONE)): Move(Permission.INSPECT, required=("done_on", "visit")),
    (str(S.PLANNED), str(S.DONE)): Move(Permission.INSPECT, required=("done_on", "visit")),
    (str(S.PLANNED), str(S.CANCELLED)): Move(Permission.CANCEL_TASK, required=("why",)),
    (str(S.DUE), str(S.CANCELLED)): Move(Permission.CANCEL_TASK, required=("why",)),
    (str(S.PLANNED), str(S.MERGED)): Move("", required=("merged_into",)),
    (str(S.DUE), str(S.MERGED)): Move("", required=("merged_into",)),
}


class TaskEvent(Event):
    """History of a task; it comes into each later state once, however many try at the same moment."""

    task = models.ForeignKey(InspectionTask, models.PROTECT, related_name="events")

    class Meta(Event.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["task", "new"],
                condition=Q(what="state", new__in=["due", "done", "cancelled", "merged"]),
                name="task_moves_once",
            )
        ]
