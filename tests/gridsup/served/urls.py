from collections import Counter
from datetime import datetime
from functools import partial

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils import timezone

from grids.models import Bureau, Station
from gridsup import composition
from gridsup.jobs import Step, enqueue
from gridsup.models import Job

composition.JOBS["stations"] = f"{__name__}.stations"
STEPS = 5


def stations(job: Job, now: datetime) -> list[Step]:
    """Makes a station in each step."""
    return [Step(str(n), partial(make, f"{job.area_code}{n:02}")) for n in range(STEPS)]


def make(code: str) -> dict[str, int]:
    _station, is_new = Station.objects.get_or_create(code=code, bureau_id=code[:2], defaults={"name": code})
    return {"made": int(is_new)}


def queue(request: HttpRequest, code: str) -> HttpResponse:
    """A page that writes and queues a job, while other such pages and the worker write too."""
    Bureau.objects.create(code=code, name=code)
    enqueue(name="stations", period="2026", area_code=code, now=timezone.now())
    return HttpResponse(status=204)


def state(request: HttpRequest) -> JsonResponse:
    jobs = Job.objects.filter(name="stations")
    made = sum(job.counts.get("made", 0) for job in jobs)
    return JsonResponse({**Counter(job.state for job in jobs), "made": made, "stations": Station.objects.count()})


urlpatterns = [path("queue/<str:code>", queue), path("state", state)]
