"""Patrol groups: neighbouring grids of one station whose members count for one another (handbook §2)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.models import Officer, Posting, PostingEvent
from grids.permissions import needed_to_post
from gridsup.errors import BadInput, Overtaken, WrongState
from gridsup.states import check


@transaction.atomic
def change_team(
    *, posting: Posting, team: str, was: str, now: datetime, by: Officer | None = None, why: str = ""
) -> Posting:
    """Puts a post into a patrol group from today on, or into none; whoever stands in goes along.

    `was` is the group that `by` saw: Overtaken where it is another by now. Raises NotAllowed for who posts nobody
    there, WrongState for a post that is over, BadInput where it is in that group already.
    """
    check(by, needed_to_post(posting.duty), posting.area_code)
    team, today = " ".join(team.split()), timezone.localdate(now)
    held = Posting.objects.select_for_update().select_related(None).get(pk=posting.pk)
    if not held.is_running(today):
        raise WrongState(_("This post has its last day already."))
    if held.team != was:
        raise Overtaken(_("Somebody else changed this first. Load it again and look."))
    if held.team == team:
        raise BadInput(_("This is the patrol group already."), field="team")
    changed = [held, *held.substitutes.meeting(today, None)]
    for post in changed:
        PostingEvent.objects.create(
            posting=post, what=PostingEvent.What.TEAM, old=post.team, new=team, by=by, at=now, why=why.strip()
        )
    Posting.objects.filter(pk__in=[post.pk for post in changed]).update(team=team)
    posting.team = team
    return posting
