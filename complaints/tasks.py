"""Jobs of the complaints."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from complaints.actions import escalate_clocks
from gridsup.jobs import Step
from gridsup.models import Job
from gridsup.periods import Period
from inspections.actions import escalate_findings
from subjects.actions import figure, ledger_parts


def escalate_overdue(job: Job, now: datetime) -> Iterable[Step]:
    """Reports what is overdue on the job's day one level up: time limits of complaints, and findings not put right.

    Raises BadInput when the bureau has no policy on the day.
    """
    day = Period.parse(job.period).one_day()
    days = figure(job.area_code[:2], "escalation_days", day)
    for part in ledger_parts(job.area_code):
        yield Step(f"clocks {part}", partial(escalate_clocks, part=part, on=day, days=days, now=now))
        yield Step(f"findings {part}", partial(escalate_findings, part=part, on=day, now=now))
