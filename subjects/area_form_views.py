"""The page on which a station proposes a change of areas: a form, its preview, and what is done with it."""

import json
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.models import AreaChange, Grid, Officer, Station
from grids.permissions import Permission
from grids.requests import SignedIn
from gridsup.audit.recording import note, note_trial
from gridsup.errors import DomainError
from gridsup.keys import key_in
from gridsup.scoping import inside
from subjects.area_forms import LONGEST_PASTE, ChangeForm, RowsQuestion
from subjects.area_views import may_edit
from subjects.areas.checking import check_draft
from subjects.areas.deciding import propose_again, propose_change
from subjects.areas.drafts import Draft
from subjects.areas.picking import pick
from subjects.areas.preview import Preview, preview_draft, shapes_of
from subjects.geometry.giving import begun
from subjects.geometry.wording import square
from subjects.models import GeometryFault

# Rows that the preview of a form shows of a number: the form is sent again with each look.
ROWS_SHOWN = 100


@login_required
@permission_required(Permission.PROPOSE_GRIDS, raise_exception=True)
def change_new(request: SignedIn) -> HttpResponse:
    stations = Station.objects.filter(inside(request.user.area_codes(Permission.PROPOSE_GRIDS), "code"))
    asked = request.GET.get("station") or request.GET.get("grid", "")[:4]
    station = get_object_or_404(stations, code=asked) if asked else stations.first()
    kind = request.GET.get("kind", AreaChange.Kind.SPLIT)
    if station is None or kind not in AreaChange.Kind.values:
        raise Http404
    key = request.GET.get("gap", "") if request.method == "GET" else ""
    return _form_page(request, station, kind, None, gap=_gap_begun(request, key, kind) if key else None)


def _gap_begun(request: SignedIn, key: str, kind: str) -> dict[str, Any]:
    """A redraw that takes in ground that lies in no grid, begun from the page of faults; nothing of a gap that is
    closed by now. Raises Http404 where that grid cannot take it."""
    visible = GeometryFault.objects.visible_to(request.user).filter(kind=GeometryFault.Kind.GAP)
    fault = visible.filter(pk=key_in(key) or 0).first()
    grid = Grid.objects.in_force().filter(code=request.GET.get("grid", "")).first()
    if fault is None or grid is None or kind != AreaChange.Kind.REDRAW:
        raise Http404
    if not fault.is_open:
        messages.warning(request, _("This gap is closed by now: no ground is left to be given."))
        return {}
    found = begun(fault, grid)
    if not found:
        raise Http404
    said = {"size": square(fault.square_metres or 0), "grid": grid}
    messages.info(
        request,
        _("Ground of %(size)s that lies in no grid is drawn into %(grid)s. Look at it, show what it would do, then "
          "propose it.") % said,
    )  # fmt: skip
    return found


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def change_edit(request: SignedIn, pk: int) -> HttpResponse:
    change = get_object_or_404(AreaChange.objects.visible_to(request.user).select_related("station"), pk=pk)
    if not request.user.may(Permission.PROPOSE_GRIDS, change.area_code):
        raise PermissionDenied
    if not may_edit(change, request.user) and request.method != "POST":  # what was typed is shown again, and why not
        messages.error(request, _("Only a returned change is corrected, by its station."))
        return redirect(change)
    return _form_page(request, change.station, change.kind, change)


