"""A form that is sent again: the same answers with what it made, a changed one is refused and loses nothing."""

import json
from hashlib import sha256

from django.utils.translation import gettext as _

from complaints.models import Complaint
from complaints.records import Intake
from grids.models import Officer
from gridsup.errors import AlreadyStored, WrongState


def sent_before(bureau: str, intake: Intake) -> Complaint | None:
    """What the form of the intake, whose texts are cleaned, made before; None: nothing.

    Raises AlreadyStored where it says something else now, and WrongState, without a word of what the number stands
    for, where somebody else took that in and the person does not see it.
    """
    if intake.client_id is None:
        return None
    stored = Complaint.objects.filter(client_id=intake.client_id).first()
    if stored is None:
        return None
    if not _is_known(stored, intake.by):
        raise WrongState(
            _("This form number stands for something else already. Nothing was stored: send it with a new form."),
            field="client_id",
        )
    pictures = {picture.sha256 for picture in intake.pictures}
    # a browser forgets chosen pictures when one goes back: fewer of them are no change
    added = pictures - set(stored.attachments.filter(sha256__in=pictures).values_list("sha256", flat=True))
    if added or stored.content_sha256 != content(bureau, intake):
        raise AlreadyStored(
            _("This form was sent already, as %(number)s, and says something else now. The change is not stored.")
            % {"number": stored.number},
            row=stored.pk,
            field="client_id",
        )
    return stored


def content(bureau: str, intake: Intake) -> str:
    """A checksum of what a form says beside its number and its pictures; empty where no number names it."""
    if intake.client_id is None:
        return ""
    said = [
        bureau, intake.kind, intake.channel, intake.text, intake.name, intake.phone, intake.address, intake.about,
        intake.place_given, intake.premises and intake.premises.pk, intake.locality and intake.locality.code,
        intake.category, intake.line, intake.outside_number, str(intake.outside_due_on or ""), intake.is_urgent,
    ]  # fmt: skip
    return sha256(json.dumps(said).encode()).hexdigest()


def _is_known(stored: Complaint, by: Officer | None) -> bool:
    """The person took it in or sees it where it stands; without an account, it came in by the public page."""
    if stored.events.filter(what="state", old="", by=by).exists():
        return by is not None or stored.channel == Complaint.Channel.PUBLIC
    return by is not None and Complaint.objects.visible_to(by).filter(pk=stored.pk).exists()
