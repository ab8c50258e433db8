"""What may be asked of the page of faults."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gridsup.questions import SELECT, AreaField, Question, either
from subjects.models import GeometryFault


class FaultQuestion(Question):
    """Which area, which kind of fault, and whether those that are mended are meant."""

    area = AreaField()
    kind = forms.ChoiceField(
        label=_("kind"),
        choices=[*either(_("any kind")), *GeometryFault.Kind.choices],
        widget=forms.Select(attrs=SELECT),
    )
    mended = forms.BooleanField(label=_("mended"))

    def faults(self, visible: Any) -> Any:
        """The faults that were asked for, worst kinds and largest first."""
        rows = visible.filter(mended_on__isnull=not self.asked.get("mended"))
        if "area" in self.asked:
            rows = rows.in_area(self.asked["area"])
        if "kind" in self.asked:
            rows = rows.filter(kind=self.asked["kind"])
        return rows.worst_first()
