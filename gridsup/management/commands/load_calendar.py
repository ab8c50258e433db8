import json
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from gridsup import holidays


class Command(BaseCommand):
    help = "Loads a year of days off and make-up working days (CSV: day,name,is_off,source) and counts limits anew."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="UTF-8, with a header; is_off is 1 for a day off, 0 for one worked")

    def handle(self, *args: Any, **options: Any) -> None:
        start = monotonic()
        try:
            counts = holidays.load(path=options["file"], now=timezone.now())
        except holidays.BadCalendar as error:
            raise CommandError("\n".join([*error.faults, str(error)])) from error
        self.stdout.write(json.dumps({**counts, "seconds": round(monotonic() - start, 3)}))
