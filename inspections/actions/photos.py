"""Photos of a visit: never required, kept without place and time, handed out only by a page that asks who looks."""

from datetime import datetime

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from grids.models import Officer
from grids.permissions import Permission
from gridsup.errors import BadInput, NotAllowed, WrongState
from gridsup.images import MOST_PICTURES, SUFFIX, Picture
from inspections.models import Visit, VisitEvent, VisitPhoto
from inspections.rules import is_own

State = Visit.State


def attach_photo(*, visit: Visit, picture: Picture, by: Officer, now: datetime) -> VisitPhoto:
    """Adds a proven picture to a visit that nobody has reviewed; the same picture again is the photo that is there.

    Raises NotAllowed for anybody but the visit's two officers, WrongState once it was reviewed, BadInput beyond the
    number of pictures of one visit.
    """
    if not by.has_perm(Permission.INSPECT):  # here or, since the premises moved, elsewhere by now
        raise NotAllowed(_("Your duties do not permit this here."))
    if not is_own(visit, by):
        raise NotAllowed(_("Only the two officers of a visit add photos to it."))
    with transaction.atomic():
        stored = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
        known = stored.photos.filter(sha256=picture.sha256).first()
        if known is not None:
            return known
        if stored.state not in (State.DRAFT, State.SUBMITTED):
            raise WrongState(_("This record was reviewed: it takes no more photos."))
        if stored.photos.count() >= MOST_PICTURES:
            raise BadInput(_("A visit has at most %(most)d photos.") % {"most": MOST_PICTURES}, field="photos")
        photo = VisitPhoto(visit=stored, sha256=picture.sha256)
        photo.file.save(picture.sha256 + SUFFIX, ContentFile(picture.content), save=False)
        photo.save(force_insert=True)
        if stored.state != State.DRAFT:
            VisitEvent.objects.create(visit=stored, what="photo", new=picture.sha256, by=by, at=now)
    return photo
