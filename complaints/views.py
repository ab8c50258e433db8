"""Pages of complaints, reports, clues and enquiries: the list."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from complaints.colours import Colour, warn_days
from complaints.forms import WAITING_WORDS, ComplaintQuestion
from complaints.models import Clock, Complaint
from grids.areas import area_choices
from grids.permissions import Permission
from grids.requests import SignedIn
from gridsup.paging import page_of

# Whose move is next → the permissions of which one makes it: the tiles that a person sees.
MOVERS = {
    "decide": (Permission.ACCEPT, Permission.DISPATCH),
    "handle": (Permission.HANDLE,),
    "review": (Permission.REVIEW_COMPLAINTS,),
    "tell": (Permission.FOLLOW_UP,),
    "close": (Permission.REVIEW_COMPLAINTS,),
}


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def complaint_list(request: SignedIn) -> HttpResponse:
    on, officer = timezone.localdate(), request.user
    # opened without a question it shows the work; any question is answered as it is put
    is_asked = bool(set(request.GET) - {"page"})
    question = ComplaintQuestion(request.GET if is_asked else {"state": "open"})
    visible = Complaint.objects.visible_to(officer)
    waiting, colours = visible.count_waiting(), Clock.objects.visible_to(officer).count_by_colour(on)
    return render(
        request,
        "complaints/complaint_list.html",
        {
            "on": on,
            "question": question,
            "is_asked": is_asked,
            "areas": area_choices(officer, question.asked.get("area", "")),
            "page": page_of(question.filter(visible, on).nearest_first().with_file(), request),
            "warn": warn_days(on),
            "waiting": [
                {"key": key, "words": WAITING_WORDS[key], "count": waiting[key]}
                for key, permissions in MOVERS.items()
                if any(officer.has_perm(permission) for permission in permissions)
            ],
            "colours": [{"key": colour, "words": colour.label, "count": colours[colour]} for colour in Colour],
            "may_take_in": officer.has_perm(Permission.TAKE_IN),
        },
    )
