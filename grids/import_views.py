"""Pages of the import of people: a file, what it would do, and then the import itself."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.importing import Outcome, run
from grids.importing.columns import COLUMNS
from grids.importing.keeping import Kept, find, keep
from grids.importing.running import may_import
from grids.models import Bureau, Officer
from grids.permissions import Duty, Permission
from grids.requests import SignedIn
from gridsup.audit.models import AuditEntry
from gridsup.audit.recording import note, note_trial
from gridsup.errors import DomainError, Overtaken
from gridsup.questions import SELECT

# Rows and faults that the preview shows; the file of refused rows has them all.
MOST_SHOWN = 100
WHAT = {
    "made": gettext_lazy("new account"),
    "posted": gettext_lazy("new post"),
    "changed": gettext_lazy("phone or certificate"),
    "unchanged": gettext_lazy("nothing new"),
}


class FileForm(forms.Form):
    """A file of people and the bureau it is for."""

    bureau = forms.ModelChoiceField(
        label=gettext_lazy("bureau"), queryset=Bureau.objects.none(), widget=forms.Select(attrs=SELECT)
    )
    file = forms.FileField(
        label=gettext_lazy("file"),
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".xlsx,.xls,.csv"}),
        error_messages={"empty": gettext_lazy("The file is empty.")},
    )

    def __init__(self, *args: Any, officer: Officer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        codes = {code[:2] for code in officer.area_codes(Permission.IMPORT)}
        field = cast("forms.ModelChoiceField[Bureau]", self.fields["bureau"])
        field.queryset = Bureau.objects.filter(code__in=[code for code in codes if may_import(officer, code)])
        if field.queryset.count() == 1:
            field.empty_label, field.initial = None, field.queryset.get()


@login_required
@permission_required(Permission.IMPORT, raise_exception=True)
def people_import(request: SignedIn) -> HttpResponseBase:
    """A file is handed in; what it would do is shown on the next page."""
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = FileForm(*given, officer=request.user)
    if request.method == "POST":
        note_trial(request)
    if request.method == "POST" and form.is_valid():
        upload, bureau = form.cleaned_data["file"], form.cleaned_data["bureau"].code
        try:
            note(request, row=form.cleaned_data["bureau"])
            now = timezone.now()
            kept = keep(upload=upload, bureau=bureau, by=request.user, now=now)
            _run(kept, request.user, now=now, dry_run=True)
        except DomainError as error:
            form.add_error("file", str(error))
        else:
            return redirect("people_import_file", kept.key)
    return render(request, "grids/people_import.html", {"form": form, "columns": COLUMNS, "duties": Duty.labels})


@login_required
@permission_required(Permission.IMPORT, raise_exception=True)
def people_import_file(request: SignedIn, key: str) -> HttpResponseBase:
    """What a file would do; posted, it is imported, and from then on this shows what was done."""
    kept = find(key=key, by=request.user, now=timezone.now())
    if kept is None:
        messages.error(request, _("This file is no longer kept: hand it in again."))
        return redirect("people_import")
    note(request, row=Bureau.objects.filter(code=kept.bureau).first())
    try:
        if request.method == "POST":
            return _enter(request, kept)
        outcome = _run(kept, request.user, now=timezone.now(), dry_run=True)
    except Overtaken as error:
        note_trial(request)
        return render(request, "grids/people_import_file.html", {"kept": kept, "busy": str(error)}, status=409)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("people_import")
    if outcome.at is None:
        note_trial(request)
    return render(request, "grids/people_import_file.html", {"kept": kept, "done": outcome.at, **_shown(outcome)})


def _enter(request: SignedIn, kept: Kept) -> HttpResponseBase:
    """Imports a kept file; sent once more, it says when that was done and leads to the result of then."""
    now = timezone.now()
    outcome = _run(kept, request.user, now=now, dry_run=False, rejects=kept.rejects)
    if outcome.at == now:
        words = _("Imported: %(made)d new accounts, %(posted)d new posts, %(refused)d rows refused.")
        messages.success(request, words % outcome.counts())
    else:
        note(request, action=AuditEntry.Action.VIEW)
        said = _("This file was entered already, on %(at)s: here is what was done then. Nothing was entered again.")
        messages.warning(request, said % {"at": f"{timezone.localtime(outcome.at):%Y-%m-%d %H:%M}"})
    return redirect("people_import_file", kept.key)


def _shown(outcome: Outcome) -> dict[str, Any]:
    labels = dict(Duty.choices)
    lines = [(line, WHAT[line.what], labels.get(line.person.duty or "", "")) for line in outcome.lines[:MOST_SHOWN]]
    faults = [(fault, COLUMNS.get(fault.column, "")) for fault in outcome.faults[:MOST_SHOWN]]
    more = max(len(outcome.lines) - MOST_SHOWN, 0), max(len(outcome.faults) - MOST_SHOWN, 0)
    return {"outcome": outcome, "lines": lines, "faults": faults, "more_lines": more[0], "more_faults": more[1]}


@login_required
@permission_required(Permission.IMPORT, raise_exception=True)
def people_import_rejects(request: SignedIn, key: str) -> HttpResponseBase:
    """The refused rows with their reasons, to be mended and handed in."""
    kept = find(key=key, by=request.user, now=timezone.now())
    if kept is None:
        messages.error(request, _("This file is no longer kept: hand it in again."))
        return redirect("people_import")
    with tempfile.TemporaryDirectory() as place:
        rejects = Path(place) / "rejects.csv"
        if _run(kept, request.user, now=timezone.now(), dry_run=True, rejects=rejects).at is not None:
            rejects = kept.rejects  # as they were refused when the file was entered
        content = rejects.read_bytes()
    return HttpResponse(
        content,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="rejects.csv"', "Cache-Control": "no-store"},
    )


def _run(kept: Kept, by: Officer, *, now: datetime, dry_run: bool, rejects: Path | None = None) -> Outcome:
    bureau = get_object_or_404(Bureau, code=kept.bureau)
    if not may_import(by, bureau.code):
        raise PermissionDenied
    return run(
        path=kept.path, bureau=bureau, on=timezone.localdate(now), now=now, by=by, dry_run=dry_run, rejects=rejects,
        record=kept.record,
    )  # fmt: skip
