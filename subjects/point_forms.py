"""What a person says of the point of a premises."""

from django import forms
from django.utils.translation import gettext_lazy

from gridsup.questions import SELECT
from subjects.areas.pointing import Said
from subjects.areas.reading import System

TEXT = {"class": "form-control"}
DEGREES = {**TEXT, "step": "any", "inputmode": "decimal"}


class PointForm(forms.Form):
    """Two numbers and their system; `tapped` repeats the two that our own map wrote, whose system is certain."""

    lon = forms.FloatField(
        label=gettext_lazy("longitude"), min_value=-180, max_value=180, widget=forms.NumberInput(attrs=DEGREES),
        help_text=gettext_lazy("Degrees, as 109.0651234."),
    )  # fmt: skip
    lat = forms.FloatField(
        label=gettext_lazy("latitude"), min_value=-90, max_value=90, widget=forms.NumberInput(attrs=DEGREES),
        help_text=gettext_lazy("Degrees, as 34.2701234."),
    )  # fmt: skip
    crs = forms.ChoiceField(
        label=gettext_lazy("coordinate system"),
        choices=[choice for choice in System.choices if choice[0] != System.MERCATOR],
        widget=forms.Select(attrs=SELECT),
        help_text=gettext_lazy(
            "What is tapped on the map is WGS 84. Coordinates from web maps are mostly GCJ-02, those of Baidu BD-09."
        ),
    )
    sure = forms.BooleanField(label=gettext_lazy("the coordinate system is right as chosen"), required=False)
    tapped = forms.CharField(label=gettext_lazy("drawn on this map"), required=False, widget=forms.HiddenInput)
    why = forms.CharField(
        label=gettext_lazy("reason"), required=False, max_length=300, widget=forms.TextInput(attrs=TEXT)
    )

    def said(self) -> Said:
        given = self.cleaned_data
        on_map = given["crs"] == System.WGS84 and given["tapped"] == f"{self.data['lon']},{self.data['lat']}"
        return Said(given["lon"], given["lat"], given["crs"], sure=given["sure"] or on_map)
