"""Pages of rotation and of what moving communities would mean."""

from collections import Counter
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessment.dashboard.areas import STATION
from assessment.dashboard.asking import scope_asked
from assessment.staffing.asking import DUE, RotationQuestion, SwapForm, WhatIfQuestion
from assessment.staffing.page import MOST_ROWS, Links, grids_of
from assessment.staffing.rotation import NEAR, OVER, Turn, partners, try_swap, turns_of, urgency, with_neighbours
from assessment.staffing.what_if import Choice, grids_there, moves, places_of, reckon
from grids.actions import swap_posts, swappable_from
from grids.areas import area_choices
from grids.handing import Line, lines_of
from grids.models import Officer, Posting, Station
from grids.permissions import HEADS, HOLDERS, Permission
from grids.requests import SignedIn
from gridsup.audit.recording import note, note_looked_at, note_trial
from gridsup.audit.rows import name_of
from gridsup.errors import DomainError
from gridsup.scoping import inside
from gridsup.workdays import ONE_DAY


@login_required
@permission_required(Permission.VIEW_PEOPLE, raise_exception=True)
def staffing_rotation(request: SignedIn) -> HttpResponse:
    on, question = timezone.localdate(), RotationQuestion(request.GET)
    scope, show = scope_asked(request.user, question), question.asked.get("show", "")
    note_looked_at(request, gettext_lazy("Rotation"), [scope.area] if scope.area else [], on)
    turns = turns_of([code for code, _name in grids_of(scope)], on)
    counts = Counter(turn.standing for turn in turns)
    wanted = {DUE: {NEAR, OVER}, NEAR: {NEAR}, OVER: {OVER}}.get(show)
    listed = [turn for turn in turns if wanted is None or turn.standing in wanted]
    listed.sort(key=urgency)
    station = scope.area[:STATION] if len(scope.area) >= STATION else ""
    shown = listed[:MOST_ROWS]
    if station:
        known = {turn.tenure.post: turn for turn in with_neighbours(station, turns_of_station(station, on))}
        shown = [known.get(turn.tenure.post, turn) for turn in shown]
    return render(
        request,
        "assessment/rotation_show.html",
        {
            "on": on,
            "question": question,
            "area": scope.area,
            "areas": area_choices(request.user, scope.area),
            "trail": scope.trail(),
            "names": scope.names,
            "show": show,
            "people": len(turns),
            "near": counts[NEAR],
            "over": counts[OVER],
            "turns": shown,
            "of_a_station": bool(station),
            "left_out": max(0, len(listed) - MOST_ROWS),
            "most_rows": MOST_ROWS,
            "judged": any(turn.due_on for turn in turns) or not turns,
        },
    )


def turns_of_station(station: str, on: date) -> list[Turn]:
    """Everybody's time on the grids of a station."""
    return turns_of([code for code, _name in grids_there(station)], on)


@login_required
@permission_required(Permission.VIEW_PEOPLE, raise_exception=True)
def staffing_swap(request: SignedIn, pk: int) -> HttpResponse:
    today, officer = timezone.localdate(), request.user
    posting = get_object_or_404(Posting.objects.visible_to(officer).filter(duty__in=HOLDERS), pk=pk)
    station = posting.area_code[:STATION]
    turns = {turn.tenure.post: turn for turn in with_neighbours(station, turns_of_station(station, today))}
    turn = turns.get(posting.pk)
    turn = None if turn and turn.tenure.to_day else turn
    others = partners(turn, list(turns.values())) if turn else []
    others = [other for other in others if officer.may(Permission.VIEW_PEOPLE, other.tenure.area_code)]
    chosen = next((other for other in others if str(other.tenure.post) == request.GET.get("with", "")), None)
    other = Posting.objects.select_related("officer").get(pk=chosen.tenure.post) if chosen else None
    if other is not None:
        note(request, named=f"{name_of(posting)}; {name_of(other)}")
        if request.method != "POST":
            note_trial(request)
    leaves = list(Posting.objects.leaves_of([posting.pk, other.pk], today)) if other else []
    possible = swappable_from(leaves, today)
    form = SwapForm(request.POST or None, today=today, initial={"on": max(possible, today + ONE_DAY)})
    may_swap = other is not None and all(
        officer.may(Permission.POST_OFFICERS, one.area_code) for one in (posting, other)
    )
    if request.method == "POST" and other is not None and _swapped(request, form, posting, other):
        return redirect(f"{reverse('staffing_rotation')}?{urlencode({'area': station})}")
    names = dict(grids_there(station))
    sides = _sides(posting, other, officer) if other else []
    return render(
        request,
        "assessment/rotation_swap.html",
        {
            "on": today, "posting": posting, "station": station, "turn": turn, "others": others, "chosen": chosen,
            "names": names, "form": form, "may_swap": may_swap, "leaves": leaves, "sides": sides,
            "of_heads": posting.duty in HEADS,
            "swap": try_swap(turn.tenure, chosen.tenure, names, possible) if turn and chosen else None,
        },
    )  # fmt: skip


