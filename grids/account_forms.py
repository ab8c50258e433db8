"""Forms about an account: the password, a key to the API, and what the security administrator does with others."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.models import Officer
from grids.permissions import ADMINISTRATORS, Duty
from gridsup.questions import DayField


class Plain(forms.Form):
    """A form of a page: every field in the dress of the site."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            chosen = isinstance(field.widget, forms.Select)
            field.widget.attrs["class"] = "form-select" if chosen else "form-control"


def _password(label: Any, autocomplete: str) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=200, strip=False, widget=widget)


class PasswordForm(Plain):
    old = _password(gettext_lazy("password of now"), "current-password")
    password = _password(gettext_lazy("new password"), "new-password")
    again = _password(gettext_lazy("new password again"), "new-password")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("password") and given.get("again") and given["password"] != given["again"]:
            self.add_error("again", _("The two new passwords differ. Type the new one twice."))
        return given


class TokenForm(Plain):
    name = forms.CharField(label=gettext_lazy("program or device"), max_length=60)
    days = forms.IntegerField(label=gettext_lazy("good for days"), min_value=1, initial=30)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["days"].widget.attrs["max"] = settings.API_TOKEN_MOST_DAYS


NO_REASON = {"required": gettext_lazy("A reason is needed.")}


class WhyForm(Plain):
    """A reason, kept in the audit trail."""

    why = forms.CharField(label=gettext_lazy("reason"), max_length=300, error_messages=NO_REASON)


class AccountForm(Plain):
    """An account among those that one looks after, by its user name."""

    account = forms.CharField(label=gettext_lazy("user name"), max_length=150)

    def __init__(self, *args: Any, by: Officer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def clean_account(self) -> Officer:
        name = self.cleaned_data["account"].strip()
        found: Officer | None = Officer.objects.reached_by(self.by).filter(username=name).first()
        if found is not None:
            return found
        raise forms.ValidationError(_("None of the accounts that you look after has this user name."))


class InterferenceForm(AccountForm):
    why = forms.CharField(label=gettext_lazy("reason"), max_length=300, error_messages=NO_REASON)


CHOICES = [(duty, duty.label) for duty in map(Duty, ADMINISTRATORS)]


class AdministratorForm(AccountForm):
    duty = forms.ChoiceField(label=gettext_lazy("duty"), choices=CHOICES)
    from_day = DayField(label=gettext_lazy("from"))
    why = forms.CharField(label=gettext_lazy("reason"), max_length=300)
