"""Pages of visits that were handed in: the list, one record with its versions, its photos."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from grids.areas import area_choices
from grids.models import Officer
from grids.permissions import Permission
from grids.requests import SignedIn
from gridsup.paging import page_of
from gridsup.pictures import handed_out
from gridsup.states import targets
from inspections.forms import VisitQuestion
from inspections.models import Finding, InspectionTask, Visit, VisitPhoto
from inspections.models.visit import VISIT_MOVES
from inspections.querysets import TaskQuerySet
from inspections.rules import is_own, may_correct
from inspections.timeline import visit_entry
from subjects.models.ledger import Status
from subjects.tiers import Tiers

# Why a record usually goes back: one tap on a phone.
RETURN_REASONS = [
    gettext_lazy("The check items are not answered as they should be."),
    gettext_lazy("It does not say clearly what was found."),
    gettext_lazy("What was done about it does not fit what was found."),
    gettext_lazy("The last day to correct it does not fit."),
    gettext_lazy("Day, hour or officers are not right."),
]


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def visit_list(request: SignedIn) -> HttpResponse:
    officer = request.user
    question = VisitQuestion(request.GET)
    rows = question.filter(Visit.objects.visible_to(officer).valid(), timezone.localdate()).order_by(
        "-visited_on", "-pk"
    )
    return render(
        request,
        "inspections/visit_list.html",
        {
            "question": question,
            "areas": area_choices(officer, question.asked.get("area", "")),
            "page": page_of(rows.with_file(), request),
        },
    )


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def visit_show(request: SignedIn, pk: int) -> HttpResponse:
    return shown(request, pk)


def shown(request: SignedIn, pk: int, typed: Mapping[str, Any] | None = None) -> HttpResponse:
    """The page of a record; `typed`: what came with a decision that was refused, so that nothing is typed again."""
    officer, on = request.user, timezone.localdate()
    reached = Visit.objects.reached_by(officer).with_file().select_related("reviewed_by", "corrects")
    visit = get_object_or_404(reached, pk=pk)
    if visit.state == Visit.State.DRAFT:
        if visit.lead_id != officer.pk:
            raise Http404
        return redirect(reverse("visit_new", args=[visit.premises_id]) + f"?form={visit.client_id}")
    known = versions(visit)
    earlier = [version for version in known if version.version < visit.version]
    return render(
        request,
        "inspections/visit_show.html",
        {
            "on": on,
            "visit": visit,
            "tiers": Tiers(officer, on),
            "versions": known,
            "findings": Finding.objects.filter(visit=visit).of_lines(officer).select_related("recheck"),
            "rectified": Finding.objects.filter(rectified_by=visit).of_lines(officer),
            "tasks": visit.tasks.all(),
            "photos": visit.photos.all(),
            "earlier_photos": VisitPhoto.objects.filter(visit__in=earlier).order_by("visit__version", "pk"),
            "events": [visit_entry(event) for event in visit.events.select_related("by").order_by("-at", "-pk")],
            "moves": moves(visit, officer),
            "reasons": RETURN_REASONS,
            "typed": typed or {},
            "returned": to_correct(visit, officer),
            "is_mine": officer.pk in (visit.lead_id, visit.partner_id),
            "ledger_lags": ledger_lags(visit, officer),
            "left_open": []
            if visit.state == Visit.State.RETURNED
            else left_open(visit.premises_id, visit.visited_on).visible_to(officer),
        },
    )


def left_open(premises: int | OuterRef, day: date | OuterRef | None) -> TaskQuerySet:
    """What a visit of the day could have discharged and what is open still, the oldest first. A re-check may wait for
    the last day of its order."""
    rows = InspectionTask.objects.coverable(day).filter(premises=premises, made_on__lte=day)
    return rows.exclude(reason=InspectionTask.Reason.RECHECK, due_on__gte=day).order_by("due_on", "pk")


def ledger_lags(visit: Visit, officer: Officer) -> bool:
    """The latest visit found nobody in business, the ledger still says so, and the person may have it corrected."""
    premises, nobody = visit.premises, {Visit.Outcome.CLOSED, Visit.Outcome.NOT_FOUND}
    if visit.outcome not in nobody or visit.state == Visit.State.RETURNED or premises.status != Status.ACTIVE:
        return False
    if premises.last_visited_on and visit.visited_on and premises.last_visited_on > visit.visited_on:
        return False
    return officer.may(Permission.CORRECT_LEDGER, premises.area_code)


def moves(visit: Visit, officer: Officer) -> list[str]:
    """What the person may decide about the record; never about an own one."""
    if is_own(visit, officer):
        return []
    if visit.state == Visit.State.RETURNED and not _is_beyond_correction(visit):
        return []
    permitted = {to: VISIT_MOVES[visit.state, to].permission for to in targets(VISIT_MOVES, visit.state)}
    return [to for to, permission in permitted.items() if officer.may(permission, visit.area_code)]


def _is_beyond_correction(visit: Visit) -> bool:
    return bool(Visit.objects.beyond_correction(timezone.localdate()).filter(pk=visit.pk).exists())


def to_correct(visit: Visit, officer: Officer) -> Visit | None:
    """The record, with why it was returned, where the person may correct it and nobody did."""
    if not may_correct(visit, officer, visit.premises):
        return None
    return Visit.objects.uncorrected().telling_why().filter(pk=visit.pk).first()


def versions(visit: Visit) -> list[Visit]:
    """Every version of the record that was handed in, the first one first; nothing while there is only one."""
    if visit.version == 1 and not Visit.objects.sent().filter(corrects=visit).exists():
        return []
    found = [visit]
    while found[0].corrects is not None:
        found.insert(0, found[0].corrects)
    while later := Visit.objects.sent().filter(corrects=found[-1]).first():
        found.append(later)
    return found


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def visit_photo(request: SignedIn, pk: int) -> HttpResponse:
    reached = Visit.objects.reached_by(request.user).order_by().values("pk")
    photo = get_object_or_404(VisitPhoto.objects.filter(visit__in=reached).select_related("visit"), pk=pk)
    if photo.visit.state == Visit.State.DRAFT and photo.visit.lead_id != request.user.pk:
        raise Http404
    try:
        return handed_out(photo.file, photo.file_name)
    except FileNotFoundError as error:
        raise Http404 from error
