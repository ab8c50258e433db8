"""Pages of the policy: the rows in force with their sources, a preset tried out before it is taken, one row changed."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.models import Bureau
from grids.permissions import Permission
from grids.requests import SignedIn
from gridsup.audit.recording import note_trial
from gridsup.errors import DomainError
from gridsup.jobs import enqueue
from subjects import presets
from subjects.actions import change_row, load_preset
from subjects.forms import PresetForm, RowForm
from subjects.models import CheckItem, CreditEffect, PolicyEvent, PolicyFigure, Tier, TimeLimit, Trade, TradeTier
from subjects.models.policy import PolicyRow
from subjects.preview import preview_preset, preview_row
from subjects.tiers import Tiers
from subjects.timeline import policy_entry

# Changes of the policy shown on its page; a district makes a handful a year.
SHOWN = 20
KINDS: dict[str, type[PolicyRow]] = {
    "tier": Tier,
    "trade": TradeTier,
    "effect": CreditEffect,
    "figure": PolicyFigure,
    "item": CheckItem,
    "limit": TimeLimit,
}


@login_required
@permission_required(Permission.VIEW_AREAS, raise_exception=True)
def policy_show(request: SignedIn, bureau: str = "") -> HttpResponse:
    """The rules for everybody with a duty there; who changed them and why for those who work by them."""
    officer, on = request.user, timezone.localdate()
    tiers = Tiers(officer, on)
    bureaus = Bureau.objects.visible_to(officer)
    chosen = get_object_or_404(bureaus, code=bureau) if bureau else bureaus.first()
    if chosen is None:
        raise Http404
    rows = {kind: model._default_manager.visible_to(officer).in_force(chosen.code, on) for kind, model in KINDS.items()}
    history = PolicyEvent.objects.filter(bureau=chosen).select_related("by").order_by("-at", "-pk")[:SHOWN]
    effects = CreditEffect.objects.visible_to(officer).in_force(chosen.code, on)
    coming = [
        (row.from_day, row.preset, str(row))
        for model in KINDS.values()
        for row in model._default_manager.visible_to(officer).filter(bureau=chosen, from_day__gt=on)
    ]
    return render(
        request,
        "subjects/policy_show.html",
        {
            "bureau": chosen,
            "bureaus": bureaus,
            "on": on,
            "tiers": tiers,
            "rows": rows,
            "effects": sorted(effects, key=lambda row: (tiers.rank(row), row.credit)),
            "trades": by_tier_and_source(rows["trade"]),
            "items": by_item(rows["item"], tiers),
            "coming": sorted(set(coming)),
            "events": [policy_entry(event) for event in history] if officer.has_perm(Permission.VIEW) else None,
            "may_edit": officer.may(Permission.EDIT_POLICY, chosen.code),
            "presets": [presets.read(name) for name in presets.names()],
        },
    )


def with_trade_names(rows: Iterable[Any]) -> list[Any]:
    """Rows for the beginning of a trade's code, each with the name of that trade."""
    rows = list(rows)
    names = dict(Trade.objects.filter(code__in={row.prefix for row in rows}).values_list("code", "name"))
    for row in rows:
        row.trade_name = names.get(row.prefix, "")
    return rows


def by_item(rows: Iterable[Any], tiers: Tiers) -> list[list[Any]]:
    """Check items in the order of the form; rows that ask the same of several tiers or trades together."""
    groups: dict[tuple[str, str, str, str], list[Any]] = {}
    for row in sorted(with_trade_names(rows), key=lambda row: (row.position, row.code, tiers.rank(row), row.prefix)):
        groups.setdefault((row.code, row.text, row.line, row.source), []).append(row)
    return list(groups.values())


def by_tier_and_source(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Trade rows that say the same for the same reason together, each with the name of its trade."""
    groups: dict[tuple[str, str], list[Any]] = {}
    for row in with_trade_names(rows):
        groups.setdefault((row.tier_key, row.source), []).append(row)
    return [{"tier_key": tier, "rows": same} for (tier, _source), same in groups.items()]


@login_required
@permission_required(Permission.EDIT_POLICY, raise_exception=True)
def policy_preset(request: SignedIn, bureau: str) -> HttpResponse:
    officer, now = request.user, timezone.now()
    on = timezone.localdate(now)
    chosen = get_object_or_404(Bureau.objects.visible_to(officer), code=bureau)
    form = PresetForm(request.POST or None, on=on)
    preview = None
    if request.method == "POST" and "take" not in request.POST:
        note_trial(request)
    if request.method == "POST" and form.is_valid():
        facts = {"bureau": chosen.code, "name": form.cleaned_data["preset"], "on": form.cleaned_data["day"]}
        try:
            if "take" in request.POST:
                load_preset(**facts, by=officer, now=now, why=form.cleaned_data["why"])
                return followed(request, chosen.code, facts["on"], on)
            preview = preview_preset(**facts, by=officer, now=now)
        except DomainError as error:
            form.add_error(None, str(error))
    return render(
        request,
        "subjects/policy_preset.html",
        {"bureau": chosen, "form": form, "preview": preview, "tiers": Tiers(officer, on)},
    )


@login_required
@permission_required(Permission.EDIT_POLICY, raise_exception=True)
def policy_change(request: SignedIn, kind: str, pk: int) -> HttpResponse:
    if kind not in KINDS:
        raise Http404
    officer, now = request.user, timezone.now()
    on = timezone.localdate(now)
    row = get_object_or_404(KINDS[kind]._default_manager.visible_to(officer).filter(to_day=None), pk=pk)
    form = RowForm(request.POST or None, row=row, on=on)
    preview = None
    if request.method == "POST" and "take" not in request.POST:
        note_trial(request)
    if request.method == "POST" and form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name not in {"day", "why"}}
        facts = {"row": row, "on": form.cleaned_data["day"], "why": form.cleaned_data["why"], "values": values}
        try:
            if "take" in request.POST:
                change_row(**facts, by=officer, now=now)
                return followed(request, row.bureau_id, facts["on"], on)
            preview = preview_row(**facts, by=officer, now=now)
        except DomainError as error:
            form.add_error(None, str(error))
    return render(
        request,
        "subjects/policy_change.html",
        {"row": row, "form": form, "preview": preview, "bureau": row.bureau_id},
    )


def followed(request: SignedIn, bureau: str, day: date, on: date) -> HttpResponse:
    """Says when the ledger follows; what holds today already is applied by a job at once."""
    if day <= on:
        enqueue(
            name="apply_policy", period=on.isoformat(), area_code=bureau, now=timezone.now(), by=request.user.username
        )
        messages.success(request, _("The policy is changed; the ledger follows within minutes."))
    else:
        messages.success(request, _("The policy changes on %(day)s; the ledger follows that morning.") % {"day": day})
    return redirect("policy_of", bureau)
