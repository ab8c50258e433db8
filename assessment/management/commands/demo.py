"""Builds the demonstration district."""

import json
from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from assessment.demo.build import Build, built_for
from assessment.demo.calendar import Calendar
from gridsup.errors import DomainError
from gridsup.periods import day_argument


class Command(BaseCommand):
    help = "Builds the demonstration district; run again, it completes what is missing and reports."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--today", type=day_argument, metavar="YYYY-MM-DD", help="the day it is built for")
        parser.add_argument("--seed", type=int, default=1, help="of the dice that invent the businesses")
        parser.add_argument("--fresh", action="store_true", help="throws everything in the database away first")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "This is not a demonstration: set GRIDSUP_DEMO=1, and never on a database with real data."
            )
        start = monotonic()
        if options["fresh"]:
            self.stderr.write("  everything in the database is thrown away")
            call_command("flush", interactive=False, verbosity=0)
        before = built_for()
        today = before or options["today"] or timezone.localdate()
        if options["today"] not in {None, today}:
            self.stderr.write(f"  built for {today} and left so; --fresh builds it for another day")
        build = Build(Calendar(today), settings.VAR_DIR / "demo", self.stderr.write, seed=options["seed"])
        try:
            report = build.run()
        except DomainError as error:
            raise CommandError(str(error)) from error
        build.seconds["total"] = round(monotonic() - start, 1)
        self.stdout.write(json.dumps(report, ensure_ascii=False))
