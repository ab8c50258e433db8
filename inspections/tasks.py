"""Jobs of the inspections."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial

from gridsup.jobs import Step
from gridsup.models import Job
from gridsup.parts import Part
from gridsup.periods import Period
from inspections.actions import falling_due, follow_part, make_tasks, merge_near, open_planned
from inspections.models import InspectionPlan
from subjects.actions import figure, ledger_parts


def generate_due_tasks(job: Job, now: datetime) -> Iterable[Step]:
    """Makes the tasks that fall due within the lead of the job's day, never outside a published plan or above its cap.

    What falls due in a year without a published plan is only counted, as "unplanned". Raises BadInput when the bureau
    has no policy on the day.
    """
    day = Period.parse(job.period).one_day()
    bureau = job.area_code[:2]
    lead, span = figure(bureau, "task_lead_days", day), figure(bureau, "merge_span_days", day)
    published = InspectionPlan.objects.filter(bureau_id=bureau, state=InspectionPlan.State.PUBLISHED)
    plans = {plan.year: plan for plan in published}
    for part in ledger_parts(job.area_code):
        yield Step(f"follow {part}", partial(follow_part, part=part, now=now))
        yield Step(f"open {part}", partial(open_planned, part=part, on=day, now=now))
        for year in sorted({day.year, (day + timedelta(days=lead)).year}):
            if year in plans:
                make = partial(make_tasks, part=part, plan=plans[year], on=day, lead=lead, now=now)
                yield Step(f"make {year} {part}", make)
            else:
                yield Step(f"count {year} {part}", partial(_unplanned, part, year, day, lead))
        yield Step(f"merge {part}", partial(merge_near, part=part, span=span, now=now))


def _unplanned(part: Part, year: int, day: date, lead: int) -> dict[str, int]:
    count = falling_due(part=part, year=year, on=day, lead=lead).count()
    return {"read": count, "made": 0, "unplanned": count}
