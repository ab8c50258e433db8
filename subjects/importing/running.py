"""An import from the file to the ledger: read, check, place, compare, write, all or nothing."""

import gc
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from time import monotonic

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from grids.models import Bureau, Grid, GridEvent, Officer, Station
from grids.permissions import Permission
from gridsup.errors import BadInput, NotAllowed, Overtaken
from gridsup.foreground import Held, held
from gridsup.sheets.faults import Fault
from gridsup.sheets.reading import Sheet, open_sheet
from gridsup.sheets.rejects import check_writable, draft_of, write_rejects
from subjects import actions
from subjects.importing.columns import LEDGER
from subjects.importing.comparing import Changes, Comparison, Occasion
from subjects.importing.faults import Unplaced
from subjects.importing.gathering import FileSubject, Gathering
from subjects.importing.matching import LedgerPart, Unnumbered
from subjects.importing.parsing import RowParser
from subjects.importing.placing import CRS_NAMES, WGS84, Localities, place_points
from subjects.importing.vocabulary import Vocabulary
from subjects.importing.writing import write

# Called with a phase, how many are done and of how many; for people who wait.
Progress = Callable[[str, int, int], None]

# Subjects compared and written at a time: few statements, and little of the ledger in memory at once.
PART = 5_000
JOB = "import_subjects"
DATES = ("registered_on", "permit_valid_to")
TELL_EVERY = 10_000  # rows between two words of progress


@dataclass
class Outcome:
    """What an import did, or with a dry run would do; rows throughout. made + changed + unchanged + refused = read."""

    read: int = 0
    made: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    placed: int = 0
    not_placed: int = 0
    warned: int = 0
    seconds: float = 0.0
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    unplaced: list[Unplaced] = field(default_factory=list)  # the rows that not_placed counts
    cautions: tuple[str, ...] = ()  # what to beware of in a file of this kind
    unread: tuple[str, ...] = ()  # columns of the sheet that the ledger does not know

    COUNTS = ("read", "made", "changed", "unchanged", "refused", "placed", "not_placed", "warned")

    def counts(self) -> dict[str, int]:
        """The counts by name."""
        return {name: getattr(self, name) for name in self.COUNTS}

    def add(self, changes: Changes) -> None:
        """Takes over what one part of the file changes."""
        self.faults += changes.faults
        self.made += changes.made
        self.changed += changes.changed
        self.unchanged += changes.unchanged
        self.placed += changes.placed
        self.unplaced += changes.unplaced

    def settle(self) -> None:
        """Puts what is said of rows into the file's order and counts it; a refused row needs no warning."""
        refused = {fault.row for fault in self.faults}
        self.faults.sort(key=lambda fault: fault.row)
        self.warnings = sorted((one for one in self.warnings if one.row not in refused), key=lambda one: one.row)
        self.unplaced.sort()
        self.refused, self.warned = len(refused), len({one.row for one in self.warnings})
        self.not_placed = self.read - self.refused - self.placed


@dataclass
class Import:
    """One file on its way into the ledger of one bureau."""

    path: Path
    bureau: Bureau
    on: date
    now: datetime
    by: Officer | None
    crs: str
    dry_run: bool
    check_digits: bool
    progress: Progress
    outcome: Outcome = field(default_factory=Outcome)
    areas: int | None = None  # the last change of the bureau's grids when the file was read

    def read(self) -> tuple[Sheet, list[FileSubject]]:
        """The sheet, and the subjects of its sound rows, their points placed; the sheet's memory is given back."""
        self.progress("reading", 0, 0)
        self.areas = last_change_of(self.bureau)
        sheet = open_sheet(self.path, LEDGER)
        self.outcome.unread, self.outcome.cautions = sheet.header.unread, sheet.cautions
        subjects = self._gather(sheet)
        sheet.source.release()
        return sheet, subjects

    def _gather(self, sheet: Sheet) -> list[FileSubject]:
        parser = RowParser(sheet, Vocabulary.of(self.bureau, self.on), on=self.on, check_digits=self.check_digits)
        gathering, faults = Gathering(), self.outcome.faults
        length = sheet.source.length()
        for number, cells in sheet.rows():
            stated, wrong = parser.parse(number, cells)
            if wrong:
                gathering.refuse(stated)
            else:
                wrong = gathering.take(stated)
            faults += wrong
            self.outcome.read += 1
            if self.outcome.read % TELL_EVERY == 0:
                self.progress("checking", number, length)
        pointed = [row for row in gathering.premises() if row.lon is not None]
        self.outcome.warnings = parser.warnings + place_points(self.bureau, pointed, self.crs)
        return gathering.finish()

    def hold_areas(self) -> None:
        """Until the transaction ends no grid is retired, split or redrawn; raises Overtaken when one was meanwhile."""
        list(Station.objects.in_area(self.bureau.code).select_for_update(no_key=True).order_by("code"))
        if last_change_of(self.bureau) != self.areas:
            raise Overtaken(_("The grids were changed while the file was read; nothing was kept. Import it again."))

    def apply(self, subjects: list[FileSubject]) -> None:
        """Compares part by part and, but for a dry run, writes each part; what follows from the ledger comes after."""
        occasion = Occasion(
            bureau=self.bureau.code, on=self.on, now=self.now, by=self.by, file=self.path.name[:200],
            why=_("import of %(file)s, row %(row)d"),
            localities=Localities(self.bureau.code),
        )  # fmt: skip
        unnumbered = None if all(subject.has_number for subject in subjects) else Unnumbered(self.bureau.code)
        done = 0
        for part in parts(subjects):
            changes = Comparison(occasion, LedgerPart(self.bureau.code, part, unnumbered)).compare(part)
            if not self.dry_run:
                write(changes, on=self.on)
            self.outcome.add(changes)
            done += len(part)
            self.progress("comparing" if self.dry_run else "writing", done, len(subjects))
        self.outcome.settle()
        if not self.dry_run and self.outcome.made + self.outcome.changed:
            self.progress("following", 0, 0)
            actions.ledger_changed(bureau=self.bureau.code, on=self.on, now=self.now)


