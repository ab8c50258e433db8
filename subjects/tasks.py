"""Jobs of the ledger."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import partial

from gridsup.jobs import Step
from gridsup.models import Job
from gridsup.parts import Part
from gridsup.periods import Period
from subjects.actions import apply_rules, date_tiers, ledger_parts
from subjects.areas.deciding import due_changes
from subjects.areas.effect import take_up
from subjects.geometry.actions import Seen, keep, look
from subjects.models import Premises


def apply_area_changes(job: Job, now: datetime) -> Iterable[Step]:
    """Lets the approved changes of areas whose day has come take effect, each in a step of its own."""
    day = Period.parse(job.period).one_day()
    for change in due_changes(job.area_code, day):
        yield Step(f"change {change.pk}", partial(take_up, change, day, now))


def apply_policy(job: Job, now: datetime) -> Iterable[Step]:
    """Brings the ledger of the job's area into line with the policy in force on the job's day."""
    day = Period.parse(job.period).one_day()
    for part in ledger_parts(job.area_code):
        yield Step(f"rules {part}", partial(_rules, part, day))
        yield Step(f"tiers {part}", partial(_tiers, part, day))


def _rules(part: Part, day: date) -> dict[str, int]:
    return {"read": Premises.objects.filter(part.rows()).count(), "changed": apply_rules(part=part, on=day)}


def _tiers(part: Part, day: date) -> dict[str, int]:
    return {"made": date_tiers(part=part, on=day)}


def check_geometry(job: Job, now: datetime) -> Iterable[Step]:
    """Finds what is wrong with the drawing of the job's bureau as it stands, and keeps it as the state of its day."""
    day, bureau = Period.parse(job.period).one_day(), job.area_code[:2]
    seen: list[Seen] = []
    # a second try looks anew; the look itself holds no lock
    yield Step(f"check {bureau}", lambda: keep(seen=seen[-1], on=day, now=now), lambda: seen.append(look(bureau)))
