"""What may be done with a person or a post from their pages: each step is a form and an action."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids import actions
from grids import people_forms as forms
from grids.handing import lines_of
from grids.models import Officer, Posting
from grids.permissions import HOLDERS, Permission, needed_to_post
from grids.successors import assigned_by

Act = Callable[[Any, dict[str, Any], Officer, datetime], object]
Preview = Callable[[Any, dict[str, Any], Officer], dict[str, Any]]


@dataclass(frozen=True)
class Step:
    """`permitted(row, viewer)`: the person may take it; `fits(row)`: the row's state knows it; `act` returns what is
    shown just once (gridsup.once), or anything else."""

    label: str | Promise
    form: type[forms.StepForm]
    act: Act
    permitted: Callable[[Any, Officer], bool]
    help: str | Promise = ""
    fits: Callable[[Any], bool] = lambda row: True
    grave: bool = False
    preview: Preview | None = None  # what the page shows of the consequences, before anything is done

    def offered(self, row: Any, viewer: Officer) -> bool:
        """The viewer may take it with the row now."""
        return self.fits(row) and self.permitted(row, viewer)


def leads(person: Officer, viewer: Officer) -> bool:
    """The viewer gives and ends the person's posts."""
    return bool(Officer.objects.led_by(viewer).filter(pk=person.pk).exists())


def keeps(person: Officer, viewer: Officer) -> bool:
    """The viewer keeps the person's account."""
    return bool(Officer.objects.kept_by(viewer).filter(pk=person.pk).exists())


def may_post(post: Posting, viewer: Officer) -> bool:
    """The viewer gives and ends posts of this duty in this area."""
    return viewer.may(needed_to_post(post.duty), post.area_code)


def is_open(person: Officer) -> bool:
    """The account is open."""
    return person.is_active


def is_running(post: Posting) -> bool:
    """The post is not over; it may begin later."""
    return post.is_running(timezone.localdate())


def link_of(person: Officer, key: str) -> dict[str, str]:
    """What to hand to the person, with the path of the page; shown this once."""
    said = _(
        "%(name)s sets the first password at this address within %(hours)s hours. "
        "The link is shown this once; hand it over to nobody else."
    ) % {"name": person.username, "hours": settings.INVITATION_HOURS}
    return {"said": said, "path": reverse("invitation", args=[key])}


def _invite(person: Officer, given: dict[str, Any], by: Officer, now: datetime) -> dict[str, str]:
    return link_of(person, actions.invite(officer=person, by=by, now=now))


def _standing(person: Officer, given: dict[str, Any], viewer: Officer) -> dict[str, Any]:
    """The invitation that another one would end."""
    return {"standing": person.invitations.filter(used_at=None, revoked_at=None, expires__gt=timezone.now()).first()}


def _end(post: Posting, given: dict[str, Any], by: Officer, now: datetime) -> object:
    """The post ends; once its last day is today or over, what the person holds by name there is handed over."""
    ended = actions.end_posting(posting=post, on=given["to_day"], why=given["why"], by=by, now=now)
    if given["to_day"] <= timezone.localdate(now) and assigned_by(by=by, areas=[post.area_code]):
        actions.hand_over(officer=post.officer, to=given["to"], areas=[post.area_code], by=by, now=now)
    return ended


def _end_preview(post: Posting, given: dict[str, Any], viewer: Officer) -> dict[str, Any]:
    """Where the open work goes, and whose standing in ends with the post."""
    to, today = given.get("to"), timezone.localdate()
    lines = lines_of(post.officer, viewer, to=to, areas=[post.area_code])
    substitutes = post.substitutes.meeting(today, None).select_related("officer").order_by("from_day")
    return {"previewed": True, "lines": lines, "to": to, "substitutes": substitutes}


