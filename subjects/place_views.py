"""Where one premises stands, said by a person: the grid of one without, and the point."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.models import Bureau, Grid
from grids.permissions import Permission
from grids.requests import SignedIn
from gridsup.errors import DomainError
from subjects.areas.pointing import set_point
from subjects.areas.settling import place_premises
from subjects.models import Premises
from subjects.point_forms import PointForm

# Grids on the map of a premises that is placed in none: those of its station.
GRIDS_DRAWN = 100


@login_required
@permission_required(Permission.CORRECT_LEDGER, raise_exception=True)
def premises_place(request: SignedIn, pk: int) -> HttpResponse:
    premises = get_object_or_404(Premises.objects.visible_to(request.user), pk=pk)
    if request.method != "POST":  # the log-in leads here after a session that ended on the page
        return redirect(premises)
    grid = Grid.objects.in_force().in_area(premises.area_code).filter(code=request.POST.get("grid", "")).first()
    try:
        if grid is None:
            messages.error(request, _("Choose the grid into which the premises goes."))
        else:
            why, officer = request.POST.get("why", ""), request.user
            place_premises(premises=premises, grid=grid, by=officer, now=timezone.now(), why=why)
            messages.success(request, _("The premises stands in grid %(code)s now.") % {"code": grid.code})
    except DomainError as error:
        messages.error(request, str(error))
    return redirect(premises)


@login_required
@permission_required(Permission.CORRECT_LEDGER, raise_exception=True)
def premises_point(request: SignedIn, pk: int) -> HttpResponse:
    visible = Premises.objects.visible_to(request.user).select_related("subject", "grid")
    premises = get_object_or_404(visible, pk=pk)
    if not request.user.may(Permission.CORRECT_LEDGER, premises.area_code):
        raise PermissionDenied
    form = PointForm(request.POST or None, initial={"lon": premises.lon, "lat": premises.lat})
    if request.method == "POST" and form.is_valid():
        try:
            why = form.cleaned_data["why"]
            set_point(premises=premises, said=form.said(), by=request.user, now=timezone.now(), why=why)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("The premises has its point."))
            return redirect(premises)
    return render(
        request,
        "subjects/premises_point.html",
        {"premises": premises, "form": form, "paper": _around(premises), "asks": "crs" in form.errors},
    )


def _around(premises: Premises) -> list[object]:
    """What the map to tap on shows: the grid, else the grids of the station, else the outline of the bureau."""
    grids = Grid.objects.in_force().in_area(premises.area_code).filter(boundary__isnull=False)
    if shapes := list(grids.values_list("boundary", flat=True)[:GRIDS_DRAWN]):
        return shapes
    outline = Bureau.objects.get(code=premises.area_code[:2]).outline
    return [outline] if outline else []
