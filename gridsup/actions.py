"""What a person may do with background work, from the API or the admin."""

from datetime import datetime

from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from gridsup.codes import is_area_code
from gridsup.composition import JOB_FITS, JOB_PERIODS
from gridsup.errors import BadInput, WrongState
from gridsup.jobs import enqueue
from gridsup.models import Job
from gridsup.periods import Period
from gridsup.states import Person, check


def request_job(*, name: str, period: str, area_code: str, by: Person, now: datetime) -> Job:
    """The one active job for this work, queued if there was none.

    Raises BadInput for a name or area that is none or a period that the job does not take, NotAllowed without the duty
    to run jobs there.
    """
    if not is_area_code(area_code):
        raise BadInput(_("An area is a code of 2, 4 or 6 digits: a bureau, a station or a grid."), field="area")
    check(by, "run_jobs", area_code)
    asked = Period.parse(period).shaped(*JOB_PERIODS.get(name, ("day",)))
    if name in JOB_FITS:
        import_string(JOB_FITS[name])(period=asked, area_code=area_code, on=timezone.localdate(now))
    return enqueue(name=name, period=period, area_code=area_code, by=by.get_username(), now=now)


def run_again(*, job: Job, by: Person, now: datetime) -> Job:
    """Queues the work of a job that ended, as a row of its own.

    Raises NotAllowed, and WrongState while the job is queued or running: the sweeper looks after those.
    """
    check(by, "run_jobs", job.area_code)
    if job.state in Job.ACTIVE:
        raise WrongState(_("This job is queued or running. It needs no help."))
    return enqueue(
        name=job.name,
        period=job.period,
        area_code=job.area_code,
        arguments=job.arguments,
        by=by.get_username(),
        now=now,
    )
