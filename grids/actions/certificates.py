"""Enforcement certificates: renewed and withdrawn, each kept with its days (handbook §9: who may inspect)."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from grids.actions.accounts import What, check_leads, check_number, plain, record
from grids.models import Certificate, Officer
from gridsup.errors import BadInput, WrongState


@transaction.atomic
def renew_certificate(
    *,
    officer: Officer,
    number: str,
    from_day: date | None,
    to_day: date,
    now: datetime,
    by: Officer | None = None,
) -> Certificate:
    """Records a certificate that runs longer than the present one, or the first; the former stays in the history.

    Raises BadInput for a missing number or one of somebody else's certificate, days in the wrong order, or a day not
    after the present certificate's; NotAllowed for who does not post the person.
    """
    check_leads(officer=officer, by=by)
    stored = Officer.objects.select_for_update(no_key=True).get(pk=officer.pk)
    number = plain(number)
    if not number:
        raise BadInput(_("A certificate has a number and a last valid day."), field="number")
    check_number(officer=officer, number=number, by=by)
    if from_day is not None and to_day < from_day:
        raise BadInput(_("The last day lies before the first, %(day)s.") % {"day": from_day}, field="to_day")
    if stored.certificate_valid_to is not None and to_day <= stored.certificate_valid_to:
        raise BadInput(
            _("The present certificate runs to %(day)s. A new one runs longer; withdraw the present one first.")
            % {"day": stored.certificate_valid_to},
            field="to_day",
        )
    _keep_present(stored)
    certificate = Certificate.objects.create(officer=officer, number=number, from_day=from_day, to_day=to_day, by=by)
    _show(officer, certificate)
    old = stored.certificate_valid_to.isoformat() if stored.certificate_valid_to else ""
    record(officer=officer, what=What.CERTIFICATE, by=by, now=now, old=old, new=to_day.isoformat())
    return certificate


@transaction.atomic
def withdraw_certificate(*, officer: Officer, on: date, why: str, now: datetime, by: Officer | None = None) -> Officer:
    """From the day after `on` the person holds no certificate: handed in, taken away, or typed wrongly.

    A former one that would run on ends with it, and one that would begin later is taken off. Raises BadInput for a
    missing reason or a day outside their time, WrongState without a certificate, NotAllowed.
    """
    check_leads(officer=officer, by=by)
    stored = Officer.objects.select_for_update(no_key=True).get(pk=officer.pk)
    if stored.certificate_valid_to is None:
        raise WrongState(_("There is no certificate."))
    if not why.strip():
        raise BadInput(_("A reason is needed."), field="why")
    _keep_present(stored)
    begun = officer.certificates.filter(Q(from_day=None) | Q(from_day__lte=on))
    if on >= stored.certificate_valid_to or not begun.exists():
        raise BadInput(
            _("The certificate runs to %(day)s: give an earlier day within its time.")
            % {"day": stored.certificate_valid_to},
            field="on",
        )
    officer.certificates.filter(from_day__gt=on).delete()
    begun.filter(to_day__gt=on).update(to_day=on)
    _show(officer, officer.certificates.all()[0])
    old = stored.certificate_valid_to.isoformat()
    record(officer=officer, what=What.WITHDRAWN, by=by, now=now, old=old, new=on.isoformat(), why=why.strip())
    return officer


def _show(officer: Officer, certificate: Certificate) -> None:
    """The certificate stands on the officer."""
    officer.certificate_no, officer.certificate_from = certificate.number, certificate.from_day
    officer.certificate_valid_to = certificate.to_day
    officer.save(update_fields=["certificate_no", "certificate_from", "certificate_valid_to"])


def _keep_present(officer: Officer) -> None:
    """A certificate that came in without a row of its own gets one before another takes its place."""
    if officer.certificate_valid_to is not None:
        Certificate.objects.get_or_create(
            officer=officer,
            number=officer.certificate_no,
            to_day=officer.certificate_valid_to,
            defaults={"from_day": officer.certificate_from},
        )
