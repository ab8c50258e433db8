"""Token login: `Authorization: Token KEY`, a key that expires and is stored as a hash only."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from grids.models import ApiToken, Officer

KEY_BYTES = 32


def digest(key: str) -> str:
    """What is stored of a key; keys are random, so an unsalted hash is enough."""
    return hashlib.sha256(key.encode()).hexdigest()


def issue(
    *, officer: Officer, now: datetime, lifetime: timedelta | None = None, name: str = ""
) -> tuple[str, ApiToken]:
    """A fresh key, shown this once, and its row; keys of the officer that ran out are removed.

    `lifetime`: API_TOKEN_HOURS unless said.
    """
    officer.api_tokens.filter(expires__lte=now).delete()
    key = secrets.token_urlsafe(KEY_BYTES)
    expires = now + (lifetime or timedelta(hours=settings.API_TOKEN_HOURS))
    return key, ApiToken.objects.create(officer=officer, key_hash=digest(key), created=now, expires=expires, name=name)


class PasswordFirst(PermissionDenied):
    """The account has a password that somebody else gave: nothing opens until its owner set another."""

    default_code = "password_change_required"
    default_detail = gettext_lazy("Set a password of your own first: log in on the site, it asks for it.")


def check_own_password(officer: Officer) -> None:
    """Raises PasswordFirst while the password is a given one."""
    if officer.must_change_password:
        raise PasswordFirst


class TokenAuthentication(BaseAuthentication):
    """Reads the key from the header; raises AuthenticationFailed for one that is unknown, ran out or is malformed."""

    keyword = "Token"

    def authenticate(self, request: Request) -> tuple[Officer, ApiToken] | None:
        words = get_authorization_header(request).decode("latin-1").split()
        if not words or words[0].lower() != self.keyword.lower():
            return None
        if len(words) != 2:
            raise AuthenticationFailed(_("The header must read “Authorization: Token KEY”."))
        token = (
            ApiToken.objects.select_related("officer")
            .filter(key_hash=digest(words[1]), expires__gt=timezone.now(), officer__is_active=True)
            .first()
        )
        if token is None:
            raise AuthenticationFailed(_("This token is unknown or has run out. Get a new one."))
        check_own_password(token.officer)
        today = timezone.localdate()
        if token.last_used_on != today:  # the day alone: one write a day, and nobody's hours
            ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
        return token.officer, token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword
