"""Pages of scores: the stations of a period ranked, one card explained line by line, the rows behind each line."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessment import score_tables as tables
from assessment.actions import fits_scores, load_scheme, publish_scores, request_scores
from assessment.actions.scores import JOB
from assessment.indicators import INDICATORS, Span
from assessment.models import Scheme, Scorecard
from assessment.querysets import ScorecardQuerySet
from assessment.reporting.wording import period_words
from assessment.score_forms import ComputeForm, PublishForm, RowsQuestion, SchemeForm, ScoresQuestion
from assessment.scoring import fingerprint_of, is_intact
from assessment.timeline import card_entry
from grids.models import Bureau, Officer
from grids.permissions import Permission
from grids.requests import SignedIn
from gridsup.audit.recording import note
from gridsup.composition import JOB_PERIODS
from gridsup.errors import DomainError
from gridsup.models import Job
from gridsup.paging import page_of
from gridsup.periods import Period

State = Scorecard.State


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def scores(request: SignedIn) -> HttpResponse:
    officer, on = request.user, timezone.localdate()
    question = ScoresQuestion(request.GET)
    bureaus = bureaus_of(officer)
    bureau = question.asked.get("bureau") or next((known.code for known in bureaus), "")
    if bureau not in {known.code for known in bureaus}:
        raise Http404
    ours = Scorecard.objects.visible_to(officer).in_area(bureau)
    periods = tables.latest_first(ours.order_by().values_list("period", flat=True).distinct())
    asked = question.asked.get("period", "")
    period = next((known for known in periods if str(known) == asked), periods[0] if periods and not asked else None)
    why_none = absence(Period.parse(asked), bureau, on) if asked and period is None else ""
    of_period = ours.filter(period=str(period or asked))
    is_new = question.asked.get("show") == "new"
    cards = of_period.newest() if is_new else of_period.current()
    rows = tables.rows_of(cards.select_related("scheme").prefetch_related("lines"))
    return render(
        request,
        "assessment/score_list.html",
        {
            "question": question, "bureau": bureau, "bureaus": bureaus, "periods": periods, "period": period,
            "asked": asked, "is_new": is_new, "by_grid": question.asked.get("by") == "grid", "why_none": why_none,
            "columns": rows[0].lines if rows else [],
            "whole": next((row for row in rows if row.card.area_code == bureau), None),
            "stations": [row for row in rows if len(row.card.area_code) == tables.STATION],
            "grids": [row for row in rows if len(row.card.area_code) == tables.GRID],
            **steps(officer, bureau, str(period or asked), of_period, on),
        },
    )  # fmt: skip


def bureaus_of(officer: Officer) -> list[Bureau]:
    """The bureaus in which the person may view business rows somewhere."""
    codes = {code[:2] for code in officer.area_codes(Permission.VIEW)}
    return list(Bureau.objects.filter(code__in=codes).order_by("code"))


def absence(period: Period, bureau: str, on: date) -> str:
    """Why a bureau can have no scores of a period on the day, in a sentence; empty where they can be computed."""
    days = {"period": period_words(period), "first": period.first.isoformat(), "last": period.last.isoformat()}
    if period.shape in JOB_PERIODS[JOB]:
        if period.first > on:
            return _("%(period)s lies ahead: it begins on %(first)s and is scored once it is over.") % days
        if period.last >= on:
            return _("%(period)s is not over yet: it ends on %(last)s and is scored after that.") % days
    try:
        fits_scores(period=period, area_code=bureau, on=on)
    except DomainError as error:
        return str(error)
    return ""


def steps(officer: Officer, bureau: str, period: str, cards: ScorecardQuerySet, on: date) -> dict[str, Any]:
    """What may be done with the scores of a bureau's period, and how far the work on them is."""
    computed = list(cards.filter(state=State.COMPUTED))
    jobs = Job.objects.visible_to(officer).filter(name=JOB, area_code=bureau)
    may_score = officer.may(Permission.SCORE, bureau)
    may_load = officer.may(Permission.EDIT_SCHEME, bureau)
    has_scheme = Scheme.objects.filter(bureau_id=bureau).exists()
    return {
        "job": jobs.filter(period=period).first(),
        "compute": ComputeForm(initial={"bureau": bureau, "period": period}, on=on)
        if may_score and has_scheme
        else None,
        "scheme_form": SchemeForm(initial={"bureau": bureau}, on=on) if may_load and not has_scheme else None,
        "computed": computed,
        "is_published": cards.filter(state=State.PUBLISHED).exists(),
        "seen": fingerprint_of(computed),
        "may_publish": officer.may(Permission.PUBLISH_SCORES, bureau),
    }


@login_required
@permission_required(Permission.SCORE, raise_exception=True)
def scores_compute(request: SignedIn) -> HttpResponse:
    form = ComputeForm(request.POST or None, on=timezone.localdate())
    return done(request, form, lambda given, now: request_scores(**given, by=request.user, now=now), "")


@login_required
@permission_required(Permission.PUBLISH_SCORES, raise_exception=True)
def scores_publish(request: SignedIn) -> HttpResponse:
    def publish(given: dict[str, Any], now: datetime) -> None:
        publish_scores(bureau=given["bureau"], period=given["period"], seen=given["seen"], by=request.user, now=now)

    sentence = _("The scores are published. Nobody can change them any more.")
    return done(request, PublishForm(request.POST or None), publish, sentence)


