"""Posts an officer to an area from the command line."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from grids.actions import post_officer
from grids.models import Officer
from grids.permissions import Duty
from gridsup.errors import DomainError
from gridsup.periods import day_argument


class Command(BaseCommand):
    help = "Posts an officer: who, which duty, which area, from which day (today unless said)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("duty", choices=Duty.values)
        parser.add_argument("area", help="2 digits for a bureau, 4 for a station, 6 for a grid")
        parser.add_argument("--from", dest="from_day", type=day_argument, metavar="YYYY-MM-DD")
        parser.add_argument("--to", dest="to_day", type=day_argument, metavar="YYYY-MM-DD", help="last day")
        parser.add_argument("--line", default="", help="line of business, for a section")
        parser.add_argument("--team", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        try:
            officer = Officer.objects.get(username=options["username"])
            posting = post_officer(
                officer=officer,
                duty=options["duty"],
                area_code=options["area"],
                from_day=options["from_day"] or timezone.localdate(now),
                to_day=options["to_day"],
                line=options["line"],
                team=options["team"],
                now=now,
            )
        except Officer.DoesNotExist as error:
            raise CommandError(f"There is no account “{options['username']}”.") from error
        except DomainError as error:
            raise CommandError(str(error)) from error
        report = {"posting": posting.pk, "officer": officer.username, "duty": posting.duty, "area": posting.area_code}
        self.stdout.write(json.dumps({**report, "from": posting.from_day.isoformat(), "made": 1}, ensure_ascii=False))
