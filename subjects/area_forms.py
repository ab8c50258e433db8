"""What a station says when it proposes a change of areas."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any, cast
from unicodedata import normalize

from django import forms
from django.conf import settings
from django.core.validators import MinValueValidator
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from shapely.geometry.base import BaseGeometry

from grids.actions import next_grid_code
from grids.geometry import as_geojson
from grids.models import AreaChange, AreaPart, Grid, Locality, Station
from gridsup.errors import BadInput
from gridsup.openwork import kinds
from gridsup.questions import SELECT, AreaField, CodeField, DayField, Question, either, offer
from subjects.areas.drafts import NOTHING, Draft, Part, as_it_is, merge, redraw, split, stored
from subjects.areas.fitting import asking
from subjects.areas.outcome import LISTS
from subjects.areas.reading import LARGEST, MEGABYTE, Handed, System, as_said, read_area
from subjects.models import Ground, Premises

Kind = AreaChange.Kind
TEXT = {"class": "form-control"}
# One list for one change: beyond it a boundary or communities say the same in one line.
MOST_LISTED = 5_000
# Bytes. A pasted text beyond them the server would refuse with everything else in the form: a tenth is left for that.
LONGEST_PASTE = settings.DATA_UPLOAD_MAX_MEMORY_SIZE * 9 // 10
# Characters, of three bytes at most: here a browser that does not run the page's script cuts what is pasted.
CUT_AT = LONGEST_PASTE // 3
SEPARATORS = re.compile(r"[\s,;，；、]+")
REGISTRATION = 15  # digits of the older number; shorter ones are numbers of premises
FILE_TYPES = ".geojson,.json,application/geo+json,application/json"

# What is asked for each kind, in the order of the page.
DRAWN = ("boundary", "file", "crs", "sure", "tapped")
WHICH = ("placing", "listed")
ASKED: dict[str, tuple[str, ...]] = {
    Kind.CREATE: ("code", "name", "extent", "localities", *DRAWN, *WHICH),
    Kind.REDRAW: ("grid", "name", "extent", "localities", *DRAWN, "heir", *WHICH),
    Kind.SPLIT: ("grid", "code", "name", "extent", "left_extent", "localities", *DRAWN, *WHICH),
    Kind.MERGE: ("grids", "heir", "name", "extent"),
    Kind.RETIRE: ("grid", "heir", "extent"),
}
ALWAYS = ("effective_on", "reason")


class ChangeQuestion(Question):
    """Which grids and changes the list shows."""

    area = AreaField()
    state = forms.ChoiceField(
        label=gettext_lazy("state"),
        choices=[*either(gettext_lazy("any state")), *AreaChange.State.choices],
        widget=forms.Select(attrs=SELECT),
    )


class RowsQuestion(Question):
    """Which rows of a change: a list or a kind of open work, of what goes `of` one area `to` another, and why."""

    what = forms.ChoiceField(label=gettext_lazy("rows"))
    of = AreaField()
    to = AreaField()
    by = forms.ChoiceField(label=gettext_lazy("why"), choices=Ground.choices)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "what", [*LISTS.items(), *((key, kind.label) for key, kind in kinds().items())])


class ChangeForm(forms.Form):
    """One kind of change of the grids of a station; `draft` turns it into parts, raising BadInput with the field."""

    grid = forms.ChoiceField(label=gettext_lazy("grid"), widget=forms.Select(attrs=SELECT))
    grids = forms.MultipleChoiceField(label=gettext_lazy("grids that go"), widget=forms.CheckboxSelectMultiple)
    heir = forms.ChoiceField(label=gettext_lazy("grid that takes them in"), widget=forms.Select(attrs=SELECT))
    code = CodeField(
        label=gettext_lazy("code of the new grid"), max_length=6, widget=forms.TextInput(attrs=TEXT),
        help_text=gettext_lazy("The next free one is suggested; a code once used is never given again."),
    )  # fmt: skip
    name = forms.CharField(label=gettext_lazy("name"), max_length=80, widget=forms.TextInput(attrs=TEXT))
    extent = forms.CharField(
        label=gettext_lazy("extent in words"), required=False, max_length=2_000,
        widget=forms.Textarea(attrs={**TEXT, "rows": 2}),
        help_text=gettext_lazy("East, south, west, north: as the notice board shows it."),
    )  # fmt: skip
    left_extent = forms.CharField(
        label=gettext_lazy("extent in words of what is left"), required=False, max_length=2_000,
        widget=forms.Textarea(attrs={**TEXT, "rows": 2}), help_text=gettext_lazy("Empty: as it was."),
    )  # fmt: skip
    localities = forms.MultipleChoiceField(
        label=gettext_lazy("communities and villages"), required=False, widget=forms.CheckboxSelectMultiple
    )
    boundary = forms.CharField(
        label=gettext_lazy("boundary as GeoJSON"), required=False, strip=False,
        widget=forms.Textarea(attrs={**TEXT, "rows": 3, "spellcheck": "false", "maxlength": CUT_AT}),
        help_text=gettext_lazy("Drawn on the map above, or pasted here: one polygon."),
    )  # fmt: skip
    file = forms.FileField(
        label=gettext_lazy("or a GeoJSON file"), required=False,
        widget=forms.FileInput(attrs={**TEXT, "accept": FILE_TYPES}),
    )  # fmt: skip
    crs = forms.ChoiceField(
        label=gettext_lazy("coordinate system of the boundary"), choices=System.choices,
        widget=forms.Select(attrs=SELECT),
        help_text=gettext_lazy(
            "What is drawn on the map is WGS 84. Coordinates from web maps are mostly GCJ-02, those of Baidu BD-09."
        ),
    )  # fmt: skip
    sure = forms.BooleanField(
        label=gettext_lazy("the coordinate system of the boundary is right as chosen"), required=False,
        widget=forms.CheckboxInput,
    )  # fmt: skip
    tapped = forms.BooleanField(label=gettext_lazy("drawn on this map"), required=False, widget=forms.HiddenInput)
    placing = forms.ChoiceField(
        label=gettext_lazy("premises go"), choices=AreaChange.Placing.choices, widget=forms.Select(attrs=SELECT)
    )
    listed = forms.CharField(
        label=gettext_lazy("premises by list"), required=False, widget=forms.Textarea(attrs={**TEXT, "rows": 2}),
        help_text=gettext_lazy(
            "Credit codes, registration numbers or numbers of premises, one a line; they go before the boundary."
        ),
    )  # fmt: skip
    effective_on = DayField(label=gettext_lazy("takes effect on"))
    reason = forms.CharField(label=gettext_lazy("reason"), max_length=500, widget=forms.TextInput(attrs=TEXT))

    def __init__(self, *args: Any, station: Station, kind: str, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.station, self.kind, self.on = station, kind, on
        self.grids_there = {grid.code: grid for grid in Grid.objects.in_force().in_area(station.code).order_by("code")}
        self.fields = {name: self.fields[name] for name in (*ASKED[kind], *ALWAYS)}
        self._offer()
        self.fields["effective_on"].validators.append(MinValueValidator(on, _("A change takes effect today or later.")))
        self.initial.setdefault("effective_on", on)
        if "code" in self.fields:
            self.initial.setdefault("code", next_grid_code(station))
        if kind in {Kind.MERGE, Kind.REDRAW}:
            self.fields["name"].required = False
        if kind in {Kind.MERGE, Kind.RETIRE}:
            self.fields["extent"].help_text = _(
                "As the notice board shows it. Empty: put together from those of before."
            )
            self.fields["extent"].label = _("extent in words of the grid that takes them in")
        if kind == Kind.REDRAW:
            self.fields["heir"].required = False
            self.fields["heir"].label = _("what is given up goes to")

    def _offer(self) -> None:
        choices: list[tuple[str, Any]] = [(code, str(grid)) for code, grid in self.grids_there.items()]
        for name in {"grid", "heir"} & set(self.fields):
            offer(self, name, [*either(_("choose a grid")), *choices])
        if "grids" in self.fields:
            offer(self, "grids", choices)
        if "localities" in self.fields:
            places = Locality.objects.in_area(self.station.code).exclude(kind=Locality.Kind.STREET)
            offer(
                self,
                "localities",
                [(place.code, f"{place.name} ({place.area_code})") for place in places.order_by("area_code", "code")],
            )

    def clean_tapped(self) -> bool:
        """Whether the boundary is that of our own map: a file is not, whatever the page says, nor is what is said to be
        in another system than the map's."""
        given = self.cleaned_data
        return bool(given.get("tapped") and not given.get("file") and given.get("crs") == System.WGS84)

    def area(self) -> BaseGeometry | None:
        """The boundary that was drawn, pasted or uploaded, in WGS 84; None for none."""
        upload, pasted = self.cleaned_data.get("file"), self.cleaned_data.get("boundary", "").strip()
        if upload is None and not pasted:
            return None
        if upload is not None and upload.size > LARGEST:
            raise BadInput(
                _("The boundary is larger than %(most)d MB. A boundary needs no more: simplify it.")
                % {"most": LARGEST // MEGABYTE},
                field="file",
            )
        if upload is None and len(self.cleaned_data["boundary"].replace("\r\n", "\n")) == CUT_AT:
            raise BadInput(
                _("This is too long to be pasted: choose it as a file, or simplify the boundary."), field="boundary"
            )
        given = upload.read() if upload is not None else pasted
        return read_area(given, crs=self.cleaned_data["crs"], field="file" if upload is not None else "boundary")

    def once_read(self, area: BaseGeometry | None, *, settled: bool) -> "ChangeForm":
        """The form with what was read in its field, so that a file need not be chosen twice: in WGS 84 once the system
        is settled, else as it came, so that another one may be chosen."""
        if area is None:
            return self
        data: Any = cast(QueryDict, self.data).copy()
        crs = self.cleaned_data["crs"]
        settled = settled or crs == System.MERCATOR
        data["boundary"] = json.dumps(as_geojson(area if settled else as_said(area, crs)))
        data["crs"] = System.WGS84.value if settled else crs
        data["tapped"] = "1" if self.cleaned_data["tapped"] else ""
        again = ChangeForm(data, station=self.station, kind=self.kind, on=self.on)
        again.is_valid()
        return again

    def draft(self, area: BaseGeometry | None) -> Draft:
        """The change as it would be proposed, with the boundary as it was read."""
        given = self.cleaned_data
        handed = self._handed(given, area)
        with asking(handed, self.station):
            main, parts = self._parts(given, area)
        return Draft(
            self.station, self.kind, given["effective_on"], given["reason"], parts,
            placing=given.get("placing") or AreaChange.Placing.POLYGON,
            listed=self._listed(main), handed=handed,
        )  # fmt: skip

    def _handed(self, given: dict[str, Any], area: BaseGeometry | None) -> Handed:
        """What was handed in, and the grid that it is of; a new one is for what the station has not placed."""
        if area is None:
            return NOTHING
        return Handed(
            (area,), given["crs"], of=(given.get("grid") or self.station.code,), piece=self.kind == Kind.SPLIT,
            tapped=given["tapped"], sure=given["sure"],
        )  # fmt: skip

    def _parts(self, given: dict[str, Any], area: BaseGeometry | None) -> tuple[str, tuple[Part, ...]]:
        """The grid that a list is for, and the parts."""
        if self.kind in {Kind.CREATE, Kind.SPLIT}:
            new = self._new(given, area)
            if self.kind == Kind.CREATE:
                return new.code, (new,)
            source = self.grids_there[given["grid"]]
            return new.code, split(source, into=new, piece=area, extent=given["left_extent"].strip())
        if self.kind == Kind.REDRAW:
            return given["grid"], self._redrawn(given, area)
        heir = self.grids_there[given["heir"]]
        if self.kind == Kind.RETIRE and given["grid"] == heir.code:
            raise BadInput(_("A grid does not take itself in: choose another one."), field="heir")
        going = given["grids"] if self.kind == Kind.MERGE else [given["grid"]]
        named = {name: given.get(name, "") for name in ("name", "extent")}
        return heir.code, merge([self.grids_there[code] for code in going], into=heir, **named)

    def _new(self, given: dict[str, Any], area: BaseGeometry | None) -> Part:
        boundary = stored(area) if area is not None else None
        return Part(
            given["code"], AreaPart.Role.NEW, given["name"].strip(), given["extent"].strip(), boundary,
            tuple(given["localities"]),
        )  # fmt: skip

    def _redrawn(self, given: dict[str, Any], area: BaseGeometry | None) -> tuple[Part, ...]:
        """Localities that are ticked come from whatever grid has them; none ticked: they stay as they are."""
        parts = redraw(
            self.grids_there[given["grid"]], name=given["name"], extent=given["extent"], area=area,
            heir=self.grids_there.get(given["heir"]), neighbours=self.grids_there.values(),
        )  # fmt: skip
        parts = with_localities(parts, given["grid"], given["localities"], self.grids_there)
        if given["placing"] != AreaChange.Placing.LOCALITIES:
            return parts
        return with_standing(parts, given["grid"], given["localities"], self.grids_there)

    def _listed(self, code: str) -> Mapping[str, list[int]]:
        """Keys of the premises that the list names; raises BadInput naming what is not in the station's ledger."""
        typed = normalize("NFKC", self.cleaned_data.get("listed", "")).upper()
        tokens = [token for token in SEPARATORS.split(typed) if token]
        if not tokens:
            return {}
        if len(tokens) > MOST_LISTED:
            raise BadInput(_("At most %(most)d premises in a list.") % {"most": MOST_LISTED}, field="listed")
        return {code: premises_named(self.station, tokens)}


def with_localities(
    parts: tuple[Part, ...], code: str, wanted: list[str], there: Mapping[str, Grid]
) -> tuple[Part, ...]:
    """The parts once the grid has the localities, taken from whatever grid has them now."""
    if not wanted:
        return parts
    known = {part.code: part for part in parts}
    for owner in Locality.objects.filter(code__in=wanted, grid__isnull=False).values_list("area_code", flat=True):
        known.setdefault(owner, as_it_is(there[owner]))
    for owner, part in known.items():
        kept = (*part.localities, *wanted) if owner == code else tuple(set(part.localities) - set(wanted))
        known[owner] = replace(part, localities=tuple(sorted(set(kept))))
    return tuple(known.values())


def with_standing(parts: tuple[Part, ...], code: str, wanted: list[str], there: Mapping[str, Grid]) -> tuple[Part, ...]:
    """The parts, and as they are the other grids of the station where premises of localities stand that the grid is to
    get."""
    gained = Locality.objects.filter(code__in=wanted).exclude(area_code=code)
    stand = Premises.objects.filter(area_code__in=set(there) - {part.code for part in parts}, locality__in=gained)
    codes = stand.order_by("area_code").values_list("area_code", flat=True).distinct()
    return *parts, *(as_it_is(there[code]) for code in codes)


def premises_named(station: Station, tokens: list[str]) -> list[int]:
    """Keys of premises by credit code, registration number or their own number; raises BadInput for strangers."""
    ledger = Premises.objects.in_area(station.code)
    numbers = [token.removeprefix("#") for token in tokens]
    keys = {number: int(number) for number in numbers if number.isdecimal() and len(number) < REGISTRATION}
    found: dict[str, list[int]] = {}
    for start in range(0, len(numbers), MOST_LISTED // 10):
        some = numbers[start : start + MOST_LISTED // 10]
        by_key = ledger.filter(pk__in=[keys[number] for number in some if number in keys])
        for key in by_key.values_list("pk", flat=True):
            found.setdefault(str(key), []).append(key)
        for name in ("subject__uscc", "subject__legacy_no"):
            for number, key in ledger.filter(**{f"{name}__in": some}).values_list(name, "pk"):
                found.setdefault(str(number), []).append(key)
    if strange := [number for number in numbers if str(keys.get(number, number)) not in found]:
        raise BadInput(
            _("Not in the ledger of this station: %(numbers)s.") % {"numbers": ", ".join(strange[:5])}, field="listed"
        )
    return sorted({key for keys_of in found.values() for key in keys_of})
