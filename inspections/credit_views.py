"""Pages of credit reviews: what closed cases propose, and the decision on one."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required, permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.areas import area_choices
from grids.permissions import Permission
from grids.requests import SignedIn
from gridsup.errors import DomainError
from gridsup.paging import page_of
from inspections.actions import confirm_review, reject_review
from inspections.forms import ConfirmForm, CreditQuestion, RejectForm
from inspections.models import CreditReview
from inspections.timeline import review_entry


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def credit_list(request: SignedIn) -> HttpResponse:
    officer = request.user
    question = CreditQuestion(request.GET)
    rows = question.filter(CreditReview.objects.visible_to(officer), officer)
    return render(
        request,
        "inspections/credit_list.html",
        {
            "question": question,
            "areas": area_choices(officer, question.asked.get("area", "")),
            "page": page_of(rows.with_file().order_by("-proposed_on", "-pk"), request),
        },
    )


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def credit_show(request: SignedIn, pk: int) -> HttpResponse:
    return _shown(request, pk)


@login_required
@permission_required(Permission.VIEW, raise_exception=True)
def credit_move(request: SignedIn, pk: int, to: str) -> HttpResponse:
    review = get_object_or_404(CreditReview.objects.visible_to(request.user).with_file(), pk=pk)
    if request.method != "POST":  # the log-in leads here after a session that ended on the form
        return redirect("credit_review", pk)
    facts = {"review": review, "by": request.user, "now": timezone.now()}
    present = review.case.premises.subject.credit
    acts: dict[str, tuple[ConfirmForm | RejectForm, Callable[..., object], str]] = {
        "confirmed": (ConfirmForm(request.POST, present=present), confirm_review, _("The grade is changed.")),
        "rejected": (RejectForm(request.POST), reject_review, _("The grade stays as it is.")),
    }
    if to not in acts:
        raise Http404
    form, act, done = acts[to]
    if not review.waits:
        messages.error(request, _("Somebody decided on this meanwhile: see below what."))
        return redirect("credit_review", pk)
    if form.is_valid():
        try:
            act(**facts, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, done)
            return redirect("credit_review", pk)
    return _shown(request, pk, form)


def _shown(request: SignedIn, pk: int, form: ConfirmForm | RejectForm | None = None) -> HttpResponse:
    """The page of a review; `form`: a decision that was refused."""
    officer = request.user
    review = get_object_or_404(CreditReview.objects.visible_to(officer).with_file(), pk=pk)
    confirm = form if isinstance(form, ConfirmForm) else ConfirmForm(present=review.case.premises.subject.credit)
    return render(
        request,
        "inspections/credit_show.html",
        {
            "review": review,
            "findings": review.case.findings.visible_to(officer).select_related("visit"),
            "may_decide": CreditReview.objects.waiting().decidable(officer).filter(pk=pk).exists(),
            "confirm": confirm,
            "reject": form if isinstance(form, RejectForm) else RejectForm(),
            "refused": form,
            "events": [review_entry(event) for event in review.events.select_related("by").order_by("-at", "-pk")],
        },
    )
