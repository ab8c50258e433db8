"""Pages for people without an account: send a complaint, report or question, follow it, rate what was done.

Nothing is kept in a session: on a shared telephone or computer the next person finds nothing of the one before.
"""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from complaints.actions import rate, register
from complaints.course import course_of
from complaints.following import NO_OFFICER, found, may_rate
from complaints.form_numbers import numbered, open_number
from complaints.models import Complaint
from complaints.models.complaint import RECEIPT
from complaints.public_forms import FollowForm, PublicForm, RateForm
from grids.models import Bureau
from gridsup import flood
from gridsup.errors import DomainError, TooOften, WrongState
from gridsup.images import proven
from subjects.models import TimeLimit

FORM = require_http_methods(["GET", "HEAD", "POST"])


@require_GET
def start(request: HttpRequest) -> HttpResponse:
    return render(request, "complaints/public_start.html", {"bureaus": open_bureaus(timezone.localdate())})


def open_bureaus(on: date) -> Any:
    """Bureaus that take something in on the day: those with time limits in force."""
    limits = TimeLimit.objects.filter(bureau=OuterRef("code"), from_day__lte=on).exclude(to_day__lt=on)
    return Bureau.objects.filter(Exists(limits))


@FORM
@never_cache
def new(request: HttpRequest) -> HttpResponseBase:
    bureaus = list(open_bureaus(timezone.localdate()))
    chosen = request.GET.get("bureau", bureaus[0].code if len(bureaus) == 1 else "")
    bureau = next((row for row in bureaus if row.code == chosen), None)
    if bureau is None:
        return render(request, "complaints/public_bureaus.html", {"bureaus": bureaus})
    if request.method != "POST":
        number = open_number(request.GET.get("form", ""))
        if number is None:
            return redirect(numbered(request, bureau=bureau.code))
        form = PublicForm(bureau=bureau, initial={"form_number": number})
        return render(request, "complaints/public_new.html", {"form": form, "bureau": bureau})
    form = PublicForm(request.POST, request.FILES, bureau=bureau)
    shown: dict[str, Any] = {"form": form, "bureau": bureau, "fresh": uuid4()}
    refusal, wait = None, 0
    try:
        refusal = flood.allow(kind="refused", request=request, now=timezone.now())
        if form.is_valid():
            complaint = sent(request, form, bureau)
            refusal.delete()
            return redirect("public_receipt", complaint.client_id)
    except TooOften as error:
        if refusal is not None:  # nothing is wrong with a form that is one too many
            refusal.delete()
        wait = error.wait
        form.add_error(None, str(error))
    except DomainError as error:
        shown["again"] = isinstance(error, WrongState)
        form.add_error(error.field if error.field in form.fields else None, str(error))
    return answered(request, "complaints/public_new.html", shown, wait)


def answered(request: HttpRequest, template: str, shown: dict[str, Any], wait: int) -> HttpResponse:
    """The page, with 429 and how long to wait where somebody asked too often, 409 for a form that changed."""
    response = render(request, template, shown, status=429 if wait else 409 if shown.get("again") else 200)
    if wait:
        response["Retry-After"] = str(wait)
    return response


def sent(request: HttpRequest, form: PublicForm, bureau: Bureau) -> Complaint:
    """Takes in what a whole form says, once; raises DomainError, WrongState where its number made something else.

    Only what is stored counts as a form of its connection.
    """
    given, now = form.cleaned_data, timezone.now()
    is_new = not Complaint.objects.filter(client_id=given["form_number"]).exists()
    counted = flood.allow(kind="complaint", request=request, now=now) if is_new else None
    try:
        return register(
            bureau=bureau.code,
            kind=given["kind"],
            channel=Complaint.Channel.PUBLIC,
            text=given["text"],
            about=given["about"],
            place_given=given["place_given"],
            locality=given["locality"],
            name=given["name"],
            phone=given["phone"],
            pictures=[proven(file, field="pictures") for file in given["pictures"]],
            client_id=given["form_number"],
            now=now,
        )
    except DomainError:
        if counted is not None:
            counted.delete()
        raise


@require_GET
@never_cache
def receipt(request: HttpRequest, form_number: UUID) -> HttpResponse:
    since = timezone.now() - RECEIPT
    complaint = Complaint.objects.filter(client_id=form_number, received_at__gte=since).first()
    shown = {"complaint": complaint, "course": complaint and course_of(complaint)}
    return render(request, "complaints/public_receipt.html", shown, status=200 if complaint else 404)


@FORM
@never_cache
def follow(request: HttpRequest) -> HttpResponse:
    form = FollowForm(request.POST if request.method == "POST" else None)
    shown: dict[str, Any] = {"form": form}
    wait = 0
    try:
        if form.is_bound and form.is_valid():
            shown |= followed(found(request, **form.cleaned_data))
    except TooOften as error:
        wait = error.wait
        form.add_error(None, str(error))
    except DomainError as error:
        form.add_error(None, str(error))
    return answered(request, "complaints/public_follow.html", shown, wait)


def followed(complaint: Complaint, rating: RateForm | None = None) -> dict[str, Any]:
    """What the page of a complaint shows; a form to rate it once the result was told."""
    return {
        "complaint": complaint,
        "course": course_of(complaint),
        "rating": getattr(complaint, "rating", None),
        "rate": (rating or RateForm()) if may_rate(complaint) else None,
    }


@FORM
@never_cache
def rated(request: HttpRequest) -> HttpResponseBase:
    form = FollowForm(request.POST)
    if request.method != "POST" or not form.is_valid():
        return redirect("public_follow")
    rating = RateForm(request.POST)
    shown: dict[str, Any] = {"form": form}
    wait = 0
    try:
        complaint = found(request, **form.cleaned_data)
    except TooOften as error:
        wait = error.wait
        form.add_error(None, str(error))
    except DomainError as error:
        form.add_error(None, str(error))
    else:
        if request.user.is_authenticated:
            shown["said"] = NO_OFFICER
        elif rating.is_valid():
            shown["said"] = given(complaint, rating)
        shown |= followed(complaint, rating)
    return answered(request, "complaints/public_follow.html", shown, wait)


def given(complaint: Complaint, form: RateForm) -> str:
    """Keeps the rating; the sentence that says so, or why not."""
    try:
        rate(complaint=complaint, now=timezone.now(), **form.cleaned_data)
    except DomainError as error:
        return str(error)
    return _("Thank you. Your answer counts in how this area is assessed.")
