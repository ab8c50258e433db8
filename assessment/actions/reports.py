"""Asking for reports: an area's month or quarter that is over, one at a time, each later one a new version."""

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from assessment.indicators import Span
from assessment.models import Report
from assessment.reporting.sheets import has_data
from grids.models import Officer
from grids.naming import names_on
from grids.permissions import Permission
from gridsup.composition import JOB_PERIODS
from gridsup.errors import BadInput
from gridsup.jobs import enqueue
from gridsup.models import Job
from gridsup.periods import Period
from gridsup.schedule import area_codes
from gridsup.states import check

JOB = "build_report"
# Of the codes of bureaus and stations.
LENGTHS = (2, 4)


def request_report(*, area: str, period: str, by: Officer, now: datetime) -> Report:
    """The report that is under way for the area and period, or a new one with its job.

    `area`: a bureau or station. Raises NotAllowed, and BadInput as `fits_report` does.
    """
    check(by, Permission.BUILD_REPORTS, area)
    whole = Period.parse(period)
    fits_report(period=whole, area_code=area, on=timezone.localdate(now))
    with transaction.atomic():
        job = enqueue(name=JOB, period=str(whole), area_code=area, by=by.get_username(), now=now)
        return report_of(job=job, now=now)


def fits_report(*, period: Period, area_code: str, on: date) -> None:
    """Raises BadInput, by field, unless a report can be made, on the day, of that period and area.

    The area is no bureau or station; the period is no month or quarter, is not over, or nothing happened there in it.
    """
    if len(area_code) not in LENGTHS or area_code not in area_codes(len(area_code)):
        raise BadInput(
            _("Reports are made for a bureau or a station: give the two or four digits of one."), field="area"
        )
    period.shaped(*JOB_PERIODS[JOB]).over(on)
    if not has_data(Span(area_code, period, on)):
        raise BadInput(
            _("Nothing is on record for %(area)s in “%(period)s”: no visit due or done, no problem, no complaint.")
            % {"area": " ".join([area_code, *names_on([area_code], on).values()]), "period": period},
            field="period",
        )


def report_of(*, job: Job, now: datetime) -> Report:
    """The report that a job builds; made when there is none yet, under the number of a version that came to nothing."""
    key = {"area_code": job.area_code, "period": job.period}
    found = Report.objects.filter(job=job).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            vain = Report.objects.filter(**key, job__state=Job.State.FAILED, built_at__isnull=True).first()
            if vain is not None:
                vain.job, vain.requested_at = job, now
                vain.save(update_fields=["job", "requested_at"])
                return vain
            last = Report.objects.filter(**key).aggregate(last=Max("version"))["last"] or 0
            return Report.objects.create(**key, version=last + 1, job=job, requested_at=now)
    except IntegrityError:
        # asked for and begun at the same moment: there is only one job, so the other made the row for it
        return Report.objects.get(job=job)
