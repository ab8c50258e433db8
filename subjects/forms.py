"""What may be asked of the ledger."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gridsup.questions import SELECT, AreaField, DayField, Question, SearchField, either, offer
from subjects.models import MarketSubject
from subjects.models.ledger import Status
from subjects.models.policy import Mode
from subjects.querysets import PremisesQuerySet
from subjects.tiers import Tiers


class LedgerQuestion(Question):
    """Filters of the ledger; every number of the overview is one of these."""

    q = SearchField()
    area = AreaField()
    exact = forms.BooleanField(label=_("in no lower area"))
    tier = forms.ChoiceField(label=_("tier"), widget=forms.Select(attrs=SELECT))
    mode = forms.ChoiceField(
        label=_("mode"), choices=[*either(_("any mode")), *Mode.choices], widget=forms.Select(attrs=SELECT)
    )
    status = forms.ChoiceField(
        label=_("status"), choices=[*either(_("any status")), *Status.choices], widget=forms.Select(attrs=SELECT)
    )
    kind = forms.ChoiceField(
        label=_("kind"),
        choices=[*either(_("any kind")), *MarketSubject.Kind.choices],
        widget=forms.Select(attrs=SELECT),
    )
    trade = forms.RegexField(
        label=_("trade"),
        regex=r"^[0-9]{1,4}\Z",
        error_messages={"invalid": _("A trade is 1 to 4 digits of GB/T 4754.")},
        widget=forms.TextInput(attrs={"class": "form-control", "inputmode": "numeric", "placeholder": "52"}),
    )
    placed = forms.ChoiceField(
        label=_("placed"),
        choices=[*either(_("placed or not")), ("yes", _("in a grid")), ("no", _("not placed"))],
        widget=forms.Select(attrs=SELECT),
    )
    due = forms.ChoiceField(
        label=_("due"),
        choices=[*either(_("any day")), ("late", _("late")), ("ahead", _("still ahead")), ("never", _("no due day"))],
        widget=forms.Select(attrs=SELECT),
    )
    due_to = DayField(label=_("due to"))

    def __init__(self, *args: Any, tiers: Tiers, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "tier", [*either(_("any tier")), *tiers.choices(), ("none", _("no tier"))])

    def filter(self, ledger: PremisesQuerySet, on: date) -> PremisesQuerySet:
        """The premises that were asked for; late means due before `on`."""
        asked = self.asked
        if "q" in asked:
            ledger = ledger.search(asked["q"])
        if "area" in asked:
            ledger = ledger.filter(area_code=asked["area"]) if asked.get("exact") else ledger.in_area(asked["area"])
        if "placed" in asked:
            ledger = ledger.filter(grid__isnull=asked["placed"] == "no")
        if "due" in asked:
            ledger = ledger.due(asked["due"], on)
        if "tier" in asked:
            ledger = ledger.filter(tier="" if asked["tier"] == "none" else asked["tier"])
        fields = {
            "mode": "mode",
            "status": "status",
            "kind": "subject__kind",
            "trade": "trade__code__startswith",
            "due_to": "next_due_on__lte",
        }
        return ledger.filter(**{fields[name]: value for name, value in asked.items() if name in fields})


class DayQuestion(Question):
    """Who was responsible on which day."""

    on = DayField(label=_("day"))
