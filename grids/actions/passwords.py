"""Passwords: changed by their owner, given by whoever keeps the account."""

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from grids.models import Officer
from gridsup.errors import BadInput


def change_password(*, officer: Officer, old: str, password: str, now: datetime) -> Officer:
    """The owner's own new password; every session and token of the account ends.

    Raises BadInput for a wrong old password, and with the sentences of every rule that the new one breaks.
    """
    if not officer.check_password(old):
        raise BadInput(_("This is not your password of now."), field="old")
    try:
        validate_password(password, officer)
    except ValidationError as error:
        raise BadInput(" ".join(error.messages), field="password") from error
    return keep_password(officer=officer, password=password, given=False, now=now)


@transaction.atomic
def keep_password(*, officer: Officer, password: str, given: bool, now: datetime) -> Officer:
    """Stores a password that was checked before; `given`: by somebody else, so that it has to be changed.

    The one before is remembered, so that it is not taken again. Sessions and tokens of the account end.
    """
    if officer.has_usable_password():
        officer.past_passwords.create(hash=officer.password, at=now)
    officer.password, officer.must_change_password = make_password(password), given
    officer.save(update_fields=["password", "must_change_password"])
    officer.api_tokens.all().delete()
    officer.open_sessions.all().delete()
    return officer
