"""Imports a file of people (docs/people-file.md)."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from grids.importing import run
from grids.importing.columns import COLUMNS
from grids.models import Bureau
from gridsup.errors import DomainError
from gridsup.periods import day_argument

# Faults told on the terminal; the rejects file has them all.
SHOWN = 20


class Command(BaseCommand):
    help = "Imports people (xlsx, xls or csv; docs/people-file.md). The same file again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--bureau", required=True, help="two digits")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument("--rejects", type=Path, metavar="OUT.csv", help="where the refused rows go")
        parser.add_argument("--today", type=day_argument, metavar="YYYY-MM-DD", help="day of the import")

    def handle(self, *args: Any, **options: Any) -> None:
        bureau, now = Bureau.objects.filter(code=options["bureau"]).first(), timezone.now()
        if bureau is None:
            raise CommandError(_("There is no bureau %(code)s.") % {"code": options["bureau"]})
        try:
            outcome = run(
                path=options["file"], bureau=bureau, on=options["today"] or timezone.localdate(now), now=now,
                dry_run=options["dry_run"], rejects=options["rejects"],
            )  # fmt: skip
        except DomainError as error:
            raise CommandError(str(error)) from error
        if outcome.unread:
            self.stderr.write(_("columns not read: %(columns)s") % {"columns": "、".join(outcome.unread)})
        for caution in outcome.cautions:
            self.stderr.write(caution)
        for fault in outcome.faults[:SHOWN]:
            where = f"{COLUMNS[fault.column]}: " if fault.column else ""
            self.stderr.write(_("row %(row)d: %(reason)s") % {"row": fault.row, "reason": where + fault.reason})
        if len(outcome.faults) > SHOWN:
            self.stderr.write(_("and %(count)d more") % {"count": len(outcome.faults) - SHOWN})
        self.stdout.write(json.dumps(outcome.counts()))
