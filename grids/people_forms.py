"""What may be asked of the list of people, and what is asked for a step about a person or a post."""

from collections.abc import Collection
from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids.actions.handover import NO_SUCCESSOR
from grids.areas import areas_to_post, duties_to_give
from grids.models import Bureau, Officer, Posting
from grids.permissions import Duty
from grids.substitutes import candidates, inspects
from grids.successors import successors
from gridsup.questions import SELECT, AreaField, DayField, Question, SearchField, day_sent, either, offer

INPUT = {"class": "form-control"}


class PeopleQuestion(Question):
    """Filters of the list of people."""

    q = SearchField(help_text=_("Name or user name"))
    area = AreaField()
    duty = forms.ChoiceField(
        label=_("duty"), choices=[*either(_("any duty")), *Duty.choices], widget=forms.Select(attrs=SELECT)
    )
    certificate = forms.ChoiceField(
        label=_("certificate"),
        choices=[
            *either(_("with or without certificate")),
            ("ending", _("runs out soon or has run out")),
            ("valid", _("valid")),
            ("none", _("none")),
        ],
        widget=forms.Select(attrs=SELECT),
    )
    show = forms.ChoiceField(
        label=_("who"),
        choices=[
            *either(_("everybody with an open account")),
            ("closed", _("closed accounts")),
            ("posted_closed", _("closed accounts with a running post")),
            ("unposted", _("without a post")),
            ("uninvited", _("nobody can log in yet: to invite")),
        ],
        widget=forms.Select(attrs=SELECT),
    )

    def filter(self, people: Any, on: date, notice: date) -> Any:
        """The people asked for, each with `is_known`; certificates that end by `notice` run out soon."""
        asked = self.asked
        show = asked.get("show", "")
        people = people.filter(is_active=show not in {"closed", "posted_closed"})
        if show == "posted_closed":
            people = people.with_running_post(on)
        elif show == "unposted":
            # a post to come is a post: such a person waits for no decision
            people = people.exclude(pk__in=Posting.objects.meeting(on, None).order_by().values("officer"))
        elif show == "uninvited":
            people = people.never_invited()
        if "q" in asked:
            people = people.filter(Q(name__icontains=asked["q"]) | Q(username__icontains=asked["q"]))
        if "area" in asked or "duty" in asked:
            people = people.posted(on, area=asked.get("area", ""), duty=asked.get("duty", ""))
        certificate = asked.get("certificate")
        if certificate == "ending":
            people = people.filter(is_known=True).certificate_ends_by(notice)
        elif certificate == "valid":
            people = people.filter(is_known=True).certified_on(on)
        elif certificate == "none":
            people = people.filter(is_known=True, certificate_no="")
        return people


class AreaDay(Question):
    """A day on which something is asked of an area."""

    on = DayField(label=_("day"))


def people_field(label: Any, **options: Any) -> "forms.ModelChoiceField[Officer]":
    """A list box of people; who is offered is set by the form."""
    return forms.ModelChoiceField(
        label=label, queryset=Officer.objects.none(), widget=forms.Select(attrs=SELECT), **options
    )


def successor_field(**options: Any) -> "forms.ModelChoiceField[Officer]":
    """Who takes over open work, or nobody by name; who is offered is set by `offer_successors`."""
    field = people_field(_("open work goes to"), required=False, empty_label=_("whoever holds the area"), **options)
    field.error_messages["invalid_choice"] = NO_SUCCESSOR
    return field


def offer_successors(form: forms.Form, person: Officer, viewer: Officer, areas: Collection[str] | None = None) -> None:
    """Offers in `to` who can do what the person holds by name, each with the area of the post that lets them."""
    field = cast("forms.ModelChoiceField[Officer]", form.fields["to"])
    field.queryset = able = successors(person, viewer, areas)
    field.choices = [("", field.empty_label or ""), *((one.pk, f"{one} · {one.nearest}") for one in able)]


def offer_stand_ins(form: forms.Form, posting: Posting, viewer: Officer, on: date) -> None:
    """Lists in `officer` who could stand in on the days that the form was sent with, else today. Whoever else the
    viewer sees may still be sent: the action then says why that one cannot."""
    field = cast("forms.ModelChoiceField[Officer]", form.fields["officer"])
    able = candidates(posting, viewer, day_sent(form, "from_day") or on, day_sent(form, "to_day"))
    field.queryset = Officer.objects.visible_to(viewer)
    field.choices = [("", field.empty_label or ""), *((person.pk, str(person)) for person in able)]


def why(*, required: bool = True) -> forms.CharField:
    """A reason of one line."""
    return forms.CharField(label=_("reason"), max_length=300, required=required, widget=forms.TextInput(attrs=INPUT))


