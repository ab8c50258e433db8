"""`manage.py import_subjects FILE`: a ledger file into a bureau's ledger."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grids.models import Bureau
from gridsup.errors import DomainError
from gridsup.periods import day_argument
from gridsup.sheets.faults import Fault
from subjects.importing import Outcome, run
from subjects.importing.columns import COLUMNS
from subjects.importing.placing import CRS_NAMES, WGS84

SHOWN = 20  # rows told on the screen of each kind; all refusals stand in the rejects file
PHASES = {
    "reading": gettext_lazy("reading"),
    "checking": gettext_lazy("checking"),
    "comparing": gettext_lazy("comparing"),
    "writing": gettext_lazy("writing"),
    "following": gettext_lazy("tiers, due days and tasks follow"),
}


class Command(BaseCommand):
    help = "Imports a ledger file (xlsx, xls or csv; docs/ledger-file.md). The same file again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--bureau", help="two digits; may be left out where there is one bureau")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--rejects", type=Path, metavar="OUT.csv", help="where the refused rows go")
        parser.add_argument("--crs", choices=list(CRS_NAMES), default=WGS84, help="system of the file's coordinates")
        parser.add_argument("--today", type=day_argument, metavar="YYYY-MM-DD", help="day of the import")
        parser.add_argument("--uscc-warning", action="store_true", help="a wrong check digit only warns")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            outcome = run(
                path=options["file"],
                bureau=bureau_of(options["bureau"]),
                on=options["today"] or timezone.localdate(now),
                now=now,
                crs=options["crs"],
                dry_run=options["dry_run"],
                check_digits=not options["uscc_warning"],
                rejects=options["rejects"],
                progress=self._tell,
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError(_("The database does not answer; nothing was kept: %(why)s") % {"why": error}) from error
        self._explain(outcome, options["rejects"])
        self.stdout.write(json.dumps({**outcome.counts(), "seconds": outcome.seconds}))

    def _tell(self, phase: str, done: int, of: int) -> None:
        word = str(PHASES[phase])
        told = _("%(phase)s %(done)d of %(of)d") % {"phase": word, "done": done, "of": of} if of else word
        self.stderr.write(told)

    def _explain(self, outcome: Outcome, rejects: Path | None) -> None:
        if outcome.unread:
            self.stderr.write(_("columns not read: %(columns)s") % {"columns": "、".join(outcome.unread)})
        for caution in outcome.cautions:
            self.stderr.write(caution)
        self._list(_("warning"), [_line(fault) for fault in outcome.warnings[:SHOWN]], len(outcome.warnings))
        self._list(_("refused"), [_line(fault) for fault in outcome.faults[:SHOWN]], len(outcome.faults))
        left = [_("row %(row)d: %(name)s, left at %(area)s") % row._asdict() for row in outcome.unplaced[:SHOWN]]
        self._list(_("not placed"), left, len(outcome.unplaced))
        if outcome.refused and rejects is None:
            self.stderr.write(_("With --rejects OUT.csv the refused rows go into a file with the reasons."))

    def _list(self, word: str, lines: list[str], of: int) -> None:
        for line in lines:
            self.stderr.write(f"{word}: {line}")
        if of > len(lines):
            self.stderr.write(f"{word}: " + _("and %(count)d more") % {"count": of - len(lines)})


def _line(fault: Fault) -> str:
    where = f"{COLUMNS[fault.column]}: " if fault.column else ""
    return _("row %(row)d: %(reason)s") % {"row": fault.row, "reason": where + fault.reason}


def bureau_of(code: str | None) -> Bureau:
    """The bureau that is named, or the only one."""
    bureaus = list(Bureau.objects.filter(code=code) if code else Bureau.objects.all()[:2])
    if len(bureaus) == 1:
        return bureaus[0]
    if code:
        raise CommandError(_("There is no bureau %(code)s.") % {"code": code})
    if bureaus:
        raise CommandError(_("There are several bureaus: say which with --bureau."))
    raise CommandError(_("Load a district first."))
