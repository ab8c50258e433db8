import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from assessment import schemes
from assessment.actions import load_scheme
from gridsup.errors import DomainError
from gridsup.periods import day_argument


class Command(BaseCommand):
    help = "Makes a shipped scheme of assessment a bureau's from a day; run again, it changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="one of: " + ", ".join(schemes.names()))
        parser.add_argument("--bureau", required=True, help="two-digit code")
        parser.add_argument("--from", dest="day", type=day_argument, help="first day, YYYY-MM-DD; default: today")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        day = options["day"] or timezone.localdate(now)
        try:
            scheme = load_scheme(bureau=options["bureau"], name=options["name"], on=day, now=now)
        except DomainError as error:
            raise CommandError(str(error)) from error
        made = int(scheme.from_day == day and scheme.events.filter(at=now).exists())
        self.stdout.write(
            json.dumps({"scheme": scheme.preset, "from": scheme.from_day.isoformat(), "made": made, "kept": 1 - made})
        )
