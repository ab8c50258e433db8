"""Pages of tasks: an officer's round, the list, one task with its moves."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.areas import area_choices
from grids.models import Locality, Officer, Posting
from grids.permissions import Permission
from grids.requests import SignedIn
from grids.views import public_facts
from gridsup.errors import DomainError
from gridsup.paging import page_of
from gridsup.scoping import inside
from gridsup.states import targets
from gridsup.timeline import panels_of_task, panels_of_today
from inspections.actions import assign_task, cancel_task
from inspections.forms import AssignForm, CancelForm, TaskQuestion, TodayQuestion
from inspections.models import Finding, InspectionTask, Visit
from inspections.models.task import TASK_MOVES
from inspections.querysets import TaskQuerySet
from inspections.timeline import entry_of
from subjects.explanation import explain
from subjects.tiers import Tiers

SECTIONS = {"overdue": (0,), "soon": (1,), "later": (2,), "": (0, 1)}


@login_required
def today(request: SignedIn) -> HttpResponse:
    on, officer = timezone.localdate(), request.user
    if not officer.has_perm(Permission.VIEW):
        return public_facts(request)
    tasks = InspectionTask.objects.visible_to(officer).mine(officer).open()
    question = TodayQuestion(request.GET)
    show = question.asked.get("show", "")
    ours = Visit.objects.in_bureaus_of(officer)  # what is to be finished stays theirs, wherever its premises went
    rows = question.filter(tasks).by_round(on, SECTIONS[show])
    return render(
        request,
        "inspections/task_today.html",
        {
            "on": on,
            "counts": tasks.count_by_section(on),
            "returned": ours.to_correct(officer).with_file(),
            "cases": handed_over(officer),
            "aside": ours.put_aside(officer).with_file(),
            "question": question,
            "show": show,
            "places": places(tasks),
            "page": page_of(rows.with_file(), request),
            "tiers": Tiers(officer, on),
            "panels": panels_of_today(officer=officer, on=on),
        },
    )


def handed_over(officer: Officer) -> int:
    """How many findings wait for the case team, where the person is of it."""
    areas = officer.area_codes(Permission.TAKE_CASE)
    cases = Finding.objects.of_lines(officer).filter(inside(areas), state=Finding.State.HANDED_OVER)
    return cases.count() if areas else 0


def places(tasks: TaskQuerySet) -> list[Locality]:
    """Streets, communities and villages where the tasks are, street by street."""
    here = Locality.objects.filter(code__in=tasks.values("premises__locality")).select_related("street")
    return sorted(here, key=lambda place: (place.street_id or place.code, place.code))


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def task_list(request: SignedIn) -> HttpResponse:
    on, officer = timezone.localdate(), request.user
    tiers = Tiers(officer, on)
    question = TaskQuestion(request.GET, tiers=tiers)
    rows = question.filter(InspectionTask.objects.visible_to(officer), on).order_by("due_on", "pk")
    return render(
        request,
        "inspections/task_list.html",
        {
            "on": on,
            "question": question,
            "areas": area_choices(officer, question.asked.get("area", "")),
            "page": page_of(rows.with_file(), request),
            "tiers": tiers,
        },
    )


def seen(request: SignedIn, pk: int) -> InspectionTask:
    """The task, if it lies in the person's areas; otherwise there is none."""
    tasks = InspectionTask.objects.visible_to(request.user).with_file()
    return get_object_or_404(tasks.select_related("premises__tier_rule", "premises__effect_rule", "visit"), pk=pk)


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def task_show(request: SignedIn, pk: int) -> HttpResponse:
    return shown(request, pk)


def shown(request: SignedIn, pk: int, typed: Mapping[str, Any] | None = None) -> HttpResponse:
    """The page of a task; `typed`: what came with a move that was refused, so that nothing is typed again."""
    on, officer, task = timezone.localdate(), request.user, seen(request, pk)
    tiers = Tiers(officer, on)
    may_cancel = InspectionTask.State.CANCELLED in targets(TASK_MOVES, task.state)
    return render(
        request,
        "inspections/task_show.html",
        {
            "on": on,
            "task": task,
            "tiers": tiers,
            "steps": explain(task.premises, tiers, on),
            "events": [entry_of(event) for event in task.events.select_related("by").order_by("-at", "-pk")],
            "holders": Posting.objects.held_on(task.area_code, on).select_related("officer"),
            "assign": AssignForm(task=task, on=on)
            if task.is_open and officer.may(Permission.ASSIGN, task.area_code)
            else None,
            "panels": panels_of_task(task, officer=officer, on=on),
            "may_visit": task.is_open and officer.may(Permission.INSPECT, task.premises.area_code),
            "typed": typed or {},
            "cancel": CancelForm(initial=dict(typed or {}))
            if may_cancel and officer.may(Permission.CANCEL_TASK, task.area_code)
            else None,
        },
    )


@login_required
@permission_required(Permission.ASSIGN, raise_exception=True)
def task_assign(request: SignedIn, pk: int) -> HttpResponse:
    task = seen(request, pk)
    if request.method != "POST":  # the log-in leads here after a session that ended on the form
        return redirect("task", pk)
    form = AssignForm(request.POST, task=task, on=timezone.localdate())
    return answered(
        request,
        task,
        form,
        lambda: assign_task(task=task, to=form.cleaned_data["to"], by=request.user, now=timezone.now()),
        _("The task is given out."),
    )


@login_required
@permission_required(Permission.CANCEL_TASK, raise_exception=True)
def task_cancel(request: SignedIn, pk: int) -> HttpResponse:
    task = seen(request, pk)
    if request.method != "POST":  # the log-in leads here after a session that ended on the form
        return redirect("task", pk)
    form = CancelForm(request.POST)
    return answered(
        request,
        task,
        form,
        lambda: cancel_task(task=task, why=form.cleaned_data["why"], by=request.user, now=timezone.now()),
        _("The task is cancelled."),
    )


def answered(
    request: SignedIn, task: InspectionTask, form: forms.Form, act: Callable[[], object], done: str
) -> HttpResponse:
    """Acts on a form that is whole and goes back to the task, or shows it again with what was typed."""
    try:
        if form.is_valid():
            act()
            messages.success(request, done)
            return redirect("task", task.pk)
        for name, errors in form.errors.items():
            messages.error(request, f"{form[name].label}{_(': ')}{' '.join(map(str, errors))}")
    except DomainError as error:
        messages.error(request, str(error))
    return shown(request, task.pk, request.POST.dict())
