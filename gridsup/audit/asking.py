"""What the auditor asks of the trail: who, when, what, where, which row."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gridsup.audit.models import AuditEntry, AuditQuerySet
from gridsup.audit.wording import is_called, kind_words, usernames_of
from gridsup.questions import SELECT, AreaField, SpanQuestion, either
from gridsup.scoping import inside
from gridsup.workdays import ONE_DAY

INPUT = {"class": "form-control"}
KEY = RegexValidator(r"^[\w.-]{1,60}\Z", _("A key has letters and digits only."))


class TrailQuestion(SpanQuestion):
    """Filters of the trail."""

    person = forms.CharField(label=_("user name or name"), max_length=150, widget=forms.TextInput(attrs=INPUT))
    action = forms.ChoiceField(
        label=_("action"),
        choices=[*either(_("any action")), *AuditEntry.Action.choices],
        widget=forms.Select(attrs=SELECT),
    )
    outcome = forms.ChoiceField(
        label=pgettext_lazy("audit", "Outcome"),
        choices=[*either(_("any outcome")), *AuditEntry.Outcome.choices],
        widget=forms.Select(attrs=SELECT),
    )
    area = AreaField(widget=forms.TextInput(attrs={**INPUT, "inputmode": "numeric"}))
    route = forms.CharField(label=_("step or route"), max_length=100, widget=forms.TextInput(attrs=INPUT))
    kind = forms.ChoiceField(label=_("kind of row"), widget=forms.Select(attrs=SELECT))
    row = forms.CharField(
        label=_("key of the row"), max_length=60, validators=[KEY], widget=forms.TextInput(attrs=INPUT)
    )
    named = forms.CharField(label=_("name of the row"), max_length=100, widget=forms.TextInput(attrs=INPUT))
    before = forms.IntegerField(label=_("before"), min_value=1, max_value=2**62, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [*either(_("any kind")), *kinds()]  # type: ignore[attr-defined]

    def filter(self, entries: AuditQuerySet) -> AuditQuerySet:
        """The entries that were asked for; `before` is left to the list, which cuts its pages by it."""
        asked = self.asked
        plain = {"action": "action", "outcome": "outcome", "kind": "model", "row": "row"}
        entries = entries.filter(**{field: asked[name] for name, field in plain.items() if name in asked})
        if "person" in asked:
            entries = entries.filter(username__in=usernames_of(asked["person"]))
        if "route" in asked:
            entries = entries.filter(is_called(asked["route"]))
        if "named" in asked:
            entries = entries.filter(named__icontains=asked["named"])
        if "area" in asked:
            entries = entries.filter(inside([asked["area"]]))
        if "from" in asked:
            entries = entries.filter(at__gte=_midnight(asked["from"]))
        if "to" in asked:
            entries = entries.filter(at__lt=_midnight(asked["to"] + ONE_DAY))
        return entries


def kinds() -> list[tuple[str, str]]:
    """Kinds of rows that a page, the API or the admin shows, by name."""
    from django.contrib import admin

    from gridsup.composition import SHOWN

    labels = {*SHOWN.values(), *(model._meta.label for model in admin.site._registry)}
    return sorted(((label, kind_words(label)) for label in labels), key=lambda kind: kind[1])


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
