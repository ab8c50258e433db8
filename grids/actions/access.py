"""Sessions, tokens and lock-outs: ended by their owner, or by whoever looks after access, with a reason."""

from datetime import datetime, timedelta

from axes.utils import reset
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from grids import tokens
from grids.models import ApiToken, Officer, OpenSession
from gridsup.errors import BadInput, NotAllowed, WrongState


def make_token(*, officer: Officer, name: str, days: int, now: datetime) -> tuple[str, ApiToken]:
    """A key to the API with a name, good for so many days; returned this once.

    Raises BadInput without a name or for more days than the settings allow.
    """
    if not name.strip():
        raise BadInput(_("Name the program or device that will use it."), field="name")
    if not 1 <= days <= settings.API_TOKEN_MOST_DAYS:
        raise BadInput(_("Choose 1 to %(most)s days.") % {"most": settings.API_TOKEN_MOST_DAYS}, field="days")
    return tokens.issue(officer=officer, now=now, lifetime=timedelta(days=days), name=name.strip())


def revoke_token(*, token: ApiToken, by: Officer, why: str = "") -> None:
    """Ends a key at once; its owner needs no reason. Raises as `log_out_everywhere`."""
    _check(token.officer, by, why)
    token.delete()


def end_session(*, session: OpenSession, by: Officer) -> None:
    """Logs the owner out where the session is open; raises NotAllowed for somebody else's."""
    if session.officer != by:
        raise NotAllowed(_("Your duties do not permit this here."))
    with transaction.atomic():
        Session.objects.filter(session_key=session.session_key).delete()
        session.delete()


@transaction.atomic
def log_out_everywhere(*, officer: Officer, by: Officer, why: str = "") -> Officer:
    """Ends every session of an account at once, and its tokens: whoever has the device or the key is out.

    Raises NotAllowed for who neither owns the account nor looks after access there, BadInput without a reason for
    somebody else's.
    """
    _check(officer, by, why)
    Officer.objects.filter(pk=officer.pk).update(log_outs=F("log_outs") + 1)
    keys = list(officer.open_sessions.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    officer.open_sessions.all().delete()
    officer.api_tokens.all().delete()
    officer.refresh_from_db(fields=["log_outs"])
    return officer


def lift_lock(*, officer: Officer, by: Officer, why: str) -> int:
    """Lets a locked account log in again; returns how many locks were lifted.

    Raises as `log_out_everywhere`, and WrongState where no login failed lately.
    """
    if officer == by:
        raise NotAllowed(_("Nobody lifts their own lock."))
    _check(officer, by, why)
    lifted = int(reset(username=officer.get_username()))
    if not lifted:
        raise WrongState(_("%(name)s is not locked: there was nothing to lift.") % {"name": officer.get_username()})
    return lifted


def _check(officer: Officer, by: Officer, why: str) -> None:
    if officer == by:
        return
    if not Officer.objects.reached_by(by).filter(pk=officer.pk).exists():
        raise NotAllowed(_("Your duties do not permit this here."))
    if not why.strip():
        raise BadInput(_("A reason is needed."), field="why")
