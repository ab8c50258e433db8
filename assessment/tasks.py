"""Jobs of the assessment."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.utils import timezone

from assessment.actions import fits_scores, scores_of, store_scores
from assessment.models import Scheme
from assessment.scoring import Card
from gridsup.jobs import Step
from gridsup.models import Job
from gridsup.periods import Period
from gridsup.workdays import ONE_DAY


def score_period(job: Job, now: datetime) -> Iterable[Step]:
    """Computes the scores of a bureau's month, quarter, half-year or year from the facts before the day it was queued.

    All in one step: a card without its rank is none. The schedule passes over a bureau without a scheme; asked for by a
    person it is refused, as are a period that is not over and an area that is no bureau.
    """
    period, asked_on = Period.parse(job.period), timezone.localdate(job.queued_at)
    if job.scheduled and not Scheme.objects.in_force(job.area_code, period.last).exists():
        return
    fits_scores(period=period, area_code=job.area_code, on=asked_on)
    cards: list[Card] = []

    def look() -> None:
        cut_off = asked_on - ONE_DAY
        cards[:] = scores_of(bureau=job.area_code, period=period, cut_off=cut_off, now=now)

    yield Step("score", partial(store_scores, cards=cards, now=now), prepare=look)