PERSON_STEPS: dict[str, Step] = {
    "post": Step(
        gettext_lazy("Give a post"), forms.PostForm,
        lambda person, given, by, now: actions.post_officer(officer=person, **given, by=by, now=now),
        lambda person, viewer: viewer.has_perm(Permission.POST_OFFICERS) or viewer.has_perm(Permission.MANAGE_ROLES),
        fits=is_open,
    ),
    "certificate": Step(
        gettext_lazy("Record a certificate"), forms.CertificateForm,
        lambda person, given, by, now: actions.renew_certificate(officer=person, **given, by=by, now=now),
        leads, gettext_lazy("The former certificate stays in the history."),
    ),
    "withdraw": Step(
        gettext_lazy("Withdraw the certificate"), forms.WithdrawForm,
        lambda person, given, by, now: actions.withdraw_certificate(officer=person, **given, by=by, now=now),
        leads, gettext_lazy("From the day after, this person no longer inspects."), grave=True,
        fits=lambda person: bool(person.certificate_no),
    ),
    "rename": Step(
        gettext_lazy("Change name or phone"), forms.NameForm,
        lambda person, given, by, now: actions.change_officer(officer=person, **given, by=by, now=now),
        lambda person, viewer: leads(person, viewer) or keeps(person, viewer),
    ),
    "invite": Step(
        gettext_lazy("Invite"), forms.NothingMore, _invite,
        keeps, gettext_lazy("Makes a link that lets the person set a password; an earlier link ends."), fits=is_open,
        preview=_standing,
    ),
    "revoke": Step(
        gettext_lazy("Take the invitation back"), forms.PerhapsWhy,
        lambda person, given, by, now: actions.revoke_invitation(officer=person, **given, by=by, now=now),
        keeps, fits=lambda person: person.invitations.filter(used_at=None, revoked_at=None).exists(),
    ),
    "close": Step(
        gettext_lazy("Close the account"), forms.CloseForm,
        lambda person, given, by, now: actions.close_account(officer=person, **given, by=by, now=now),
        lambda person, viewer: person != viewer and keeps(person, viewer),
        gettext_lazy(
            "Sessions and tokens end at once. Posts go on until the station ends them; it is told, and hands over the "
            "open work."
        ),
        grave=True, fits=is_open,
    ),
    "reopen": Step(
        gettext_lazy("Open the account again"), forms.PerhapsWhy,
        lambda person, given, by, now: actions.reopen_account(officer=person, **given, by=by, now=now),
        keeps, gettext_lazy("The person then comes in by a new invitation."),
        fits=lambda person: not person.is_active,
    ),
}  # fmt: skip

POST_STEPS: dict[str, Step] = {
    "substitute": Step(
        gettext_lazy("Let somebody stand in"), forms.SubstituteForm,
        lambda post, given, by, now: actions.stand_in(posting=post, **given, by=by, now=now),
        may_post,
        gettext_lazy("On these days the substitute sees the area and holds its work; both are named as responsible."),
        fits=lambda post: post.stands_in_for_id is None and is_running(post),
    ),
    "team": Step(
        gettext_lazy("Change the patrol group"), forms.TeamForm,
        lambda post, given, by, now: actions.change_team(posting=post, **given, by=by, now=now),
        may_post,
        gettext_lazy("Officers of one group in neighbouring grids of a station count for one another from today on."),
        fits=lambda post: post.duty in HOLDERS and post.stands_in_for_id is None and is_running(post),
    ),
    "end": Step(
        gettext_lazy("End the post"), forms.EndForm, _end,
        may_post, gettext_lazy("Work of a post that ends later is handed over when its last day has come."), grave=True,
        fits=is_running, preview=_end_preview,
    ),
    "call-off": Step(
        gettext_lazy("Call the post off"), forms.PerhapsWhy,
        lambda post, given, by, now: actions.call_off_posting(posting=post, **given, by=by, now=now),
        may_post, grave=True, fits=lambda post: post.from_day > timezone.localdate() and not post.called_off,
    ),
}  # fmt: skip
