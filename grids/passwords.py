"""Rules of passwords beyond Django's own; each says what is missing."""

from typing import Any

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import UserAttributeSimilarityValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

# The kinds of characters, each with a proof that one is in the password.
KINDS = (str.islower, str.isupper, str.isdigit, lambda character: not character.isalnum())


class LongEnough:
    """So many characters at least; Django's own rule has no Chinese."""

    def __init__(self, least: int = 10) -> None:
        self.least = least

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) < self.least:
            raise ValidationError(self.get_help_text(), code="password_too_short")

    def get_help_text(self) -> str:
        return ngettext("At least %(n)s character.", "At least %(n)s characters.", self.least) % {"n": self.least}


class KindsOfCharacters:
    """At least so many of: small letters, capital letters, digits, other characters; a long sentence needs none.

    Source: graded protection (GB/T 22239), which asks for complexity.
    """

    def __init__(self, least: int = 3, unless: int = 20) -> None:
        self.least, self.unless = least, unless

    def validate(self, password: str, user: Any = None) -> None:
        kinds = sum(any(map(kind, password)) for kind in KINDS)
        if kinds < self.least and (len(password) < self.unless or password.isdigit()):
            raise ValidationError(self.get_help_text(), code="password_of_few_kinds")

    def get_help_text(self) -> str:
        return _(
            "Use at least %(least)s of these: small letters, capital letters, digits, other characters; "
            "or a sentence of %(unless)s characters and more."
        ) % {"least": self.least, "unless": self.unless}


class WithoutUserName(UserAttributeSimilarityValidator):
    """The user name, or what looks much like it, is not the password; said in one sentence."""

    def __init__(self) -> None:
        super().__init__(user_attributes=["username"])

    def validate(self, password: str, user: Any = None) -> None:
        name = user.get_username() if user is not None else ""
        stands = bool(name) and name.lower() in password.lower()
        try:
            super().validate(password, user)
        except ValidationError:
            stands = True
        if stands:
            raise ValidationError(self.get_help_text(), code="password_with_user_name")

    def get_help_text(self) -> str:
        return _("The user name may not stand in the password, nor may the password look like it.")


class NotUsedBefore:
    """None of the passwords that the person had last, the present one included."""

    def __init__(self, last: int = 5) -> None:
        self.last = last

    def validate(self, password: str, user: Any = None) -> None:
        if user is None or user.pk is None:
            return
        before = user.past_passwords.values_list("hash", flat=True)[: self.last]
        if any(check_password(password, old) for old in (user.password, *before)):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def get_help_text(self) -> str:
        return ngettext(
            "Not the password that you had last.", "None of the %(n)s passwords that you had last.", self.last
        ) % {"n": self.last}
