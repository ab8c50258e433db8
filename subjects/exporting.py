"""Writing the four ledgers to a file: at once while they are small, else by a job that somebody asks for."""

import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import Storage
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from grids.actions import find_area
from grids.models import Officer
from grids.permissions import Permission
from gridsup.books import Ask, Book
from gridsup.errors import BadInput, WrongState
from gridsup.jobs import Step, enqueue, keep_hold
from gridsup.models import Job
from gridsup.periods import Period
from gridsup.states import check
from subjects.books import BOOKS
from subjects.books.workbook import write_books
from subjects.models import LedgerExport

JOB = "export_ledger"
# Rows written while somebody waits: some three seconds on the slowest machine we know.
MOST_AT_ONCE = 20_000
# A copy of the ledger holds personal data and grows stale; nobody looks for it after a week.
DAYS_KEPT = 7


def written_at_once(books: Sequence[Book[Any]], ask: Ask) -> Any:
    """The workbook as an open file; None where there are too many rows to wait for."""
    if sum(book.count(ask) for book in books) > MOST_AT_ONCE:
        return None
    with ExitStack() as stack:
        file = stack.enter_context(NamedTemporaryFile(suffix=".xlsx"))
        write_books(Path(file.name), books, ask)
        file.seek(0)
        stack.pop_all()  # whoever sends it closes it, which removes it
        return file


def request_export(*, area: str, day: date, by: Officer, now: datetime) -> LedgerExport:
    """The export that is under way for the area and day, or a new one with its job.

    Raises NotAllowed, and BadInput as `fits_export` does.
    """
    check(by, Permission.EXPORT, area)
    period = Period.day(day)
    fits_export(period=period, area_code=area, on=timezone.localdate(now))
    with transaction.atomic():
        job = enqueue(name=JOB, period=str(period), area_code=area, by=by.get_username(), now=now)
        return export_of(job, now)


def fits_export(*, period: Period, area_code: str, on: date) -> None:
    """Raises BadInput, by field, for an area that does not exist or a day to come."""
    if find_area(area_code) is None:
        raise BadInput(_("There is no area %(code)s.") % {"code": area_code}, field="area")
    if period.one_day() > on:
        raise BadInput(_("What will stand in the ledger is not known: choose today or an earlier day."), field="day")


def export_of(job: Job, now: datetime) -> LedgerExport:
    """The row of a job's export; made when there is none yet."""
    found = LedgerExport.objects.filter(job=job).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            day = Period.parse(job.period).first
            return LedgerExport.objects.create(area_code=job.area_code, day=day, job=job, requested_at=now)
    except IntegrityError:
        return LedgerExport.objects.get(job=job)


def opened(export: LedgerExport) -> IO[bytes]:
    """The file of an export; raises WrongState, in words, while there is none."""
    if export.built_at is None:
        raise WrongState(export.job.error or _("The ledgers are still being written. Come back in a moment."))
    try:
        return _storage().open(str(export.file.name))
    except FileNotFoundError as error:
        raise WrongState(_("The file is not on the server any more. Ask for it again.")) from error


def export_ledger(job: Job, now: datetime) -> Iterable[Step]:
    """Writes the four ledgers of the job's area on its day to one workbook, in the language of the bureau."""
    period = Period.parse(job.period)
    fits_export(period=period, area_code=job.area_code, on=timezone.localdate(now))
    ask, counted = Ask((job.area_code,), period.one_day()), [0]

    def write() -> None:
        part = _part(job)
        part.parent.mkdir(parents=True, exist_ok=True)
        for left in part.parent.glob(f"{_name(job).removeprefix('ledgers/')}.*.part"):
            left.unlink(missing_ok=True)
        with translation.override(settings.LANGUAGE_CODE):
            counted[0] = write_books(part, list(BOOKS.values()), ask)

    yield Step("open", partial(_open, job, now))
    yield Step("write", partial(_keep, job, now, counted), prepare=write)
    yield Step("forget", partial(_forget, now))


def _open(job: Job, now: datetime) -> dict[str, int]:
    export_of(job, now)
    return {}


def _keep(job: Job, now: datetime, counted: Sequence[int]) -> dict[str, int]:
    """Moves the written file to its place and says so."""
    keep_hold(job)
    part = _part(job)
    with part.open("rb+") as written:
        os.fsync(written.fileno())
    os.replace(part, _storage().path(_name(job)))
    LedgerExport.objects.filter(job=job).update(file=_name(job), rows=counted[0], built_at=now)
    return {"read": counted[0], "made": 1}


def _forget(now: datetime) -> dict[str, int]:
    """Exports of some days ago go, with their files."""
    old = list(LedgerExport.objects.stale(now - timedelta(days=DAYS_KEPT)))
    for export in old:
        if export.file:
            _storage().delete(str(export.file.name))
    LedgerExport.objects.filter(pk__in=[export.pk for export in old]).delete()
    return {"changed": len(old)}


def _storage() -> Storage:
    return LedgerExport._meta.get_field("file").storage


def _name(job: Job) -> str:
    """The one name of a job's file, whichever attempt wrote it."""
    return f"ledgers/{job.area_code}-{job.period}-{job.pk}.xlsx"


def _part(job: Job) -> Path:
    return Path(f"{_storage().path(_name(job))}.{job.attempts}.part")
