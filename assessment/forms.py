"""What may be asked of the overview."""

from django import forms
from django.utils.translation import gettext_lazy as _

from gridsup.questions import AreaField, Question


class OverviewQuestion(Question):
    """Which area, whether its stations or its grids are listed, and in which order."""

    area = AreaField()
    sort = forms.ChoiceField(label=_("order"), choices=[("late", ""), ("share", "")])
    by = forms.ChoiceField(label=_("rows"), choices=[("station", ""), ("grid", "")])
