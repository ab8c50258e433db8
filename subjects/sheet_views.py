"""The four ledgers of one area on one page: whole for a grid, rolled up for a station or bureau; made to be printed."""

from typing import Any

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grids.areas import area_choices, areas_asked
from grids.naming import names_on
from grids.permissions import Permission
from grids.requests import SignedIn
from gridsup.audit.recording import note, note_looked_at
from gridsup.books import Ask, held_in
from subjects.book_forms import BookQuestion
from subjects.books import BOOKS
from subjects.books.rollup import rolled_up
from subjects.books.showing import nothing, shown, tabs

# Rows of one ledger on paper; a grid of the size guide has fewer (handbook §1).
MOST_PRINTED = 1_500


@login_required
@permission_required(Permission.VIEW_AREAS, raise_exception=True)
def ledgers(request: SignedIn) -> HttpResponse:
    officer = request.user
    question = BookQuestion(request.GET, today=timezone.localdate())
    asked = question.asked.get("area", "")
    if not officer.has_perm(Permission.VIEW):  # premises and people are among the four
        note(request, action="")  # looked at is the ledger that follows
        return redirect(tabs(officer, "", area=asked, day=question.past)[0].url)
    area = next(iter(areas_asked(officer, Permission.VIEW, asked)), "")
    note_looked_at(request, _("The four ledgers"), [area] if area else [], question.day)
    context: dict[str, Any] = {
        "question": question,
        "area": area,
        "name": names_on([area], question.day).get(area, "") if area else "",
        "areas": area_choices(officer, area, on=question.day),
        "tabs": tabs(officer, "sheet", area=area, day=question.past),
        "may_export": officer.has_perm(Permission.EXPORT),
        "elsewhere": bool(asked) and asked != area,
    }
    if len(area) == 6:
        context["parts"] = _parts(request, question, area)
    elif area:
        context["rows"], context["total"] = rolled_up(area, question.day)
    return render(request, "subjects/ledgers_show.html", context)


def _parts(request: SignedIn, question: BookQuestion, area: str) -> list[dict[str, Any]]:
    """Each ledger of a grid that the person may see, whole up to MOST_PRINTED rows."""
    found = []
    for book in BOOKS.values():
        ask = Ask(held_in(request.user, book.permission, area), question.day)
        page = book.slice(ask, size=MOST_PRINTED)
        found.append(
            {
                "book": book,
                "count": book.count(ask) if page.next else len(page.lines),
                "lines": shown(book, page.lines, request.user),
                "further": bool(page.next),
                "nothing": "" if page.lines else nothing(book, ask),
            }
        )
    return found
