"""Pages of whoever reviews: the records that wait, many at once while they are free of problems, and each decision."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grids.models import Officer
from grids.permissions import Permission
from grids.requests import SignedIn
from gridsup.audit.recording import note
from gridsup.errors import DomainError
from gridsup.keys import keys_in
from gridsup.paging import page_of
from gridsup.scoping import inside
from inspections.actions import archive_visit, archive_visits, return_visit
from inspections.models import Visit
from inspections.querysets import VisitQuerySet
from inspections.visit_views import left_open, shown

# Records on one page of the review: a morning's work, read line by line before one tap archives them.
REVIEW_SIZE = 50
State = Visit.State


def waiting(officer: Officer) -> VisitQuerySet:
    """Records that the person may review: of others, in areas where the duty reviews; the oldest first."""
    areas = inside(officer.area_codes(Permission.REVIEW_VISITS))
    rows = Visit.objects.to_review().filter(areas).not_of(officer)
    return rows.order_by("visited_on", "pk")


def marked(rows: VisitQuerySet) -> VisitQuerySet:
    """Each with its file and with `leaves_open`: what was due at its premises is open still."""
    return rows.with_file().annotate(leaves_open=Exists(left_open(OuterRef("premises"), OuterRef("visited_on"))))


@login_required
@permission_required(Permission.REVIEW_VISITS, raise_exception=True)
def visit_review(request: SignedIn) -> HttpResponse:
    officer = request.user
    if request.method == "POST":
        chosen = keys_in(request.POST.getlist("visits"))[:REVIEW_SIZE]
        visits = Visit.objects.visible_to(officer).filter(pk__in=chosen)
        note(request, rows=list(visits))
        count = archive_visits(visits=visits, by=officer, now=timezone.now())
        _tell(request, chosen=len(chosen), archived=count)
        return redirect("visit_review")
    rows = waiting(officer)
    return render(
        request,
        "inspections/visit_review.html",
        {
            "on": timezone.localdate(),
            "with_problem": page_of(marked(rows.exclude(outcome=Visit.Outcome.NO_PROBLEM)), request, REVIEW_SIZE),
            "page": page_of(marked(rows.problem_free()), request, REVIEW_SIZE),
        },
    )


def _tell(request: SignedIn, *, chosen: int, archived: int) -> None:
    """What became of the records that were ticked: those of a page left open may be decided on by now."""
    if archived:
        done = ngettext("%(n)d record archived.", "%(n)d records archived.", archived) % {"n": archived}
        messages.success(request, done)
    if not chosen:
        messages.warning(request, _("No record was ticked."))
    elif not archived:
        messages.warning(request, _("None of them waits any more: somebody has reviewed them already."))
    elif chosen > archived:
        messages.warning(request, _("The others had been decided on meanwhile."))


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def visit_move(request: SignedIn, pk: int, to: str) -> HttpResponse:
    officer, now = request.user, timezone.now()
    visit = get_object_or_404(Visit.objects.visible_to(officer).sent().with_file(), pk=pk)
    if request.method != "POST":  # the log-in leads here after a session that ended on the form
        return redirect("visit", pk)
    # the page that follows may be that of another record
    record = {"name": visit.premises.subject.name, "day": visit.visited_on}
    moves: dict[str, tuple[Callable[[], object], str]] = {
        "archived": (
            lambda: archive_visit(visit=visit, why=reason(request), by=officer, now=now),
            _("The record of %(name)s of %(day)s is archived."),
        ),
        "returned": (
            lambda: return_visit(visit=visit, why=reason(request), by=officer, now=now),
            _("The record of %(name)s of %(day)s is returned: its officers find it at the top of their day."),
        ),
    }
    if to not in moves:
        raise Http404
    act, done = moves[to]
    try:
        act()
        messages.success(request, done % record)
    except DomainError as error:
        messages.error(request, str(error))
        return shown(request, pk, {**request.POST.dict(), "to": to})
    following = waiting(officer).exclude(outcome=Visit.Outcome.NO_PROBLEM).first() if "next" in request.POST else None
    return redirect("visit", following.pk) if following is not None else redirect("visit_review")


def reason(request: SignedIn) -> str:
    """The reason that was typed, after the one that was chosen."""
    parts = [request.POST.get("why", "").strip(), request.POST.get("more", "").strip()]
    return " ".join(part for part in parts if part)
