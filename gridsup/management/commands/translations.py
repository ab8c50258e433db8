import json
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from gridsup import catalogue

# So many faults are listed; more would hide the sentence that counts them.
SHOWN = 40


class Command(BaseCommand):
    help = "Compiles the Chinese translations; --extract updates their list from the sources, --check proves them."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument("--extract", action="store_true", help="update the .po file from sources and templates")
        choice.add_argument("--check", action="store_true", help="fail unless every message has fitting Chinese")

    def handle(self, *args: object, extract: bool, check: bool, **options: object) -> None:
        if extract:
            changed = catalogue.extract_messages()
            missing = len(catalogue.faults())
            self.stdout.write(json.dumps({"changed": int(changed), "untranslated": missing}))
        elif check:
            self.check_complete()
        else:
            self.stdout.write(json.dumps({"compiled": catalogue.compile_catalogue()}))

    def check_complete(self) -> None:
        """Raises CommandError with the list of what is wrong."""
        faults = catalogue.faults()
        if faults:
            shown = "\n".join(f"  {fault}" for fault in faults[:SHOWN])
            raise CommandError(f"{shown}\n{len(faults)} messages are not ready in Chinese (locale/zh_Hans).")
        self.stdout.write(json.dumps({"untranslated": 0}))
