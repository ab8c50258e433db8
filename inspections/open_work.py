"""What is open about visits when areas change: tasks, findings and forms go along, a returned record does not."""

from django.utils.translation import gettext_lazy as _

from gridsup.holding import HeldRow
from gridsup.openwork import OpenWork
from inspections import held
from inspections.models import Finding, InspectionTask, Visit
from inspections.querysets import VisitQuerySet


def _aside() -> VisitQuerySet:
    return Visit.objects.filter(state="draft", submitted_at__isnull=True).exclude(draft={})


def _record(visit: Visit) -> HeldRow:
    return HeldRow(str(visit.premises), str(visit.visited_on or ""), visit.area_code, visit.get_absolute_url())


TASKS = OpenWork(
    "tasks", _("open tasks"), InspectionTask.objects.with_file, InspectionTask.objects.open, held.TASKS.show
)
FINDINGS = OpenWork(
    "findings", _("open findings"), Finding.objects.with_file, Finding.objects.to_follow, held.FINDINGS.show
)
DRAFTS = OpenWork("drafts", _("forms of visits put aside"), Visit.objects.with_file, _aside, held.DRAFTS.show)
RETURNED = OpenWork(
    "returned",
    _("returned records still to be corrected"),
    Visit.objects.with_file,
    Visit.objects.uncorrected,
    _record,
    stays=True,  # its maker corrects it in the grid of its day
)
