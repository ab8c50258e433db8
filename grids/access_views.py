"""What the security administrator looks after: lock-outs, sessions, keys, and who is an administrator."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from grids import actions
from grids.account_forms import AccountForm, AdministratorForm, InterferenceForm, WhyForm
from grids.lockouts import locks
from grids.models import ApiToken, Officer, Posting
from grids.permissions import ADMINISTRATORS, Permission
from grids.requests import SignedIn
from gridsup.audit.models import AuditEntry
from gridsup.audit.recording import note
from gridsup.errors import BadInput, DomainError
from gridsup.keys import key_in
from gridsup.scoping import inside

View = Callable[[SignedIn], HttpResponse]


def guarded(view: View) -> View:
    """For whoever looks after access, and nobody else."""
    return login_required(permission_required(Permission.MANAGE_ACCESS, raise_exception=True)(view))


@guarded
@never_cache
def access(request: SignedIn) -> HttpResponse:
    return page(request)


def page(request: SignedIn, **changed: Any) -> HttpResponse:
    """The page, with a form as it was typed where it was refused."""
    now, officer = timezone.now(), request.user
    asked = changed.get("asked") or AccountForm(request.GET if "account" in request.GET else None, by=officer)
    chosen = asked.cleaned_data["account"] if asked.is_valid() else None
    if chosen is not None and not changed:
        note(request, row=chosen, action=AuditEntry.Action.VIEW)
    bureaus = officer.area_codes(Permission.MANAGE_ROLES)
    posts = Posting.objects.filter(inside(bureaus), duty__in=ADMINISTRATORS).meeting(timezone.localdate(now), None)
    shown = {
        "locks": locks(Officer.objects.reached_by(officer), now=now),
        "asked": asked,
        "chosen": chosen,
        "sessions": chosen.open_sessions.count() if chosen else 0,
        "tokens": chosen.api_tokens.filter(expires__gt=now).order_by("-created") if chosen else (),
        "administrators": posts.select_related("officer").order_by("duty", "area_code", "from_day"),
        "post_form": AdministratorForm(by=officer, initial={"from_day": timezone.localdate(now)}),
        "today": timezone.localdate(now),
    }
    return render(request, "grids/access_show.html", {**shown, **changed}, status=400 if changed else 200)


def refused(request: SignedIn, form: forms.Form) -> HttpResponse:
    """The page again: what is wrong with a reason stands above, and the reason as it was typed where it was."""
    for name, errors in form.errors.items():
        messages.error(request, f"{form[name].label}{_(': ')}{' '.join(map(str, errors))}")
    row = next((request.POST[name] for name in ("token", "posting", "account") if request.POST.get(name)), "")
    typed = {"address": request.path, "row": row, "why": request.POST.get("why", "")}
    asked = AccountForm(request.POST if "account" in request.POST else None, by=request.user)
    return page(request, refused=typed, asked=asked)


@require_POST
@guarded
def lift(request: SignedIn) -> HttpResponse:
    def act(officer: Officer, why: str) -> str:
        actions.lift_lock(officer=officer, by=request.user, why=why)
        return _("%(name)s can log in again.") % {"name": officer.username}

    return interfere(request, act)


@require_POST
@guarded
def log_out(request: SignedIn) -> HttpResponse:
    def act(officer: Officer, why: str) -> str:
        actions.log_out_everywhere(officer=officer, by=request.user, why=why)
        return _("%(name)s is logged out everywhere; the API tokens of the account have ended.") % {
            "name": officer.username
        }

    return interfere(request, act)


@require_POST
@guarded
def revoke(request: SignedIn) -> HttpResponse:
    """One key of the account, or all of them."""

    def act(officer: Officer, why: str) -> str:
        rows, key = officer.api_tokens.all(), request.POST.get("token", "")
        chosen: list[ApiToken] = list(rows.filter(pk=key_in(key) or 0) if key else rows)
        if key and not chosen:
            raise BadInput(_("This token has ended already."))
        for token in chosen:
            actions.revoke_token(token=token, by=request.user, why=why)
        return _("%(n)s API tokens of %(name)s revoked.") % {"n": len(chosen), "name": officer.username}

    return interfere(request, act)


def interfere(request: SignedIn, act: Callable[[Officer, str], str]) -> HttpResponse:
    """Does something with somebody's account, for a reason that the audit trail keeps."""
    form = InterferenceForm(request.POST, by=request.user)
    whole = form.is_valid()
    officer: Officer | None = form.cleaned_data.get("account")
    if officer is not None:
        note(request, row=officer)
    if officer is None or not whole:
        return refused(request, form)
    try:
        messages.success(request, act(officer, form.cleaned_data["why"]))
    except DomainError as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('access')}?{urlencode({'account': officer.username})}")


@require_POST
@guarded
def post(request: SignedIn) -> HttpResponse:
    """Makes somebody an administrator of the bureau."""
    form = AdministratorForm(request.POST, by=request.user)
    whole, given = form.is_valid(), form.cleaned_data
    if "account" in given:
        note(request, row=given["account"])
    if whole:
        bureau = next(iter(request.user.area_codes(Permission.MANAGE_ROLES)), "")
        try:
            made = actions.post_officer(
                officer=given["account"], duty=given["duty"], area_code=bureau, from_day=given["from_day"],
                why=given["why"], by=request.user, now=timezone.now(),
            )  # fmt: skip
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            note(request, row=made)
            messages.success(request, str(made))
            return redirect("access")
    return page(request, post_form=form)


@require_POST
@guarded
def end(request: SignedIn) -> HttpResponse:
    """Ends an administrator's post today, or calls off one that has not begun."""
    key, form = key_in(request.POST.get("posting", "")), WhyForm(request.POST)
    bureaus = request.user.area_codes(Permission.MANAGE_ROLES)
    rows = Posting.objects.filter(inside(bureaus), duty__in=ADMINISTRATORS).select_related("officer")
    posting = rows.filter(pk=key or 0).first()
    try:
        if posting is None:
            messages.error(request, _("There is no such post among those that you give."))
        elif not form.is_valid():
            return refused(request, form)
        else:
            note(request, row=posting)
            messages.success(request, _ended(posting, form.cleaned_data["why"], request.user))
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("access")


def _ended(posting: Posting, why: str, by: Officer) -> str:
    """Ends the post or calls it off; what was done, in a sentence."""
    now = timezone.now()
    today = timezone.localdate(now)
    if posting.from_day > today:
        actions.call_off_posting(posting=posting, by=by, now=now, why=why)
        return _("%(post)s is called off.") % {"post": posting}
    actions.end_posting(posting=posting, on=today, by=by, now=now, why=why)
    return _("%(post)s ends today.") % {"post": posting}
