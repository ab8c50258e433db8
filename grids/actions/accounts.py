"""Accounts: made, renamed, closed, opened again, given a password; each step leaves an event."""

import secrets
import unicodedata
from datetime import date, datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.actions.passwords import keep_password
from grids.models import Officer, OfficerEvent
from grids.permissions import Permission
from gridsup.errors import BadInput, NotAllowed, WrongState
from gridsup.states import check

What = OfficerEvent.What
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
    certificate_from: date | None = None,
    phone: str = "",
    bureau: str = "",
    by: Officer | None = None,
    now: datetime | None = None,
) -> Officer:
    """A new account without a post; `password_hash` as Django's hashers make it, empty for no login by password.

    `bureau` keeps the account; somebody in person (`by`) must name it, or nobody would see the account before its first
    post. Raises BadInput for a name in use, in capitals or not, a certificate without its last valid day or with the
    number of somebody else's, NotAllowed for who may not.
    """
    # an account that nobody can log in to yet is made by who posts people in the bureau, too
    if not (bureau and not password_hash and by is not None and posts_in(by=by, bureau=bureau)):
        check(by, Permission.MANAGE_ACCOUNTS, bureau)
    if Officer.objects.filter(username__iexact=username).exists():
        raise BadInput(_("The user name “%(name)s” is taken.") % {"name": username}, field="username")
    certificate_no = plain(certificate_no)
    if bool(certificate_no) != (certificate_valid_to is not None):
        raise BadInput(_("A certificate has a number and a last valid day."), field="certificate_valid_to")
    if certificate_valid_to is not None and certificate_from is not None and certificate_valid_to < certificate_from:
        raise BadInput(
            _("The last day lies before the first, %(day)s.") % {"day": certificate_from}, field="certificate_valid_to"
        )
    if certificate_no:
        check_number(officer=None, number=certificate_no, by=by)
    officer = Officer(
        username=username,
        name=name,
        certificate_no=certificate_no,
        certificate_from=certificate_from,
        certificate_valid_to=certificate_valid_to,
        password=password_hash,
        phone=phone,
        bureau_id=bureau or None,
        # somebody else knows the password that they gave
        must_change_password=by is not None and bool(password_hash),
    )
    if not password_hash:
        officer.set_unusable_password()
    officer.save(force_insert=True)
    if certificate_valid_to is not None:
        officer.certificates.create(
            number=certificate_no, from_day=certificate_from, to_day=certificate_valid_to, by=by
        )
    record(officer=officer, what=What.MADE, by=by, now=now or timezone.now())
    return officer


@transaction.atomic
def change_officer(
    *, officer: Officer, by: Officer | None, now: datetime, name: str = "", phone: str | None = None
) -> Officer:
    """Another name or phone for a person; None or an empty name leaves it. The phone itself stands in no event.

    Raises NotAllowed for who neither keeps the account nor posts the person, BadInput for a name of blanks.
    """
    if by is not None and not Officer.objects.kept_by(by).filter(pk=officer.pk).exists():
        check_leads(officer=officer, by=by)
    before = Officer.objects.select_for_update(no_key=True).get(pk=officer.pk)
    name = name.strip() or before.name
    if name != before.name:
        record(officer=officer, what=What.RENAMED, by=by, now=now, old=before.name, new=name)
    if phone is not None and phone.strip() != before.phone:
        record(officer=officer, what=What.PHONE, by=by, now=now)
    officer.name, officer.phone = name, before.phone if phone is None else phone.strip()
    officer.save(update_fields=["name", "phone"])
    return officer