@login_required
@permission_required(Permission.EDIT_SCHEME, raise_exception=True)
def scores_scheme(request: SignedIn) -> HttpResponse:
    def load(given: dict[str, Any], now: datetime) -> object:
        return load_scheme(bureau=given["bureau"], name=given["name"], on=given["day"], by=request.user, now=now)

    form = SchemeForm(request.POST or None, on=timezone.localdate())
    return done(request, form, load, _("The scheme is taken over. Scores can be computed now."))


def done(
    request: SignedIn, form: forms.Form, act: Callable[[dict[str, Any], datetime], object], sentence: str
) -> HttpResponse:
    """Acts on a form that is whole, says what came out, and goes back to the scores of its bureau and period."""
    if request.method != "POST":  # the log-in leads here after a session that ended on the form
        return redirect("scores")
    try:
        if form.is_valid():
            row = act(form.cleaned_data, timezone.now())
            note(request, named=str(form.cleaned_data.get("period", "")), area=form.cleaned_data["bureau"])
            if isinstance(row, models.Model):
                note(request, row=row, named="")
            if sentence:
                messages.success(request, sentence)
        else:
            for name, errors in form.errors.items():
                messages.error(request, f"{form[name].label}{_(': ')}{' '.join(map(str, errors))}")
    except DomainError as error:
        messages.error(request, str(error))
    back = {name: request.POST[name] for name in ("bureau", "period") if request.POST.get(name)}
    officer = request.user
    if back.get("bureau", "") not in {known.code for known in bureaus_of(officer)}:
        back = {}
    return redirect(f"{reverse('scores')}?{urlencode(back)}")


def seen(request: SignedIn, pk: int) -> Scorecard:
    """The card with its lines, if its area is the person's; otherwise there is none."""
    cards = Scorecard.objects.visible_to(request.user).select_related("scheme").prefetch_related("lines")
    return get_object_or_404(cards, pk=pk)


def below(officer: Officer, card: Scorecard) -> list[tables.Row]:
    """The cards beside it of the areas right below its own, as far as they are the person's; a grid has none."""
    depth = len(card.area_code)
    if depth >= tables.GRID:
        return []
    beside = Scorecard.objects.visible_to(officer).beside(card).in_area(card.area_code)
    return tables.rows_of(beside.filter(area_code__length=depth + 2).prefetch_related("lines"))


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def scorecard(request: SignedIn, pk: int) -> HttpResponse:
    officer, card = request.user, seen(request, pk)
    lines = tables.lines_of(card)
    ours = Scorecard.objects.visible_to(officer)
    beside = ours.beside(card).prefetch_related("lines")
    lower, over = below(officer, card), card.area_code[:-2]
    above = ours.beside(card).filter(area_code=over).first() if over else None
    compared = [tables.compare(card, lines, other) for other in tables.above_and_best(card, beside)]
    return render(
        request,
        "assessment/score_show.html",
        {
            "card": card,
            "name": tables.names_of([card.area_code]).get(card.area_code, card.area_code),
            "above": above,
            "lines": lines,
            "compared": [found for found in compared if found],
            "below": lower,
            "own": tables.unplaced(lines, lower) if lower else [],
            "is_intact": is_intact(card),
            "versions": ours.filter(area_code=card.area_code, period=card.period).order_by("-version"),
            "events": [card_entry(event) for event in card.events.select_related("by").order_by("-at", "-pk")],
        },
    )


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def score_rows(request: SignedIn, pk: int, indicator: str) -> HttpResponse:
    card = seen(request, pk)
    line = next((line for line in tables.lines_of(card) if line.line.indicator == indicator), None)
    if line is None:
        raise Http404
    found, question = INDICATORS[indicator], RowsQuestion(request.GET)
    is_alone = bool(question.asked.get("exact"))
    span = Span(card.area_code, Period.parse(card.period), card.cut_off, is_alone)
    part_whole = tables.own_of(line, below(request.user, card)) if is_alone else line.part_whole
    counted, left = found.rows(span).visible_to(request.user), found.left_out(span).visible_to(request.user)
    is_cut = counted.is_cut_for(request.user)
    show = question.asked.get("show", "")
    rows = left if show == "left" else counted.filter(is_met=show == "met") if show else counted
    page = page_of(found.filed(rows).order_by(found.day, "pk"), request)
    met, whole = counted.filter(is_met=True).count(), counted.count()
    return render(
        request,
        "assessment/score_rows.html",
        {
            "card": card,
            "name": tables.names_of([card.area_code]).get(card.area_code, card.area_code),
            "line": line,
            "span": span,
            "show": show,
            "page": page,
            "rows": [(row, found.show(row)) for row in page],
            "question": question,
            "counts": {"whole": whole, "met": met, "missed": whole - met, "left": left.count()},
            "is_cut": is_cut,
            "is_alone": is_alone,
            "part": part_whole[0],
            "whole": part_whole[1],
            "differs": not is_cut and (met, whole) != part_whole,
        },
    )
