"""Pages of the four ledgers of the plan, on any day."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from grids.areas import area_choices, areas_asked
from grids.permissions import Permission
from grids.requests import SignedIn
from gridsup.audit.recording import note_looked_at
from gridsup.books import PAGE_SIZE, Ask
from subjects.book_forms import BookQuestion
from subjects.books import BOOKS
from subjects.books.showing import nothing, shown, tabs


@login_required
def book_show(request: SignedIn, name: str) -> HttpResponse:
    officer, book = request.user, BOOKS.get(name)
    if book is None:
        raise Http404
    if not officer.has_perm(book.permission):
        raise PermissionDenied
    question = BookQuestion(request.GET, today=timezone.localdate())
    area = question.asked.get("area", "")
    words = question.asked.get("q", "") if book.searched else ""
    ask = Ask(areas_asked(officer, book.permission, area), question.day, words)
    note_looked_at(request, book.label, ask.codes, ask.day)
    after, before = (request.GET.get(name, "") for name in ("after", "before"))
    page, count = book.page(ask, after=after, before=before, size=PAGE_SIZE)
    context: dict[str, Any] = {
        "book": book,
        "question": question,
        "areas": area_choices(officer, area, on=question.day, permission=book.permission),
        "tabs": tabs(officer, name, area=area, day=question.past),
        "count": count,
        "page": page,
        "lines": shown(book, page.lines, officer),
        "may_export": officer.has_perm(Permission.EXPORT),
        "nothing": "" if page.lines else nothing(book, ask),
    }
    return render(request, "subjects/book_show.html", context)