@transaction.atomic
def close_account(*, officer: Officer, why: str, by: Officer, now: datetime, on: date | None = None) -> Officer:
    """Closes an account; its sessions, tokens, password and invitation end at once. `on`: last day of service.

    Posts go on until who posts officers ends them, and open work stays where it is: both are shown to them. Raises
    NotAllowed for who does not keep the account, BadInput for one's own, for a missing reason, a day to come or before
    the first of service, WrongState when it is closed.
    """
    check_keeper(officer=officer, by=by)
    on = on or timezone.localdate(now)
    if officer == by:
        raise BadInput(_("Nobody closes their own account."))
    if not why.strip():
        raise BadInput(_("A reason is needed."), field="why")
    if on > timezone.localdate(now):
        raise BadInput(
            _("The day lies in the future. End the posts on that day, and close the account when it has come."),
            field="on",
        )
    first = officer.postings.aggregate(first=Min("from_day"))["first"]
    if first is not None and on < first <= timezone.localdate(now):
        raise BadInput(
            _("%(name)s serves since %(day)s: the last day of service is that day at the earliest.")
            % {"name": officer, "day": first},
            field="on",
        )
    # a password that nobody knows ends every session, also should the account be opened again
    gone = Officer.objects.filter(pk=officer.pk, is_active=True).update(
        is_active=False, closed_on=on, password=make_password(None)
    )
    if not gone:
        raise WrongState(_("The account is in this state already."))
    officer.api_tokens.all().delete()
    officer.invitations.filter(used_at=None, revoked_at=None).update(revoked_at=now)
    officer.is_active, officer.closed_on = False, on
    record(officer=officer, what=What.CLOSED, by=by, now=now, new=on.isoformat(), why=why.strip())
    return officer


@transaction.atomic
def reopen_account(*, officer: Officer, by: Officer, now: datetime, why: str = "") -> Officer:
    """Opens a closed account again; the person comes in by a new invitation. Raises as `close_account`."""
    check_keeper(officer=officer, by=by)
    if not Officer.objects.filter(pk=officer.pk, is_active=False).update(is_active=True, closed_on=None):
        raise WrongState(_("The account is in this state already."))
    officer.is_active, officer.closed_on = True, None
    record(officer=officer, what=What.REOPENED, by=by, now=now, why=why.strip())
    return officer


@transaction.atomic
def give_password(*, officer: Officer, by: Officer, now: datetime) -> str:
    """A new random password, returned this once, that has to be changed; sessions and tokens end. Raises NotAllowed."""
    check_keeper(officer=officer, by=by)
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    keep_password(officer=officer, password=password, given=True, now=now)
    record(officer=officer, what=What.PASSWORD, by=by, now=now)
    return password


def record(
    *, officer: Officer, what: str, by: Officer | None, now: datetime, old: str = "", new: str = "", why: str = ""
) -> None:
    """Writes one event of the person's history."""
    OfficerEvent.objects.create(officer=officer, what=what, old=old, new=new, by=by, at=now, why=why)


def plain(number: str) -> str:
    """A certificate number as it is kept and compared: half width, without blanks around it."""
    return unicodedata.normalize("NFKC", number).strip()


def check_number(*, officer: Officer | None, number: str, by: Officer | None) -> None:
    """Raises BadInput where the number stands on somebody else's certificate, present or former; it names whom `by`
    may see."""
    stands = Q(certificate_no=number) | Q(certificates__number=number)
    others = Officer.objects.filter(stands).exclude(pk=officer.pk if officer else None)
    if not others.exists():
        return
    seen = others.first() if by is None else others.visible_to(by).first()
    if seen is None:
        sentence = _("The number %(number)s is in use elsewhere: every certificate has a number of its own.")
        raise BadInput(sentence % {"number": number}, field="number")
    raise BadInput(
        _("%(number)s is the certificate of %(name)s (%(username)s): every certificate has a number of its own.")
        % {"number": number, "name": seen, "username": seen.username},
        field="number",
    )


def check_leads(*, officer: Officer, by: Officer | None) -> None:
    """Raises NotAllowed unless `by` gives and ends the posts of the person."""
    if by is not None and not Officer.objects.led_by(by).filter(pk=officer.pk).exists():
        raise NotAllowed(_("Your duties do not permit this here."))


def posts_in(*, by: Officer, bureau: str) -> bool:
    """`by` gives and ends posts somewhere in the bureau."""
    return any(code.startswith(bureau) for code in by.area_codes(Permission.POST_OFFICERS))


def check_keeper(*, officer: Officer, by: Officer) -> None:
    """Raises NotAllowed unless `by` keeps the account."""
    if not Officer.objects.kept_by(by).filter(pk=officer.pk).exists():
        raise NotAllowed(_("Your duties do not permit this here."))