def _sides(first: Posting, second: Posting, viewer: Officer) -> list[tuple[Posting, Officer, list[Line]]]:
    """Each post with who takes it over and the open work there: what is held by name goes along, the rest stays."""
    return [
        (post, to.officer, lines_of(post.officer, viewer, to=to.officer, areas=[post.area_code]))
        for post, to in ((first, second), (second, first))
    ]


def _swapped(request: SignedIn, form: SwapForm, posting: Posting, other: Posting) -> bool:
    """Carries the swap out; False with the sentence in the form where that cannot be."""
    if not form.is_valid():
        return False
    given = form.cleaned_data
    try:
        swap_posts(first=posting, second=other, **given, by=request.user, now=timezone.now())
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return False
    messages.success(
        request,
        _("%(first)s and %(second)s change places on %(day)s.")
        % {"first": posting.officer, "second": other.officer, "day": given["on"]},
    )
    return True


@login_required
@permission_required([Permission.VIEW, Permission.VIEW_PEOPLE], raise_exception=True)
def staffing_what_if(request: SignedIn) -> HttpResponse:
    on, question = timezone.localdate(), WhatIfQuestion(request.GET)
    stations = stations_of(request.user)
    asked = str(question["area"].value() or "")[:STATION]
    there = [one for one in stations if one.code.startswith(asked)]  # a bureau asked for leaves the choice open
    if stations and not there:  # who has none is told whom this is for
        raise Http404
    station = there[0] if len(there) == 1 else None
    shown: dict[str, Any] = {"on": on, "question": question, "stations": stations, "station": station}
    if station is not None:
        grids, places = grids_there(station.code), places_of(station.code)
        question.offer(grids, [place.code for place in places])
        given = question.asked
        choice = Choice(
            station.code,
            given.get("target", ""),
            frozenset(given.get("localities", ())),
            frozenset(given.get("grids", ())),
        )
        shown |= {"grids": grids, "places": places, "choice": choice, "area": station.code}
        note_looked_at(request, gettext_lazy("Move communities: what if"), [station.code])
        if choice.is_whole:
            note_trial(request)
            shown |= {"outcome": reckon(choice, grids, on), "quarter": Links(on, on).quarter}
            shown["moves"] = moves(choice, places)
            if shown["moves"]:
                shown["proposal"] = proposal_of(choice, request.user)
    return render(request, "assessment/what_if_show.html", shown)


def stations_of(officer: Officer) -> list[Station]:
    """Stations all of whose grids the person looks at."""
    whole = [code for code in officer.area_codes(Permission.VIEW) if len(code) <= STATION]
    return list(Station.objects.filter(inside(whole, "code")).order_by("code"))


def proposal_of(choice: Choice, officer: Officer) -> str:
    """Address of the proposal of this change, for who may propose grids there; it asks again and previews."""
    if not officer.may(Permission.PROPOSE_GRIDS, choice.station):
        return ""
    if choice.localities:
        question = {"kind": "redraw", "grid": choice.target, "placing": "localities"}
        many = [("localities", code) for code in sorted(choice.localities)]
    else:
        question = {"kind": "merge", "heir": choice.target}
        many = [("grids", code) for code in sorted(choice.grids - {choice.target})]
    try:
        return f"{reverse('area_change_new')}?{urlencode([('station', choice.station), *question.items(), *many])}"
    except NoReverseMatch:
        return ""