class StepForm(forms.Form):
    """A step about a person or a post; `viewer` asks, `row` is whom it is about, `on` is today."""

    def __init__(self, *args: Any, viewer: Officer, row: Any, on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer, self.row, self.today = viewer, row, on
        self.prepare()

    def prepare(self) -> None:
        """Fills list boxes and first values."""


class CertificateForm(StepForm):
    number = forms.CharField(label=_("number"), max_length=40, widget=forms.TextInput(attrs=INPUT))
    from_day = DayField(label=_("valid from"), help_text=_("Visits before this day were made without it."))
    to_day = DayField(label=_("last day"))

    def prepare(self) -> None:
        self.initial = {"number": self.row.certificate_no}


class WithdrawForm(StepForm):
    on = DayField(label=_("last valid day"))
    why = why()


class PostForm(StepForm):
    duty = forms.ChoiceField(label=_("duty"), choices=Duty.choices, widget=forms.Select(attrs=SELECT))
    area_code = forms.ChoiceField(label=_("area"), widget=forms.Select(attrs=SELECT))
    from_day = DayField(label=_("from"))
    to_day = DayField(label=_("last day"), required=False, help_text=_("Empty: until it is ended."))
    line = forms.CharField(
        label=_("line of business"), max_length=40, required=False, widget=forms.TextInput(attrs=INPUT)
    )
    team = forms.CharField(label=_("team"), max_length=40, required=False, widget=forms.TextInput(attrs=INPUT))

    def prepare(self) -> None:
        """Offers the duties that the viewer may give, and where."""
        self.initial = {"from_day": self.today}
        duties = duties_to_give(self.viewer)
        offer(self, "duty", [("", "–"), *((duty.value, duty.label) for duty in duties)])
        offer(self, "area_code", [(area.code, str(area)) for area in areas_to_post(self.viewer, duties)])


class EndForm(StepForm):
    to_day = DayField(
        label=_("last day"), help_text=_("Yesterday at the earliest: who was responsible before stays on record.")
    )
    why = why(required=False)
    to = successor_field(help_text=_("Only what this person holds by name, where the successor may do it."))

    def prepare(self) -> None:
        self.initial = {"to_day": self.today}
        offer_successors(self, self.row.officer, self.viewer, [self.row.area_code])


class SubstituteForm(StepForm):
    officer = people_field(_("who stands in"))
    from_day = DayField(label=_("from"))
    to_day = DayField(label=_("last day"))
    why = why(required=False)

    def prepare(self) -> None:
        self.initial = {"from_day": self.today}
        offer_stand_ins(self, self.row, self.viewer, self.today)
        elsewhere = Posting.objects.meeting(self.today, None).substitutions().filter(officer=self.row.officer_id)
        if places := [f"{one.area_code} {one.from_day}–{one.to_day}" for one in elsewhere.order_by("from_day", "pk")]:
            self.fields["from_day"].help_text = _("Stands in elsewhere, and is not on leave then: %(places)s") % {
                "places": "; ".join(places)
            }
        able = self.fields["officer"]
        if inspects(self.row):
            able.help_text = _(
                "Whoever holds a valid certificate, works in the business, can log in and is not on leave then."
            )


class TeamForm(StepForm):
    team = forms.CharField(
        label=_("patrol group"), max_length=40, required=False, widget=forms.TextInput(attrs=INPUT),
        help_text=_("Empty: in none."),
    )  # fmt: skip
    was = forms.CharField(label=_("patrol group"), required=False, strip=False, widget=forms.HiddenInput())
    why = why(required=False)

    def prepare(self) -> None:
        """Names the groups of the station, so that one is not written in two ways."""
        self.initial = {"team": self.row.team, "was": self.row.team}
        there = Posting.objects.on(self.today).in_area(self.row.area_code[:4]).exclude(team="").order_by("team")
        if groups := "、".join(there.values_list("team", flat=True).distinct()):
            self.fields["team"].help_text = _("Empty: in none. Groups of this station: %(groups)s") % {"groups": groups}


class PerhapsWhy(StepForm):
    why = why(required=False)


class CloseForm(StepForm):
    on = DayField(label=_("last day of service"))
    why = why()

    def prepare(self) -> None:
        self.initial = {"on": self.today}


class NameForm(StepForm):
    name = forms.CharField(label=_("name"), max_length=80, widget=forms.TextInput(attrs=INPUT))
    phone = forms.CharField(label=_("phone"), max_length=30, required=False, widget=forms.TextInput(attrs=INPUT))

    def prepare(self) -> None:
        self.initial = {"name": self.row.name, "phone": self.row.phone}
        if not self.row.is_known:
            del self.fields["phone"]


class NothingMore(StepForm):
    """A step that asks for nothing but to be done."""


class HandOverForm(StepForm):
    to = successor_field()

    def prepare(self) -> None:
        offer_successors(self, self.row, self.viewer)


class InviteForm(forms.Form):
    """A new account whose person is invited."""

    bureau = forms.ModelChoiceField(
        label=_("bureau"), queryset=Bureau.objects.none(), widget=forms.Select(attrs=SELECT)
    )
    username = forms.RegexField(
        label=_("user name"), regex=r"^[\w.@+-]+\Z", max_length=150, widget=forms.TextInput(attrs=INPUT),
        error_messages={"invalid": _("A user name has letters, digits and @ . + - _ only.")},
    )  # fmt: skip
    name = forms.CharField(label=_("name"), max_length=80, widget=forms.TextInput(attrs=INPUT))
    phone = forms.CharField(label=_("phone"), max_length=30, required=False, widget=forms.TextInput(attrs=INPUT))

    def __init__(self, *args: Any, bureaus: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Bureau]", self.fields["bureau"])
        field.queryset = Bureau.objects.filter(code__in=bureaus)
        field.initial = field.queryset.first()
        # of one nothing is picked
        field.empty_label = None if len(bureaus) == 1 else field.empty_label


class FirstPassword(forms.Form):
    """The first password of a person, twice."""

    password = forms.CharField(
        label=_("password"), strip=False, widget=forms.PasswordInput(attrs={**INPUT, "autocomplete": "new-password"})
    )
    again = forms.CharField(
        label=_("the same again"), strip=False,
        widget=forms.PasswordInput(attrs={**INPUT, "autocomplete": "new-password"}),
    )  # fmt: skip

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password"):
            raise forms.ValidationError(_("The two are not the same: type both again."))
        return again