def run(
    *,
    path: Path,
    bureau: Bureau,
    on: date,
    now: datetime,
    by: Officer | None = None,
    crs: str = WGS84,
    dry_run: bool = False,
    check_digits: bool = True,
    rejects: Path | None = None,
    progress: Progress = lambda _phase, _done, _of: None,
) -> Outcome:
    """Brings a ledger file (design §5) into a bureau's ledger: sound rows go in, refused ones come back with reasons.

    `crs` says in which system the file's coordinates are. Everything is one transaction: a failure leaves nothing. The
    same file again changes nothing. Raises BadInput for a file that cannot be read, NotAllowed, and Overtaken while
    another import of the bureau runs, or when grids changed while the file was read.
    """
    if by is not None and not by.may(Permission.IMPORT, bureau.code):
        raise NotAllowed(_("Your duties do not permit to import a ledger here."))
    if crs not in CRS_NAMES:
        raise BadInput(_("The coordinate system is wgs84, gcj02 or bd09."), field="crs")
    if rejects is not None:
        check_writable(rejects, ledger=path)
    began = monotonic()
    work = Import(path, bureau, on, now, by, crs, dry_run, check_digits, progress)
    with nullcontext() if dry_run else locked(work) as lock, uncollected(), draft_of(rejects) as draft:
        sheet, subjects = work.read()
        with nullcontext() if dry_run else transaction.atomic():
            if not dry_run:
                work.hold_areas()
            work.apply(subjects)
            _end(work.outcome, lock, sheet, draft)
    work.outcome.seconds = round(monotonic() - began, 2)
    return work.outcome


def last_change_of(bureau: Bureau) -> int | None:
    """Key of the last event by which a grid of the bureau came into force, went out of it or became another."""
    done = Q(what="state", new__in=[Grid.State.APPROVED, Grid.State.RETIRED]) | Q(what="changed")
    last: int | None = GridEvent.objects.filter(done, grid__station__bureau=bureau).aggregate(last=Max("pk"))["last"]
    return last


def locked(work: Import) -> AbstractContextManager[Held]:
    """One import of a bureau at a time."""
    user = work.by.username if work.by else ""
    return held(name=JOB, area_code=work.bureau.code, by=user, arguments={"file": work.path.name})


@contextmanager
def uncollected() -> Iterator[None]:
    """Leaves out the search for cycles of garbage: over a whole ledger in memory it takes a third of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _end(outcome: Outcome, lock: Held | None, sheet: Sheet, rejects: Path | None) -> None:
    """What must not be missing when the transaction commits: the rejects on disk and the job's end."""
    if rejects is not None:
        write_rejects(rejects, sheet, outcome.faults, dates=DATES)
        sheet.source.release()
    if lock is not None:
        lock.finish(outcome.counts())


def parts(subjects: list[FileSubject]) -> Iterator[list[FileSubject]]:
    """The subjects in the file's order, PART at a time."""
    rest = iter(subjects)
    while part := list(islice(rest, PART)):
        yield part
