"""The button that puts a premises without a grid into one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.models import Grid
from grids.permissions import Permission
from grids.requests import SignedIn
from gridsup.errors import DomainError
from subjects.areas.settling import place_premises
from subjects.models import Premises


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
