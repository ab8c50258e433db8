"""The auditor's pages: the trail with its filters, one entry with what happened around it, the trail as a file."""

from typing import Any

from django.apps import apps
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from gridsup.audit.asking import TrailQuestion
from gridsup.audit.files import MOST_XLSX, as_csv, as_xlsx, ends
from gridsup.audit.models import AuditEntry, AuditQuerySet
from gridsup.audit.recording import note, stays_apart
from gridsup.audit.wording import told
from gridsup.keys import key_in

# A dense page; the next is found by the key of the last entry, so that the thousandth is as quick as the first.
PAGE = 50
# Entries shown before and after one, of the same person and of the same row.
AROUND = 6
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def auditor(view: Any) -> Any:
    """For whoever may read the trail."""
    return login_required(permission_required("view_audit", raise_exception=True)(never_cache(view)))


@auditor
def trail(request: HttpRequest) -> HttpResponse:
    question = TrailQuestion(request.GET)
    rows = _asked(request, question)
    if before := question.asked.get("before"):
        rows = rows.filter(pk__lt=before)
    found = list(rows[: PAGE + 1])
    shown = {
        "question": question,
        "entries": told(found[:PAGE]),
        "older": found[PAGE - 1].pk if len(found) > PAGE else None,
        "is_first": not before,
        "checks": _seen(request).filter(action=AuditEntry.Action.CHECK)[:1],
        "asked": {name: value for name, value in question.asked.items() if name != "before"},
        "today": timezone.localdate(),
    }
    return render(request, "audit/trail.html", shown)


@auditor
def entry(request: HttpRequest, pk: int) -> HttpResponse:
    chosen = get_object_or_404(_seen(request), pk=pk)
    around: list[tuple[str, list[dict[str, Any]]]] = []
    if chosen.username:
        around.append((_("The same person, before and after"), _around(request, chosen, username=chosen.username)))
    if chosen.row:
        same = {"model": chosen.model, "row": chosen.row}
        around.append((_("The same row, before and after"), _around(request, chosen, **same)))
    context = {"row": told([chosen])[0], "around": around, "apart": _apart(request, chosen)}
    return render(request, "audit/entry.html", context)


@auditor
def file(request: HttpRequest, ending: str) -> HttpResponseBase:
    """What the filters leave, as csv or xlsx; that it was taken out stands in the trail."""
    question = TrailQuestion(request.GET)
    back = f"{reverse('audit')}?{request.GET.urlencode()}"
    if question.errors:  # a file that answers to half the question would pass for the whole answer
        note(request, outcome=AuditEntry.Outcome.REFUSED)
        return redirect(back)
    rows = _asked(request, question)
    closing = ends(_bureaus(request))
    name = f"{_('audit trail')} {timezone.localtime():%Y-%m-%d %H%M}.{ending}"
    if ending == "csv":
        response = StreamingHttpResponse(as_csv(rows, closing), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
        return response
    if rows.order_by()[: MOST_XLSX + 1].count() > MOST_XLSX:
        messages.error(
            request, _("More than %(most)s entries: choose fewer days, or take the csv file.") % {"most": MOST_XLSX}
        )
        return redirect(back)
    return FileResponse(as_xlsx(rows, closing), as_attachment=True, filename=name, content_type=XLSX)


def _seen(request: HttpRequest) -> AuditQuerySet:
    officer: Any = request.user
    return AuditEntry.objects.visible_to(officer)


def _bureaus(request: HttpRequest) -> list[str]:
    officer: Any = request.user
    return [*officer.area_codes("view_audit"), ""]


def _asked(request: HttpRequest, question: TrailQuestion) -> AuditQuerySet:
    return question.filter(_seen(request)).order_by("-pk")


def _apart(request: HttpRequest, chosen: AuditEntry) -> dict[str, str] | None:
    """Where one would look for a reason that stays with its row: the row's page, for whoever may open it."""
    if not stays_apart(chosen):
        return None
    model: Any = apps.get_model(chosen.model)
    # whatever stood in an address
    row = model._default_manager.visible_to(request.user).filter(pk=key_in(chosen.row) or 0).first()
    return {"url": row.get_absolute_url() if row is not None else ""}


def _around(request: HttpRequest, chosen: AuditEntry, **same: str) -> list[dict[str, Any]]:
    """The nearest entries of the same person or row, newest first, the entry itself among them."""
    rows = _seen(request).filter(**same)
    after = list(rows.filter(pk__gt=chosen.pk).order_by("pk")[: AROUND // 2])[::-1]
    before = rows.filter(pk__lt=chosen.pk).order_by("-pk")[: AROUND // 2]
    return told([*after, chosen, *before])
