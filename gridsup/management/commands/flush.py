"""Django's flush, which the guard of the audit trail would refuse."""

from typing import Any

from django.core.management.commands import flush

from gridsup.audit import guard


class Command(flush.Command):
    help = "Throws everything in the database away, the audit trail too: for demonstrations and tests."

    def handle(self, **options: Any) -> None:
        with guard.lowered(options["database"]):
            super().handle(**options)
