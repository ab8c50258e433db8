"""What waits for a decision about people: certificates, closed accounts with posts, work without a holder."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from grids.certificates import notice_day
from grids.handing import count_strays
from grids.models import Officer
from grids.permissions import Permission
from gridsup.backoffice.site import Decision


def people(officer: Any, on: date) -> list[Decision]:
    """For who posts officers, who assigns work, and who keeps accounts."""
    found, address = [], reverse("people")
    if officer.has_perm(Permission.POST_OFFICERS):
        known = Officer.objects.visible_to(officer).marking_known_to(officer).filter(is_known=True)
        closed = Officer.objects.visible_to(officer).filter(is_active=False).with_running_post(on)
        found += [
            Decision(
                _("Certificates that run out"),
                known.certificate_ends_by(notice_day(officer, on)).count(),
                f"{address}?certificate=ending",
                _("Without a valid certificate nobody inspects: order a new one."),
            ),
            Decision(
                _("Closed accounts with a running post"),
                closed.count(),
                f"{address}?show=posted_closed",
                _("End the posts and hand over the open work."),
                urgent=True,
            ),
        ]
    if officer.has_perm(Permission.ASSIGN):
        strays = count_strays(officer, on)
        why = _("Give it to somebody who does, or back to whoever holds the area.")
        found.append(Decision(_("Work held by people without a post there"), strays, reverse("stray_work"), why, True))
    if officer.has_perm(Permission.MANAGE_ACCOUNTS):
        label, why = _("Accounts to invite"), _("Invite them, so that they can set a password.")
        shut = Officer.objects.visible_to(officer).never_invited().count()
        found.append(Decision(label, shut, f"{address}?show=uninvited", why))
    return found
