"""Pages of the ledger: the list, and the file of one premises."""

from datetime import date

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from grids.areas import area_choices
from grids.models import Posting, Station
from grids.permissions import Permission
from grids.requests import SignedIn
from gridsup.paging import page_of
from gridsup.timeline import actions_of, panels_of, timeline_of
from subjects.areas.settling import grids_for
from subjects.books.showing import tabs
from subjects.explanation import explain
from subjects.forms import DayQuestion, LedgerQuestion
from subjects.models import Premises
from subjects.tiers import Tiers


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def ledger(request: SignedIn) -> HttpResponse:
    on, officer = timezone.localdate(), request.user
    tiers = Tiers(officer, on)
    question = LedgerQuestion(request.GET, tiers=tiers)
    rows, area = question.filter(Premises.objects.visible_to(officer), on), question.asked.get("area", "")
    return render(
        request,
        "subjects/premises_list.html",
        {
            "on": on,
            "question": question,
            "areas": area_choices(officer, area),
            "tabs": tabs(officer, "subjects", area=area, day=""),
            "page": page_of(rows.with_file(), request),
            "tiers": tiers,
        },
    )


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def premises_show(request: SignedIn, pk: int) -> HttpResponse:
    today, officer = timezone.localdate(), request.user
    visible = Premises.objects.visible_to(officer).with_file()
    premises = get_object_or_404(visible.select_related("grid__station", "tier_rule", "effect_rule"), pk=pk)
    tiers = Tiers(officer, today)
    question = DayQuestion(request.GET)
    day = question.asked.get("on", today)
    area = area_on(premises, day)
    return render(
        request,
        "subjects/premises_show.html",
        {
            "on": today,
            "premises": premises,
            "station": Station.objects.filter(code=premises.area_code[:4]).first(),
            "others": visible.filter(subject=premises.subject_id).exclude(pk=premises.pk),
            "permits": premises.permits.all(),
            "tiers": tiers,
            "steps": explain(premises, tiers, today),
            "question": question,
            "day": day,
            "area": area,
            "people": Posting.objects.answering_for(area, day).with_leave(day) if area else [],
            "entries": timeline_of(premises, officer=request.user),
            "actions": actions_of(premises, officer=officer, on=today),
            "grids": grids_for(premises, officer),
            "may_point": officer.may(Permission.CORRECT_LEDGER, premises.area_code),
            "panels": panels_of(premises, officer=officer, on=today),
            "shape": shape(premises),
        },
    )


def area_on(premises: Premises, day: date) -> str:
    """In whose ledger the premises stood on a day; nothing for a day before it was entered."""
    for placement in premises.placements.order_by("-from_day"):
        if placement.from_day <= day:
            return placement.area_code if placement.to_day is None or placement.to_day >= day else ""
    return premises.area_code if day >= premises.entered_on and not premises.placements.exists() else ""


def shape(premises: Premises) -> dict[str, object]:
    """What the small map draws: the grid's boundary and the point, both WGS 84."""
    point = [premises.lat, premises.lon] if premises.lat is not None and premises.lon is not None else None
    return {"boundary": premises.grid.boundary if premises.grid else None, "point": point}
