"""Photos of a visit: never required, kept without place and time, handed out only by a page that asks who looks."""

from collections.abc import Sequence
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


def check_adds_photos(*, visit: Visit, by: Officer) -> None:
    """Raises NotAllowed for anybody but the visit's two officers."""
    if not by.has_perm(Permission.INSPECT):  # here or, since the premises moved, elsewhere by now
        raise NotAllowed(_("Your duties do not permit this here."))
    if not is_own(visit, by):
        raise NotAllowed(_("Only the two officers of a visit add photos to it."))


@transaction.atomic
def attach_photos(*, visit: Visit, pictures: Sequence[Picture], by: Officer, now: datetime) -> list[VisitPhoto]:
    """Adds several, all or none; see `attach_photo`."""
    check_adds_photos(visit=visit, by=by)
    known = set(_held(visit).photos.values_list("sha256", flat=True))
    # before the first is written: a file stays where its row is rolled back
    _refuse_beyond(len(known | {picture.sha256 for picture in pictures}))
    return [attach_photo(visit=visit, picture=picture, by=by, now=now) for picture in pictures]


def attach_photo(*, visit: Visit, picture: Picture, by: Officer, now: datetime) -> VisitPhoto:
    """Adds a proven picture to a visit that nobody has reviewed; the same picture again is the photo that is there.

    Raises NotAllowed for anybody but the visit's two officers, WrongState once it was reviewed, BadInput beyond the
    number of pictures of one visit.
    """
    check_adds_photos(visit=visit, by=by)
    with transaction.atomic():
        stored = _held(visit)
        known = stored.photos.filter(sha256=picture.sha256).first()
        if known is not None:
            return known
        if stored.state not in (State.DRAFT, State.SUBMITTED):
            raise WrongState(_("This record was reviewed: it takes no more photos."))
        _refuse_beyond(stored.photos.count() + 1)
        photo = VisitPhoto(visit=stored, sha256=picture.sha256)
        photo.file.save(picture.sha256 + SUFFIX, ContentFile(picture.content), save=False)
        photo.save(force_insert=True)
        if stored.state != State.DRAFT:
            VisitEvent.objects.create(visit=stored, what="photo", new=picture.sha256, by=by, at=now)
    return photo


def _held(visit: Visit) -> Visit:
    """The visit as it is stored, held until the transaction ends."""
    return Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)


def _refuse_beyond(count: int) -> None:
    if count > MOST_PICTURES:
        raise BadInput(_("A visit has at most %(most)d photos.") % {"most": MOST_PICTURES}, field="photos")
