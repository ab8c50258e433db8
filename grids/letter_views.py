"""Pages of responsibility letters: who signed, who has not, who has none yet; making and signing them."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from grids.actions import record_signature, request_letters, withdraw_signature
from grids.areas import area_choices, areas_asked
from grids.letter_forms import LetterQuestion, ReasonForm, SignatureForm
from grids.lettering.files import bundle, file_name, opened
from grids.lettering.naming import with_names
from grids.lettering.standing import LISTS, Standing, standing
from grids.models import ResponsibilityLetter
from grids.permissions import Permission
from grids.requests import SignedIn
from gridsup.audit.recording import note, note_looked_at
from gridsup.books import held_in
from gridsup.errors import DomainError
from gridsup.models import Job
from gridsup.paging import PAGE_SIZE

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@login_required
@permission_required(Permission.VIEW_PEOPLE, raise_exception=True)
def letters(request: SignedIn) -> HttpResponse:
    officer, on = request.user, timezone.localdate()
    question = LetterQuestion(request.GET, on=on)
    found, area = _standing(request, question), question.asked.get("area", "")
    note_looked_at(request, _letters_of(found), found.codes)
    counts, kept = found.counts(), held_in(officer, Permission.KEEP_LETTERS, area)
    show = question.asked.get("show") or next((name for name in LISTS if counts[name]), "unsigned")
    page = Paginator(found.rows(show), PAGE_SIZE).get_page(request.GET.get("page"))
    making = Job.objects.filter(
        name="make_letters", period=str(found.year), area_code__in=_lines(found.codes), state__in=Job.ACTIVE
    )
    context: dict[str, Any] = {
        "question": question,
        "year": found.year,
        "area": area,
        "areas": area_choices(officer, area),
        "lists": [(name, label, counts[name], name == show) for name, label in LISTS.items()],
        "show": show,
        "to_come": list(found.to_come()),
        "page": page,
        "rows": with_names(page.object_list, show, officer, on),
        "may_make": bool(kept),
        "to_make": found.to_make(kept),
        "making": making.exists(),
        "today": on,
        "signed_on": request.GET.get("signed_on") or on.isoformat(),
        "ticked": request.GET.getlist("letters"),
        "current": counts["unsigned"] + counts["signed"],
    }
    return render(request, "grids/letter_list.html", context)


def _standing(request: SignedIn, question: LetterQuestion) -> Standing:
    area = question.asked.get("area", "")
    return standing(request.user, area=area, year=question.of_year, on=timezone.localdate())


def _lines(codes: tuple[str, ...]) -> set[str]:
    """The areas and those above them: a job of the bureau makes the letters of its stations' grids too."""
    return {code[:length] for code in codes for length in (2, 4, 6)}


@login_required
@permission_required(Permission.KEEP_LETTERS, raise_exception=True)
@require_POST
def letters_make(request: SignedIn) -> HttpResponse:
    question = LetterQuestion(request.POST, on=timezone.localdate())
    area = question.asked.get("area", "")
    codes = areas_asked(request.user, Permission.KEEP_LETTERS, area)
    try:
        jobs = [
            request_letters(year=question.of_year, area=code, by=request.user, now=timezone.now()) for code in codes
        ]
        note(request, rows=jobs)
        messages.success(request, _("The letters are being made. Load this page again in a moment."))
    except DomainError as error:
        messages.error(request, str(error))
    return redirect(_back(question))


def _back(question: LetterQuestion, show: str = "", signed_on: str = "", ticked: Sequence[str] = ()) -> str:
    """The list again; `signed_on` and `ticked` are what was given and refused, which nobody should give twice."""
    told = {"year": question.of_year, "area": question.asked.get("area", ""), "show": show, "signed_on": signed_on}
    told |= {"letters": ticked[:PAGE_SIZE]}
    asked = {name: value for name, value in told.items() if value or name == "area"}
    return f"{reverse('letters')}?{urlencode(asked, doseq=True)}"


