"""What may be asked of the ledger."""

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MinValueValidator
from django.forms import modelform_factory
from django.utils.translation import gettext_lazy as _

from gridsup.questions import SELECT, AreaField, DayField, QuarterField, Question, SearchField, either, offer
from subjects import presets
from subjects.actions import ONE_DAY
from subjects.models import MarketSubject, Tier
from subjects.models.ledger import Status
from subjects.models.policy import Mode, PolicyRow
from subjects.querysets import PremisesQuerySet, falls_due
from subjects.tiers import Tiers

# What a district changes by hand; names and colours come with a preset.
CHANGEABLE = {
    "interval_months", "tier_key", "mode", "rhythm_key", "value", "line", "text", "position", "days", "unit",
    "extension_days",
}  # fmt: skip


class LedgerQuestion(Question):
    """Filters of the ledger; every number of the overview is one of these."""

    q = SearchField(help_text=_("Name, address or code"))
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
    point = forms.ChoiceField(
        label=_("coordinates"),
        choices=[
            *either(_("anywhere")),
            ("outside", _("outside their grid's boundary")),
            ("no", _("without coordinates")),
        ],
        widget=forms.Select(attrs=SELECT),
    )
    due = forms.ChoiceField(
        label=_("due"),
        choices=[*either(_("any day")), ("late", _("late")), ("ahead", _("still ahead")), ("never", _("no due day"))],
        widget=forms.Select(attrs=SELECT),
    )
    due_to = DayField(label=_("due to"))
    seen_from = DayField(label=_("visited since"))
    unseen_from = DayField(label=_("not visited since"))
    reached_from = DayField(label=_("due as above, or visited since"))
    falls = QuarterField(label=_("a visit falls due in"))

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
        if "point" in asked:
            ledger = ledger.pointless() if asked["point"] == "no" else ledger.astray()
        if "due" in asked:
            ledger = ledger.due(asked["due"], on)
        if "tier" in asked:
            ledger = ledger.filter(tier="" if asked["tier"] == "none" else asked["tier"])
        if "unseen_from" in asked:
            ledger = ledger.unseen_since(asked["unseen_from"])
        if "falls" in asked:
            ledger = ledger.filter(falls_due(asked["falls"]))
        if "reached_from" in asked:  # what is due counts beside what was visited, not of it
            ledger = ledger.reached(asked["reached_from"], asked.pop("due_to", None))
        fields = {
            "mode": "mode",
            "status": "status",
            "kind": "subject__kind",
            "trade": "trade__code__startswith",
            "due_to": "next_due_on__lte",
            "seen_from": "last_visited_on__gte",
        }
        return ledger.filter(**{fields[name]: value for name, value in asked.items() if name in fields})


class DayQuestion(Question):
    """Who was responsible on which day."""

    on = DayField(label=_("day"))


class PresetForm(forms.Form):
    """Which preset becomes the policy, and from which day."""

    preset = forms.ChoiceField(label=_("preset"), widget=forms.Select(attrs=SELECT))
    day = DayField(label=_("from"))
    why = forms.CharField(
        label=_("reason, where the cap rises"),
        required=False,
        max_length=500,
        widget=forms.TextInput(attrs={"class": "form-control"}),
    )

    def __init__(self, *args: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "preset", [(name, f"{name} · {presets.read(name).title}") for name in presets.names()])
        self.fields["day"].validators.append(MinValueValidator(on, _("A policy does not begin in the past.")))
        self.initial = {"day": on}


class RowForm(forms.Form):
    """New values of one policy row, the day from which they hold, and why."""

    day = DayField(label=_("from"))
    why = forms.CharField(
        label=_("reason or source"), max_length=300, widget=forms.TextInput(attrs={"class": "form-control"})
    )

    def __init__(self, *args: Any, row: PolicyRow, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        model_form = modelform_factory(type(row), fields=presets.VALUES[type(row)])
        fields = {name: field for name, field in model_form(instance=row).fields.items() if name in CHANGEABLE}
        for name, field in fields.items():
            field.widget.attrs["class"] = "form-select" if isinstance(field, forms.ChoiceField) else "form-control"
            self.initial[name] = getattr(row, name)
        self.fields = {**fields, **self.fields}
        keys = Tier.objects.in_force(row.bureau_id, on).values_list("key", "name")
        for name in fields.keys() & {"tier_key", "rhythm_key"}:
            choices = [*([("", _("none"))] if name == "rhythm_key" else []), *keys]
            self.fields[name] = forms.ChoiceField(
                label=fields[name].label,
                choices=choices,
                required=name == "tier_key",
                widget=forms.Select(attrs=SELECT),
            )
        self.fields["day"].validators.append(MinValueValidator(on, _("A policy does not begin in the past.")))
        self.initial["day"] = max(on, row.from_day + ONE_DAY)

    def clean(self) -> dict[str, Any]:
        """An exempt premises has no rhythm."""
        cleaned = super().clean() or {}
        if cleaned.get("mode") == Mode.EXEMPT and cleaned.get("rhythm_key"):
            self.add_error("rhythm_key", _("Exempt premises have no rhythm: choose none."))
        return cleaned
