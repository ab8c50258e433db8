"""What may be asked of the overview."""

from django import forms
from django.utils.translation import gettext_lazy as _

from gridsup.questions import AreaField, Question


class OverviewQuestion(Question):
    """Which area, and whether its stations or its grids are listed."""

    area = AreaField()
    by = forms.ChoiceField(label=_("rows"), choices=[("station", ""), ("grid", "")])
