"""The ledgers as spreadsheets: at once, or written in the background and listed here."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.areas import area_choices, areas_asked
from grids.naming import names_on
from grids.permissions import Permission
from grids.requests import SignedIn
from gridsup.audit.recording import note, note_looked_at
from gridsup.books import Ask, Book
from gridsup.errors import DomainError
from gridsup.models import Job
from gridsup.paging import page_of
from subjects.book_forms import BookQuestion
from subjects.books import BOOKS
from subjects.books.showing import tabs
from subjects.books.workbook import CONTENT_TYPE, file_name
from subjects.exporting import MOST_AT_ONCE, opened, request_export, written_at_once
from subjects.models import LedgerExport

ALL = "all"
FOUR = gettext_lazy("The four ledgers")


@login_required
@permission_required(Permission.EXPORT, raise_exception=True)
def book_export(request: SignedIn, name: str) -> HttpResponse | FileResponse:
    books: list[Book[Any]] = list(BOOKS.values()) if name == ALL else [BOOKS[name]] if name in BOOKS else []
    if not books:
        raise Http404
    question = BookQuestion(request.GET, today=timezone.localdate())
    if question.errors:  # a file of another day or area than the one asked for would be taken for it
        page = reverse("book_files") if name == ALL else reverse("book", args=[name])
        return redirect(f"{page}?{request.GET.urlencode()}")
    words = question.asked.get("q", "") if len(books) == 1 and books[0].searched else ""
    area = question.asked.get("area", "")
    ask = Ask(areas_asked(request.user, Permission.EXPORT, area), question.day, words)
    note_looked_at(request, books[0].label if len(books) == 1 else FOUR, ask.codes, ask.day)
    file = written_at_once(books, ask)
    if file is not None:
        return FileResponse(file, as_attachment=True, filename=file_name(books, ask), content_type=CONTENT_TYPE)
    messages.info(
        request,
        _("More than %(most)s rows are written in the background: ask for the file here.") % {"most": MOST_AT_ONCE},
    )
    given = {"area": area, "on": question.day.isoformat()}
    return redirect(f"{reverse('book_files')}?{urlencode(given)}")


@login_required
@permission_required(Permission.EXPORT, raise_exception=True)
def book_files(request: SignedIn) -> HttpResponse:
    officer, today = request.user, timezone.localdate()
    question = BookQuestion(request.POST or request.GET, today=today)
    area = question.asked.get("area", "")
    if request.method != "POST":
        areas_asked(officer, Permission.EXPORT, area)
    elif _asked(request, question):
        return redirect("book_files")
    rows = LedgerExport.objects.visible_to(officer).select_related("job")
    page = page_of(rows, request)
    context = {
        "question": question,
        "area": area or next(iter(officer.area_codes(Permission.EXPORT)), ""),
        "areas": area_choices(officer, area, on=question.day),
        "tabs": tabs(officer, "", area=area, day=question.past),
        "page": page,
        "names": names_on({row.area_code for row in page}, today),
        "under_way": any(row.job.state in Job.ACTIVE for row in page),
    }
    if request.headers.get("HX-Request"):
        return render(request, "subjects/_book_files.html", context)
    return render(request, "subjects/book_files.html", context)


def _asked(request: SignedIn, question: BookQuestion) -> bool:
    """Asks for the file; False with the sentence shown where that cannot be."""
    if question.errors:
        return False
    try:
        export = request_export(
            area=question.asked.get("area", ""), day=question.day, by=request.user, now=timezone.now()
        )
    except DomainError as error:
        messages.error(request, str(error))
        return False
    note(request, row=export)
    return True


@login_required
@permission_required(Permission.EXPORT, raise_exception=True)
def book_file(request: SignedIn, pk: int) -> HttpResponse | FileResponse:
    export = get_object_or_404(LedgerExport.objects.visible_to(request.user).select_related("job"), pk=pk)
    try:
        content = opened(export)
    except DomainError as error:
        return render(request, "subjects/book_missing.html", {"sentence": str(error)}, status=409)
    note_looked_at(request, FOUR, [export.area_code], export.day)
    name = file_name(list(BOOKS.values()), Ask((export.area_code,), export.day))
    return FileResponse(content, as_attachment=True, filename=name, content_type=CONTENT_TYPE)
