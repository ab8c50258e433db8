"""The page of what is wrong with the drawing, its map, and the request to check it now."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from grids.areas import area_choices, is_there
from grids.models import Officer
from grids.permissions import Permission
from grids.requests import SignedIn
from grids.shapes import stations_or_wider
from gridsup.audit.recording import note
from gridsup.models import Job
from gridsup.paging import page_of
from subjects.geometry.actions import JOB, check_soon
from subjects.geometry.asking import FaultQuestion
from subjects.geometry.page import SHORT, TARGET, drawn_faults, history_of, rows_of, summary_of
from subjects.models import GeometryFault

# Faults drawn on one map: the largest of them; a telephone still turns them with one finger.
MOST_DRAWN = 2_000
# Who draws areas, or lets them take effect, may ask for a check.
CHECKERS = (Permission.PROPOSE_GRIDS, Permission.APPROVE_GRIDS)


def area_asked(request: SignedIn, question: FaultQuestion) -> str:
    """The area of the page: what was asked, else the one that is held, else nothing, which means all that are held."""
    held = list(request.user.area_codes(Permission.VIEW))
    asked = str(question.asked.get("area") or "")
    if asked and not (request.user.may(Permission.VIEW, asked) and is_there(asked)):
        raise Http404
    return asked or (held[0] if len(held) == 1 else "")


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def health(request: SignedIn) -> HttpResponse:
    on, officer = timezone.localdate(), request.user
    question = FaultQuestion(request.GET)
    area = area_asked(request, question)
    whole, lines = summary_of(officer, area, on)
    page = page_of(question.faults(GeometryFault.objects.visible_to(officer)).defer("geometry"), request)
    shown = {
        "on": on,
        "question": question,
        "area": area,
        "areas": area_choices(officer, area),
        "target": TARGET,
        "whole": whole,
        "lines": lines,
        "kinds": SHORT.items(),
        "page": page,
        "rows": rows_of(list(page), on, officer),
        "history": history_of(officer, area) if area else [],
        "shapes": stations_or_wider([area] if area else officer.area_codes(Permission.VIEW)),
        "may_check": bool(bureaus_checked_by(officer)),
        "checking": Job.objects.active().filter(name=JOB, area_code__in=bureaus_checked_by(officer)).exists(),
    }
    return render(request, "subjects/geometry_show.html", shown)


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def health_map(request: SignedIn) -> HttpResponse:
    """The faults of the page as shapes, the largest first; grids come from the public map."""
    question = FaultQuestion(request.GET)
    area_asked(request, question)
    faults = question.faults(GeometryFault.objects.visible_to(request.user)).filter(geometry__isnull=False)
    drawn = list(faults[: MOST_DRAWN + 1])
    left_out = _("Shown are the largest %(count)s.") % {"count": f"{MOST_DRAWN:,}"} if len(drawn) > MOST_DRAWN else ""
    features = drawn_faults(drawn[:MOST_DRAWN], timezone.localdate(), request.user)
    return JsonResponse({"type": "FeatureCollection", "features": features, "sentence": left_out})


@require_POST
@login_required
def check_now(request: SignedIn) -> HttpResponseBase:
    bureaus = bureaus_checked_by(request.user)
    if not bureaus:
        raise PermissionDenied
    by, now = request.user.get_username(), timezone.now()
    note(request, rows=[check_soon(bureau=bureau, now=now, by=by) for bureau in bureaus])
    messages.success(request, _("The drawing is being checked. Load this page again in a minute."))
    return redirect("geometry")


def bureaus_checked_by(officer: Officer) -> list[str]:
    """Bureaus in which the officer may ask for a check."""
    codes = [code for permission in CHECKERS for code in officer.area_codes(permission)]
    return sorted({code[:2] for code in codes})
