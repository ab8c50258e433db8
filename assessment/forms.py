"""What may be asked of reports."""

from collections.abc import Collection
from datetime import date
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from assessment.querysets import ReportQuerySet
from assessment.reporting.wording import period_words
from grids.areas import AreaChoice
from grids.models import Bureau, Station
from gridsup.periods import Period
from gridsup.questions import SELECT, AreaField, Question
from gridsup.scoping import inside

# What the list box offers; an older period can be asked for over the API.
MONTHS_OFFERED, QUARTERS_OFFERED = 12, 8


class ReportQuestion(Question):
    """Which reports are listed."""

    area = AreaField()

    def filter(self, reports: ReportQuerySet) -> ReportQuerySet:
        """The reports that were asked for."""
        area = self.asked.get("area")
        return reports.in_area(area) if area else reports


class ReportForm(forms.Form):
    """What a report is asked for; what is wrong with an area or period, the action says better than a list box."""

    area = forms.CharField(label=_("area"), max_length=6, widget=forms.Select(attrs=SELECT))
    period = forms.CharField(label=_("period"), max_length=10, widget=forms.Select(attrs=SELECT))

    def __init__(self, *args: Any, held: Collection[str], on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        within = inside(held, "code")
        found = [row for model in (Bureau, Station) for row in model.objects.filter(within).values_list("code", "name")]
        self.areas = [AreaChoice(*row) for row in sorted(found)]
        cast(forms.Select, self.fields["area"].widget).choices = [(area.code, str(area)) for area in self.areas]
        cast(forms.Select, self.fields["period"].widget).choices = [
            (_("Quarters"), _latest(Period.quarter(on), QUARTERS_OFFERED)),
            (_("Months"), _latest(Period.month(on), MONTHS_OFFERED)),
        ]


def _latest(running: Period, count: int) -> list[tuple[str, str]]:
    """So many periods that are over, the latest first."""
    found = []
    for _number in range(count):
        running = running.before
        found.append((str(running), period_words(running)))
    return found
