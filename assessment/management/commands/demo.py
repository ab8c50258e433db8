"""Builds the demonstration district."""

import json
from argparse import ArgumentParser
from pathlib import Path
from shutil import rmtree
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from assessment.demo.build import Build, built_for
from assessment.demo.calendar import Calendar
from gridsup.errors import DomainError
from gridsup.holidays import shipped
from gridsup.periods import day_argument


class Command(BaseCommand):
    help = "Builds the demonstration district; run again, it completes what is missing and reports."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--today", type=day_argument, metavar="YYYY-MM-DD", help="the day it is built for")
        parser.add_argument("--seed", type=int, default=1, help="of the dice that invent the businesses")
        parser.add_argument("--fresh", action="store_true", help="throws every row and every file away first")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "This is not a demonstration: set GRIDSUP_DEMO=1, and never on a database with real data."
            )
        start = monotonic()
        before = None if options["fresh"] else built_for()
        today = before or options["today"] or timezone.localdate()
        calendar = Calendar(today)
        if before is None:
            self.check_day(calendar)
        if options["today"] not in {None, today}:
            self.stderr.write(f"  built for {today} and left so; --fresh builds it for another day")
        if options["fresh"]:
            self.stderr.write("  everything in the database is thrown away, and every file with it")
            call_command("flush", interactive=False, verbosity=0)
            remove_files()
        build = Build(calendar, settings.VAR_DIR / "demo", self.stderr.write, seed=options["seed"])
        try:
            report = build.run()
        except DomainError as error:
            raise CommandError(str(error)) from error
        build.seconds["total"] = round(monotonic() - start, 1)
        self.stdout.write(json.dumps(report, ensure_ascii=False))

    def check_day(self, calendar: Calendar) -> None:
        """Refuses a day for which nothing can be told, and says for which years working days are not published."""
        years = sorted({row.day.year for row in shipped()})
        try:
            calendar.refuse_unless_told(on=timezone.localdate(), first_year=years[0])
        except DomainError as error:
            raise CommandError(str(error)) from error
        if calendar.today.year > years[-1]:
            self.stderr.write(
                f"  days off after {years[-1]} are not published: weekends alone count, and time limits are provisional"
            )


def remove_files() -> None:
    """Everything that was handed in or built, and the ledgers that were imported: no row names them any more."""
    for folder in (Path(settings.MEDIA_ROOT), settings.VAR_DIR / "demo"):
        for found in folder.iterdir() if folder.exists() else ():
            if found.is_dir() and not found.is_symlink():
                rmtree(found)
            else:
                found.unlink()