def _form_page(
    request: SignedIn, station: Station, kind: str, change: AreaChange | None, *, gap: dict[str, Any] | None = None
) -> HttpResponse:
    """The form, its preview, and what is done with it: a proposal, or a returned one proposed again. `gap`: what the
    form begins with beside what the address says."""
    now = timezone.now()
    on = timezone.localdate(now)
    form = ChangeForm(
        request.POST or None,
        request.FILES or None,
        station=station,
        kind=kind,
        on=on,
        initial={**_begun(request.GET, change), **(gap or {})},
    )
    preview: Preview | None = None
    shapes: dict[str, Any] = {}
    picked: dict[str, Any] = {}
    proposes = request.POST.get("act") == "propose"
    if request.method == "POST" and change is None:
        note(request, rows=concerned(form))
    if request.method == "POST" and not proposes:
        note_trial(request)
    if request.method == "POST" and form.is_valid():
        try:
            area, given = form.area(), form
            # what was read stands in the form from now on, so that a file need not be chosen twice
            form = given.once_read(area, settled=False)
            draft = given.draft(area)
            check_draft(draft, on=on, change=change)
            if proposes:
                proposed = _proposed(draft, change, request.user, now)
                note(request, rows=[proposed])
                return redirect(proposed)
            preview, shapes = preview_draft(draft, on=on), shapes_of(None, draft)
            form = given.once_read(area, settled=not preview.doubt)
            picked = _picked(request, preview)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
    return render(
        request,
        "subjects/area_change_form.html",
        {
            "form": form,
            "station": station,
            "kind": kind,
            "label": AreaChange.Kind(kind).label,
            "kinds": AreaChange.Kind.choices,
            "change": change,
            "preview": preview,
            "shapes": shapes,
            "paper": _paper(form),
            "most": LONGEST_PASTE,
            **picked,
        },
    )


def concerned(form: ChangeForm) -> list[Grid] | list[Station]:
    """What the change is about, as far as the form says so: grids of the station, else the station."""
    codes = dict.fromkeys([form.data.get("grid", ""), *form.data.getlist("grids")])  # type: ignore[attr-defined]
    return [form.grids_there[code] for code in codes if code in form.grids_there] or [form.station]


def _picked(request: SignedIn, preview: Preview) -> dict[str, Any]:
    """The first rows behind the number of the preview that was pressed; all have a page once it is proposed."""
    if "show" not in request.POST:
        return {}
    question = RowsQuestion(QueryDict(request.POST["show"]))
    picked = pick(preview.outcome, question.asked, request.user)
    lines = picked.shown(picked.rows[:ROWS_SHOWN])
    return {"picked": picked, "lines": lines, "hidden": picked.count - picked.rows.count(), "most_lines": ROWS_SHOWN}


def _proposed(draft: Draft, change: AreaChange | None, by: Officer, now: datetime) -> AreaChange:
    if change is None:
        return propose_change(draft=draft, by=by, now=now)
    return propose_again(change=change, draft=draft, by=by, now=now)


def _begun(asked: QueryDict, change: AreaChange | None) -> dict[str, Any]:
    """What the form begins with: what the address says, or what the returned change said."""
    found: dict[str, Any] = {name: asked[name] for name in ("grid", "heir", "name", "placing") if asked.get(name)}
    found |= {name: asked.getlist(name) for name in ("localities", "grids") if asked.get(name)}
    if change is None:
        return found
    return {**begun_with(change), **found}


def begun_with(change: AreaChange) -> dict[str, Any]:
    """A stored change in the words of the form."""
    parts = list(change.parts.all())
    new = [part for part in parts if part.role == "new"]
    kept = [part for part in parts if part.role == "changed"]
    gone = [part for part in parts if part.role == "retired"]
    main = (new or kept or gone)[0]
    return {
        "grid": (gone or kept or new)[0].code,
        "grids": [part.code for part in gone],
        "heir": gone[0].successor if gone else "",
        "code": main.code,
        "name": main.name,
        "extent": main.extent,
        "left_extent": kept[0].extent if new and kept else "",
        "localities": main.localities if new else [],
        "boundary": json.dumps(main.boundary) if main.boundary else "",
        "placing": change.placing,
        "listed": "\n".join(str(key) for keys in change.listed.values() for key in keys),
        "effective_on": change.effective_on,
        "reason": change.reason,
    }


def _paper(form: ChangeForm) -> dict[str, Any]:
    """What the map to draw on shows: the grids of the station."""
    return {
        "around": [
            {"type": "Feature", "geometry": grid.boundary, "properties": {"code": code, "name": grid.name}}
            for code, grid in form.grids_there.items()
            if grid.boundary
        ],
        "outline": form.station.outline,
    }
