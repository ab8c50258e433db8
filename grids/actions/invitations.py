"""Invitations: a link by which a person sets the first password, once; there is no mail server, so it is shown once."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from grids.actions.accounts import What, check_keeper, record
from grids.actions.passwords import keep_password
from grids.models import Invitation, Officer
from gridsup.errors import BadInput, Overtaken, WrongState

# 256 random bits: a link that nobody guesses, so that its hash needs no salt.
KEY_BYTES = 32


@transaction.atomic
def invite(*, officer: Officer, by: Officer, now: datetime) -> str:
    """A new key, returned this once, that lets the person set a password; an earlier invitation ends.

    Raises NotAllowed for who does not keep the account, WrongState for a closed one.
    """
    check_keeper(officer=officer, by=by)
    Officer.objects.select_for_update(no_key=True).get(pk=officer.pk)
    if not officer.is_active:
        raise WrongState(_("The account of %(name)s is closed.") % {"name": officer})
    officer.invitations.filter(used_at=None, revoked_at=None).update(revoked_at=now)
    key = secrets.token_urlsafe(KEY_BYTES)
    expires = now + timedelta(hours=settings.INVITATION_HOURS)
    Invitation.objects.create(officer=officer, key_hash=digest(key), made_at=now, expires=expires, by=by)
    record(officer=officer, what=What.INVITED, by=by, now=now)
    return key


@transaction.atomic
def revoke_invitation(*, officer: Officer, by: Officer, now: datetime, why: str = "") -> Officer:
    """Takes back the open invitation; raises NotAllowed, and WrongState when there is none."""
    check_keeper(officer=officer, by=by)
    if not officer.invitations.filter(used_at=None, revoked_at=None).update(revoked_at=now):
        raise WrongState(_("There is no open invitation."))
    record(officer=officer, what=What.REVOKED, by=by, now=now, why=why.strip())
    return officer


def find_invitation(*, key: str, now: datetime) -> Invitation | None:
    """The invitation of a key, while it may be used."""
    found = Invitation.objects.select_related("officer").filter(key_hash=digest(key), officer__is_active=True).first()
    return found if found is not None and found.is_open(now) else None


@transaction.atomic
def accept_invitation(*, key: str, password: str, now: datetime) -> Officer:
    """Sets the person's password; the invitation is used up, sessions and tokens of before end.

    Raises WrongState for a key that is unknown, used, taken back or over, BadInput for a password against the rules.
    """
    invitation = find_invitation(key=key, now=now)
    if invitation is None:
        raise WrongState(_("This invitation is over or was used. Ask the system administrator for a new one."))
    officer = invitation.officer
    try:
        validate_password(password, officer)
    except ValidationError as error:
        raise BadInput(" ".join(error.messages), field="password") from error
    if not Invitation.objects.filter(pk=invitation.pk, used_at=None, revoked_at=None).update(used_at=now):
        raise Overtaken(_("This invitation is over or was used. Ask the system administrator for a new one."))
    keep_password(officer=officer, password=password, given=False, now=now)
    record(officer=officer, what=What.JOINED, by=officer, now=now)
    return officer


def digest(key: str) -> str:
    """What is stored of a key."""
    return hashlib.sha256(key.encode()).hexdigest()
