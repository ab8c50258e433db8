"""`manage.py import_subjects FILE`: a ledger file into a bureau's ledger."""

import json
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.utils import timezone

from grids.models import Bureau
from gridsup.errors import DomainError
from subjects.importing import Outcome, run
from subjects.importing.columns import COLUMNS
from subjects.importing.placing import CRS_NAMES, WGS84

SHOWN = 20  # refusals told on the screen; all of them stand in the rejects file


class Command(BaseCommand):
    help = "Imports a ledger file (xlsx, xls or csv; docs/ledger-file.md). The same file again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--bureau", help="two digits; may be left out where there is one bureau")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--rejects", type=Path, metavar="OUT.csv", help="where the refused rows go")
        parser.add_argument("--crs", choices=list(CRS_NAMES), default=WGS84, help="system of the file's coordinates")
        parser.add_argument("--today", type=date.fromisoformat, metavar="YYYY-MM-DD", help="day of the import")
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
            raise CommandError(f"The database does not answer; nothing was kept: {error}") from error
        self._explain(outcome, options["rejects"])
        self.stdout.write(json.dumps({**outcome.counts(), "seconds": outcome.seconds}))

    def _tell(self, phase: str, done: int, of: int) -> None:
        self.stderr.write(f"{phase} {done} of {of}" if of else phase)

    def _explain(self, outcome: Outcome, rejects: Path | None) -> None:
        if outcome.unread:
            self.stderr.write(f"columns not read: {'、'.join(outcome.unread)}")
        for word, faults in (("warning", outcome.warnings), ("refused", outcome.faults)):
            for fault in faults[:SHOWN]:
                where = f"{COLUMNS[fault.column]}: " if fault.column else ""
                self.stderr.write(f"{word}: row {fault.row}: {where}{fault.reason}")
            if len(faults) > SHOWN:
                self.stderr.write(f"{word}: and {len(faults) - SHOWN} more")
        if outcome.refused and rejects is None:
            self.stderr.write("With --rejects OUT.csv the refused rows go into a file with the reasons.")


def bureau_of(code: str | None) -> Bureau:
    """The bureau that is named, or the only one."""
    bureaus = list(Bureau.objects.filter(code=code) if code else Bureau.objects.all()[:2])
    if len(bureaus) == 1:
        return bureaus[0]
    if code:
        raise CommandError(f"There is no bureau {code}.")
    raise CommandError("There are several bureaus: say which with --bureau." if bureaus else "Load a district first.")
