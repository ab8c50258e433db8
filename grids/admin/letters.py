"""Responsibility letters in the admin."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from grids.actions import record_signature, request_letters, withdraw_signature
from grids.admin.areas import AreaFilter
from grids.models import ResponsibilityLetter
from grids.permissions import Permission
from gridsup.backoffice.base import ScopedAdmin, Shades
from gridsup.backoffice.steps import Reason, Start, Step, StepForm
from gridsup.questions import CodeField


class SignedOn(StepForm):
    signed_on = forms.DateField(label=gettext_lazy("signed on"))


class LettersWanted(StepForm):
    area = CodeField(label=gettext_lazy("area code"), max_length=6)
    year = forms.IntegerField(label=gettext_lazy("year"), min_value=2000, max_value=2199)


def _make(given: dict[str, Any], by: Any, now: datetime) -> str:
    request_letters(year=given["year"], area=given["area"], by=by, now=now)
    return _("The letters are being made. Load this page again in a moment.")


def _sign(letter: ResponsibilityLetter, given: dict[str, Any], by: Any, now: datetime) -> ResponsibilityLetter:
    return record_signature(letter=letter, signed_on=given["signed_on"], by=by, now=now)


def _unsign(letter: ResponsibilityLetter, given: dict[str, Any], by: Any, now: datetime) -> ResponsibilityLetter:
    return withdraw_signature(letter=letter, why=given["why"], by=by, now=now)


@admin.register(ResponsibilityLetter)
class LetterAdmin(ScopedAdmin):
    icon = "contract"
    list_display = ["year", "area_code", "holder", "status", "made_on", "signed_on"]
    list_filter = [AreaFilter, "year", "state"]
    list_select_related = ["holder__officer", "giver__officer"]
    search_fields = ["area_code", "holder__officer__name"]
    fields = ["year", "area_code", "version", "holder", "giver", "state", "made_on", "signed_on"]
    starts = (
        Start(
            "letters",
            gettext_lazy("Make the missing letters"),
            Permission.KEEP_LETTERS,
            _make,
            LettersWanted,
            help=gettext_lazy("Every head at or below the area who has no letter of the year gets one."),
        ),
    )
    steps = (
        Step(
            "sign",
            gettext_lazy("Record the signature"),
            Permission.KEEP_LETTERS,
            _sign,
            SignedOn,
            offered=lambda letter: letter.state == "made",
            icon="draw",
        ),
        Step(
            "unsign",
            gettext_lazy("Take the signature back"),
            Permission.KEEP_LETTERS,
            _unsign,
            Reason,
            offered=lambda letter: letter.state == "signed",
            icon="undo",
        ),
    )

    def may_take(self, request: HttpRequest, step: Step, row: Any) -> bool:
        """The side above says who signed."""
        return bool(request.user.may(step.permission, row.above))  # type: ignore[union-attr]

    @display(description=gettext_lazy("state"), ordering="state", label=Shades(signed="success", made="warning"))
    def status(self, letter: ResponsibilityLetter) -> tuple[str, Any]:
        return letter.state, letter.get_state_display()
