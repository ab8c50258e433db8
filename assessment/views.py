"""Pages that look across the apps: the overview of an area."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from assessment.forms import OverviewQuestion
from assessment.overview import ORDERS, counts_by_area, legend_of, roots_of, row_of, rows_of, step_of, trail_of
from grids.models import Grid
from grids.permissions import Permission
from grids.requests import SignedIn

# Grids that one map draws: the largest district known has 2,428 (handbook §1); more would choke a phone.
MOST_SHAPES = 3_000


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def dashboard(request: SignedIn) -> HttpResponse:
    on, officer = timezone.localdate(), request.user
    question = OverviewQuestion(request.GET)
    area = area_asked(request, question)
    whole, rows = rows_of(officer, area, question.asked.get("by") == "grid", on)
    if "sort" in question.asked:
        rows.sort(key=ORDERS[question.asked["sort"]])
    return render(
        request,
        "assessment/dashboard_show.html",
        {
            "on": on,
            "question": question,
            "area": area,
            "by": question.asked.get("by", "station"),
            "may_split": not area or len(area) == 2,
            "trail": trail_of(officer, area),
            "whole": whole,
            "rows": rows,
        },
    )


def area_asked(request: SignedIn, question: OverviewQuestion) -> str:
    """The area of the page: what was asked, else the one area held, else nothing, which means all that are held."""
    roots = roots_of(request.user)
    area = question.asked.get("area") or (roots[0] if len(roots) == 1 else "")
    if area and not request.user.may(Permission.VIEW, area):
        raise Http404
    return area


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def dashboard_grids(request: SignedIn) -> HttpResponse:
    on, officer = timezone.localdate(), request.user
    area = area_asked(request, OverviewQuestion(request.GET))
    grids = Grid.objects.visible_to(officer).in_force().filter(boundary__isnull=False)
    if area:
        grids = grids.in_area(area)
    shapes = list(grids.values_list("code", "name", "boundary")[: MOST_SHAPES + 1])
    if len(shapes) > MOST_SHAPES:
        sentence = _("More than %(count)d grids: choose a station.") % {"count": MOST_SHAPES}
        return JsonResponse({"errors": [{"code": "too_many", "field": "area", "message": sentence}]}, status=400)
    counts = counts_by_area(officer, area, on)
    rows = [(row_of(code, name, counts), boundary) for code, name, boundary in shapes]
    step = step_of(max((row.overdue for row, _boundary in rows), default=0))
    features = [
        {"type": "Feature", "geometry": boundary, "properties": row.as_properties(step)} for row, boundary in rows
    ]
    return JsonResponse({"type": "FeatureCollection", "legend": legend_of(step), "features": features})
