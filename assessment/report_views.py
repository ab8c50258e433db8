"""Pages of reports: the list with how far each is, asking for one, and both files of each."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from assessment.actions import request_report
from assessment.forms import ReportForm, ReportQuestion
from assessment.models import Report
from assessment.reporting.delivery import Delivered, delivered, entries
from assessment.reporting.desk import SHEET, TEXT
from grids.permissions import Permission
from grids.requests import SignedIn
from gridsup.audit.recording import note
from gridsup.errors import DomainError
from gridsup.models import Job
from gridsup.paging import page_of
from gridsup.schedule import area_codes


@login_required
@permission_required(Permission.BUILD_REPORTS, raise_exception=True)
def report_list(request: SignedIn) -> HttpResponse:
    officer, question = request.user, ReportQuestion(request.GET)
    held = officer.area_codes(Permission.BUILD_REPORTS)
    asked = str(question.asked.get("area") or "")
    if asked and not (officer.may(Permission.BUILD_REPORTS, asked) and asked in area_codes(len(asked))):
        raise Http404
    form = ReportForm(request.POST or None, held=held, on=timezone.localdate())
    if request.method == "POST" and _ask(request, form):
        return redirect("reports")
    rows = Report.objects.visible_to(officer).select_related("job")
    page = page_of(question.filter(rows), request)
    shown: dict[str, Any] = {
        "page": page,
        "entries": entries(page),
        "question": question,
        "under_way": any(report.job.state in Job.ACTIVE for report in page),
    }
    if request.headers.get("HX-Request"):
        return render(request, "assessment/_report_rows.html", shown)
    return render(
        request,
        "assessment/report_list.html",
        {**shown, "form": form, "areas": form.areas},
    )


def _ask(request: SignedIn, form: ReportForm) -> bool:
    """Asks for what the form says; False with the sentence in the form when that cannot be."""
    if not form.is_valid():
        return False
    now = timezone.now()
    try:
        report = request_report(**form.cleaned_data, by=request.user, now=now)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    note(request, row=report)
    if report.requested_at != now:
        messages.info(request, _("This report had been asked for already: it is not built twice."))
    return True


@login_required
@permission_required(Permission.BUILD_REPORTS, raise_exception=True)
def report_sheet(request: SignedIn, pk: int) -> HttpResponse | FileResponse:
    return _file(request, pk, SHEET)


@login_required
@permission_required(Permission.BUILD_REPORTS, raise_exception=True)
def report_text(request: SignedIn, pk: int) -> HttpResponse | FileResponse:
    return _file(request, pk, TEXT)


def _file(request: SignedIn, pk: int, kind: str) -> HttpResponse | FileResponse:
    """One file of a report in the person's areas; a sentence while there is none."""
    report = get_object_or_404(Report.objects.visible_to(request.user).select_related("job"), pk=pk)
    try:
        file: Delivered = delivered(report, kind)
    except DomainError as error:
        return render(request, "assessment/report_missing.html", {"sentence": str(error)}, status=409)
    return FileResponse(file.content, as_attachment=True, filename=file.name, content_type=file.content_type)
