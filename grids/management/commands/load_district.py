"""Loads a district: its bureau, stations, localities and outline."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from grids.actions import load_district
from grids.districts import read_district
from gridsup.errors import DomainError


class Command(BaseCommand):
    help = "Makes or updates a bureau, its stations, localities and outline from a folder (docs/district-files.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", nargs="?", default="baqiao", help="a folder, or the name of a shipped district")
        parser.add_argument("--synthetic", action="store_true", help="marks the bureau as invented")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            district = read_district(options["folder"])
            counts = load_district(district=district, synthetic=options["synthetic"])
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps({"bureau": district.code, **counts}, ensure_ascii=False))
