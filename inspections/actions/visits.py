"""Writes to visits: put aside, handed in, reviewed. A record is never changed afterwards: a correction is a new one."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.models import Officer
from grids.permissions import Permission
from gridsup.database import comes_again
from gridsup.errors import BadInput, NotAllowed, Overtaken, WrongState
from gridsup.images import Picture
from gridsup.scoping import inside
from gridsup.states import advance, check
from inspections.actions.entering import enter
from inspections.actions.photos import attach_photo
from inspections.models import Visit, VisitEvent
from inspections.models.visit import VISIT_MOVES
from inspections.querysets import VisitQuerySet
from inspections.records import Submission, VisitRecord
from inspections.rules import is_own, may_correct
from subjects.models import Premises

State = Visit.State
# Records a batch: a bound for the rows that are held locked and in memory at a time.
BATCH = 500
# PostgreSQL stores every character but this one, as JSON writes it.
NO_CHARACTER = "\\u0000"


def save_draft(
    *,
    client_id: UUID,
    premises: Premises,
    by: Officer,
    now: datetime,
    held: Mapping[str, Any],
    corrects: Visit | None = None,
) -> Visit:
    """Puts a form aside as it stands: `held` is what it held, in values that JSON knows; nothing of it is checked yet.

    The same form again takes the place of what was put aside, also after its premises moved. Raises NotAllowed without
    a duty that inspects here, WrongState once the form was handed in, BadInput for a form number of somebody else's
    visit, Overtaken when somebody else corrects the record already.
    """
    _check_place(client_id, premises, by, corrects)
    if NO_CHARACTER in json.dumps(dict(held)):
        raise BadInput(_("The form holds a character that cannot be stored. Type it again."), field="held")
    area = corrects.area_code if corrects is not None else premises.area_code
    facts = {"premises": premises, "lead": by, "area_code": area, "corrects": corrects}
    if corrects is not None and (corrects.premises_id != premises.pk or corrects.state != State.RETURNED):
        raise WrongState(_("Only a record that was returned is corrected."))
    version = corrects.version + 1 if corrects is not None else 1
    try:
        with transaction.atomic():
            visit, is_new = Visit.objects.get_or_create(
                client_id=client_id, defaults={**facts, "version": version, "draft": dict(held)}
            )
            if is_new:
                VisitEvent.objects.create(visit=visit, what="state", new=visit.state, by=by, at=now)
                return visit
    except IntegrityError as error:
        raise Overtaken(_("Somebody else corrects this record already.")) from error
    _check_own(visit, premises, by)
    if not Visit.objects.filter(pk=visit.pk, state=State.DRAFT).update(draft=dict(held)):
        raise WrongState(_("This visit was handed in: it is no draft any more."))
    visit.refresh_from_db()
    return visit


@comes_again
def submit_visit(*, record: VisitRecord, by: Officer | None, now: datetime, pictures: Sequence[Picture] = ()) -> Visit:
    """Hands a record in: it discharges the tasks it covers, stores findings, moves the next due day on; its pictures
    come with it.

    The same form again returns the stored visit and changes nothing, also when both arrive at the same moment; one that
    says something else by then raises AlreadyStored. Raises BadInput, NotAllowed or WrongState with a sentence for
    whatever a record must not be (`inspections.rules`).
    """
    given = Submission(record, by, now)
    try:
        return _entered(given, pictures)
    except IntegrityError as error:
        if not Visit.objects.filter(client_id=record.client_id).exists():
            raise Overtaken(_("Somebody else corrects this record already.")) from error
        return _entered(given, pictures)  # the other of two at one moment stands by now


def _entered(given: Submission, pictures: Sequence[Picture]) -> Visit:
    """The visit of the form, with its pictures when it is new."""
    with transaction.atomic():
        [(visit, is_new)] = enter(submissions=[given])
        for picture in pictures if is_new else ():
            attach_photo(visit=visit, picture=picture, by=given.by or given.record.lead, now=given.at)
        return visit


@comes_again
def submit_visits(*, records: Sequence[tuple[VisitRecord, datetime]]) -> int:
    """Hands in many records at once, each with the moment when it was handed in and in the name of its first officer,
    in the order given; returns how many were new. For the command line.

    The rules and the results of `submit_visit`, in a fixed number of statements a batch; a batch ends where a premises
    comes a second time, so hand them in by time. All or nothing: raises the first refusal.
    """
    made = 0
    with transaction.atomic():
        for batch in _batches(records):
            made += sum(is_new for _visit, is_new in enter(submissions=batch))
    return made


@transaction.atomic
def archive_visit(*, visit: Visit, by: Officer, now: datetime, why: str = "") -> Visit:
    """The chief accepts a record, or archives a returned one as it stands where nobody is left to correct it: that
    needs a reason.

    Raises NotAllowed, also for whoever made the visit, Overtaken for the second, WrongState for a returned record that
    somebody can correct or did, BadInput without the reason.
    """
    if visit.state == State.RETURNED:
        check(by, Permission.REVIEW_VISITS, visit.area_code)
        # a correction takes the premises first, too
        Premises.objects.select_for_update().get(pk=visit.premises_id)
        if not Visit.objects.beyond_correction(timezone.localdate(now)).filter(pk=visit.pk).exists():
            raise WrongState(
                _(
                    "This record was returned: its officers, or whoever inspects there, correct it or have done so. "
                    "It is archived as it stands only where nobody is left to correct it."
                )
            )
        return _review(visit, State.ARCHIVED, why.strip(), by, now)
    return _review(visit, State.ARCHIVED, "", by, now)


def return_visit(*, visit: Visit, why: str, by: Officer, now: datetime) -> Visit:
    """The chief gives a record back with a reason; its officers hand in a corrected version that names it."""
    return _review(visit, State.RETURNED, why.strip(), by, now)


def archive_visits(*, visits: VisitQuerySet, by: Officer, now: datetime, were_read: bool = False) -> int:
    """Archives those of the visits that wait for review, are free of problems, and that the person may review.

    `were_read`: each was read by itself, as `archive_visit` asks, so that those with problems go too; history is
    entered so. Returns how many; records that somebody else decided on meanwhile are left out. Raises NotAllowed for
    whoever reviews nowhere.
    """
    areas = by.area_codes(Permission.REVIEW_VISITS)
    if not areas:
        raise NotAllowed(_("Your duties do not permit this here."))
    waiting = visits.to_review() if were_read else visits.to_review().problem_free()
    waiting = waiting.not_of(by).filter(inside(areas))
    with transaction.atomic():
        held = Visit.objects.to_review().filter(pk__in=waiting.order_by().values("pk"))
        keys = list(held.select_for_update().order_by("pk").values_list("pk", flat=True))
        chosen = iter(keys)
        while batch := list(islice(chosen, BATCH)):
            VisitEvent.objects.bulk_create(
                VisitEvent(visit_id=key, what="state", old=State.SUBMITTED, new=State.ARCHIVED, by=by, at=now)
                for key in batch
            )
            Visit.objects.filter(pk__in=batch).update(state=State.ARCHIVED, reviewed_at=now, reviewed_by=by)
    return len(keys)


def _review(visit: Visit, to: str, why: str, by: Officer, now: datetime) -> Visit:
    if is_own(visit, by):
        raise NotAllowed(_("Whoever made a visit does not review its record."))
    facts = {"reviewed_at": now, "reviewed_by": by}
    advance(visit, to, moves=VISIT_MOVES, event=VisitEvent, owner="visit", now=now, by=by, why=why, **facts)
    return visit


def _check_place(client_id: UUID, premises: Premises, by: Officer, corrects: Visit | None) -> None:
    """The person inspects here today, may correct the returned record, or put this very form aside before."""
    if corrects is not None and may_correct(corrects, by, premises):
        return
    if not Visit.objects.filter(client_id=client_id, premises=premises, lead=by).exists():
        check(by, Permission.INSPECT, premises.area_code)


def _check_own(visit: Visit, premises: Premises, by: Officer) -> None:
    if visit.premises_id != premises.pk or visit.lead_id != by.pk:
        raise BadInput(
            _("This form number belongs to another visit. Nothing was stored: open a new form and hand it in there."),
            field="client_id",
        )


def _batches(records: Sequence[tuple[VisitRecord, datetime]]) -> Iterator[list[Submission]]:
    """The records in order, cut where a batch is full or where a premises comes a second time."""
    batch: list[Submission] = []
    places: set[int] = set()
    for record, at in records:
        if len(batch) == BATCH or record.premises.pk in places:
            yield batch
            batch, places = [], set()
        batch.append(Submission(record, record.lead, at))
        places.add(record.premises.pk)
    if batch:
        yield batch
