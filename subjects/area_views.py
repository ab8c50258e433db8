"""Pages of areas: the grids, one grid with its history, and changes from the proposal to their undoing."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.areas import area_choices
from grids.models import AREA_MOVES, AreaChange, Grid, Officer, Posting
from grids.permissions import Permission
from grids.requests import SignedIn
from gridsup.errors import DomainError
from gridsup.paging import page_of
from gridsup.states import targets
from subjects.area_forms import ChangeQuestion, RowsQuestion
from subjects.areas.deciding import approve_change, return_change, withdraw_change
from subjects.areas.drafts import draft_of
from subjects.areas.effect import undo_change
from subjects.areas.outcome import outcome_of
from subjects.areas.picking import pick
from subjects.areas.preview import preview_change, shapes_of
from subjects.areas.seeing import seen_by, work_seen
from subjects.areas.story import entries_of, entries_of_grid, last_heir_of, why_never, why_returned
from subjects.models import Premises

# Grids of one page: a station's at once.
GRIDS_SHOWN = 50
CHANGES_SHOWN = 20
# Decisions for which the page has a field for the reason.
WITH_REASON = AreaChange.State.RETURNED, AreaChange.State.UNDONE


@login_required
@permission_required(Permission.VIEW_AREAS, raise_exception=True)
def area_list(request: SignedIn) -> HttpResponse:
    """The grids for everybody with a duty there; changes and premises for those who see the business of the area."""
    officer = request.user
    question = ChangeQuestion(request.GET)
    grids = Grid.objects.visible_to(officer).defer("boundary").order_by("code")
    changes = AreaChange.objects.visible_to(officer).select_related("station", "proposed_by")
    if area := question.asked.get("area"):
        grids, changes = grids.in_area(area), changes.in_area(area)
    if state := question.asked.get("state"):
        changes = changes.filter(state=state)
    page = page_of(grids, request, GRIDS_SHOWN)
    sees = {grid.code for grid in page if officer.may(Permission.VIEW, grid.code)}
    counted = Premises.objects.filter(area_code__in=sees, status="active").order_by()
    counts = dict(counted.values_list("area_code").annotate(n=Count("pk")))
    return render(
        request,
        "subjects/area_list.html",
        {
            "question": question,
            "areas": area_choices(officer, str(area or ""), permission=Permission.VIEW_AREAS),
            "page": page,
            "rows": [(grid, counts.get(grid.code, 0) if grid.code in sees else None) for grid in page],
            "sees": officer.has_perm(Permission.VIEW),
            "changes": changes.in_short()[:CHANGES_SHOWN],
            "kinds": AreaChange.Kind.choices if officer.area_codes(Permission.PROPOSE_GRIDS) else [],
        },
    )


@login_required
@permission_required(Permission.VIEW_AREAS, raise_exception=True)
def grid_show(request: SignedIn, code: str) -> HttpResponse:
    """What everybody with a duty there may know; people, premises and changes each for those who may see them."""
    officer, on = request.user, timezone.localdate()
    grid = get_object_or_404(Grid.objects.visible_to(officer).select_related("station__bureau"), code=code)
    changes = AreaChange.objects.visible_to(officer).filter(parts__code=code).distinct()
    return render(
        request,
        "subjects/grid_show.html",
        {
            "grid": grid,
            "sees": officer.may(Permission.VIEW, code),
            "sees_people": officer.may(Permission.VIEW_PEOPLE, code),
            "places": grid.localities.select_related("street"),
            "premises": Premises.objects.filter(area_code=code, status="active").count(),
            "people": Posting.objects.on(on).filter(area_code=code).select_related("officer").order_by("duty", "pk"),
            "periods": grid.periods.order_by("-from_day"),
            "never": why_never(grid),
            "heir": Grid.objects.visible_to(officer).filter(code=last_heir_of(grid)).first(),
            "changes": changes.in_short(),
            "entries": entries_of_grid(grid, officer),
            "kinds": offered(officer, grid),
            "shapes": {"boundary": grid.boundary, "point": None},
        },
    )


def offered(officer: Officer, grid: Grid) -> list[tuple[str, Any]]:
    """Kinds of change that the person may propose for the grid."""
    if grid.state != Grid.State.APPROVED or not officer.may(Permission.PROPOSE_GRIDS, grid.station_id):
        return []
    kinds = AreaChange.Kind.SPLIT, AreaChange.Kind.REDRAW, AreaChange.Kind.RETIRE
    return [(kind.value, kind.label) for kind in kinds]


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def change_show(request: SignedIn, pk: int) -> HttpResponse:
    return shown(request, pk)


def shown(request: SignedIn, pk: int, typed: Mapping[str, Any] | None = None) -> HttpResponse:
    """The page of a change; `typed`: what came with a decision that was refused, so that nothing is typed again."""
    officer, on = request.user, timezone.localdate()
    change = get_object_or_404(
        AreaChange.objects.visible_to(officer).select_related("station__bureau", "proposed_by"), pk=pk
    )
    draft, moves, typed = draft_of(change), _may(change, officer), typed or {}
    asked = typed.get("to") in moves and typed.get("to") in WITH_REASON
    return render(
        request,
        "subjects/area_change_show.html",
        {
            "change": change,
            "preview": seen_by(preview_change(change, on=on), officer),
            "shapes": shapes_of(change, draft),
            "viewed": [part.code for part in draft.parts if officer.may(Permission.VIEW, part.code)],
            "moves": moves,
            "typed": typed,
            "lost": "" if asked else typed.get("why", ""),
            "own": change.proposed_by_id == officer.pk,
            "may_edit": change.state == AreaChange.State.RETURNED
            and officer.may(Permission.PROPOSE_GRIDS, change.area_code),
            "entries": entries_of(change),
            "returned_why": why_returned(change),
        },
    )


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def change_rows(request: SignedIn, pk: int) -> HttpResponse:
    officer = request.user
    change = get_object_or_404(AreaChange.objects.visible_to(officer).select_related("station__bureau"), pk=pk)
    question = RowsQuestion(request.GET)
    picked = pick(work_seen(outcome_of(change), officer), question.asked, officer)
    page = page_of(picked.rows, request)
    return render(
        request,
        "subjects/area_change_rows.html",
        {
            "change": change,
            "question": question,
            "picked": picked,
            "hidden": picked.count - page.paginator.count,
            "page": page,
            "lines": picked.shown(page),
        },
    )


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def change_move(request: SignedIn, pk: int, to: str) -> HttpResponse:
    change = get_object_or_404(AreaChange.objects.visible_to(request.user).select_related("station"), pk=pk)
    if request.method != "POST":  # the log-in leads here after a session that ended on the page
        return redirect(change)
    now, officer, why = timezone.now(), request.user, request.POST.get("why", "")
    acts: dict[str, tuple[Callable[[], object], str]] = {
        "approved": (lambda: approve_change(change=change, by=officer, now=now), _("The change is approved.")),
        "returned": (
            lambda: return_change(change=change, why=why, by=officer, now=now),
            _("The change went back to the station."),
        ),
        "withdrawn": (
            lambda: withdraw_change(change=change, why=why, by=officer, now=now),
            _("The change is withdrawn."),
        ),
        "undone": (lambda: undo_change(change=change, why=why, by=officer, now=now), _("The change is undone.")),
    }
    if to not in acts:
        raise Http404
    act, done = acts[to]
    try:
        act()
        messages.success(request, done)
    except DomainError as error:
        messages.error(request, str(error))
        return shown(request, pk, {**request.POST.dict(), "to": to})
    return redirect(change)


def may_edit(change: AreaChange, officer: Officer) -> bool:
    """The change was returned to the person's station."""
    return change.state == AreaChange.State.RETURNED and officer.may(Permission.PROPOSE_GRIDS, change.area_code)


def _may(change: AreaChange, officer: Officer) -> list[str]:
    """States to which the person may bring the change; proposing anew has a form of its own."""
    return [
        to
        for to in targets(AREA_MOVES, change.state)
        if (needed := AREA_MOVES[change.state, to].permission)
        and to != AreaChange.State.PROPOSED
        and officer.may(needed, change.area_code)
    ]