@login_required
@permission_required(Permission.KEEP_LETTERS, raise_exception=True)
@require_POST
def letters_sign(request: SignedIn) -> HttpResponse:
    question = LetterQuestion(request.POST, on=timezone.localdate())
    form = SignatureForm(request.POST, officer=request.user)
    if not form.is_valid():
        for sentence in [str(error) for errors in form.errors.values() for error in errors]:
            messages.error(request, sentence)
        return redirect(_back(question, "unsigned", request.POST.get("signed_on", ""), request.POST.getlist("letters")))
    signed, refused = 0, list[str]()
    chosen = list(form.cleaned_data["letters"].select_related("holder__officer"))
    note(request, rows=chosen)
    for letter in chosen:
        try:
            record_signature(
                letter=letter, signed_on=form.cleaned_data["signed_on"], by=request.user, now=timezone.now()
            )
            signed += 1
        except DomainError as error:
            messages.error(request, f"{letter}: {error}")
            refused.append(str(letter.pk))
    if signed:
        told = ngettext("%(count)d letter recorded as signed.", "%(count)d letters recorded as signed.", signed)
        messages.success(request, told % {"count": signed})
    return redirect(_back(question, "unsigned", request.POST["signed_on"] if refused else "", refused))


@login_required
@permission_required(Permission.VIEW_PEOPLE, raise_exception=True)
def letters_bundle(request: SignedIn) -> HttpResponse | FileResponse:
    question = LetterQuestion(request.GET, on=timezone.localdate())
    found = _standing(request, question)
    listed = [*found.letters("made"), *found.letters("signed")]
    note_looked_at(request, _letters_of(found), found.codes)
    if not listed:
        return _no_file(request, _("There is no letter of this year and area yet."))
    try:
        content = bundle(listed)
    except DomainError as error:
        return _no_file(request, str(error))
    name = _("%(year)s responsibility letters %(area)s") % {"year": found.year, "area": " ".join(found.codes)}
    return FileResponse(content, as_attachment=True, filename=f"{name}.zip", content_type="application/zip")


def _letters_of(found: Standing) -> Any:
    return format_lazy("{} {}", found.year, ResponsibilityLetter._meta.verbose_name_plural)


def _no_file(request: SignedIn, sentence: str) -> HttpResponse:
    return render(request, "grids/letter_missing.html", {"sentence": sentence}, status=409)


@login_required
@permission_required(Permission.VIEW_PEOPLE, raise_exception=True)
def letter(request: SignedIn, pk: int) -> HttpResponse:
    return _page(request, _letter(request, pk), ReasonForm())


def _page(request: SignedIn, found: ResponsibilityLetter, form: ReasonForm) -> HttpResponse:
    """The letter, with a reason as it was typed where it was refused."""
    context = {
        "row": with_names([found], found.state, request.user, timezone.localdate())[0],
        "events": found.events.select_related("by"),
        "form": form,
    }
    return render(request, "grids/letter_show.html", context, status=400 if form.errors else 200)


def _letter(request: SignedIn, pk: int) -> ResponsibilityLetter:
    rows = ResponsibilityLetter.objects.visible_to(request.user).select_related("holder__officer", "giver__officer")
    return get_object_or_404(rows, pk=pk)


@login_required
@permission_required(Permission.KEEP_LETTERS, raise_exception=True)
@require_POST
def letter_unsign(request: SignedIn, pk: int) -> HttpResponse:
    found, form = _letter(request, pk), ReasonForm(request.POST)
    if not form.is_valid() and found.state == ResponsibilityLetter.State.SIGNED:
        return _page(request, found, form)
    try:
        why = form.cleaned_data.get("why", "")
        withdraw_signature(letter=found, why=why, by=request.user, now=timezone.now())
        messages.success(request, _("The signature was taken back."))
    except DomainError as error:
        messages.error(request, str(error))
    return redirect(found.get_absolute_url())


@login_required
@permission_required(Permission.VIEW_PEOPLE, raise_exception=True)
def letter_file(request: SignedIn, pk: int) -> HttpResponse | FileResponse:
    found = _letter(request, pk)
    try:
        content = opened(found)
    except DomainError as error:
        return _no_file(request, str(error))
    return FileResponse(content, as_attachment=True, filename=file_name(found), content_type=WORD)
