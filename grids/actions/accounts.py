"""Accounts: made, closed, given a password."""

import secrets
from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from grids.models import Officer
from grids.permissions import Permission
from gridsup.errors import BadInput, NotAllowed, WrongState
from gridsup.states import check

# 96 random bits: sixteen characters, short enough to be read out.
PASSWORD_BYTES = 12


@transaction.atomic
def add_officer(
    *,
    username: str,
    name: str,
    password_hash: str = "",
    certificate_no: str = "",
    certificate_valid_to: date | None = None,
    phone: str = "",
    bureau: str = "",
    by: Officer | None = None,
) -> Officer:
    """A new account without a post; `password_hash` as Django's hashers make it, empty for no login by password.

    `bureau` keeps the account; somebody in person (`by`) must name it, or nobody would see the account before its first
    post. Raises BadInput for a name in use or a certificate without its last valid day, NotAllowed for who may not.
    """
    check(by, Permission.MANAGE_ACCOUNTS, bureau)
    if Officer.objects.filter(username=username).exists():
        raise BadInput(_("The user name “%(name)s” is taken.") % {"name": username}, field="username")
    if bool(certificate_no) != (certificate_valid_to is not None):
        raise BadInput(_("A certificate has a number and a last valid day."), field="certificate_valid_to")
    officer = Officer(
        username=username,
        name=name,
        certificate_no=certificate_no,
        certificate_valid_to=certificate_valid_to,
        password=password_hash,
        phone=phone,
        bureau_id=bureau or None,
    )
    if not password_hash:
        officer.set_unusable_password()
    officer.save(force_insert=True)
    return officer


@transaction.atomic
def set_active(*, officer: Officer, active: bool, by: Officer, now: datetime) -> Officer:
    """Opens or closes an account; closing ends its sessions and tokens at once.

    Raises NotAllowed for who does not keep the account, BadInput for one's own, WrongState when it is so already.
    """
    _check_keeper(officer, by)
    if officer == by:
        raise BadInput(_("Nobody closes their own account."))
    if not Officer.objects.filter(pk=officer.pk, is_active=not active).update(is_active=active):
        raise WrongState(_("The account is in this state already."))
    if not active:
        officer.api_tokens.all().delete()
    officer.is_active = active
    return officer


@transaction.atomic
def give_password(*, officer: Officer, by: Officer, now: datetime) -> str:
    """A new random password, returned this once; sessions and tokens of the account end. Raises NotAllowed."""
    _check_keeper(officer, by)
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    Officer.objects.filter(pk=officer.pk).update(password=make_password(password))
    officer.api_tokens.all().delete()
    return password


def _check_keeper(officer: Officer, by: Officer) -> None:
    if not Officer.objects.kept_by(by).filter(pk=officer.pk).exists():
        raise NotAllowed(_("Your duties do not permit this here."))
