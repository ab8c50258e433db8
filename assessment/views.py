"""The dashboard: its page, and the grids of its map."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from assessment.dashboard import map as drawing
from assessment.dashboard.asking import DashboardQuestion, scope_asked
from assessment.dashboard.figures import Links
from assessment.dashboard.page import page_of
from assessment.dashboard.waiting import waiting
from grids.areas import area_choices
from grids.models import Grid
from grids.permissions import Permission
from grids.requests import SignedIn
from grids.shapes import MOST_SHAPES, stations_or_wider


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def dashboard(request: SignedIn) -> HttpResponse:
    on, officer = timezone.localdate(), request.user
    question = DashboardQuestion(request.GET, on=on)
    scope, stretch = scope_asked(officer, question), question.stretch
    by_grid, sort = question.asked.get("by") == "grid", question.asked.get("sort", "")
    return render(
        request,
        "assessment/dashboard_show.html",
        {
            "on": on,
            "question": question,
            "area": scope.area,
            "drawn": stations_or_wider(scope.roots),
            "areas": area_choices(officer, scope.area),
            "stretch": stretch,
            "by_grid": by_grid,
            "sort": sort,
            "may_split": scope.may_split,
            "waiting": waiting(officer, on),
            "may_post": officer.has_perm(Permission.POST_OFFICERS),
            **page_of(scope, stretch, by_grid=by_grid, sort=sort),
        },
    )


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def dashboard_grids(request: SignedIn) -> HttpResponse:
    on, officer = timezone.localdate(), request.user
    question = DashboardQuestion(request.GET, on=on)
    scope, links = scope_asked(officer, question), Links(question.stretch, "")
    grids = Grid.objects.visible_to(officer).in_force().filter(boundary__isnull=False)
    if scope.area:
        grids = grids.in_area(scope.area)
    named = list(grids.values_list("code", "name")[: MOST_SHAPES + 1])
    if len(named) > MOST_SHAPES:
        sentence = _("More than %(count)d grids: choose a station.") % {"count": MOST_SHAPES}
        return JsonResponse({"errors": [{"code": "too_many", "field": "area", "message": sentence}]}, status=400)
    return JsonResponse({"legend": drawing.legend(), "grids": drawing.grids_of(scope, named, links)})
