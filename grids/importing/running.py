"""An import of people from the file to accounts, certificates and posts, by the same actions as everywhere."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from grids.actions import add_officer, change_officer, post_officer, renew_certificate
from grids.importing.columns import DATES, PEOPLE
from grids.importing.outcome import Line, Outcome
from grids.importing.parsing import Person, PersonParser, known_column
from grids.models import Bureau, Officer
from grids.permissions import Permission, needed_to_post
from gridsup.errors import BadInput, DomainError, NotAllowed
from gridsup.foreground import Held, held, refuse_while_held
from gridsup.sheets.faults import Fault
from gridsup.sheets.reading import Sheet, open_sheet
from gridsup.sheets.rejects import check_writable, draft_of, write_rejects

JOB = "import_officers"
# Far above the staff of a bureau; each row goes through the actions of single people, about 7 ms, while somebody waits.
MOST_PEOPLE = 2_000
# Columns in which two rows of one person must say the same.
SAME = ("name", "phone", "certificate_no", "certificate_from", "certificate_valid_to")


def run(
    *,
    path: Path,
    bureau: Bureau,
    on: date,
    now: datetime,
    by: Officer | None = None,
    dry_run: bool = False,
    rejects: Path | None = None,
    record: Path | None = None,
) -> Outcome:
    """Brings a file of people into a bureau: sound rows go in, refused ones come back with reasons.

    Accounts are made without a password; the system administrator invites their people. The same file again changes
    nothing. `record`: where it is written down what the import did; what stands there already is returned, and nothing
    is done. Raises BadInput for a file that cannot be read, NotAllowed, and Overtaken while another import runs.
    """
    if by is not None and not (may_import(by, bureau.code)):
        raise NotAllowed(_("Your duties do not permit this here."))
    if dry_run:
        # two imports of the same people would meet in rows that the first has not committed yet
        refuse_while_held(name=JOB, area_code=bureau.code)
    if record is not None and record.exists():
        return Outcome.read_from(record)
    if rejects is not None:
        check_writable(rejects, ledger=path)
    intake = Intake(bureau.code, on, now, by)
    if dry_run:
        return _taken(intake, path, rejects, lock=None)
    with held(name=JOB, area_code=bureau.code, by=by.username if by else "", arguments={"file": path.name}) as lock:
        # a second click may have waited here for the first
        if record is not None and record.exists():
            lock.finish({})
            return Outcome.read_from(record)
        outcome = _taken(intake, path, rejects, lock=lock)
        outcome.at = now
        if record is not None:
            outcome.write_to(record)
    return outcome


def _taken(intake: "Intake", path: Path, rejects: Path | None, *, lock: Held | None) -> Outcome:
    """The rows of a file through the intake, in one transaction; without a lock it is rolled back."""
    with draft_of(rejects) as draft:
        sheet = open_sheet(path, PEOPLE)
        with transaction.atomic():
            outcome = intake.take(sheet)
            if draft is not None:
                write_rejects(draft, sheet, outcome.faults, dates=DATES)
            if lock is not None:
                lock.finish(outcome.counts())
            transaction.set_rollback(lock is None)
    return outcome


def may_import(by: Officer, bureau: str) -> bool:
    """Imports and posts people somewhere in the bureau; each post is then asked for its own area."""
    imports, posts = by.area_codes(Permission.IMPORT), by.area_codes(Permission.POST_OFFICERS)
    return any(code.startswith(bureau) for code in imports) and any(code.startswith(bureau) for code in posts)


class Intake:
    """The rows of one file on their way in."""

    def __init__(self, bureau: str, on: date, now: datetime, by: Officer | None) -> None:
        self.bureau, self.on, self.now, self.by = bureau, on, now, by
        self.outcome = Outcome()
        self.seen: dict[str, list[Person]] = {}

    def take(self, sheet: Sheet) -> Outcome:
        """Every row, each whole or not at all; raises BadInput for more rows than a bureau has people."""
        parser = PersonParser(sheet, self.bureau)
        outcome = self.outcome
        outcome.unread, outcome.cautions = sheet.header.unread, sheet.cautions
        # counted before the first row goes in: a trial of thousands would be for nothing
        if sum(1 for _row in islice(sheet.rows(), MOST_PEOPLE + 1)) > MOST_PEOPLE:
            raise BadInput(_("At most %(most)d people are read at once. Split the file.") % {"most": MOST_PEOPLE})
        for number, cells in sheet.rows():
            outcome.read += 1
            person, faults = parser.parse(number, cells)
            faults = faults or self._twice(person) or self._enter(person)
            outcome.faults += faults
        return outcome

    def _twice(self, person: Person) -> list[Fault]:
        """The same person in an earlier row: with another post, or a fault."""
        earlier = self.seen.setdefault((person.username or "").casefold(), [])
        for other in earlier:
            said = {key: (getattr(other, key), getattr(person, key)) for key in SAME}
            differing = next((key for key, both in said.items() if None not in both and both[0] != both[1]), "")
            if differing:
                reason = _("Row %(row)d says something else of the user name “%(name)s”.")
                return [Fault(person.row, differing, reason % {"row": other.row, "name": person.username})]
            if other.post == person.post:
                reason = _("The same person with the same post stands in row %(row)d.") % {"row": other.row}
                return [Fault(person.row, "username", reason)]
        earlier.append(person)
        return []

    def _enter(self, person: Person) -> list[Fault]:
        """One row through the actions; what was done of it is taken back when any of them refuses."""
        try:
            with transaction.atomic():
                what, posted = self._act(person)
        except DomainError as error:
            return [Fault(person.row, known_column(error.field), str(error))]
        counted = what if what in {"made", "unchanged"} else "changed"
        setattr(self.outcome, counted, getattr(self.outcome, counted) + 1)
        self.outcome.posted += posted
        self.outcome.lines.append(Line(what, person, tuple(self._remarks(person, posted))))
        return []

    def _remarks(self, person: Person, posted: bool) -> Iterator[str]:
        """What is taken as it stands, and may not be meant."""
        if person.certificate_valid_to is not None and person.certificate_valid_to < self.on:
            yield _("the certificate ran out on %(day)s") % {"day": person.certificate_valid_to}
        if person.certificate_no and person.certificate_from is None:
            yield _("without a first day the certificate counts for all the past")
        if posted and person.from_day is not None and person.from_day < self.on:
            yield _("the post begins in the past: this person is named wherever it is asked who was responsible then")

    def _act(self, person: Person) -> tuple[str, bool]:
        officer, made = self._account(person), False
        if officer is None:
            made = True
            officer = add_officer(
                username=person.username or "", name=person.name or "", phone=person.phone or "", bureau=self.bureau,
                certificate_no=person.certificate_no or "", certificate_valid_to=person.certificate_valid_to,
                certificate_from=person.certificate_from, by=self.by, now=self.now,
            )  # fmt: skip
        changed = False if made else self._facts(officer, person)
        posted = self._post(officer, person)
        what = "made" if made else "posted" if posted else "changed" if changed else "unchanged"
        return what, posted

    def _account(self, person: Person) -> Officer | None:
        """The account of the user name, whatever its case; raises BadInput where it is somebody else's."""
        officer: Officer | None = Officer.objects.filter(username__iexact=person.username).first()
        if officer is None:
            return None
        ours = officer.bureau_id == self.bureau or officer.postings.in_area(self.bureau).exists()
        if not ours:
            raise BadInput(_("The user name “%(name)s” is taken.") % {"name": person.username}, field="username")
        if officer.name != person.name:
            raise BadInput(self._of_another(person, officer), field="name")
        return officer

    def _of_another(self, person: Person, officer: Officer) -> str:
        """That the user name is somebody else's; whose, where the person who imports may see them."""
        told = {"name": person.username, "other": officer.name}
        if self.by is None or Officer.objects.visible_to(self.by).filter(pk=officer.pk).exists():
            return _("The user name “%(name)s” belongs to %(other)s. Another person needs another user name.") % told
        return _("The user name “%(name)s” is in use elsewhere. Another person needs another user name.") % told

    def _facts(self, officer: Officer, person: Person) -> bool:
        """Phone and certificate as the row states them; whether anything differed."""
        changed = False
        if person.phone is not None and person.phone != officer.phone:
            if self.by is None or Officer.objects.led_by(self.by).filter(pk=officer.pk).exists():
                change_officer(officer=officer, phone=person.phone, by=self.by, now=self.now)
                changed = True
            else:
                raise NotAllowed(_("Your duties do not permit this here."), field="phone")
        stated = (person.certificate_no, person.certificate_valid_to)
        present = (officer.certificate_no, officer.certificate_valid_to)
        if person.certificate_no and person.certificate_valid_to and stated != present:
            renew_certificate(
                officer=officer, number=person.certificate_no, from_day=person.certificate_from,
                to_day=person.certificate_valid_to, by=self.by, now=self.now,
            )  # fmt: skip
            changed = True
        return changed

    def _post(self, officer: Officer, person: Person) -> bool:
        """The post that the row gives, unless the person holds it; whether it is new."""
        if person.duty is None or person.area_code is None:
            return False
        same = officer.postings.filter(duty=person.duty, area_code=person.area_code, stands_in_for=None)
        if same.meeting(self.on, None).exists():
            return False
        try:
            post_officer(
                officer=officer, duty=person.duty, area_code=person.area_code, from_day=person.from_day or self.on,
                line=person.line or "", team=person.team or "", by=self.by, now=self.now,
            )  # fmt: skip
        except NotAllowed as error:
            posts = self.by is not None and self.by.area_codes(needed_to_post(person.duty))
            raise NotAllowed(str(error), field="area_code" if posts else "duty") from error
        return True
