"""Pages of staffing and load."""

from datetime import date

from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy

from assessment.dashboard.asking import scope_asked
from assessment.staffing.alerts import about_people
from assessment.staffing.asking import StaffingQuestion
from assessment.staffing.page import Links, officer_lines, page_of
from assessment.staffing.rows import GridRow, rows_of
from grids.areas import area_choices
from grids.models import Grid, Officer, Posting
from grids.permissions import HOLDERS, Permission
from grids.requests import SignedIn
from grids.teams import teams_on
from gridsup.audit.recording import note_looked_at


@login_required
@permission_required([Permission.VIEW, Permission.VIEW_PEOPLE], raise_exception=True)
def staffing(request: SignedIn) -> HttpResponse:
    on, officer = timezone.localdate(), request.user
    question = StaffingQuestion(request.GET)
    scope, asked, day = scope_asked(request.user, question), question.asked, question.day_or(on)
    note_looked_at(request, gettext_lazy("Staffing"), [scope.area] if scope.area else [], day)
    by_officer = asked.get("by") == "officer" and officer.has_perm(Permission.ASSIGN)
    show = asked.get("show", "")
    return render(
        request,
        "assessment/staffing_show.html",
        {
            "on": on,
            "day": day,
            "question": question,
            "area": scope.area,
            "areas": area_choices(officer, scope.area),
            "show": show,
            "by_officer": by_officer,
            "waiting": about_people(officer, on),
            "may_assign": officer.has_perm(Permission.ASSIGN),
            **page_of(scope, on=on, day=day, show=show, sort=asked.get("sort", ""), by_officer=by_officer),
        },
    )


@login_required
@permission_required([Permission.VIEW, Permission.VIEW_PEOPLE], raise_exception=True)
def staffing_grid(request: SignedIn, code: str) -> HttpResponse:
    on, officer = timezone.localdate(), request.user
    grid = get_object_or_404(Grid.objects.in_force().defer("boundary"), code=code)
    if not (officer.may(Permission.VIEW, code) and officer.may(Permission.VIEW_PEOPLE, code)):
        raise Http404
    question = StaffingQuestion(request.GET)
    day = question.day_or(on)
    (row,) = rows_of([(grid.code, grid.name)], day)
    links = Links(on, day)
    return render(
        request,
        "assessment/staffing_grid.html",
        {
            "on": on,
            "day": day,
            "question": question,
            "grid": grid,
            "row": row,
            "cells": links.cells(row),
            "mates": mates_of(officer, row, day),
            "officers": officer_lines(officer, [row]),
            "links": links,
            "certified": [member for member in row.present if member.is_certified],
            "absent": [member for member in row.members if member not in row.present],
        },
    )


def mates_of(officer: Officer, row: GridRow, day: date) -> list[Posting]:
    """Certified members of the grid's patrol groups posted in other grids, as far as the person may see them."""
    groups = {member.team for member in row.present if member.team}
    certified = Officer.objects.certified_on(day).order_by().values("pk")
    posts = list(
        Posting.objects.visible_to(officer)
        .in_area(row.station)
        .present_on(day)
        .filter(duty__in=HOLDERS, officer__in=certified)
        .exclude(area_code=row.code)
        .select_related("officer")
    )
    then = teams_on([post.pk for post in posts], day)
    for post in posts:
        post.team = then.get(post.pk, post.team)
    return [post for post in posts if post.team in groups]
