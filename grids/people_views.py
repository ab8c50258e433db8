"""Pages of people: the list, one person, one area's posts, who is on leave, open work, invitations."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from grids import actions
from grids.areas import area_choices
from grids.certificates import notice_day
from grids.handing import lines_of, strays_of
from grids.models import Officer, OfficerEvent, Posting, PostingEvent
from grids.people_forms import AreaDay, FirstPassword, HandOverForm, InviteForm, PeopleQuestion
from grids.people_steps import PERSON_STEPS, POST_STEPS, Step, link_of
from grids.permissions import Permission
from grids.requests import SignedIn
from grids.successors import held_in_name
from gridsup import once
from gridsup.audit.models import AuditEntry
from gridsup.audit.recording import note, note_trial
from gridsup.audit.rows import name_of
from gridsup.errors import DomainError
from gridsup.paging import page_of
from gridsup.timeline import Entry

SEE = (Permission.VIEW_PEOPLE, Permission.VIEW_ACCOUNTS)


def check_any(officer: Officer, *permissions: Permission) -> None:
    """Raises PermissionDenied unless some duty of today carries one of the permissions."""
    if not any(officer.has_perm(permission) for permission in permissions):
        raise PermissionDenied


def person_of(request: SignedIn, pk: int) -> Any:
    """The person of the address with `is_known`, if the one who asks may see the account; 404 otherwise."""
    check_any(request.user, *SEE)
    return get_object_or_404(Officer.objects.visible_to(request.user).marking_known_to(request.user), pk=pk)


@login_required
def people(request: SignedIn) -> HttpResponse:
    officer, on = request.user, timezone.localdate()
    check_any(officer, *SEE)
    question, notice = PeopleQuestion(request.GET), notice_day(officer, on)
    rows = question.filter(Officer.objects.visible_to(officer).marking_known_to(officer), on, notice)
    posts = Posting.objects.meeting(on, None).with_leave(on).order_by("from_day", "area_code", "duty")
    rows = rows.prefetch_related(Prefetch("postings", posts, to_attr="posts_of_today"))
    return render(
        request,
        "grids/people_list.html",
        {
            "on": on,
            "notice": notice,
            "question": question,
            "areas": area_choices(officer, question.asked.get("area", "")),
            "page": page_of(rows, request),
            "may_invite": officer.has_perm(Permission.MANAGE_ACCOUNTS),
            "may_import": officer.has_perm(Permission.IMPORT) and officer.has_perm(Permission.POST_OFFICERS),
            "may_assign": officer.has_perm(Permission.ASSIGN),
            "sees_people": officer.has_perm(Permission.VIEW_PEOPLE),
        },
    )


@login_required
def person_show(request: SignedIn, pk: int) -> HttpResponse:
    person, viewer, on = person_of(request, pk), request.user, timezone.localdate()
    posts = list(person.postings.with_leave(on).order_by("-from_day", "-pk"))
    events = person.events.select_related("by").order_by("-at", "-pk")
    if not person.is_known:
        events = events.exclude(what__in=OfficerEvent.OF_THE_PERSON)
    return render(
        request,
        "grids/person_show.html",
        {
            "on": on,
            "notice": notice_day(viewer, on),
            "person": person,
            "certified": person.certified_on(on),
            "certificates": person.certificates.all() if person.is_known else [],
            "running": [(post, offered(POST_STEPS, post, viewer)) for post in posts if post.is_running(on)],
            "past": [post for post in posts if not post.is_running(on)],
            "steps": offered(PERSON_STEPS, person, viewer),
            "work": lines_of(person, viewer) if person.is_known else [],
            "may_hand_over": viewer.has_perm(Permission.ASSIGN),
            "sees_people": viewer.has_perm(Permission.VIEW_PEOPLE),
            "invitation": person.invitations.filter(used_at=None, revoked_at=None).first(),
            "now": timezone.now(),
            "entries": story_of(events, posts if person.is_known else []),
        },
    )


def entry(event: OfficerEvent) -> Entry:
    """An event as the timeline shows it."""
    return Entry(at=event.at, what=str(event), detail=event.why, by=str(event.by or ""))


def story_of(events: Iterable[OfficerEvent], posts: Collection[Posting]) -> list[Entry]:
    """The history of a person: account, certificates, posts and who stood in for them, latest first."""
    posted = PostingEvent.objects.filter(Q(posting__in=posts) | Q(posting__stands_in_for__in=posts))
    own = {post.pk for post in posts}
    told = [
        post_entry(event, "" if event.posting_id in own else str(event.posting.officer))
        for event in posted.select_related("by", "posting__officer")
    ]
    return sorted([*map(entry, events), *told], key=lambda entry: entry.at, reverse=True)


def post_entry(event: PostingEvent, name: str = "") -> Entry:
    """An event of a post as a timeline shows it; with the name of who holds it where others stand there, too."""
    post = event.posting
    about = " · ".join(filter(None, (name, post.get_duty_display(), post.area_code, event.why)))
    return Entry(at=event.at, what=str(event), detail=about, by=str(event.by or ""))


def offered(steps: dict[str, Step], row: Any, viewer: Officer) -> list[tuple[str, Step]]:
    """The steps that the viewer may take with a row now."""
    return [(name, step) for name, step in steps.items() if step.offered(row, viewer)]


@never_cache
@login_required
def person_step(request: SignedIn, pk: int, name: str) -> HttpResponse:
    return _take(request, PERSON_STEPS, name, person_of(request, pk), pk)


@login_required
def post_step(request: SignedIn, pk: int, name: str) -> HttpResponse:
    check_any(request.user, Permission.VIEW_PEOPLE)
    posts = Posting.objects.visible_to(request.user).select_related("officer", "stands_in_for__officer")
    post = get_object_or_404(posts, pk=pk)
    return _take(request, POST_STEPS, name, post, post.officer_id)


def _take(request: SignedIn, steps: dict[str, Step], name: str, row: Any, person: int) -> HttpResponse:
    """The page of a step: its form, and when it is filled in the action, then back to the person."""
    step = steps.get(name)
    if step is None:
        raise Http404
    if not step.permitted(row, request.user):
        raise PermissionDenied
    if request.method != "POST" and not step.fits(row):
        messages.error(request, _("This cannot be done any more: look at what was changed since."))
        return redirect("person", person)
    now = timezone.now()
    given = request.POST if request.method == "POST" else None
    form = step.form(given, viewer=request.user, row=row, on=timezone.localdate(now))
    looks = given is not None and "look" in given
    if looks:
        note_trial(request)
    if given is not None and not looks and form.is_valid():
        try:
            with transaction.atomic():
                done = step.act(row, form.cleaned_data, request.user, now)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            if isinstance(done, Posting) and done != row:
                note(request, named=f"{name_of(row)}; {name_of(done)}")
            if isinstance(done, dict):
                return once.lead_on(request, request.path, done)
            messages.success(request, _("Done: %(step)s.") % {"step": step.label})
            return redirect("person", person)
    context = {"step": step, "form": form, "row": row, "person": person, "once": once.told_to(request)}
    if step.preview is not None:
        chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
        context |= step.preview(row, chosen, request.user)
    return once.shown(request, render(request, "grids/person_step.html", context))


@login_required
def person_work(request: SignedIn, pk: int) -> HttpResponse:
    """What somebody holds, and where it goes: first shown, then moved."""
    check_any(request.user, Permission.ASSIGN)
    person, viewer, now = person_of(request, pk), request.user, timezone.now()
    asked = request.POST if request.method == "POST" else request.GET
    form = HandOverForm(asked or None, viewer=viewer, row=person, on=timezone.localdate(now))
    if request.method == "POST" and not held_in_name(person, viewer):
        messages.info(request, _("Nothing is held by name any more: somebody else handed it over."))
        return redirect("person", pk)
    to = form.cleaned_data["to"] if form.is_bound and form.is_valid() else None
    if request.method != "POST" and form.is_bound:
        note_trial(request)
    if request.method == "POST" and form.is_valid():
        try:
            actions.hand_over(officer=person, to=to, by=viewer, now=now)
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The open work was handed over."))
            return redirect("person", pk)
    lines = lines_of(person, viewer, to=to)
    by_name = any(line.by_name for line in lines)
    context = {"person": person, "form": form, "lines": lines, "to": to, "by_name": by_name}
    return render(request, "grids/person_work.html", context)


@login_required
def stray_work(request: SignedIn) -> HttpResponse:
    """Open work held by name by people who hold no post there."""
    check_any(request.user, Permission.ASSIGN)
    return render(request, "grids/stray_work.html", {"kinds": strays_of(request.user, timezone.localdate())})


@login_required
def leave(request: SignedIn) -> HttpResponse:
    """Who is on leave, today and in the days to come, and who stands in."""
    check_any(request.user, Permission.VIEW_PEOPLE)
    on = timezone.localdate()
    visible = Posting.objects.visible_to(request.user).substitutions().filter(called_off=False, to_day__gte=on)
    rows = visible.select_related("officer", "stands_in_for__officer").order_by("from_day", "area_code", "pk")
    found = [(post, offered(POST_STEPS, post, request.user)) for post in rows]
    today = [row for row in found if row[0].from_day <= on]
    return render(
        request, "grids/leave_list.html", {"today": today, "later": [row for row in found if row not in today]}
    )


@login_required
def area_people(request: SignedIn, code: str) -> HttpResponse:
    """Who is responsible for an area, on any day, and everybody who ever held a post there."""
    check_any(request.user, Permission.VIEW_PEOPLE)
    area = actions.find_area(code) if code.isdigit() and len(code) in {2, 4, 6} else None
    if area is None or not type(area).objects.visible_to(request.user).filter(code=code).exists():
        raise Http404
    today = timezone.localdate()
    question = AreaDay(request.GET)
    day: date = question.asked.get("on", today)
    posts = Posting.objects.visible_to(request.user).filter(area_code=code)
    events = PostingEvent.objects.filter(posting__in=posts).select_related("by", "posting__officer")
    context = {
        "area": area,
        "question": question,
        "day": day,
        "people": Posting.objects.answering_for(code, day).with_leave(day),
        "others": posts.on(day).exclude(pk__in=Posting.objects.answering_for(code, day).values("pk")).with_leave(day),
        "history": posts.filter(called_off=False).with_leave(day).order_by("-from_day", "-pk"),
        "entries": [post_entry(event, str(event.posting.officer)) for event in events.order_by("-at", "-pk")],
    }
    return render(request, "grids/area_people.html", context)


@never_cache
@login_required
def person_new(request: SignedIn) -> HttpResponse:
    """An account whose person is invited; the link is shown once, on the page of the invitation."""
    viewer, now = request.user, timezone.now()
    check_any(viewer, Permission.MANAGE_ACCOUNTS)
    given = request.POST if request.method == "POST" else None
    form = InviteForm(given, bureaus=viewer.area_codes(Permission.MANAGE_ACCOUNTS))
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                facts = {**form.cleaned_data, "bureau": form.cleaned_data["bureau"].code}
                person = actions.add_officer(**facts, by=viewer, now=now)
                link = link_of(person, actions.invite(officer=person, by=viewer, now=now))
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            note(request, row=person)
            return once.lead_on(request, reverse("person_step", args=[person.pk, "invite"]), link)
    return render(request, "grids/person_new.html", {"form": form})


@never_cache
def invitation(request: HttpRequest, key: str) -> HttpResponse:
    """Where an invited person sets the first password."""
    now = timezone.now()
    found = actions.find_invitation(key=key, now=now)
    form = FirstPassword(request.POST if request.method == "POST" else None)
    if found is not None and request.method == "POST" and form.is_valid():
        try:
            person = actions.accept_invitation(key=key, password=form.cleaned_data["password"], now=now)
            note(request, person=person, row=person, action=AuditEntry.Action.PASSWORD)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("Your password is set: log in with it."))
            return redirect("login")
    context = {"invitation": found, "form": form}
    return render(request, "grids/invitation.html", context, status=200 if found else 410)
