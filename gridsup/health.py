"""Whether this process can work: for load balancers and for whoever watches."""

import logging
from datetime import datetime

from django.db import DatabaseError
from django.db.models import Count, Min, Q
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gridsup.models import Job

log = logging.getLogger(__name__)


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the database answers, else 503; jobs are reported and do not decide: another process runs them."""
    try:
        jobs = queue(timezone.now())
    except DatabaseError:
        log.exception("the database does not answer")
        return JsonResponse({"status": "down", "database": "down"}, status=503)
    return JsonResponse({"status": "up", "database": "up", "jobs": jobs})


def queue(now: datetime) -> dict[str, int | None]:
    """How many jobs wait and run, how long the oldest has waited (seconds), how many leases ran out."""
    jobs = Job.objects.active().aggregate(
        queued=Count("pk", filter=Q(state=Job.State.QUEUED)),
        running=Count("pk", filter=Q(state=Job.State.RUNNING)),
        abandoned=Count("pk", filter=Q(state=Job.State.RUNNING, lease_until__lt=now)),
        oldest=Min("queued_at", filter=Q(state=Job.State.QUEUED)),
    )
    oldest = jobs.pop("oldest")
    return {**jobs, "oldest_queued_seconds": int((now - oldest).total_seconds()) if oldest else None}
