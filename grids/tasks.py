"""Jobs of areas and people."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from django.utils import timezone

from grids.actions.handover import settle_swaps
from grids.actions.letters import fits_letters, missing_letters, put_letters
from grids.lettering.files import keep_files, write_files
from grids.lettering.writing import Draft
from grids.models import Grid, Station
from gridsup.jobs import Step, keep_hold
from gridsup.models import Job
from gridsup.periods import Period


def hand_over_swaps(job: Job, now: datetime) -> Iterable[Step]:
    """Hands over the open work of those who change places on the job's day."""
    day, area = Period.parse(job.period).one_day(), job.area_code
    yield Step(f"swaps of {area}", partial(settle_swaps, area_code=area, on=day, now=now))


def make_letters(job: Job, now: datetime) -> Iterable[Step]:
    """Makes the responsibility letters of the job's year that are still missing at or below its area.

    A bureau gives its stations theirs, and each station its grids; asked for by a station, only those of its grids.
    """
    period, area = Period.parse(job.period), job.area_code
    fits_letters(period=period, area_code=area, on=timezone.localdate(job.queued_at))
    year = period.first.year
    if len(area) == 2:
        codes = list(Station.objects.filter(bureau__code=area).order_by("code").values_list("code", flat=True))
        yield _step(job, f"letters of {area}", year, codes, now)
    stations = codes if len(area) == 2 else [area[:4]]
    for station in stations:
        grids = Grid.objects.in_force().filter(station__code=station)
        if len(area) == 6:
            grids = grids.filter(code=area)
        yield _step(job, f"letters of {station}", year, list(grids.values_list("code", flat=True)), now)


@dataclass
class _Work:
    """The letters of one step, from what is missing to what was written."""

    drafts: list[Draft] = field(default_factory=list)
    without_giver: int = 0


def _step(job: Job, label: str, year: int, areas: list[str], now: datetime) -> Step:
    work = _Work()

    def prepare() -> None:
        work.drafts, work.without_giver = missing_letters(year=year, areas=areas, on=timezone.localdate(now))
        write_files(job, work.drafts)

    def run() -> dict[str, int]:
        keep_hold(job)
        counts = put_letters(drafts=work.drafts, now=now)
        keep_files(job, work.drafts)
        return {"read": len(areas), "refused": work.without_giver, **counts}

    return Step(label, partial(run), prepare=prepare)
