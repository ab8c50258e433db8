"""What may be asked of the staffing pages."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from assessment.staffing.rows import OVER, SHORT, UNDER
from gridsup.questions import AreaField, DayField, Question

# Which grids are listed.
SHOWS = {
    SHORT: _("under-staffed"),
    OVER: _("over-loaded"),
    UNDER: _("under-loaded"),
}


class StaffingQuestion(Question):
    """Which area, whose people of which day, which of its grids, and in which order."""

    area = AreaField()
    day = DayField(label=_("people of the day"))
    show = forms.ChoiceField(label=_("grids"), choices=list(SHOWS.items()))
    sort = forms.ChoiceField(label=_("order"), choices=[("area", _("by area"))])
    by = forms.ChoiceField(label=_("rows"), choices=[("officer", _("by officer"))])

    def day_or(self, on: date) -> date:
        """The day asked for, else today."""
        day: date = self.asked.get("day", on)
        return day
