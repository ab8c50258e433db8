"""The desk's page on which something is taken in, and the search for the premises that it is about."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from complaints.actions import register
from complaints.fields import candidates
from complaints.form_numbers import numbered, open_number
from complaints.intake_forms import IntakeForm
from complaints.models import Complaint
from grids.permissions import Permission
from grids.requests import SignedIn
from gridsup.audit.recording import note
from gridsup.errors import AlreadyStored, DomainError, WrongState
from gridsup.images import proven
from gridsup.questions import SEARCH_LEAST, SEARCH_LENGTH
from subjects.models import Premises


@login_required
@permission_required(Permission.TAKE_IN, raise_exception=True)
def new(request: SignedIn) -> HttpResponseBase:
    officer = request.user
    codes = officer.area_codes(Permission.TAKE_IN)
    if request.method != "POST":
        number = open_number(request.GET.get("form", ""))
        if number is None:
            return redirect(numbered(request))
        initial = {"form_number": number, **second_part(request)}
        return shown(request, IntakeForm(officer=officer, codes=codes, initial=initial))
    if "look" in request.POST:
        note(request, action="view")  # the search for the premises, in a browser without scripts
        typed = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
        return shown(request, IntakeForm(officer=officer, codes=codes, initial=typed))
    form = IntakeForm(request.POST, request.FILES, officer=officer, codes=codes)
    again = None
    try:
        if form.is_valid():
            complaint = taken_in(form, request)
            note(request, row=complaint)
            messages.success(request, told(complaint))
            if Complaint.objects.visible_to(officer).filter(pk=complaint.pk).exists():
                return redirect("complaint", complaint.pk)
            return redirect("complaints")
    except DomainError as error:
        again = error if isinstance(error, WrongState) else None
        form.add_error(error.field if error.field in form.fields else None, str(error))
    return shown(request, form, again)


def told(complaint: Complaint) -> str:
    """What the desk hands over to the person, while it is new; the code shows nowhere else, since who has it rates."""
    if not complaint.tells_code(timezone.now()):
        return _("It was taken in before, as %(number)s. Its code was shown then, for the person.") % {
            "number": complaint.number
        }
    return _(
        "Taken in as %(number)s. Tell the person this number and the follow-up code %(code)s; it is not shown again."
    ) % {"number": complaint.number, "code": complaint.follow_code}


def shown(request: SignedIn, form: IntakeForm, again: WrongState | None = None) -> HttpResponse:
    """The form as a page; `again`: why what came of it before is not changed by it (409)."""
    row = again.row if isinstance(again, AlreadyStored) else 0
    stands = Complaint.objects.visible_to(request.user).filter(pk=row).first() if row else None
    facts = {"form": form, "again": again, "stands": stands, "fresh": uuid4()}
    return render(request, "complaints/complaint_new.html", facts, status=409 if again else 200)


def second_part(request: SignedIn) -> dict[str, Any]:
    """What the two parts of mixed material share: `?of=` names the part that was taken in first."""
    key = request.GET.get("of", "")
    first = None
    if key.isascii() and key.isdigit() and len(key) <= len(str(2**62)):
        first = Complaint.objects.visible_to(request.user).filter(pk=key).first()
    if first is None:
        return {}
    other = Complaint.Kind.REPORT if first.kind == Complaint.Kind.COMPLAINT else Complaint.Kind.COMPLAINT
    return {
        "kind": other, "channel": first.channel, "about": first.about, "place_given": first.address,
        "premises": first.premises_id or "", "locality": first.locality_id or "", "text": first.text,
        "line": first.line, "category": first.category,
    }  # fmt: skip


def taken_in(form: IntakeForm, request: SignedIn) -> Complaint:
    """Takes in what a whole form says, once; raises DomainError, WrongState where its number made something else."""
    given = dict(form.cleaned_data)
    for name in ("find", "form_number", "bureau_code", "pictures"):
        given.pop(name, None)
    return register(
        bureau=form.bureau,
        by=request.user,
        now=timezone.now(),
        client_id=form.cleaned_data["form_number"],
        pictures=[proven(file, field="pictures") for file in form.cleaned_data["pictures"]],
        **given,
    )


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def premises_found(request: SignedIn) -> HttpResponse:
    """The results of the search for a premises, for a page that draws them without loading itself again."""
    text = request.GET.get("find", "")[:SEARCH_LENGTH].strip()
    looked = len(text) >= SEARCH_LEAST
    found = candidates(Premises.objects.visible_to(request.user), text) if looked else []
    return render(request, "complaints/_premises_found.html", {"candidates": found, "looked": looked})
